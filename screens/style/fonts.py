"""The typeface on screen, and the fallback for characters that it lacks."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.character_map import CharacterMap, characters_of
from drivers.right_to_left import is_invisible

if TYPE_CHECKING:
    from drivers.shaped_text import ShapedText

REGULAR, BOLD = "NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"
FALLBACKS = ("HanaMinA.ttf", "HanaMinB.ttf", "BabelStoneHan.ttf", "DejaVuSans-Arabic.ttf")
WITH_CHINESE = FALLBACKS[:3]
JOINING = {"regular": "UKIJEkran.ttf", "bold": "UKIJTuT.ttf"}
MISSING = "〓"  # the printers' mark for a missing character; □ would be read as 口


KIVYS_OWN = "Roboto"  # what Kivy finds by this name in its own package; Latin only


class Fonts:
    """The fonts in `fonts_dir`. If the main ones are missing, the page that says so is drawn with another font with
    Chinese characters, or else Kivy's own. `missing`: a line for each missing font, with the command to run.
    """

    def __init__(self, fonts_dir: Path) -> None:
        self._dir = fonts_dir
        self.missing = [
            f"{name}: is missing or damaged in {fonts_dir}: `python -m screens.authoring.font_build` makes it"
            for name in (REGULAR, BOLD)
            if not _is_font(fonts_dir / name)
        ]
        present = [name for name in (REGULAR, BOLD, *WITH_CHINESE) if _is_font(fonts_dir / name)]
        self.have_chinese = bool(present)
        self.regular = str(fonts_dir / present[0]) if present else KIVYS_OWN
        self.bold = self.regular if self.missing else str(fonts_dir / BOLD)
        self._shaped: dict[str, ShapedText | None] = {}

    def runs(self, text: str) -> list[tuple[str, str]]:
        """`text` in pieces of one font each: ("" for the main font or a fallback's path, piece). A character that no
        font has becomes 〓.
        """
        if all(_is_everyday(character) for character in text):
            return [("", text)]
        placed = [self._placed(character) for character in text]
        return [(font, "".join(character for _, character in piece)) for font, piece in groupby(placed, itemgetter(0))]

    def shaped(self, weight: str) -> ShapedText | None:
        """The font for letters that join, loaded when first needed; None where no font has such letters."""
        if weight not in self._shaped:
            self._shaped[weight] = self._opened(weight)
        return self._shaped[weight]

    def _opened(self, weight: str) -> ShapedText | None:
        from drivers.shaped_text import ShapedText  # Pillow: only where it is needed

        joining = [self._dir / name for name in (JOINING[weight], FALLBACKS[-1]) if _is_font(self._dir / name)]
        others = [self._dir / name for name in (BOLD if weight == "bold" else REGULAR, *FALLBACKS)]
        return ShapedText((joining[0], *filter(_is_font, others))) if joining else None

    def _placed(self, character: str) -> tuple[str, str]:
        """The font that has `character`, and what to draw with it."""
        if self.missing or _is_everyday(character) or ord(character) in self._main or is_invisible(character):
            return "", character
        font = next((path for path, has in self._fallbacks if ord(character) in has), None)
        return ("", MISSING) if font is None else (font, character)

    @cached_property
    def _main(self) -> CharacterMap:
        return _characters(self._dir / REGULAR)

    @cached_property
    def _fallbacks(self) -> list[tuple[str, CharacterMap]]:
        paths = map(self._dir.joinpath, FALLBACKS)
        return [(str(path), _characters(path)) for path in paths if path.is_file()]


def _characters(path: Path) -> CharacterMap:
    return characters_of(path, path.stat().st_mtime_ns)


def _is_font(path: Path) -> bool:
    """Whether the file is a font, by its first bytes (OpenType specification, 4.3)."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"OTTO", b"\0\1\0\0", b"true")
    except OSError:
        return False


def _is_everyday(character: str) -> bool:
    """Whether the character is certainly in the main font: Western, punctuation, or an ideograph of Unicode 1.1. For
    these no font's table need be read.
    """
    code = ord(character)
    if code < 0x0600:
        return code >= 0xA0 or 0x20 <= code < 0x7F or character in "\n\t"
    return (
        (0x2000 <= code < 0x2200 and code not in (0x2028, 0x2029))
        or 0x3000 <= code < 0x3130
        or 0x4E00 <= code <= 0x9FA5
        or 0xFF00 <= code < 0xFF5F
    )
