"""A countdown of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from kivy.clock import Clock, ClockEvent


class SecondsLeft:
    """Calls `told` with the remaining whole seconds: at the start, once a second, and with 0 at the end."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told = told
        self._tick: ClockEvent | None = None
        self._ends_at = 0.0

    def start(self, left_s: int) -> None:
        """Count down from `left_s` seconds, in place of any earlier countdown."""
        self.stop()
        self._ends_at = time.monotonic() + left_s
        self._told(left_s)
        if left_s > 0:
            self._tick = Clock.schedule_interval(self._count, 1.0)

    def stop(self) -> None:
        """Stop the countdown, because nobody sees it."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _count(self, _elapsed: float) -> None:
        left_s = max(0, round(self._ends_at - time.monotonic()))
        self._told(left_s)
        if left_s == 0:
            self.stop()
