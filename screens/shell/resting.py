"""Kivy looks less often while nothing is under way.

Kivy turns 30 times a second to look whether there is input, and nothing else makes a kiosk work that nobody stands
before. Where the display server wakes it (see `shell.input_waking`), a third of that is enough: a touch is seen as
soon as before, and what is due at a time, of which a resting screen has nothing, is a tenth of a second late at most.
"""

from __future__ import annotations

from collections.abc import Callable

from kivy.clock import Clock

from screens.shell.kivy_setup import FRAMES_PER_S

RESTING_TURNS_PER_S = 10
QUIET_S = 2.0  # after a touch or another screen


class Resting:
    """For Kivy's thread. `may_rest()`: nothing moves, and nothing is due at a time."""

    def __init__(self, may_rest: Callable[[], bool]) -> None:
        self._may_rest = may_rest
        self._rest_soon = Clock.create_trigger(self._rest, QUIET_S)

    def stir(self) -> None:
        """Something happens: look as often as ever, and for a while."""
        Clock._max_fps = FRAMES_PER_S
        self._rest_soon.cancel()
        self._rest_soon()

    def stop(self) -> None:
        """Rest no more."""
        self._rest_soon.cancel()
        Clock._max_fps = FRAMES_PER_S

    def _rest(self, _elapsed: float) -> None:
        if self._may_rest():
            Clock._max_fps = RESTING_TURNS_PER_S
        else:
            self._rest_soon()
