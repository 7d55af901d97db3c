"""Digits that let a technician in; what was typed is kept nowhere."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.workflow.intents import Intent
from screens.widgets import keypad
from screens.widgets.base import BaseScreen

_WIDGETS = (keypad,)  # Kivy's language finds them by name


def grouped(digits: str, places: tuple[int, ...], least: int, *, is_secret: bool) -> str:
    """Digits in groups, with a line for each that is still needed: 12 345 6__."""
    shown = ("•" * len(digits) if is_secret else digits).ljust(least, "_")
    groups, at = [], 0
    for length in places:
        groups.append(shown[at : at + length])
        at += length
    return " ".join(filter(None, groups))


class SignInView(BaseScreen):
    """`digits`: what was typed; forgotten as soon as it is sent, and when the screen is left."""

    digits = StringProperty("")
    grouped = staticmethod(grouped)

    def on_entered(self) -> None:
        """Send what was typed, and keep none of it."""
        typed, self.digits = self.digits, ""
        self.dispatch("on_intent", Intent.ENTER_CODE, typed)

    def begin_anew(self) -> None:
        """What was typed for another question is no answer to this one."""
        self.digits = ""
        super().begin_anew()

    def _forget(self, elapsed: float) -> None:
        if not self.is_seen:
            self.digits = ""
        super()._forget(elapsed)
