"""The simulated face: a rewritable area that keeps its burnt dots, and a picture of the whole permit."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageOps

from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.face import raster_to_image
from drivers.typeface import Typeface

# ID-1 (ISO/IEC 7810: 85.60 x 53.98 mm) at 8 dots/mm, twice as large so that the printing looks like printing.
SCALE = 2
PLASTIC = (685 * SCALE, 432 * SCALE)
CORNER = 25 * SCALE
AREA_AT = (190 * SCALE, 96 * SCALE)
PHOTO = (24 * SCALE, 100 * SCALE, 166 * SCALE, 278 * SCALE)

PAPER = (250, 251, 247)
TINT = (223, 236, 240)
WAVE = (196, 220, 228)
HEAD = (28, 74, 120)
INK = (33, 38, 46)
FAINT = (110, 122, 134)
BURNT = (38, 46, 92)
SILVER = (236, 238, 240)


class RewritableFace:
    """The rewritable area: dark dots stay until they are erased. Implements `Face` of the simulated permit."""

    def __init__(self, width_dots: int = 480, height_dots: int = 320) -> None:
        self._width = width_dots
        self._height = height_dots
        self._columns = bytes(width_dots * height_dots // 8)
        self._lock = threading.Lock()
        self.erasures = 0
        self.prints = 0

    @property
    def raster(self) -> FaceRaster:
        """The present raster."""
        with self._lock:
            return FaceRaster(self._width, self._height, self._columns)

    def erase(self) -> None:
        """Wipe the whole area."""
        with self._lock:
            self._columns = bytes(len(self._columns))
            self.erasures += 1

    def print_columns(self, columns: bytes) -> None:
        """Burn `columns` over the present raster. Raises ValueError for another size."""
        if len(columns) != len(self._columns):
            raise ValueError(f"{len(columns)} bytes are no raster of {self._width} x {self._height} dots")
        with self._lock:
            both = int.from_bytes(self._columns, "big") | int.from_bytes(columns, "big")
            self._columns = both.to_bytes(len(columns), "big")
            self.prints += 1

    def image(self) -> Image.Image:
        """The area as a picture of mode "L", black on white."""
        return raster_to_image(self.raster)


def draw_permit_face(face: RewritableFace, printed: Mapping[str, str], typeface: Typeface) -> Image.Image:
    """A picture of the whole card, 1370 x 864 pixels (mode "RGB").

    `printed`: the fixed texts "title", "issuer", "name", "sex", "birth", "number"; missing ones stay blank.
    """
    plastic = _ground()
    _draw_head(plastic, printed, typeface)
    _draw_photo(plastic)
    _draw_printed(plastic, printed, typeface)
    _draw_area(plastic, face)
    return _round_off(plastic)


def _ground() -> Image.Image:
    plastic = Image.new("RGB", PLASTIC, PAPER)
    pen = ImageDraw.Draw(plastic)
    for y in range(PLASTIC[1]):
        share = y / PLASTIC[1]
        colour = tuple(round(a + (b - a) * share) for a, b in zip(PAPER, TINT, strict=True))
        pen.line((0, y, PLASTIC[0], y), fill=colour)
    for ring in range(14):
        radius = (120 + ring * 34) * SCALE
        centre_x, centre_y = PLASTIC[0] - 40 * SCALE, PLASTIC[1] + 60 * SCALE
        pen.ellipse((centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius), outline=WAVE, width=2)
    return plastic


def _draw_head(plastic: Image.Image, printed: Mapping[str, str], typeface: Typeface) -> None:
    pen = ImageDraw.Draw(plastic)
    pen.rectangle((0, 0, PLASTIC[0], 76 * SCALE), fill=HEAD)
    pen.rectangle((0, 76 * SCALE, PLASTIC[0], 79 * SCALE), fill=(196, 158, 84))
    _write(plastic, typeface, printed.get("title", "居住证"), 24, 12, 40, PAPER)
    issuer = printed.get("issuer", "样本")
    size = 22
    left = PLASTIC[0] // SCALE - 24 - typeface.width(issuer, size * SCALE) // SCALE
    _write(plastic, typeface, issuer, left, 28, size, (214, 226, 238))


def _draw_photo(plastic: Image.Image) -> None:
    """Draw a silhouette in place of a photo, since the people are invented."""
    left, top, right, bottom = PHOTO
    pen = ImageDraw.Draw(plastic)
    pen.rectangle(PHOTO, fill=(214, 224, 232), outline=(150, 166, 182), width=2)
    figure = Image.new("RGB", (right - left - 4, bottom - top - 4), (214, 224, 232))
    body = ImageDraw.Draw(figure)
    middle, shade = figure.width // 2, (128, 146, 166)
    body.ellipse((middle - 38 * SCALE, 28 * SCALE, middle + 38 * SCALE, 116 * SCALE), fill=shade)
    body.ellipse((middle - 66 * SCALE, 124 * SCALE, middle + 66 * SCALE, 270 * SCALE), fill=shade)
    plastic.paste(figure, (left + 2, top + 2))


def _draw_printed(plastic: Image.Image, printed: Mapping[str, str], typeface: Typeface) -> None:
    name = printed.get("name", "")
    size = 30 if typeface.width(name, 30 * SCALE) <= 150 * SCALE else 18
    _write(plastic, typeface, name, 24, 288, size, INK)
    facts = "  ".join(fact for fact in (printed.get("sex", ""), printed.get("birth", "")) if fact)
    _write(plastic, typeface, facts, 24, 332, 16, INK)
    _write(plastic, typeface, "证件号码", 24, 366, 12, FAINT)
    _write(plastic, typeface, printed.get("number", ""), 24, 382, 15, INK)


def _draw_area(plastic: Image.Image, face: RewritableFace) -> None:
    """Draw the rewritable area, milky with dark blue dots."""
    dots = face.image().resize((480 * SCALE, 320 * SCALE), Image.Resampling.NEAREST)
    left, top = AREA_AT
    pen = ImageDraw.Draw(plastic)
    box = (left - 6, top - 6, left + dots.width + 5, top + dots.height + 5)
    pen.rounded_rectangle(box, 12, fill=SILVER, outline=(178, 190, 200), width=2)
    plastic.paste(Image.new("RGB", dots.size, BURNT), (left, top), ImageOps.invert(dots))


def _write(
    plastic: Image.Image, typeface: Typeface, text: str, x: int, y: int, size: int, colour: tuple[int, int, int]
) -> None:
    if not text:
        return
    ink = ImageOps.invert(typeface.draw(text, size * SCALE))
    plastic.paste(Image.new("RGB", ink.size, colour), (x * SCALE, y * SCALE), ink)


def _round_off(plastic: Image.Image) -> Image.Image:
    table = Image.new("RGB", PLASTIC, (255, 255, 255))
    mask = Image.new("L", PLASTIC, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, PLASTIC[0] - 1, PLASTIC[1] - 1), CORNER, fill=255)
    table.paste(plastic, (0, 0), mask)
    ImageDraw.Draw(table).rounded_rectangle(
        (0, 0, PLASTIC[0] - 1, PLASTIC[1] - 1), CORNER, outline=(150, 160, 170), width=3
    )
    return table
