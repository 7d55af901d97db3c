"""The kiosk's clock, watched: whether central confirmed it, whether it was set or stopped, and the right time.

A clock is confirmed when central, over TLS, tells a time that is near enough. From then on the clock is compared with
central's time plus the seconds that have passed. A clock that departs from it is in doubt. It is not used for rules,
records or purges until it agrees again or central confirms it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.domain.clock import SHANGHAI, Clock
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.clock_notes import CLOCK_CONFIRMED, CLOCK_JUMPED, JUMP_S

ONE_LOOK_S = 0.5
"""Seconds between the two readings of one look after which they count as unrelated, because the thread was stopped."""


@dataclass(frozen=True, slots=True)
class ClockNews:
    """A note for the journal: its name and its facts."""

    event: str
    facts: dict[str, str | int | bool]


class WatchedClock:
    """A `Clock` for all threads. `right_time`: the tolerance around central's time; `awake()`: seconds that passed
    without suspension, None where the machine is never suspended.
    """

    def __init__(self, clock: Clock, right_time: timedelta, awake: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self._right_time_s = right_time.total_seconds()
        self._awake = awake
        self._lock = threading.Lock()
        self._news: list[ClockNews] = []
        self._is_heard = False  # central, since the start
        self._is_behind = False  # the journal, at the start
        self._has_jumped = False  # since central confirmed it last
        self.jumps = 0
        wall, passed_s = self._readings()
        self._told, self._told_at_s = wall, passed_s
        self._gap_s = 0.0
        self._offset_s: float | None = None  # without what the gap says
        self._slept_s = self._asleep(passed_s)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def now(self) -> datetime:
        """The time of day; while the clock is in doubt, central's last time plus the time that has passed."""
        with self._lock:
            return self._now(*self._look())

    def confirmed_now(self) -> datetime | None:
        """The time of day if central has confirmed the clock since the start and it still agrees; else None."""
        with self._lock:
            wall, _ = self._look()
            return wall if self._is_heard and not self._is_in_doubt() else None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_now() is not None

    @property
    def is_heard(self) -> bool:
        """Whether central has told a time since the start. From then on `now()` is right even if the clock is set.
        Before that it is the clock's own time, and no date is shown by it.
        """
        with self._lock:
            return self._is_heard

    @property
    def is_in_doubt(self) -> bool:
        """Whether the clock is off central's time or its own since the start, or behind the journal's last step."""
        with self._lock:
            self._look()
            return self._is_in_doubt()

    def hear(self, told: datetime) -> timedelta:
        """Take central's time, just received; returns how far the clock is ahead of it."""
        with self._lock:
            wall, passed_s = self._look()
            offset = wall - told
            self._is_heard = True
            self._is_behind = False
            if abs(offset.total_seconds()) <= self._right_time_s:
                if self._has_jumped:
                    self._news.append(ClockNews(CLOCK_CONFIRMED, {}))
                    self._has_jumped = False
                self._told, self._told_at_s, self._gap_s = wall, passed_s, 0.0
            else:
                self._has_jumped = True
                self._told, self._told_at_s = told.astimezone(SHANGHAI), passed_s
                self._gap_s = offset.total_seconds()
            self._offset_s = offset.total_seconds() - self._gap_s
            return offset

    @property
    def offset_s(self) -> float | None:
        """How far the clock is ahead of central's time, by what central told last; None before it told one."""
        with self._lock:
            self._look()
            return None if self._offset_s is None else self._offset_s + self._gap_s

    def hold_against(self, last_step_at: datetime) -> None:
        """At the start, doubt a clock that is earlier than the journal's last step. Central's time overrules this."""
        with self._lock:
            wall, _ = self._look()
            behind_s = (last_step_at - wall).total_seconds()
            if not self._is_heard and behind_s > JUMP_S:
                self._is_behind = behind_s > self._right_time_s
                self._jumped(-behind_s, "behind_journal")

    def take_news(self) -> list[ClockNews]:
        """Look at the clock and return the news since the last call, oldest first."""
        with self._lock:
            self._look()
            news, self._news = self._news, []
            return news

    def give_back(self, news: list[ClockNews]) -> None:
        """Put back news that the disk did not take; the next call of `take_news` returns them again."""
        with self._lock:
            self._news[:0] = news

    def _look(self) -> tuple[datetime, float]:
        wall, passed_s = self._readings()
        gap_s = (wall - self._told).total_seconds() - (passed_s - self._told_at_s)
        if abs(gap_s - self._gap_s) > JUMP_S:
            by_s, self._gap_s = gap_s - self._gap_s, gap_s
            self._jumped(by_s, "set")
        slept_s = self._asleep(passed_s)
        if slept_s - self._slept_s > JUMP_S:
            self._jumped(slept_s - self._slept_s, "slept")
        self._slept_s = max(slept_s, self._slept_s)
        return wall, passed_s

    def _readings(self) -> tuple[datetime, float]:
        while True:
            before_s = self._clock.monotonic()
            wall = self._clock.now()
            passed_s = self._clock.monotonic()
            if passed_s - before_s < ONE_LOOK_S:
                return wall, passed_s

    def _asleep(self, passed_s: float) -> float:
        return 0.0 if self._awake is None else passed_s - self._awake()

    def _now(self, wall: datetime, passed_s: float) -> datetime:
        if self._is_heard and abs(self._gap_s) > self._right_time_s:
            return self._told + timedelta(seconds=passed_s - self._told_at_s)
        return wall

    def _is_in_doubt(self) -> bool:
        return self._is_behind or abs(self._gap_s) > self._right_time_s

    def _jumped(self, by_s: float, why: str) -> None:
        self.jumps += 1
        self._has_jumped = True
        log(LogEvent.CLOCK_JUMPED, level=logging.WARNING, by_s=round(by_s), why=why)
        self._news.append(ClockNews(CLOCK_JUMPED, {"by_s": round(by_s), "why": why}))
