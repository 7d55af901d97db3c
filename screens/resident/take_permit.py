"""The permit is at the mouth: how long it is waited for stands beside it."""

from __future__ import annotations

import time

from kivy.clock import Clock, ClockEvent
from kivy.properties import NumericProperty

from kiosk.presentation.models.resident import ScreenModel, TakePermitScreen
from screens.widgets.base import BaseScreen


class TakePermitView(BaseScreen):
    """`left_s`: seconds until it is asked for more loudly, and then until it is taken back."""

    left_s = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._tick: ClockEvent | None = None
        self._ends_at = 0.0
        super().__init__(**kwargs)

    def show(self, model: ScreenModel) -> None:
        super().show(model)
        self._stop()
        within_s = model.within_s if isinstance(model, TakePermitScreen) else 0
        self._ends_at = time.monotonic() + within_s
        self._count(0.0)
        if within_s:
            self._tick = Clock.schedule_interval(self._count, 1.0)

    def on_leave(self, *args: object) -> None:
        self._stop()
        super().on_leave(*args)

    def _stop(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _count(self, _elapsed: float) -> None:
        self.left_s = max(0, round(self._ends_at - time.monotonic()))
