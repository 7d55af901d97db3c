"""Draws the permit's face: it turns a layout of text lines into a `FaceRaster`. No device here."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import Image, ImageChops, ImageOps

from drivers.permit_file.face_layout import FaceLayout, FaceLine
from drivers.permit_unit.base import FaceRaster
from drivers.typeface import Typeface

# Smaller characters of ten strokes are illegible when burnt at 8 dots/mm (2 mm is GB/T 9851's small five).
SMALLEST_SIZE_DOTS = 16
SIZE_STEP_DOTS = 2
# A dot is burnt where the grey value is darker than this; a little above half, because thin strokes burn weakly.
DARK_BELOW = 150
# The typeface's em box begins this far below the top of what it draws, and descenders reach this far below the box.
EM_TOP = 0.12
DESCENDER_EM = 0.1
LEAST_PITCH_EM = 1.12
ROW_DOTS = 8
WHITE = 255
ELLIPSIS = "…"


def line_pitch(size: int) -> int:
    """The distance of two lines in dots: with a gap between them, and such that each begins on a row of 8 dots."""
    return math.ceil(size * LEAST_PITCH_EM / ROW_DOTS) * ROW_DOTS


def draw_face(layout: FaceLayout, values: Mapping[str, str], typeface: Typeface) -> FaceRaster:
    """The raster of `layout` with `values` filled in. Text that is too long is drawn smaller, then cut with "…", so
    that nothing leaves its box. Raises ValueError for a field that `values` lacks.
    """
    picture = Image.new("L", (layout.width_dots, layout.height_dots), WHITE)
    for line in layout.lines:
        _draw_line(picture, line, _filled(line.template, values), typeface)
    return image_to_raster(picture)


def missing_on_face(layout: FaceLayout, values: Mapping[str, str], typeface: Typeface) -> str:
    """The characters of the face's text that cannot be drawn. Raises ValueError as `draw_face` does."""
    return typeface.missing("".join(_filled(line.template, values) for line in layout.lines))


def is_cut_on_face(layout: FaceLayout, values: Mapping[str, str], typeface: Typeface) -> bool:
    """Whether some line is too long for its box even in the smallest size. Raises ValueError as `draw_face` does."""
    return any(_is_cut(_filled(line.template, values), line, typeface) for line in layout.lines)


def _is_cut(text: str, line: FaceLine, typeface: Typeface) -> bool:
    _, rows = fitted_lines(text, line, typeface)
    return "".join("".join(rows).split()) != "".join(text.split())


def image_to_raster(picture: Image.Image) -> FaceRaster:
    """A grey picture (mode "L", dark on white) as burnt dots. Its height must be a multiple of 8."""
    dark = picture.point([255 if grey < DARK_BELOW else 0 for grey in range(256)], mode="1")
    columns = dark.transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    return FaceRaster(picture.width, picture.height, columns)


def raster_to_image(raster: FaceRaster) -> Image.Image:
    """The dots as a picture of mode "L", black on white."""
    lying = Image.frombytes("1", (raster.height_dots, raster.width_dots), raster.columns, "raw", "1;R")
    return ImageOps.invert(lying.transpose(Image.Transpose.TRANSPOSE).convert("L"))


def fitted_lines(text: str, line: FaceLine, typeface: Typeface) -> tuple[int, list[str]]:
    """The size and the lines in which `text` fits the box of `line`."""
    height = line.max_lines * line_pitch(line.size)
    size = line.size
    while len(lines := typeface.wrap(text, size, line.width)) * line_pitch(size) > height:
        if size - SIZE_STEP_DOTS < SMALLEST_SIZE_DOTS:
            rows = max(1, height // line_pitch(size))
            return size, [*lines[: rows - 1], _cut("".join(lines[rows - 1 :]), size, line.width, typeface)]
        size -= SIZE_STEP_DOTS
    return size, lines


def _filled(template: str, values: Mapping[str, str]) -> str:
    try:
        return template.format_map(values)
    except KeyError as error:
        raise ValueError(f"the face shows a field {error.args[0]!r} that was not given") from None


def _cut(text: str, size: int, width: int, typeface: Typeface) -> str:
    if typeface.width(text, size) <= width:
        return text
    while text and typeface.width(text + ELLIPSIS, size) > width:
        text = text[:-1]
    return text + ELLIPSIS


def _draw_line(picture: Image.Image, line: FaceLine, text: str, typeface: Typeface) -> None:
    size, rows = fitted_lines(text, line, typeface)
    first_row = (line.y + ROW_DOTS // 2) // ROW_DOTS * ROW_DOTS
    for index, row in enumerate(rows):
        drawn = typeface.draw(row, size)
        top = round(size * EM_TOP)
        em = drawn.crop((0, top, min(drawn.width, line.width), top + size + round(size * DESCENDER_EM)))
        _lay_over(picture, em, line.x, first_row + index * line_pitch(size))


def _lay_over(picture: Image.Image, ink: Image.Image, x: int, y: int) -> None:
    """Darken `picture` with `ink`, clipped to the picture."""
    box = (x, y, min(x + ink.width, picture.width), min(y + ink.height, picture.height))
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    under = picture.crop(box)
    picture.paste(ImageChops.darker(under, ink.crop((0, 0, under.width, under.height))), box)
