"""A plan of the machine's front: its display, its parts, and an arrow to the part in use."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from screens.shell.machine import CODE_SCANNER, ID_READER, Box, Machine, Part
from screens.style.theme import colour
from screens.widgets.rounded import RoundedBox
from screens.widgets.supplies import supplies

ARROW_SHARE = 0.55  # of the display's shorter side
ICON_SHARE = 0.8  # of a part's height
STANDS_OUT_MM = 12.0  # the part in use is drawn larger by this much
ICON_OF = {ID_READER: "id_card", CODE_SCANNER: "scan"}  # the others are slots
# For each corner of a picture, from the lower left one counterclockwise: the corner of the icon that goes there. The
# icon points right.
_TURNS = {
    "right": (0, 1, 1, 1, 1, 0, 0, 0),
    "left": (1, 0, 0, 0, 0, 1, 1, 1),
    "above": (0, 0, 0, 1, 1, 1, 1, 0),
    "below": (1, 1, 1, 0, 0, 0, 0, 1),
}


class MachinePlan(Widget):
    """The plan, as large as the widget allows, with `part` in the accent colour; empty where that part's place is not
    known. Call `draw()` after a change of colours or machine.
    """

    part = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.draw = Clock.create_trigger(self._draw, -1)  # once for all changes before a frame
        self.bind(part=self.draw, size=self.draw, pos=self.draw)

    @property
    def _machine(self) -> Machine | None:
        machine: Machine | None = supplies().machine
        return machine

    @property
    def share(self) -> float:
        """Width divided by height; 0 if the plan is empty."""
        machine = self._machine
        if machine is None or machine.part(self.part) is None:
            return 0.0
        front = machine.front
        return (front.right - front.left) / (front.top - front.bottom)

    def _draw(self, *_args: object) -> None:
        self.canvas.clear()
        machine = self._machine
        wanted = None if machine is None else machine.part(self.part)
        if machine is None or wanted is None or min(self.size) < 1:
            return
        app = supplies()
        colours = app.theme.picture_colours
        front = machine.front
        scale = min(self.width / (front.right - front.left), self.height / (front.top - front.bottom))
        left = self.center_x - (front.right + front.left) / 2 * scale
        bottom = self.center_y - (front.top + front.bottom) / 2 * scale
        line = max(2, round(scale * 5))

        def box(of: Box, radius_mm: float, inside: str) -> tuple[float, float, float, float]:
            place = (
                round(left + of.left * scale),
                round(bottom + of.bottom * scale),
                round((of.right - of.left) * scale),
                round((of.top - of.bottom) * scale),
            )
            Color()
            drawn = RoundedBox(pos=place[:2], size=place[2:])
            drawn.look = (radius_mm * scale, line, colour(colours.outline), colour(inside))
            return place

        with self.canvas:
            box(front, 24, colours.machine)
            display = box(machine.display, 8, colours.paper)
            self._something_written(display, wanted.x_mm > machine.width_mm / 2, colours.print_soft)
            for part in machine.parts:
                if part is not wanted:
                    self._inside(part, box(part.box, 10, colours.machine), colours.outline)
            self._inside(wanted, box(wanted.box.wider_by(STANDS_OUT_MM), 14, colours.accent), colours.on_accent)
            self._arrow(machine, wanted, display, scale, colours.accent)

    def _something_written(self, display: tuple[float, float, float, float], at_left: bool, ink: str) -> None:
        """Draw two lines of text, away from the arrow, by which a white box is recognised as the display."""
        x, y, width, height = display
        thick = max(2, round(min(width, height) * 0.05))
        Color(*colour(ink))
        for upward, share in ((0.88, 0.42), (0.76, 0.28)):
            across = x + width * (0.1 if at_left else 0.48)
            Rectangle(pos=(round(across), round(y + height * upward - thick)), size=(round(width * share), thick))

    def _inside(self, part: Part, place: tuple[float, float, float, float], ink: str) -> None:
        """Draw the icon of a part, or its slit."""
        x, y, width, height = place
        Color(*colour(ink))
        if part.name in ICON_OF:
            icon = supplies().icon_texture(ICON_OF[part.name], height * ICON_SHARE)
            if icon is not None:
                side = min(icon.width, height * ICON_SHARE)
                Rectangle(
                    texture=icon, pos=(int(x + (width - side) / 2), int(y + (height - side) / 2)), size=(side, side)
                )
        else:
            slit = max(2, round(height * 0.22))
            Rectangle(pos=(round(x + width * 0.16), round(y + (height - slit) / 2)), size=(round(width * 0.68), slit))

    def _arrow(
        self, machine: Machine, wanted: Part, display: tuple[float, float, float, float], scale: float, accent: str
    ) -> None:
        """Draw the arrow on the display, at the edge towards the part."""
        x, y, width, height = display
        side = min(width, height) * ARROW_SHARE
        icon = supplies().icon_texture("pointer", side)
        if icon is None:
            return
        side = min(icon.width, side)
        level = machine.level_of(wanted)
        way = level if level != "beside" else "right" if wanted.x_mm > machine.width_mm / 2 else "left"
        across = min(max(x + wanted.x_mm * scale - side / 2, x + side * 0.1), x + width - side * 1.1)
        upward = min(max(y + wanted.y_mm * scale - side / 2, y + side * 0.1), y + height - side * 1.1)
        if way in ("above", "below"):
            upward = y + side * 0.1 if way == "below" else y + height - side * 1.1
        else:
            across = x + side * 0.1 if way == "left" else x + width - side * 1.1
        Color(*colour(accent))
        Rectangle(texture=icon, pos=(int(across), int(upward)), size=(side, side), tex_coords=_TURNS[way])
