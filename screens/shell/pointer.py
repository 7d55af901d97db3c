"""The pointer's first button is a finger; the others and the wheel are none.

Kivy's own provider makes a touch of every button, and ends the touch of the first one when another is let go.
"""

from __future__ import annotations

from kivy.core.window import WindowBase
from kivy.input.factory import MotionEventFactory
from kivy.input.providers.mouse import MouseMotionEventProvider

from screens.shell.kivy_setup import FIRST_BUTTON

_FIRST, _ALL = "left", "all"  # Kivy lets go of "all" when the pointer leaves


class FirstButton(MouseMotionEventProvider):
    """Touches by the first button of a pointer."""

    def on_mouse_press(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button == _FIRST:
            super().on_mouse_press(win, x, y, button, modifiers)

    def on_mouse_release(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button in (_FIRST, _ALL):
            super().on_mouse_release(win, x, y, button, modifiers)


MotionEventFactory.register(FIRST_BUTTON, FirstButton)
