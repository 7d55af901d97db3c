"""The check of the state directory: free space, and a synced write."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, together, warning
from kiosk.domain.clock import Clock
from kiosk.domain.faults import DISK_FULL, STATE_DIRECTORY
from kiosk.journal.state_lock import name_of
from kiosk.services.journal_guard import LEAST_FREE_BYTES, MEGABYTE

WANTED_FREE = 500 * MEGABYTE


def disk(config: Config, _: Clock) -> Findings:
    """Write and sync a small file. Files of the kiosk itself are not created, because as root's they would not be
    writable for it.
    """
    directory = config.state_dir
    if not directory.exists():
        parent = next(above for above in directory.parents if above.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK):
            return [failed(f"{directory} does not exist, and user {os.geteuid()} cannot make it", DISK_FULL)]
        room = room_for(shutil.disk_usage(parent).free)
        return [together(room, ok(f"{directory} will be made by the kiosk's first start"))]
    try:
        _write_synced(directory)
    except OSError as error:
        return [_not_written(directory, error)]
    return [room_for(shutil.disk_usage(directory).free)]


def _not_written(directory: Path, error: OSError) -> Finding:
    said = f"user {name_of(os.geteuid())} cannot write in {directory}: {error.strerror}"
    if error.errno == errno.EROFS:
        return failed(f"{said}; findmnt -T {directory} tells the mount and its options", STATE_DIRECTORY)
    if error.errno in (errno.EACCES, errno.EPERM):
        return failed(f"{said}; it belongs to user {name_of(directory.stat().st_uid)}", STATE_DIRECTORY)
    return failed(said, DISK_FULL)


def room_for(free: int) -> Finding:
    """Whether `free` bytes are enough."""
    said = f"{free // MEGABYTE} MB free; {LEAST_FREE_BYTES // MEGABYTE} are needed, {WANTED_FREE // MEGABYTE} wanted"
    if free < LEAST_FREE_BYTES:
        return failed(said, DISK_FULL)
    return ok(said) if free >= WANTED_FREE else warning(said)


def _write_synced(directory: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".diagnose-") as file:
        file.write(b"\0" * 4096)
        file.flush()
        os.fsync(file.fileno())
