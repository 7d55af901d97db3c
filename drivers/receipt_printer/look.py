"""Draws a strip of burnt dots as a piece of thermal paper."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageDraw, ImageFilter

MARGIN_DOTS = 32  # 80 mm paper is 640 dots wide, of which the head reaches 576
END_DOTS = 14
TOOTH_DOTS = 8
TABLE = (96, 101, 107)
PAPER = (250, 249, 245)
INK = (38, 37, 44)
TABLE_DOTS = 28
SHADOW = 110  # of 255


def on_paper(dots: Image.Image) -> Image.Image:
    """An RGB picture: slightly soft dark dots on warm white paper with saw-tooth ends and a shadow."""
    sheet = Image.new("L", (dots.width + 2 * MARGIN_DOTS, dots.height + 2 * END_DOTS), 255)
    sheet.paste(dots, (MARGIN_DOTS, END_DOTS))
    ink = ImageChops.invert(sheet.filter(ImageFilter.GaussianBlur(0.45)))
    paper = Image.composite(Image.new("RGB", sheet.size, INK), Image.new("RGB", sheet.size, PAPER), ink)
    outline = _outline(sheet.size)
    table = Image.new("RGB", (sheet.width + 2 * TABLE_DOTS, sheet.height + 2 * TABLE_DOTS), TABLE)
    shadow = Image.new("L", table.size, 0)
    shadow.paste(outline.point(lambda value: value * SHADOW // 255), (TABLE_DOTS + 4, TABLE_DOTS + 6))
    shadow = shadow.filter(ImageFilter.GaussianBlur(7))
    table = Image.composite(Image.new("RGB", table.size, (0, 0, 0)), table, shadow)
    table.paste(paper, (TABLE_DOTS, TABLE_DOTS), outline)
    return table


def _outline(size: tuple[int, int]) -> Image.Image:
    """A mask that is white where there is paper: a rectangle with saw-tooth ends."""
    width, height = size
    outline = Image.new("L", size, 0)
    teeth = range(0, width + TOOTH_DOTS, TOOTH_DOTS)
    top = [(x, 0 if i % 2 else TOOTH_DOTS // 2) for i, x in enumerate(teeth)]
    bottom = [(x, height - 1 - (0 if i % 2 else TOOTH_DOTS // 2)) for i, x in enumerate(teeth)]
    ImageDraw.Draw(outline).polygon([*top, *reversed(bottom)], fill=255)
    return outline
