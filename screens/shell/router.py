"""The router shows one screen at a time. It changes at once, and ignores touches that were meant for the one before."""

from __future__ import annotations

import time

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.presentation.models.screens import AnyScreenModel
from screens.widgets.base import BaseScreen
from screens.widgets.buttons import IntentButton
from screens.widgets.surround import Surround

# Within a quarter of a second nobody can read a screen and choose what to touch, but a trembling finger may touch twice
# (Kivy's own limit for a double tap).
UNREAD_S = 0.25
A_TURN_S = 0.01  # seconds; a screen that is not painted yet will be soon


class Router(FloatLayout):
    """All screens, of which one is shown, in the surround that they share.

    A touch applies to what the person saw. A screen that was shown for less than `unread_s` seconds has not been read,
    so a touch on it was meant for the screen before and has no effect.
    """

    unread_s = NumericProperty(UNREAD_S)

    __events__ = ("on_painted",)

    def __init__(self) -> None:
        super().__init__()
        self._screens: dict[str, BaseScreen] = {}
        self._surround: Surround | None = None  # until the first screen
        self._changes = 0
        self._painted_at: float | None = None  # None: the present screen is not painted yet
        Window.bind(on_flip=self._on_flip)

    @property
    def surround(self) -> Surround:
        """The surround of the present screen."""
        assert self._surround is not None, "no screen was shown yet"
        return self._surround

    @property
    def current_screen(self) -> BaseScreen:
        """The present screen."""
        return self.surround.screen

    @property
    def current(self) -> str:
        """The name of the present screen; empty before the first."""
        return "" if self._surround is None else self.current_screen.name

    @property
    def screens(self) -> list[BaseScreen]:
        """All screens that were built."""
        return list(self._screens.values())

    def has_screen(self, name: str) -> bool:
        return name in self._screens

    def get_screen(self, name: str) -> BaseScreen:
        return self._screens[name]

    def keep(self, screen: BaseScreen) -> None:
        """Add a built screen."""
        self._screens[screen.name] = screen
        if self._surround is not None:
            self._surround.make_room(screen)

    def show(self, name: str, model: AnyScreenModel) -> None:
        """Show the screen `name` with `model`, and start its countdown."""
        screen = self._screens[name]
        goes_on = screen.is_news_of_staff(model)
        screen.show(model)
        self.go_to(name)
        if not goes_on:
            self.surround.countdown.start(model.frame.countdown_s, model.frame.warning_s)

    def go_to(self, name: str) -> None:
        """Show the screen `name` at once, with its present model. Its countdown goes on."""
        entering = self._screens[name]
        if self._surround is None:
            self._surround = Surround(entering)
            self.add_widget(self._surround)
        elif self.current_screen is entering:
            return
        else:
            leaving, self._surround.screen = self.current_screen, entering
            leaving.leave()
        entering.enter()

    def changes(self) -> None:
        """Release pressed buttons, because another model is about to be shown, on this screen object or another."""
        self._changes += 1
        self._painted_at = None
        for touch in EventLoop.touches:
            for held in touch.grab_list[:]:
                widget = held()
                if isinstance(widget, IntentButton):
                    touch.ungrab(widget)
                    widget.state = "normal"
        Window.canvas.ask_update()  # even if it looks the same, it counts from its own frame

    @property
    def deaf_for_s(self) -> float:
        """For how many seconds touches have no effect, because the present screen is new."""
        if self._painted_at is None:
            return max(float(self.unread_s), A_TURN_S)
        return max(0.0, self._painted_at + self.unread_s - time.monotonic())

    def on_touch_down(self, touch: MotionEvent) -> bool:
        return self.deaf_for_s > 0.0 or bool(super().on_touch_down(touch))

    def _on_flip(self, *_args: object) -> None:
        # Kivy calls this before its own handler, which flips; the next turn of the clock comes just after that.
        if self._painted_at is None:
            drawn = self._changes
            Clock.schedule_once(lambda _elapsed: self._painted(drawn), 0)

    def _painted(self, drawn: int) -> None:
        if drawn == self._changes and self._painted_at is None:
            self._painted_at = time.monotonic()
            self.dispatch("on_painted")

    def on_painted(self) -> None:
        """Event: the frame with the present screen was handed to the display."""
