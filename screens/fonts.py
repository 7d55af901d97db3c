"""The typeface on screen, and the fallback for characters that it lacks."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from pathlib import Path

REGULAR, BOLD = "NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"
FALLBACKS = ("HanaMinA.ttf", "HanaMinB.ttf", "DejaVuSans-Arabic.ttf")


class Fonts:
    """Font files of `fonts_dir`. A FileNotFoundError says what to run if the main ones are not there."""

    def __init__(self, fonts_dir: Path) -> None:
        self._dir = fonts_dir
        for name in (REGULAR, BOLD):
            if not (fonts_dir / name).is_file():
                raise FileNotFoundError(f"{fonts_dir / name} is missing: run `make setup`")
        self.regular = str(fonts_dir / REGULAR)
        self.bold = str(fonts_dir / BOLD)

    def runs(self, text: str) -> list[tuple[str, str]]:
        """`text` in pieces of one font each: ("" for the main font or a fallback's path, piece)."""
        if all(_is_everyday(character) for character in text):
            return [("", text)]
        return [(font, "".join(piece)) for font, piece in groupby(text, self._font_of)]

    def _font_of(self, character: str) -> str:
        if _is_everyday(character) or ord(character) in self._main:
            return ""
        return next((path for path, has in self._fallbacks if ord(character) in has), "")

    @cached_property
    def _main(self) -> frozenset[int]:
        return _characters(self._dir / REGULAR)

    @cached_property
    def _fallbacks(self) -> list[tuple[str, frozenset[int]]]:
        return [(str(path), _characters(path)) for path in map(self._dir.joinpath, FALLBACKS) if path.is_file()]


def _is_everyday(character: str) -> bool:
    """Surely in the main font: Western, punctuation, or an ideograph of Unicode 1.1. Spares reading fonts' tables."""
    return ord(character) < 0x0600 or 0x2000 <= ord(character) < 0x2200 or 0x3000 <= ord(character) < 0x3130 \
        or 0x4E00 <= ord(character) <= 0x9FA5 or 0xFF00 <= ord(character) < 0xFF5F


def _characters(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # slow to import, and needed for rare characters only

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
