"""Whether the journal can be believed: looked through at the start, and held against what central was told of it."""

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
"""SQLite and the system log still work; with less, a write during a visit may fail."""


class JournalGuard:
    """`fault` may be read from any thread; what looks into the file is for one thread that has the time. `tell(fault)`
    is called when a break is found, by that thread: the machine closes at once, not at its next look around.
    """

    def __init__(self, journal: Journal, tell: Callable[[Fault], None] = lambda fault: None) -> None:
        self._journal = journal
        self._tell = tell
        self._broken: Break | None = None
        self._copy: tuple[Path, Head] | None = None

    @property
    def fault(self) -> Fault | None:
        """None while the file is open and no break is known."""
        return self._journal.trouble or (None if self._broken is None else JOURNAL_BROKEN)

    def verify(self) -> None:
        """Look through the whole chain; what a technician accepted meanwhile is believed again. Raises
        `JournalFailed`.
        """
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
        """Why nothing may be begun: the file is not open, or not where it was, its disk is nearly full, or another
        program holds it. None: a record would be taken.
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
            if not place.is_kept:  # moved since it was looked for
                return self._moved(place)
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
            return error.fault
        return None

    def _moved(self, place: JournalPlace) -> Fault:
        self._copy_what_has_no_name(place)
        return JOURNAL_MOVED

    def _copy_what_has_no_name(self, place: JournalPlace) -> None:
        """A file without a name is gone with the program. The copy is made anew while the machine goes on writing."""
        try:
            head = self._journal.head()
            if self._copy is not None and self._copy[1] == head:
                return
            path = place.name_of_copy(head) if self._copy is None else self._copy[0]
            half = path.with_name(f"{path.name}.half")
            half.unlink(missing_ok=True)  # of a program that was ended while it copied
            self._journal.copy(half)
            half.replace(path)
        except (OSError, JournalFailed) as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=JOURNAL_MOVED.code)
            return
        if self._copy is None:
            log(LogEvent.JOURNAL_MOVED, level=logging.CRITICAL, copy=path.name)
        self._copy = path, head

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
