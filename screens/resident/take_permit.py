"""The screen while the permit is at the mouth, with the time until it is taken back."""

from __future__ import annotations

from kivy.properties import NumericProperty

from kiosk.presentation.models.resident import TakePermitScreen
from kiosk.presentation.models.screens import AnyScreenModel
from screens.widgets.base import BaseScreen
from screens.widgets.seconds import SecondsLeft


class TakePermitView(BaseScreen):
    """The permit at the mouth. `left_s`: seconds until the reminder, and after it until the permit is taken back."""

    left_s = NumericProperty(0)

    def __init__(self, name: str) -> None:
        self._seconds = SecondsLeft(self._left)
        super().__init__(name)

    def show(self, model: AnyScreenModel) -> None:
        counts_on = self.is_news_of_staff(model)
        super().show(model)
        if not counts_on:
            self._seconds.start(model.within_s if isinstance(model, TakePermitScreen) else 0)

    def leave(self) -> None:
        if not self.is_beneath:
            self._seconds.stop()
        super().leave()

    def _left(self, seconds: int) -> None:
        self.left_s = seconds
