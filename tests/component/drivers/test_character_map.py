"""Characters of font files, beside what fontTools finds in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from assets import ASSETS
from drivers.character_map import CharacterMap

FONTS_DIR = ASSETS / "fonts"
FONTS = (
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Bold.otf",
    "HanaMinA.ttf",
    "HanaMinB.ttf",
    "BabelStoneHan.ttf",
    "DejaVuSans-Arabic.ttf",
)


@pytest.mark.parametrize("name", FONTS)
def test_a_font_has_the_characters_that_font_tools_finds(name: str) -> None:
    with TTFont(FONTS_DIR / name, lazy=True) as font:
        expected = set(font.getBestCmap() or ())
    found = CharacterMap.of_font(FONTS_DIR / name)
    assert len(found) == len(expected)
    assert {code_point for code_point in range(0x110000) if code_point in found} == expected


@pytest.mark.parametrize("content", [b"", b"OTTO", b"\x00\x01\x00\x00\x00\x01" + bytes(6), bytes(300)])
def test_what_is_no_font_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.otf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^no\.otf (is no font file|has no character map)$"):
        CharacterMap.of_font(path)


def test_ranges_that_touch_are_one() -> None:
    characters = CharacterMap([(10, 12), (13, 15), (20, 20), (11, 14)])
    assert len(characters) == 7
    assert [n for n in range(30) if n in characters] == [10, 11, 12, 13, 14, 15, 20]
