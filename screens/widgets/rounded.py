"""A box with round corners that is cheap to paint.

Kivy's own consists of a fan of narrow triangles with a soft outline; without a graphics card each takes as long as a
fifth of the screen. This one consists of nine pieces of one small texture: four corners and the parts between them.
"""

from __future__ import annotations

from functools import cache
from inspect import getattr_static
from math import hypot

from kivy.factory import Factory
from kivy.graphics import BorderImage
from kivy.graphics.texture import Texture

Colour = tuple[float, ...]
Look = tuple[float, float, Colour, Colour]

# The properties that the box below overrides.
_KIVYS_POS, _KIVYS_SIZE = getattr_static(BorderImage, "pos"), getattr_static(BorderImage, "size")


class RoundedBox(BorderImage):
    """A box with round corners. `pos` and `size`: in pixels, rounded to whole ones, so that the line has the same width
    everywhere. `look`: radius of the corners, width of the line, colour of the line, colour inside, both with opacity.
    A box that is smaller than its corners gets smaller ones; one without a size is not drawn.
    """

    def __init__(self, **kwargs: object) -> None:
        self._look: Look | None = None
        super().__init__(auto_scale="off", **kwargs)

    @property
    def look(self) -> Look | None:
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        radius, line_width, line, inside = look
        self.texture = _drawn(max(1, round(radius)), round(line_width), tuple(line), tuple(inside))
        self._round()

    @property
    def pos(self) -> tuple[float, float]:
        return super().pos

    @pos.setter
    def pos(self, pos: tuple[float, float]) -> None:
        _KIVYS_POS.__set__(self, tuple(map(round, pos)))

    @property
    def size(self) -> tuple[float, float]:
        return super().size

    @size.setter
    def size(self, size: tuple[float, float]) -> None:
        _KIVYS_SIZE.__set__(self, tuple(map(round, size)))
        self._round()

    def _round(self) -> None:
        radius = 0 if self._look is None else self._look[0]
        self.border = (int(min(radius, *(side / 2 for side in self.size))),) * 4


Factory.register("RoundedBox", cls=RoundedBox)


@cache
def _drawn(radius: int, line_width: int, line: Colour, inside: Colour) -> Texture:
    """A texture of a disc with a line around and soft edges, with 2 more pixels in width and height for stretching."""
    half = range(radius + 1)
    quarter = [[_pixel(radius, line_width, line, inside, x, y) for x in half] for y in half]
    rows = [row + row[::-1] for row in quarter]
    texture = Texture.create(size=(2 * radius + 2,) * 2, colorfmt="rgba")
    texture.min_filter = texture.mag_filter = "nearest"
    texture.blit_buffer(b"".join(b"".join(row) for row in rows + rows[::-1]), colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _pixel(radius: int, line_width: int, line: Colour, inside: Colour, x: int, y: int) -> bytes:
    """Red, green, blue and opacity of the pixel at (x, y) from a corner."""
    covered, filled = _covered(radius, x, y), _covered(radius - line_width, x - line_width, y - line_width)
    mixed = [within * filled + around * (1 - filled) for around, within in zip(line[:3], inside[:3], strict=True)]
    opacity = covered * (inside[3] * filled + line[3] * (1 - filled))
    return bytes(round(255 * value) for value in (*mixed, opacity))


def _covered(radius: int, x: int, y: int) -> float:
    """The share of a pixel inside a round corner, by the distance of its centre from the corner's centre."""
    across, down = radius - x - 0.5, radius - y - 0.5
    if min(x, y) < 0:
        return 0.0
    if across <= 0 or down <= 0:
        return 1.0
    return min(1.0, max(0.0, radius - hypot(across, down) + 0.5))
