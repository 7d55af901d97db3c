"""A pointer whose first button makes touches; its other buttons and the wheel do not.

Kivy's own provider makes a touch of every button, and ends the touch of the first one when another is let go. It also
moves a touch before anybody was told that it began, if both come in one turn of the clock: a quick drag from one button
to another would be a tap on the other. Here a touch that began in a turn stays where it began until the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from kivy.clock import Clock
from kivy.core.window import WindowBase
from kivy.input.factory import MotionEventFactory
from kivy.input.motionevent import MotionEvent
from kivy.input.providers.mouse import MouseMotionEventProvider

from screens.shell.kivy_setup import FIRST_BUTTON

_FIRST, _ALL = "left", "all"  # Kivy lets go of "all" when the pointer leaves
_PRESS, _MOTION, _RELEASE = range(3)


class FirstButton(MouseMotionEventProvider):
    """Touches by the first button of a pointer."""

    def __init__(self, device: str, args: str) -> None:
        super().__init__(device, args)
        self._came: deque[tuple[int, Callable[[], None]]] = deque()

    def on_mouse_press(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button == _FIRST:
            self._came.append((_PRESS, partial(super().on_mouse_press, win, x, y, button, modifiers)))

    def on_mouse_motion(self, win: WindowBase, x: float, y: float, modifiers: list[str]) -> None:
        self._came.append((_MOTION, partial(super().on_mouse_motion, win, x, y, modifiers)))

    def on_mouse_release(self, win: WindowBase, x: float, y: float, button: str, modifiers: list[str]) -> None:
        if button in (_FIRST, _ALL):
            self._came.append((_RELEASE, partial(super().on_mouse_release, win, x, y, button, modifiers)))

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        began = False
        while self._came and not (began and self._came[0][0] == _MOTION):
            kind, take = self._came.popleft()
            take()
            began = began or kind == _PRESS
        if self._came:
            Clock.schedule_once(_turn_again, 0)
        super().update(dispatch_fn)


def _turn_again(_elapsed: float) -> None:
    """That something is due makes the clock turn at once."""


MotionEventFactory.register(FIRST_BUTTON, FirstButton)
