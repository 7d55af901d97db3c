"""Makes Kivy look for input less often while nothing is under way.

Kivy turns 30 times a second to look for input, which is all the work of an idle kiosk. Where the display server wakes
Kivy (see `shell.input_waking`), a third of the turns is enough: touches are noticed as soon as before, and timed
events, which a resting screen does not have, are at most a tenth of a second late.
"""

from __future__ import annotations

from collections.abc import Callable

from kivy.clock import Clock

from screens.shell.kivy_setup import FRAMES_PER_S

RESTING_TURNS_PER_S = 10
QUIET_S = 2.0  # how long Kivy keeps its full rate after a touch or a new screen


class Resting:
    """Lowers Kivy's rate; for Kivy's thread. `may_rest()`: whether nothing moves and no timed event is due."""

    def __init__(self, may_rest: Callable[[], bool]) -> None:
        self._may_rest = may_rest
        self._rest_soon = Clock.create_trigger(self._rest, QUIET_S)

    def stir(self) -> None:
        """Return to the full rate for a while, because something happens."""
        Clock._max_fps = FRAMES_PER_S
        self._rest_soon.cancel()
        self._rest_soon()

    def stop(self) -> None:
        """Stop resting for good."""
        self._rest_soon.cancel()
        Clock._max_fps = FRAMES_PER_S

    def _rest(self, _elapsed: float) -> None:
        if self._may_rest():
            Clock._max_fps = RESTING_TURNS_PER_S
        else:
            self._rest_soon()
