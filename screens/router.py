"""Which screen is seen: changed at once, and safe from a finger that was meant for the one before."""

from __future__ import annotations

import time
from typing import Any

from kivy.properties import NumericProperty
from kivy.uix.screenmanager import ScreenManager, TransitionBase

DOUBLE_TAP_S = 0.25     # a trembling finger comes down twice within this time; Kivy's own figure for a double tap
SAME_PLACE_MM = 15.0


class AtOnce(TransitionBase):
    """No transition: Kivy's `NoTransition` shows both screens for one frame, and does not tell a screen that it was
    left if a third one follows at once.
    """

    def start(self, manager: ScreenManager) -> None:
        self.manager = manager
        entering, leaving = self.screen_in, self.screen_out
        self.remove_screen(leaving)
        entering.pos, entering.size = manager.pos, manager.size
        self.add_screen(entering)
        entering.dispatch("on_pre_enter")
        leaving.dispatch("on_pre_leave")
        entering.dispatch("on_enter")
        leaving.dispatch("on_leave")


class Router(ScreenManager):
    """The second tap of a double tap does not reach the screen that the first one led to."""

    double_tap_s = NumericProperty(DOUBLE_TAP_S)

    def __init__(self, mm_per_pixel: float) -> None:
        super().__init__(transition=AtOnce())
        # Kivy's rule paints the whole window twice more, to cut off what slides past its edge; here nothing slides, and
        # without a graphics card each of the two costs more than all else on the screen.
        self.canvas.before.clear()
        self.canvas.after.clear()
        self._reach_px = SAME_PLACE_MM / mm_per_pixel
        self._touched_at = 0.0
        self._touched: tuple[float, float] = (0.0, 0.0)
        self._touched_screen: Any = None

    @property
    def deaf_for_s(self) -> float:
        """How long the place of the last touch will not act, because another screen came under the finger."""
        if self.current_screen is self._touched_screen:
            return 0.0
        return max(0.0, self._touched_at + self.double_tap_s - time.monotonic())

    def on_touch_down(self, touch: Any) -> bool:
        x, y = self._touched
        if self.deaf_for_s and max(abs(touch.x - x), abs(touch.y - y)) < self._reach_px:
            return True
        self._touched_at, self._touched, self._touched_screen = time.monotonic(), touch.pos, self.current_screen
        return bool(super().on_touch_down(touch))
