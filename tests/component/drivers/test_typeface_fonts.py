"""The fonts that were built, as they draw. They come from `make setup` (python -m screens.authoring.font_build)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTCollection, TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from assets import ASSETS
from drivers import gb18030
from drivers.line_breaking import clusters
from drivers.typeface import MISSING, Typeface
from tests.waiting import LIMIT_S

FONTS_DIR = ASSETS / "fonts"
COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FORMS_THAT_DIFFER = "直骨角"


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(FONTS_DIR)


def outline(path: Path, number: int, character: str) -> list[object]:
    with TTFont(path, fontNumber=number, lazy=True) as font:
        return outline_in(font, character)


def outline_in(font: TTFont, character: str) -> list[object]:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    glyphs = font.getBestCmap()
    assert glyphs is not None
    font.getGlyphSet()[glyphs[ord(character)]].draw(pen)
    return pen.value


def number_of(name: str) -> int:
    with TTCollection(COLLECTION, lazy=True) as collection:
        return [font["name"].getDebugName(4) for font in collection.fonts].index(name)


@pytest.mark.parametrize("character", FORMS_THAT_DIFFER)
def test_the_built_font_has_the_mainland_form_and_not_the_japanese_one(character: str) -> None:
    drawn = outline(FONTS_DIR / "NotoSansSC-Regular.otf", -1, character)
    assert drawn == outline(COLLECTION, number_of("Noto Sans CJK SC"), character)
    assert drawn != outline(COLLECTION, number_of("Noto Sans CJK JP"), character)


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_both_weights_cover_the_characters_of_gbk(weight: str) -> None:
    with TTFont(FONTS_DIR / f"NotoSansSC-{weight}.otf", lazy=True) as font:
        covered = set(font.getBestCmap() or ())
    ideographs = {bytes([high, low]).decode("gbk", "ignore") for high in range(0x81, 0xFF) for low in range(0x40, 0xFF)}
    lacking = {c for c in ideographs if c and "一" <= c[0] <= "龥" and ord(c[0]) not in covered}
    assert lacking == set()


def test_a_second_build_finds_nothing_to_do() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "screens.authoring.font_build"],
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
        text=True,
        cwd=FONTS_DIR.parents[1],
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_font_program_needs_no_kivy() -> None:
    spec = importlib.util.find_spec("screens.authoring.font_build")
    assert spec is not None
    assert spec.origin is not None
    assert "kivy" not in Path(spec.origin).read_text(encoding="utf-8")


def test_missing_fonts_are_told_with_their_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="font_build makes it"):
        Typeface.load(tmp_path)


def test_a_chinese_character_is_one_em_wide_and_pictures_of_one_size_are_equally_high(typeface: Typeface) -> None:
    assert typeface.width("居住证", 24) == 72
    assert typeface.draw("居住证", 24).size == (72, 31)
    assert typeface.draw("gy", 24).height == 31
    assert typeface.draw("", 24).size == (1, 31)


def test_a_line_keeps_its_ink_inside_the_picture(typeface: Typeface) -> None:
    picture = typeface.draw("国lyg（，", 24)
    left, top, right, bottom = picture.point(lambda grey: 255 - grey).getbbox() or (0, 0, 0, 0)
    assert 0 < top < bottom < picture.height
    assert 0 < left < right <= picture.width


def dots(typeface: Typeface, text: str) -> tuple[tuple[int, int], bytes]:
    picture = typeface.draw(text, 48)
    return picture.size, picture.tobytes()


@pytest.mark.parametrize(
    "rare",
    ["𠮷", "𡈽", "𪚥", "㐂", "ئۇيغۇر", "鿰", "鿿", "䶶", "䶿", "\U0002a6d7", "\U0002b739", "\U00030000", "\U00031350"],
)
def test_rare_characters_and_uyghur_are_drawn_and_not_marked_as_missing(typeface: Typeface, rare: str) -> None:
    assert typeface.missing(rare) == ""
    assert dots(typeface, rare) != dots(typeface, MISSING * len(rare))


def code_points(*ranges: tuple[int, int]) -> str:
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


# GB 18030-2022, implementation level 3: its 87,887 ideographs and the radicals.
LEVEL_3 = code_points(
    (0x4E00, 0x9FEF),
    (0x3400, 0x4DB5),
    (0x20000, 0x2A6D6),
    (0x2A700, 0x2B734),
    (0x2B740, 0x2B81D),
    (0x2B820, 0x2CEA1),
    (0x2CEB0, 0x2EBE0),
    (0xFA0E, 0xFA0F),
    (0xFA11, 0xFA11),
    (0xFA13, 0xFA14),
    (0xFA1F, 0xFA1F),
    (0xFA21, 0xFA21),
    (0xFA23, 0xFA24),
    (0xFA27, 0xFA29),
)
RADICALS = code_points((0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5))


def test_every_ideograph_of_implementation_level_3_can_be_drawn(typeface: Typeface) -> None:
    assert len(LEVEL_3) == 87887
    assert typeface.missing(LEVEL_3 + RADICALS) == ""


@pytest.mark.parametrize(
    ("block", "lacking"),
    [
        (code_points((0x9FF0, 0x9FFF), (0x4DB6, 0x4DBF), (0x2A6D7, 0x2A6DF), (0x2B735, 0x2B739)), 0),
        (code_points((0x2EBF0, 0x2EE5D)), 622),  # extension I: in no font of Debian 12
        (code_points((0x30000, 0x3134A)), 1894),  # G
        (code_points((0x31350, 0x323AF)), 1921),  # H
    ],
    ids=["ends of blocks", "I", "G", "H"],
)
def test_how_many_later_ideographs_are_lacking_is_as_the_readme_says(
    typeface: Typeface, block: str, lacking: int
) -> None:
    assert len(typeface.missing(block)) == lacking


def test_what_no_font_has_is_named_and_drawn_as_missing(typeface: Typeface) -> None:
    assert typeface.missing("居\U000f1234住\U000f1235") == "\U000f1234\U000f1235"
    assert typeface.missing("\U0002ebf0\ue5f0") == "\U0002ebf0\ue5f0"
    assert dots(typeface, "居\U0002ebf0住\ue5f0") == dots(typeface, f"居{MISSING}住{MISSING}")


def test_a_sign_that_a_font_has_in_private_use_is_never_taken_for_a_character(typeface: Typeface) -> None:
    private = code_points((0xE000, 0xF8FF))
    assert set(private) - set(typeface.missing(private)) == {chr(code) for code in gb18030.LATER}


@pytest.mark.parametrize(("before", "now"), [("\ue81e", "龴"), ("\ue816", "𠂇"), ("\ue863", "䶮"), ("\ue7c8", "ǹ")])
def test_a_private_use_character_of_gbk_looks_like_the_character_that_it_is(
    typeface: Typeface, before: str, now: str
) -> None:
    assert dots(typeface, before) == dots(typeface, now)


@pytest.mark.parametrize("sign", ["\n", "\r", "\x00", "\x0b", "\x1c", "\x85", "\u2028", "\u2029", "\ud800", "\uffff"])
def test_what_is_no_character_in_a_line_is_told_as_missing_and_does_not_stop_the_drawing(
    typeface: Typeface, sign: str
) -> None:
    assert typeface.missing(f"上{sign}海") == sign
    assert dots(typeface, f"上{sign}海") == dots(typeface, f"上{MISSING}海")
    assert typeface.width(sign, 24) == typeface.width(MISSING, 24)


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=12))
def test_any_text_can_be_drawn_measured_and_wrapped(typeface: Typeface, text: str) -> None:
    assert typeface.draw(text, 24).height == 31
    assert typeface.width(text, 24) >= 0
    typeface.wrap(text, 24, 100)
    assert "".join(clusters(text)) == text


@pytest.mark.parametrize("alone", ["\ufe0f", "\u200d", "\U000e0100\ufe0f"])
def test_what_belongs_to_a_character_and_has_none_is_left_out(typeface: Typeface, alone: str) -> None:
    assert typeface.draw(alone, 24).size == (1, 31)
    assert dots(typeface, alone + "国") == dots(typeface, "国")


def test_uyghur_words_run_from_right_to_left(typeface: Typeface) -> None:
    first_dark = typeface.draw("ا تتت", 48).crop((0, 0, typeface.width("تتت", 48), 62))
    assert ImageChops.difference(first_dark, typeface.draw("تتت", 48)).getbbox() is None


def test_a_variation_selector_adds_no_box(typeface: Typeface) -> None:
    assert typeface.width("葛\U000e0100", 24) == 24


def test_text_wraps_by_dots(typeface: Typeface) -> None:
    assert typeface.wrap("上海市浦东新区世纪大道一百号", 24, 7 * 24) == ["上海市浦东新区", "世纪大道一百号"]


@pytest.mark.parametrize("name", ["NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"])
def test_another_size_of_a_main_font_is_cheap_to_open(name: str) -> None:
    """FreeType keeps a list of all subroutines for each size, and seeks for each range of a charset of ranges."""
    with TTFont(FONTS_DIR / name, lazy=True) as font:
        top = font["CFF "].cff.topDictIndex[0]
        assert font.reader is not None
        assert font.reader["CFF "][top.rawDict["charset"]] == 0  # the format: a number for each glyph
        assert not any(hasattr(part.Private, "Subrs") for part in top.FDArray)
