"""Draws the printer's own font as dots: 24 x 24 for a Chinese character, 12 x 24 for a Western one."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageDraw

from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.typeface import Typeface

WIDTH_DOTS, WIDE_DOTS, HEIGHT_DOTS = 12, 24, 24
WHITE, BLACK = 255, 0
INK_BELOW = 150  # grey level; a burnt dot spreads, so thin strokes come out full
WESTERN_SIZE = 20  # the size at which digits are 12 dots wide
WESTERN_BASELINE, CHINESE_BASELINE = 19, 21


class GlyphBox:
    """Draws each character once and keeps it."""

    def __init__(self, device_file: ReceiptPrinterFile, typeface: Typeface) -> None:
        self._file = device_file
        self._typeface = typeface
        self._kept: dict[tuple[str, bool, bool], Image.Image] = {}

    def glyph(self, character: str, as_wide: bool, bold: bool) -> Image.Image:
        """The cell of one character, mode "L"; an empty box where the printer's font has none."""
        key = (character, as_wide, bold)
        if key not in self._kept:
            self._kept[key] = self._drawn(character, as_wide, bold)
        return self._kept[key]

    def _drawn(self, character: str, as_wide: bool, bold: bool) -> Image.Image:
        western = " " <= character <= "~"
        if not western and not self._file.prints(character):
            return _empty_box()
        if western:
            cell = self._set(character, WESTERN_SIZE, WESTERN_BASELINE, WIDTH_DOTS)
            if as_wide:
                cell = cell.resize((WIDE_DOTS, HEIGHT_DOTS), Image.Resampling.NEAREST)
        else:
            cell = self._set(character, WIDE_DOTS, CHINESE_BASELINE, WIDE_DOTS)
        return ImageChops.darker(cell, ImageChops.offset(cell, 1, 0)) if bold else cell

    def _set(self, character: str, size: int, baseline: int, width: int) -> Image.Image:
        drawn = self._typeface.draw(character, size)
        if drawn.width > width:
            drawn = drawn.resize((width, drawn.height), Image.Resampling.LANCZOS)
        cell = Image.new("L", (width, HEIGHT_DOTS), WHITE)
        cell.paste(drawn, ((width - drawn.width) // 2, baseline - size))
        return cell.point(lambda grey: BLACK if grey < INK_BELOW else WHITE)


def _empty_box() -> Image.Image:
    cell = Image.new("L", (WIDE_DOTS, HEIGHT_DOTS), WHITE)
    ImageDraw.Draw(cell).rectangle((2, 2, WIDE_DOTS - 4, HEIGHT_DOTS - 3), outline=BLACK)
    return cell
