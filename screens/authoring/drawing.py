"""What the icons and pictures are drawn with: a sheet of paper, and the colours. Drawn large and made smaller."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from assets import ASSETS

ICON_PX, PICTURE_PX, OVERSAMPLING = 128, (900, 640), 3

INK, PAPER, ACCENT, PALE, LINE, SKIN = "#14222B", "#FFFFFF", "#0B4A6F", "#CFE2ED", "#B8C4CB", "#8FA3AF"
AMBER, RED = "#B36B00", "#B3261E"
MACHINE, MACHINE_DARK, LIGHT = "#E3E9ED", "#54656F", "#2E8B57"

Point = tuple[float, float]


class Sheet:
    """A drawing in units of its own, `width` × `height`; strokes have round ends."""

    def __init__(self, width: float, height: float, pixels: tuple[int, int]) -> None:
        self._factor = pixels[0] * OVERSAMPLING / width
        self._pixels = pixels
        self.image = Image.new("RGBA", (pixels[0] * OVERSAMPLING, pixels[1] * OVERSAMPLING), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def line(self, points: list[Point], colour: str, width: float) -> None:
        scaled = [(x * self._factor, y * self._factor) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * self._factor), joint="curve")
        for x, y in scaled:
            r = width * self._factor / 2
            self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        radius: float = 0,
        fill: str | None = None,
        outline: str | None = None,
        stroke: float = 0,
    ) -> None:
        f = self._factor
        self._draw.rounded_rectangle(
            (x * f, y * f, (x + width) * f, (y + height) * f), radius * f, fill, outline, round(stroke * f)
        )

    def circle(
        self, x: float, y: float, radius: float, fill: str | None = None, outline: str | None = None, stroke: float = 0
    ) -> None:
        f = self._factor
        self._draw.ellipse(
            ((x - radius) * f, (y - radius) * f, (x + radius) * f, (y + radius) * f), fill, outline, round(stroke * f)
        )

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, width: float) -> None:
        steps = max(8, int(abs(end - start) / 4))
        angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
        self.line([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles], colour, width)

    def shape(self, points: list[Point], colour: str) -> None:
        self._draw.polygon([(x * self._factor, y * self._factor) for x, y in points], fill=colour)

    def words(self, text: str, x: float, y: float, size: float, colour: str) -> None:
        font = ImageFont.truetype(ASSETS / "fonts" / "NotoSansSC-Bold.otf", round(size * self._factor))
        self._draw.text((x * self._factor, y * self._factor), text, font=font, fill=colour, anchor="mm")

    def trim(self) -> None:
        """Leave away what is empty at the edges."""
        drawn = self.image.getbbox()
        assert drawn is not None, "something is drawn"
        left, top, right, bottom = drawn
        self.image = self.image.crop((left, top, right, bottom))
        self._pixels = ((right - left) // OVERSAMPLING, (bottom - top) // OVERSAMPLING)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.image.resize(self._pixels, Image.Resampling.LANCZOS).save(path, optimize=True)
