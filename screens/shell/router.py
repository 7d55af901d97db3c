"""Which screen is seen: changed at once, and safe from a finger that was meant for the one before."""

from __future__ import annotations

import time

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty
from kivy.uix.screenmanager import ScreenManager, TransitionBase

from screens.widgets.base import BaseScreen
from screens.widgets.buttons import IntentButton

# Nobody answers to what he sees within a quarter of a second by choosing what to touch; a trembling finger comes down
# twice within it (Kivy's own figure for a double tap).
UNREAD_S = 0.25
A_TURN_S = 0.01  # what has not been painted yet will be soon


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
    """A touch means what was on the screen when it was made: what was shown for less than `unread_s` nobody has read,
    so a touch on it was meant for what stood there before, and does nothing.
    """

    # Kivy's own; nothing but screens of ours is put in, and the first before anybody asks.
    current_screen: BaseScreen
    screens: list[BaseScreen]

    unread_s = NumericProperty(UNREAD_S)

    __events__ = ("on_painted",)

    def __init__(self) -> None:
        super().__init__(transition=AtOnce())
        # Kivy's rule paints the whole window twice more, to cut off what slides past its edge; here nothing slides, and
        # without a graphics card each of the two costs more than all else on the screen.
        self.canvas.before.clear()
        self.canvas.after.clear()
        self._changes = 0
        self._painted_at: float | None = None  # None: what stands now was not painted yet
        Window.bind(on_flip=self._on_flip)

    def get_screen(self, name: str) -> BaseScreen:
        found = super().get_screen(name)
        assert isinstance(found, BaseScreen)
        return found

    def changes(self) -> None:
        """Another model is about to be shown, on this screen object or another: whoever rests on a button lets go."""
        self._changes += 1
        self._painted_at = None
        for touch in EventLoop.touches:
            for held in touch.grab_list[:]:
                widget = held()
                if isinstance(widget, IntentButton):
                    touch.ungrab(widget)
                    widget.state = "normal"
        Window.canvas.ask_update()  # it may look the same, and counts from its own frame nevertheless

    @property
    def deaf_for_s(self) -> float:
        """How long no touch will act, because what stands on the screen has just come."""
        if self._painted_at is None:
            return max(float(self.unread_s), A_TURN_S)
        return max(0.0, self._painted_at + self.unread_s - time.monotonic())

    def on_touch_down(self, touch: MotionEvent) -> bool:
        return self.deaf_for_s > 0.0 or bool(super().on_touch_down(touch))

    def _on_flip(self, *_args: object) -> None:
        # Kivy calls this before its own handler, which flips; the next turn of the clock is just after it.
        if self._painted_at is None:
            drawn = self._changes
            Clock.schedule_once(lambda _elapsed: self._painted(drawn), 0)

    def _painted(self, drawn: int) -> None:
        if drawn == self._changes and self._painted_at is None:
            self._painted_at = time.monotonic()
            self.dispatch("on_painted")

    def on_painted(self) -> None:
        """Event: the frame with what was shown last was handed to the display."""
