"""The way to service mode that no resident comes upon: some touches in a corner where there is nothing to touch."""

from __future__ import annotations

import time
from collections.abc import Callable

from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent

from kiosk.workflow.intents import Intent
from screens.shell.router import Router
from screens.widgets.standing import touchable

TOUCHES = 5
WITHIN_S = 4.0
SIDE_MM = 20.0
"""Of the corner's square."""


class HiddenCorner:
    """The upper left corner of the window, whatever way the page is read. In a mirrored page buttons may lie there;
    touches on them do not count. `choose(intent, choice, serial)`: what is done with it; in a visit it means nothing to
    the machine. For Kivy's thread.
    """

    def __init__(self, choose: Callable[[Intent, str, int], None], router: Router, mm_per_pixel: float) -> None:
        self._choose = choose
        self._router = router
        self._side_px = SIDE_MM / mm_per_pixel
        self._touched_at: list[float] = []

    def start(self) -> None:
        Window.bind(on_touch_down=self._touched)

    def stop(self) -> None:
        Window.unbind(on_touch_down=self._touched)

    def _touched(self, _window: object, touch: MotionEvent) -> None:
        now = time.monotonic()
        if touch.x > self._side_px or touch.y < Window.height - self._side_px or self._is_on_button(touch):
            self._touched_at.clear()
            return
        self._touched_at = [at for at in self._touched_at if now - at < WITHIN_S] + [now]
        if len(self._touched_at) >= TOUCHES:
            self._touched_at.clear()
            self._choose(Intent.OPEN_SERVICE_MODE, "", self._router.current_screen.model.frame.serial)

    def _is_on_button(self, touch: MotionEvent) -> bool:
        areas = self._router.surround.areas
        return any(button.collide_point(touch.x, touch.y) for area in areas for button in touchable(area))
