"""A pointer whose first button makes touches; its other buttons and the wheel do not.

Kivy's own provider makes touches of all buttons, and ends that of the first button when another is released.
"""

from __future__ import annotations

from kivy.core.window import WindowBase
from kivy.input.factory import MotionEventFactory
from kivy.input.providers.mouse import MouseMotionEventProvider

from screens.shell.kivy_setup import FIRST_BUTTON

_FIRST, _ALL = "left", "all"  # Kivy releases "all" when the pointer leaves


class FirstButton(MouseMotionEventProvider):
    """Touches by the first button of a pointer."""

    def on_mouse_press(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button == _FIRST:
            super().on_mouse_press(win, x, y, button, modifiers)

    def on_mouse_release(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button in (_FIRST, _ALL):
            super().on_mouse_release(win, x, y, button, modifiers)


MotionEventFactory.register(FIRST_BUTTON, FirstButton)
