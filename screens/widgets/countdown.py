"""Idle time that is left, and a button for more."""

from __future__ import annotations

import time
from typing import Any

from kivy.clock import Clock
from kivy.properties import NumericProperty, ObjectProperty

from screens.widgets.mirroring import Row


class Countdown(Row):
    """Counts `left_s` down once a second while it is visible; `left_s` -1: there is no countdown."""

    left_s = NumericProperty(-1)
    tr = ObjectProperty(lambda _key, **_args: "")

    __events__ = ("on_more_time",)

    def __init__(self, **kwargs: Any) -> None:
        self._tick: Any = None
        self._ends_at = 0.0
        super().__init__(**kwargs)

    def on_more_time(self) -> None:
        """Event: a person needs more time."""

    def start(self, left_s: int | None) -> None:
        """Count down from `left_s` seconds; None: show nothing."""
        self.stop()
        self.left_s = -1 if left_s is None else left_s
        if left_s is not None:
            self._ends_at = time.monotonic() + left_s
            self._tick = Clock.schedule_interval(self._count, 1.0)

    def stop(self) -> None:
        """Stand still: the screen is not seen."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _count(self, _elapsed: float) -> None:
        self.left_s = max(0, round(self._ends_at - time.monotonic()))
        if self.left_s == 0:
            self.stop()
