"""Draws text as raster images: one Chinese typeface with fallbacks for rare characters and Uyghur.

The face is Noto Sans in the forms of mainland China (直, 骨 and 角 differ from the Japanese ones). Characters that it
lacks come from HanaMin (extensions A to F), BabelStone Han (later ones) and DejaVu Sans (Arabic letters that Uyghur
does not have). A line with right-to-left letters is shaped: `drivers.shaped_text`.

Drawing never fails: a character that cannot be drawn is shown as 〓, the printers' mark for a missing character (□
would be read as 口). `missing` returns such characters, so that texts can be checked before printing.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from drivers.character_map import CharacterMap, characters_of
from drivers.right_to_left import (
    DIRECTION_MARKS,
    is_invisible,
    needs_shaping,
    wrapped,
)
from drivers.shaped_text import FACES, ShapedText

Weight = Literal["Regular", "Bold"]
PRIMARY: dict[Weight, str] = {"Regular": "NotoSansSC-Regular.otf", "Bold": "NotoSansSC-Bold.otf"}
FALLBACKS = ("HanaMinA.ttf", "HanaMinB.ttf", "BabelStoneHan.ttf", "DejaVuSans-Arabic.ttf")
MISSING = "〓"
NEVER_DRAWN = ("Cc", "Zl", "Zp", "Cs")  # the shaper takes some of them as the end of a paragraph, and fails
LINE_HEIGHT_EM = 1.3
BASELINE_EM = 1.0  # from the top of the line; the em box of a Chinese character then lies 0.12 em below the top
BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    characters: CharacterMap


class Typeface:
    """One weight of the typeface at any size. Safe to use from several threads."""

    def __init__(self, sources: tuple[_Source, ...], shaped: ShapedText | None = None) -> None:
        self._sources = sources
        self._shaped = shaped
        self._fonts: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, fonts_dir: Path, weight: Weight = "Regular") -> Typeface:
        """Open the fonts in `fonts_dir`. Raises FileNotFoundError where they have not been built."""
        paths = [fonts_dir / name for name in (PRIMARY[weight], *FALLBACKS)]
        joining = fonts_dir / FACES[weight]
        for path in (*paths, joining):
            if not path.is_file():
                raise FileNotFoundError(f"font {path} is missing: python -m screens.authoring.font_build makes it")
        sources = tuple(_Source(path, characters_of(path, path.stat().st_mtime_ns)) for path in paths)
        return cls(sources, ShapedText((joining, *paths)))

    def missing(self, text: str) -> str:
        """The characters of `text` that cannot be drawn, in order: no font has them, or they are no visible characters
        of a line (controls, line and paragraph separators).
        """
        return "".join(c for c in text if self._is_missing(c))

    def width(self, text: str, size_px: int) -> int:
        """Advance width of one line, in dots."""
        if self._shaped is not None and needs_shaping(text):
            return round(self._shaped.width(self._shown(text), size_px))
        with self._lock:
            return round(
                sum(self._font(source, size_px).getlength(run) for source, run in self._runs(self._shown(text)))
            )

    def wrap(self, text: str, size_px: int, width_px: int) -> list[str]:
        """Lines that are at most `width_px` wide."""
        return wrapped(text, width_px, lambda line: self.width(line, size_px))

    @staticmethod
    def line_height(size_px: int) -> int:
        """Height in dots of the picture that `draw` returns: the em and room for descenders."""
        return round(size_px * LINE_HEIGHT_EM)

    def draw(self, text: str, size_px: int) -> Image.Image:
        """One line as a picture of mode "L", black on white, `width` wide (at least one dot) and `line_height` high;
        what is missing as 〓.

        The baseline is `size_px` below the top whatever the text is, so lines can be set side by side.
        """
        if self._shaped is not None and needs_shaping(text):
            return self._shaped.draw(self._shown(text), size_px)
        picture = Image.new("L", (max(1, self.width(text, size_px)), self.line_height(size_px)), WHITE)
        pen = ImageDraw.Draw(picture)
        x = 0.0
        with self._lock:
            for source, run in self._runs(self._shown(text)):
                font = self._font(source, size_px)
                pen.text((x, size_px * BASELINE_EM), run, font=font, fill=BLACK, anchor="ls")
                x += font.getlength(run)
        return picture

    def _shown(self, text: str) -> str:
        """`text` as it can be drawn. A mark that has no character before it is left out, because the shaper fails on a
        variation selector alone.
        """
        begins = next((at for at, character in enumerate(text) if not _needs_another(character)), len(text))
        return "".join(MISSING if self._is_missing(c) else c for c in text[begins:])

    def _is_missing(self, character: str) -> bool:
        if is_invisible(character):
            return False
        is_known = any(ord(character) in source.characters for source in self._sources)
        return not is_known or unicodedata.category(character) in NEVER_DRAWN

    def _font(self, source: int, size_px: int) -> ImageFont.FreeTypeFont:
        key = (source, size_px)
        if key not in self._fonts:
            self._fonts[key] = ImageFont.truetype(str(self._sources[source].path), size_px)
        return self._fonts[key]

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        """The longest pieces of `text` that one font draws, with that font's index."""
        source, run = 0, ""
        for index, character in enumerate(text):
            chosen = source if index and is_invisible(character) else self._source_of(character)
            if run and chosen != source:
                yield source, run
                run = ""
            source, run = chosen, run + character
        if run:
            yield source, run

    def _source_of(self, character: str) -> int:
        return next((i for i, source in enumerate(self._sources) if ord(character) in source.characters), 0)


def _needs_another(character: str) -> bool:
    return is_invisible(character) and character not in DIRECTION_MARKS
