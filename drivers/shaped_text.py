"""Draws Uyghur text and the text between it: letters that join, in reading order.

Pillow's Raqm layout (HarfBuzz and FriBiDi, in its wheel) shapes and orders. The face is UKIJ: Ekran, drawn for screens,
and Tuz Tom, its bold. Characters that it lacks, above all Chinese ones, come from the fonts of `drivers.typeface`.

Fonts and their tables are read only when the first such text is drawn.
"""

from __future__ import annotations

import threading
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.character_map import CharacterMap, characters_of
from drivers.right_to_left import Piece, is_invisible, pieces, without_marks

FACES = {"Regular": "UKIJEkran.ttf", "Bold": "UKIJTuT.ttf"}
LANGUAGE = "ug"  # the face's language; without it HarfBuzz takes that of the environment
MISSING = "〓"
LINE_HEIGHT_EM = 1.3  # as `Typeface` has it
# The face's letters are small in their em, and hard to read beside Chinese of the same size. Set larger, they reach
# from 0.87 em above the line to 0.42 em below it.
JOINING_EM, BASELINE_EM = 1.08, 0.875
BLACK, WHITE = 0, 255


class ShapedText:
    """One face at any size: the fonts at `paths`, the first of which has the letters that join. Safe to use from
    several threads.
    """

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._paths = paths
        self._fonts: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self._maps: dict[int, CharacterMap] = {}
        self._lock = threading.Lock()

    def width(self, text: str, size_px: int) -> float:
        """Advance width of one line, in dots."""
        with self._lock:
            return sum(self._advance(piece, size_px) for piece in self._pieces(text))

    def draw(self, text: str, size_px: int) -> Image.Image:
        """One line as a picture of mode "L", black on white, as high as `Typeface.draw` makes it."""
        with self._lock:
            placed = [(piece, self._advance(piece, size_px)) for piece in self._pieces(text)]
            width = max(1, round(sum(advance for _, advance in placed)))
            picture = Image.new("L", (width, round(size_px * LINE_HEIGHT_EM)), WHITE)
            pen = ImageDraw.Draw(picture)
            x = 0.0
            for piece, advance in placed:
                pen.text(
                    (x, round(size_px * BASELINE_EM)),
                    piece.text,
                    font=self._font(piece.font, size_px),
                    fill=BLACK,
                    anchor="ls",
                    direction="rtl" if piece.right_to_left else "ltr",
                    language=LANGUAGE,
                )
                x += advance
        return picture

    def _pieces(self, text: str) -> list[Piece]:
        shown = "".join(character if self._has(character) else MISSING for character in text)
        return pieces(shown, self._font_of) if without_marks(shown) else []

    def _has(self, character: str) -> bool:
        return is_invisible(character) or any(self._is_in(font, character) for font in range(len(self._paths)))

    def _font_of(self, character: str) -> int:
        """The index of the first font that has `character`. Characters without a shape count as being in every font."""
        if is_invisible(character):
            return 0
        return next((font for font in range(len(self._paths)) if self._is_in(font, character)), 0)

    def _is_in(self, font: int, character: str) -> bool:
        """Whether the font has `character`. Its table is read when the fonts before it lack a character."""
        if font not in self._maps:
            self._maps[font] = characters_of(self._paths[font], self._paths[font].stat().st_mtime_ns)
        return ord(character) in self._maps[font]

    def _advance(self, piece: Piece, size_px: int) -> float:
        direction = "rtl" if piece.right_to_left else "ltr"
        return self._font(piece.font, size_px).getlength(piece.text, direction=direction, language=LANGUAGE)

    def _font(self, font: int, size_px: int) -> ImageFont.FreeTypeFont:
        key = (font, size_px)
        if key not in self._fonts:
            size = size_px if font else round(size_px * JOINING_EM)
            self._fonts[key] = ImageFont.truetype(str(self._paths[font]), size, layout_engine=ImageFont.Layout.RAQM)
        return self._fonts[key]
