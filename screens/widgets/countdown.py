"""The question whether somebody is still there, before a screen ends by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from kivy.clock import Clock, ClockEvent
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout


class Countdown(BoxLayout):
    """Counts `left_s` down once a second while its screen is seen. `is_due`: the end is near, so it asks."""

    left_s = NumericProperty(-1)
    is_due = BooleanProperty(False)
    tr: ObjectProperty[Callable[..., str]] = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_more_time",)

    def __init__(self, **kwargs: object) -> None:
        self._tick: ClockEvent | None = None
        self._ends_at = 0.0
        self._warning_s = 0
        super().__init__(**kwargs)

    def on_more_time(self) -> None:
        """Event: a person needs more time."""

    def start(self, left_s: int | None, warning_s: int) -> None:
        """Count down from `left_s` seconds and ask during the last `warning_s`; None: the screen does not end."""
        self.stop()
        self._warning_s = warning_s
        if left_s is None:
            self._left(-1)
            return
        self._ends_at = time.monotonic() + left_s
        self._left(left_s)
        self._tick = Clock.schedule_interval(self._count, 1.0)

    def stop(self) -> None:
        """Stand still: the screen is not seen."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _count(self, _elapsed: float) -> None:
        self._left(max(0, round(self._ends_at - time.monotonic())))
        if self.left_s == 0:
            self.stop()

    def _left(self, seconds: int) -> None:
        self.is_due = 0 <= seconds <= self._warning_s
        if self.is_due or seconds < 0:
            self.left_s = seconds  # words that nobody sees are not set
