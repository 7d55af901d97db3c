"""Guards the journal: it is verified at the start and compared with the head that central was told."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.faults import DISK_FULL, JOURNAL_BROKEN, JOURNAL_MOVED, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal import chain
from kiosk.journal.chain import Break, Head
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.journal.place import JournalPlace

MEGABYTE = 1_000_000
LEAST_FREE_BYTES = 50 * MEGABYTE
"""The least free space. With less, a write of SQLite or the system log during a visit may fail."""


class JournalGuard:
    """Guards one journal. Any thread may read `fault`; the methods that read the file are for one thread that may wait.

    `tell(fault)` is called on that thread when a break is found, so that the machine goes out of service at once.
    """

    def __init__(self, journal: Journal, tell: Callable[[Fault], None] = lambda fault: None) -> None:
        self._journal = journal
        self._tell = tell
        self._broken: Break | None = None
        self._copy: tuple[Path, Head] | None = None

    @property
    def fault(self) -> Fault | None:
        """Why the journal cannot be used; None while the file is open and no break is known."""
        return self._journal.trouble or (None if self._broken is None else JOURNAL_BROKEN)

    def verify(self) -> None:
        """Verify the whole chain. A break that a technician accepted meanwhile is cleared. Raises `JournalFailed`."""
        verdict = self._journal.verify()
        self._broken = verdict.broken
        log(
            LogEvent.JOURNAL_VERIFIED,
            level=logging.INFO if verdict.broken is None else logging.CRITICAL,
            head=str(verdict.head),
            verified=verdict.verified,
            broken=_told(verdict.broken),
        )
        if verdict.broken is not None:
            self._tell(JOURNAL_BROKEN)

    def look(self) -> Fault | None:
        """Why nothing may begin: the file is not open or was moved, its disk is nearly full, or another program locks
        it. None: a record can be written.
        """
        place = self._journal.place
        if place is None or self._journal.trouble is not None:
            return self._journal.trouble
        try:
            if not place.is_kept:
                return self._moved(place)
            self._copy = None
            if shutil.disk_usage(self._journal.path.parent).free < LEAST_FREE_BYTES:
                return DISK_FULL
            place.try_to_write()
        except OSError as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error.strerror), fault=DISK_FULL.code)
            return DISK_FULL
        except JournalFailed as error:
            if not place.is_kept:  # moved after the check above
                return self._moved(place)
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
            return error.fault
        return None

    def _moved(self, place: JournalPlace) -> Fault:
        self._copy_what_has_no_name(place)
        return JOURNAL_MOVED

    def _copy_what_has_no_name(self, place: JournalPlace) -> None:
        """Copy a journal whose file lost its name and will be lost with the program. Later steps make another copy."""
        try:
            head = self._journal.head()
            if self._copy is not None and self._copy[1] == head:
                return
            path = place.name_of_copy(head) if self._copy is None else self._copy[0]
            half = path.with_name(f"{path.name}.half")
            half.unlink(missing_ok=True)  # of an interrupted copy
            self._journal.copy(half)
            half.replace(path)
        except (OSError, JournalFailed) as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=JOURNAL_MOVED.code)
            return
        if self._copy is None:
            log(LogEvent.JOURNAL_MOVED, level=logging.CRITICAL, copy=path.name)
        self._copy = path, head

    def compare(self, told: Head) -> None:
        """Compare the journal with the head that central was told. A difference is noted in the chain, so that it
        remains known when central is told a newer head. Raises `JournalFailed`.
        """
        if self._broken is not None:
            return
        broken = self._journal.contradiction(told)
        if broken is None:
            return
        self._broken = broken
        log(
            LogEvent.JOURNAL_VERIFIED,
            level=logging.CRITICAL,
            head=str(self._journal.head()),
            verified=0,
            broken=_told(broken),
        )
        self._tell(JOURNAL_BROKEN)
        self._journal.note(chain.FOUND_BROKEN, {"kind": broken.kind.value, "number": broken.number})


def _told(broken: Break | None) -> str | None:
    return None if broken is None else str(broken)
