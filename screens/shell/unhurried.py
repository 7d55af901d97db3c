"""Doubles the time in easy mode: more time is requested once on every page, before the screen would ask.

The machine gets the same event as from a touch on "I am still here", and knows nothing of easy mode. While a permit
waits at the mouth nothing gives more time.
"""

from __future__ import annotations

from collections.abc import Callable

from kivy.clock import Clock, ClockEvent

from kiosk.presentation.models.frame import Frame

BEFORE_S = 1.0  # early enough that the question does not appear


class Unhurried:
    """Requests more time in easy mode. `ask(serial)` does so on the page with that serial."""

    def __init__(self, ask: Callable[[int], None]) -> None:
        self._ask = ask
        self._asked_on: int | None = None
        self._due: ClockEvent | None = None

    def follow(self, frame: Frame, *, is_easy: bool) -> None:
        """Note that `frame` is now on the screen."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if is_easy and frame.countdown_s is not None and frame.serial != self._asked_on:
            within_s = max(0.0, frame.countdown_s - frame.warning_s - BEFORE_S)
            self._due = Clock.schedule_once(lambda _elapsed: self._now(frame.serial), within_s)

    def _now(self, serial: int) -> None:
        self._asked_on = serial
        self._ask(serial)
