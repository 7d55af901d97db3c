"""The check that the kiosk's user can write its journal. A command that ran as root may have left files of root."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Findings, failed, ok
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.domain.clock import Clock
from kiosk.domain.faults import JOURNAL_BROKEN, STATE_DIRECTORY
from kiosk.journal.standing import BESIDE, kind_of
from kiosk.journal.state_lock import LOCK_NAME, name_of


def journal_rights(config: Config, _: Clock) -> Findings:
    """Check the rights for the kiosk's user. No file is opened."""
    return rights_in(config.state_dir, KioskUser.of(config))


def rights_in(directory: Path, user: KioskUser) -> Findings:
    """The findings about this state directory of this user's."""
    names = ("journal.db", *(f"journal.db{ending}" for ending in BESIDE), LOCK_NAME)
    try:
        if directory.is_dir() and (flaw := _flaw_of_directory(directory, user)) is not None:
            return [failed(flaw, STATE_DIRECTORY)]
        present = [directory / name for name in names if os.path.lexists(directory / name)]
        found = [finding for path in present if (finding := _look_at(path, user)) is not None]
    except OSError as error:
        said = f"user {name_of(os.geteuid())} cannot look at {error.filename}: {error.strerror}"
        return [failed(said, STATE_DIRECTORY)]
    return found or [ok("the journal's files are the kiosk's own" if present else "no journal yet")]


def _flaw_of_directory(directory: Path, user: KioskUser) -> str | None:
    owner = directory.stat().st_uid
    if owner != user.number:
        return (
            f"{directory} belongs to user {name_of(owner)}, the kiosk runs as {user.name}: chown -R {user.name}:"
            f" {directory}"
        )
    if user.may_read_and_write(directory):
        return None
    return f"user {user.name} may not write in {directory}: is it mounted read-only (findmnt -T), or chmod u+rwx"


def _look_at(path: Path, user: KioskUser) -> Finding | None:
    kind = kind_of(path)
    if kind != "a file":
        return failed(f"{path.name} is {kind}; the next start puts it aside", JOURNAL_BROKEN)
    if not path.exists():
        return failed(f"{path.name} leads to what is not there: {path.readlink()}", STATE_DIRECTORY)
    status = path.stat()
    if status.st_uid != user.number:
        return failed(
            f"{path.name} belongs to user {name_of(status.st_uid)}, its directory to {user.name}, who has to own"
            f" both: chown {user.name} {path}",
            STATE_DIRECTORY,
        )
    wanted = stat.S_IRUSR | stat.S_IWUSR
    if status.st_mode & wanted != wanted or not user.may_read_and_write(path):
        return failed(f"{path.name} cannot be read and written by its owner: chmod u+rw {path}", STATE_DIRECTORY)
    return None
