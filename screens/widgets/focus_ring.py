"""The ring around the button that has the focus."""

from __future__ import annotations

from kivy.graphics import Color
from kivy.uix.widget import Widget

from screens.style.theme import Colour
from screens.widgets.rounded import RoundedBox
from screens.widgets.supplies import supplies

APART, WIDTH = 2, 3
"""Distance and width of the ring, in widths of the line around a button. It fits between two buttons."""


class FocusRing:
    """The ring, drawn over everything in `above`. Between it and the button is a line in the colour of the background,
    so that it is visible around a button of any colour.
    """

    def __init__(self, above: Widget) -> None:
        with above.canvas.after:
            Color()
            self._apart = RoundedBox(size=(0, 0))
            self._ring = RoundedBox(size=(0, 0))

    def surround(self, button: Widget | None) -> None:
        """Draw the ring around `button`; None: draw none."""
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
    """`colour` with full transparency, for the inside, so that the line's soft edge keeps its colour."""
    return (*colour[:3], 0.0)
