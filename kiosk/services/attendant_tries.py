"""The file that counts wrong codes in a row and holds the lock on trying further ones. It outlives the program.

The lock's time is measured by a monotonic clock, within one boot of the machine. It ignores the time of day, because
setting the clock would open it. After another boot only the time since that boot counts. A file with any other content
than this module writes locks, as if the last try had just been used.
"""

from __future__ import annotations

import json
import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.boot import Moment

TRIES = 5
"""The most wrong codes in a row, by all attendants. At five in a quarter of an hour a million secrets take years."""

LOCKED_FOR_S = 900.0

LONGEST_BOOT_S = 1e10

MOST_BYTES = 4096
"""The most bytes of the file, which has about a hundred."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock: no code is checked for `LOCKED_FOR_S` seconds from `since` on."""

    since: Moment

    def holds(self, now: Moment) -> bool:
        """Whether the lock still holds. After another boot only the time since it began counts, because it is not known
        how long the machine was off.
        """
        passed_s = now.passed_s if self.since.boot_id != now.boot_id else self.since.seconds_until(now)
        return passed_s is None or passed_s < LOCKED_FOR_S


@dataclass(frozen=True, slots=True)
class Tries:
    """The number of wrong codes in a row, and the lock if there were too many."""

    wrong: int = 0
    lock: Lock | None = None

    def one_more(self, now: Moment) -> Tries:
        """The tries if the code that is checked now is wrong."""
        wrong = min(self.wrong + 1, TRIES)
        return Tries(wrong, Lock(now) if wrong >= TRIES else None)


class TriesFile:
    """The record on disk. Every method may raise `OSError`; then no code may be checked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, now: Moment) -> Tries:
        """The tries in the file; without a file there were none. A damaged file is replaced by a locked one, so that
        the lock has a beginning.
        """
        try:
            tries = _parsed(self._bytes())
        except FileNotFoundError:
            return Tries()
        if tries is None or (tries.lock is not None and _is_out_of_time(tries.lock, now)):
            log(LogEvent.ATTENDANT_UNCOUNTED, level=logging.CRITICAL, error="spoilt file")
            tries = Tries(TRIES, Lock(now))
            self.write(tries)
        return tries

    def write(self, tries: Tries) -> None:
        """Write the tries. They are safely on disk when this returns."""
        lock = tries.lock
        told = {
            "wrong": tries.wrong,
            "lock": None if lock is None else {"boot_id": lock.since.boot_id, "passed_s": lock.since.passed_s},
        }
        written = self._path.with_suffix(".new")
        with open(written, "w", encoding="utf-8", opener=_without_waiting) as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)  # so that the name is on disk too
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _bytes(self) -> bytes:
        """The bytes of the file. Raises OSError for anything but a plain file, such as a pipe or a directory."""
        descriptor = _without_waiting(self._path, os.O_RDONLY)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError("not a plain file")
            return os.read(descriptor, MOST_BYTES + 1)
        finally:
            os.close(descriptor)


def _without_waiting(path: str | Path, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def _is_out_of_time(lock: Lock, now: Moment) -> bool:
    """Whether the lock begins later than now, which is impossible."""
    return lock.since.boot_id == now.boot_id and lock.since.passed_s > now.passed_s


def _parsed(raw: bytes) -> Tries | None:
    """The tries in `raw`; None for a content that `TriesFile.write` never writes."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if len(raw) > MOST_BYTES or not isinstance(told, dict):
        return None
    wrong = told.get("wrong")
    if type(wrong) is not int or not 0 <= wrong <= TRIES:
        return None
    # "locked_until" was written by earlier versions. Their count is kept, and their lock begins again.
    lock = told.get("lock", told.get("locked_until", "nothing"))
    if lock is None:
        return Tries(wrong) if wrong < TRIES else None
    since = _since(lock)
    return None if since is None else Tries(wrong, Lock(since))


def _since(lock: object) -> Moment | None:
    if not isinstance(lock, dict):
        return None
    boot, passed_s = lock.get("boot_id"), lock.get("passed_s")
    if not isinstance(boot, str) or isinstance(passed_s, bool) or not isinstance(passed_s, int | float):
        return None
    return Moment(boot, float(passed_s)) if 0 <= passed_s <= LONGEST_BOOT_S else None
