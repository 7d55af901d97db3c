"""The screen for the telephone number that the result is sent to."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.workflow.intents import Intent
from screens.widgets import keypad
from screens.widgets.base import BaseScreen

_WIDGETS = (keypad,)  # Kivy's language finds them by name

MOBILE_DIGITS = 11


def spaced(digits: str) -> str:
    """A number in groups, with a line for every figure that a mobile number still lacks: 138 0013 8___."""
    places = digits.ljust(MOBILE_DIGITS, "_")
    return f"{places[:3]} {places[3:7]} {places[7:]}"


class TelephoneView(BaseScreen):
    """The telephone number that the result is sent to. `digits`: the typed number, cleared when the screen is left."""

    digits = StringProperty("")
    spaced = staticmethod(spaced)

    def on_typed(self) -> None:
        """Tell the machine that somebody is there, because a key was touched."""
        if self.model.frame.countdown_s is not None:
            self.dispatch("on_intent", Intent.MORE_TIME, "")

    def _forget(self, elapsed: float) -> None:
        if not self.is_seen:
            self.digits = ""
        super()._forget(elapsed)
