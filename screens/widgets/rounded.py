"""A rectangle with round corners that is cheap to paint.

Kivy builds its own from a fan of narrow triangles and a soft line around them; without a graphics card each costs as
much as a fifth of the screen. This one is nine pieces of one small picture: four corners, and what is between them.
"""

from __future__ import annotations

from functools import cache
from math import hypot

from kivy.factory import Factory
from kivy.graphics import BorderImage
from kivy.graphics.texture import Texture


class RoundedBox(BorderImage):
    """`pos`, `size` and `radius` in pixels, in the colour that is set before it; smaller corners where it is small."""

    def __init__(self, radius: float = 1, **kwargs: object) -> None:
        self._radius = radius
        super().__init__(auto_scale="off", **kwargs)
        self.radius = radius

    @property
    def radius(self) -> float:
        return self._radius

    @radius.setter
    def radius(self, radius: float) -> None:
        self._radius = radius
        self.texture = _disc(max(1, round(radius)))
        self._round()

    @property
    def size(self) -> tuple[float, float]:
        return BorderImage.size.__get__(self)

    @size.setter
    def size(self, size: tuple[float, float]) -> None:
        BorderImage.size.__set__(self, size)
        self._round()

    def _round(self) -> None:
        self.border = (int(min(self._radius, *(side / 2 for side in self.size))),) * 4


Factory.register("RoundedBox", cls=RoundedBox)


@cache
def _disc(radius: int) -> Texture:
    """A white disc with soft edges, 2 pixels wider and higher than round, so that there is something to stretch."""
    side = 2 * radius + 2
    rows = [[_covered(radius, x, y) for x in range(side)] for y in range(side)]
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(
        bytes(value for row in rows for alpha in row for value in (255, 255, 255, alpha)), colorfmt="rgba",
        bufferfmt="ubyte")
    return texture


def _covered(radius: int, x: int, y: int) -> int:
    """How much of a pixel lies inside, of 255: by the distance of its centre from the nearest corner's centre."""
    across, down = (max(radius - at, at - radius - 2) for at in (x + 0.5, y + 0.5))
    if across <= 0 or down <= 0:
        return 255
    return round(255 * min(1.0, max(0.0, radius - hypot(across, down) + 0.5)))
