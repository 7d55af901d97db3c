"""Whether the journal can be believed: looked through at the start, and held against what central was told of it."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from kiosk.faults import DISK_FULL, JOURNAL_BROKEN, JOURNAL_MOVED, Fault
from kiosk.log_events import LogEvent, log
from kiosk.runtime import chain
from kiosk.runtime.chain import Break, Head
from kiosk.runtime.journal import Journal, JournalFailed
from kiosk.runtime.journal_place import JournalPlace

MEGABYTE = 1_000_000
LEAST_FREE_BYTES = 50 * MEGABYTE
"""SQLite and the system log still work; with less, a write during a visit may fail."""


class JournalGuard:
    """`fault` may be read from any thread; what looks into the file is for one thread that has the time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._place = JournalPlace(journal.path)
        self._broken: Break | None = None
        self._copy: tuple[Path, Head] | None = None

    @property
    def fault(self) -> Fault | None:
        """None while no break is known."""
        return None if self._broken is None else JOURNAL_BROKEN

    def verify(self) -> None:
        """Look through the whole chain; what a technician accepted meanwhile is believed again. Raises
        `JournalFailed`.
        """
        verdict = self._journal.verify()
        self._broken = verdict.broken
        log(
            LogEvent.JOURNAL_VERIFIED, level=logging.INFO if verdict.broken is None else logging.CRITICAL,
            head=str(verdict.head), verified=verdict.verified, broken=_told(verdict.broken))

    def look(self) -> Fault | None:
        """Why nothing may be begun: the file is not where it was, its disk is nearly full, or another program holds it.
        None: a record would be taken.
        """
        try:
            if not self._place.is_kept:
                self._copy_what_has_no_name()
                return JOURNAL_MOVED
            self._copy = None
            if shutil.disk_usage(self._journal.path.parent).free < LEAST_FREE_BYTES:
                return DISK_FULL
            self._place.try_to_write()
        except OSError as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error.strerror), fault=DISK_FULL.code)
            return DISK_FULL
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
            return error.fault
        return None

    def _copy_what_has_no_name(self) -> None:
        """A file without a name is gone with the program. The copy is made anew while the machine goes on writing."""
        try:
            head = self._journal.head()
            if self._copy is None:
                path = self._place.name_of_copy(head)
                self._journal.copy(path)
                log(LogEvent.JOURNAL_MOVED, level=logging.CRITICAL, copy=path.name)
            elif self._copy[1] == head:
                return
            else:
                path = self._copy[0]
                self._journal.copy(path)
            self._copy = path, head
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=JOURNAL_MOVED.code)

    def compare(self, told: Head) -> None:
        """Hold the journal against the head that central was told of. A difference is noted in the chain, so that it
        is still known when central is told something newer. Raises `JournalFailed`.
        """
        if self._broken is not None:
            return
        broken = self._journal.contradiction(told)
        if broken is None:
            return
        self._broken = broken
        log(
            LogEvent.JOURNAL_VERIFIED, level=logging.CRITICAL, head=str(self._journal.head()), verified=0,
            broken=_told(broken))
        self._journal.note(chain.FOUND_BROKEN, {"kind": broken.kind.value, "number": broken.number})


def _told(broken: Break | None) -> str | None:
    return None if broken is None else str(broken)
