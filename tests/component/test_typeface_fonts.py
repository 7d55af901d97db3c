"""The fonts that were built, as they draw. They come from `make setup` (python -m screens.font_build)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageChops

from drivers.typeface import Typeface
from tests.waiting import LIMIT_S

FONTS_DIR = Path(__file__).parents[2] / "assets" / "fonts"
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
    font.getGlyphSet()[font.getBestCmap()[ord(character)]].draw(pen)
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
        covered = set(font.getBestCmap())
    ideographs = {bytes([high, low]).decode("gbk", "ignore") for high in range(0x81, 0xFF) for low in range(0x40, 0xFF)}
    lacking = {c for c in ideographs if c and "一" <= c[0] <= "龥" and ord(c[0]) not in covered}
    assert lacking == set()


def test_a_second_build_finds_nothing_to_do() -> None:
    answer = subprocess.run([sys.executable, "-m", "screens.font_build"], capture_output=True, timeout=LIMIT_S,
                            check=False, text=True, cwd=FONTS_DIR.parents[1])
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_font_program_needs_no_kivy() -> None:
    spec = importlib.util.find_spec("screens.font_build")
    assert spec is not None
    assert spec.origin is not None
    assert "kivy" not in Path(spec.origin).read_text(encoding="utf-8")


def test_missing_fonts_are_told_with_their_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run make setup"):
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


@pytest.mark.parametrize("rare", ["𠮷", "𡈽", "𪚥", "㐂", "ئۇيغۇر"])
def test_rare_characters_and_uyghur_are_drawn_and_not_boxed(typeface: Typeface, rare: str) -> None:
    assert typeface.missing(rare) == ""
    box = typeface.draw("\U000F1234" * len(rare), 48)
    drawn = typeface.draw(rare, 48)
    assert drawn.size != box.size or ImageChops.difference(drawn, box).getbbox() is not None


def test_what_no_font_has_is_named(typeface: Typeface) -> None:
    assert typeface.missing("居\U000F1234住\U000F1235") == "\U000F1234\U000F1235"


def test_uyghur_words_run_from_right_to_left(typeface: Typeface) -> None:
    first_dark = typeface.draw("ا تتت", 48).crop((0, 0, typeface.width("تتت", 48), 62))
    assert ImageChops.difference(first_dark, typeface.draw("تتت", 48)).getbbox() is None


def test_a_variation_selector_adds_no_box(typeface: Typeface) -> None:
    assert typeface.width("葛\U000E0100", 24) == 24


def test_text_wraps_by_dots(typeface: Typeface) -> None:
    assert typeface.wrap("上海市浦东新区世纪大道一百号", 24, 7 * 24) == ["上海市浦东新区", "世纪大道一百号"]
