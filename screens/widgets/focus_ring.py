"""The ring around the button that keys mean."""

from __future__ import annotations

from kivy.graphics import Color
from kivy.uix.widget import Widget

from screens.style.theme import Colour
from screens.widgets.rounded import RoundedBox
from screens.widgets.supplies import supplies

APART, WIDTH = 2, 3
"""Of the ring, in widths of the line around a button. All of it has room between two buttons."""


class FocusRing:
    """Drawn over all that `above` holds: the ring, and between it and the button as much of the ground, so that it is
    seen around a button of any colour.
    """

    def __init__(self, above: Widget) -> None:
        with above.canvas.after:
            Color()
            self._apart = RoundedBox(size=(0, 0))
            self._ring = RoundedBox(size=(0, 0))

    def surround(self, button: Widget | None) -> None:
        """Draw it around `button`; None: there is none."""
        theme = supplies().theme
        inner, outer = theme.border * APART, theme.border * (APART + WIDTH)
        for box, wide, line, colour in (
            (self._apart, inner, inner, theme.palette.ground),
            (self._ring, outer, outer - inner, theme.palette.focus),
        ):
            if button is None:
                box.size = (0, 0)
                continue
            x, y = button.to_window(button.x, button.y)
            box.look = (theme.radius + wide, line, colour, _seen_through(colour))
            box.pos = (x - wide, y - wide)
            box.size = (button.width + 2 * wide, button.height + 2 * wide)


def _seen_through(colour: Colour) -> Colour:
    """What stands inside is seen; where the line ends it is of no other colour."""
    return (*colour[:3], 0.0)
