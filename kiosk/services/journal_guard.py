"""Whether the journal can be believed: looked through at the start, and held against what central was told of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk.faults import JOURNAL_BROKEN, Fault
from kiosk.log_events import LogEvent, log
from kiosk.runtime import chain
from kiosk.runtime.chain import Break, Head
from kiosk.runtime.journal import Journal


class JournalGuard:
    """`fault` may be read from any thread; what looks into the file is for one thread that has the time. `tell(fault)`
    is called when a break is found, by that thread: the machine closes at once, not at its next look around.
    """

    def __init__(self, journal: Journal, tell: Callable[[Fault], None] = lambda fault: None) -> None:
        self._journal = journal
        self._tell = tell
        self._broken: Break | None = None

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
            LogEvent.JOURNAL_VERIFIED, level=logging.INFO if verdict.broken is None else logging.CRITICAL,
            head=str(verdict.head), verified=verdict.verified, broken=_told(verdict.broken))
        if verdict.broken is not None:
            self._tell(JOURNAL_BROKEN)

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
        self._tell(JOURNAL_BROKEN)
        self._journal.note(chain.FOUND_BROKEN, {"kind": broken.kind.value, "number": broken.number})


def _told(broken: Break | None) -> str | None:
    return None if broken is None else str(broken)
