"""The screen on which an attendant types a personal code, after comparing the identity card with the person."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.workflow.intents import Intent
from screens.widgets import keypad
from screens.widgets.base import BaseScreen

_WIDGETS = (keypad,)  # Kivy's language finds them by name

SHORTEST = 8  # two digits of the attendant's number, and a secret of six or more


def hidden(digits: str) -> str:
    """A text that shows only how many digits were typed: •• ••____."""
    places = ("•" * len(digits)).ljust(SHORTEST, "_")
    return f"{places[:2]} {places[2:]}"


class AttendantView(BaseScreen):
    """The attendant's code. `digits`: the typed code, cleared when it is sent and when the screen is left."""

    digits = StringProperty("")
    hidden = staticmethod(hidden)

    def on_entered(self) -> None:
        """Send the code and clear it."""
        typed, self.digits = self.digits, ""
        self.dispatch("on_intent", Intent.ENTER_CODE, typed)

    def _forget(self, elapsed: float) -> None:
        if not self.is_seen:
            self.digits = ""
        super()._forget(elapsed)
