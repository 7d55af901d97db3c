"""Writes jumps and confirmations of the clock into the journal, to tell which records have a doubtful time."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from kiosk.domain.clock import Clock, SystemClock
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.runtime.clock_watch import WatchedClock


class ClockNotes:
    """The clock's notes for the journal. Use on the machine's thread only."""

    def __init__(self, clock: WatchedClock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._is_held_against_journal = False

    def write(self) -> None:
        """Look at the clock and write its news; news that the disk does not take is written later."""
        self._hold_against_journal()
        news = self._clock.take_news()
        try:
            while news:
                self._journal.note(news[0].event, news[0].facts)
                del news[0]
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
            self._clock.give_back(news)

    def _hold_against_journal(self) -> None:
        if self._is_held_against_journal:
            return
        try:
            last_at = self._journal.last_step_at()
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
            return
        self._is_held_against_journal = True
        if last_at is not None:
            self._clock.hold_against(last_at)


def watched(clock: Clock | None, right_time_s: float) -> WatchedClock:
    """A watched `clock`; None: the machine's own, with the time in which the machine was suspended."""
    return WatchedClock(
        clock or SystemClock(), timedelta(seconds=right_time_s), time.monotonic if clock is None else None
    )
