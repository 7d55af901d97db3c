"""The check that private keys, and what technicians sign in with, can be read by the kiosk and by nobody else."""

from __future__ import annotations

import stat
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Findings, failed, ok
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.domain.clock import Clock
from kiosk.domain.faults import CONFIGURATION
from kiosk.journal.state_lock import name_of

_OF_OTHERS = stat.S_IRWXO | stat.S_IWGRP


def key_rights(config: Config, _: Clock) -> Findings:
    """Check owner and mode of each file that holds a secret. What the files hold is checked where they are used."""
    tls = None if config.metrics is None else config.metrics.tls
    files = (config.central.key, *(() if tls is None else (tls.key,)), *config.service_mode.files)
    return [look_at(file, KioskUser.of(config)) for file in files]


def look_at(path: Path, user: KioskUser) -> Finding:
    """The finding about this file of this user's."""
    try:
        about = path.stat()
    except OSError as error:
        return failed(f"{path}: {error.strerror}", CONFIGURATION)
    mode = stat.S_IMODE(about.st_mode)
    if mode & _OF_OTHERS:
        return failed(
            f"{path.name} is open to others than the kiosk (mode {mode:04o}): chown root:{user.name} and chmod 640"
            f" {path}; if others could log in, have what it holds made anew",
            CONFIGURATION,
        )
    if not user.may_read(path):
        owner = name_of(about.st_uid)
        return failed(
            f"user {user.name} may not read {path.name} (of user {owner}, mode {mode:04o}): chown root:{user.name} and"
            f" chmod 640 {path}",
            CONFIGURATION,
        )
    return ok(f"{path.name} is the kiosk's alone (mode {mode:04o})")
