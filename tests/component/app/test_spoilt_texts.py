"""A file of texts that was spoilt on the disk is told at the start, line by line, before any device moves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.app.opening import ANY_DISPLAY, read_opening
from kiosk.domain.faults import CONFIGURATION, INSTALLATION
from kiosk.texts.translation import LocaleFileError, Translation, languages_in
from kiosk.texts.words import Text
from tests.lobby.production_site import GOOD, written

SPOILT = {
    "format.date": ('date = "{day} {month_name} {year}"', 'date = "{weekday}"'),
    "unbalanced braces": ('cancel = "', 'cancel = "{'),
    "must be a text": ('cancel = "', 'cancel = 7 # "'),
    "holds U+2028": ('cancel = "', 'cancel = "\\u2028'),
    "holds U+000A": ('cancel = "', 'cancel = "\\n'),
    "month_names": ("month_names = [", 'month_names = ["Nonember", '),
    "not TOML": ("[language]", "[language"),
}


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    for folder in ("locale", "screens", "regions", "permits", "devices"):
        shutil.copytree(ASSETS / folder, tmp_path / "assets" / folder)
    return tmp_path / "assets"


@pytest.mark.parametrize("told", SPOILT)
def test_a_spoilt_language_is_told_by_file_and_key(assets: Path, told: str) -> None:
    before, after = SPOILT[told]
    english = assets / "locale" / "en.toml"
    text = english.read_text(encoding="utf-8")
    assert before in text
    english.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LocaleFileError) as caught:
        Translation.load(assets / "locale", "en")
    assert all(mistake.startswith("en.toml: ") for mistake in caught.value.mistakes)
    assert told in caught.value.mistakes[0]


def test_the_page_of_a_kiosk_with_a_spoilt_language_is_in_the_other(assets: Path, tmp_path: Path) -> None:
    (assets / "fonts").symlink_to(ASSETS / "fonts")
    (assets / "locale" / "en.toml").write_text("[format]\n", encoding="utf-8")
    opening = read_opening(written(tmp_path, GOOD), assets)
    assert (opening.languages, opening.fault) == (("zh-Hans", "ug"), INSTALLATION)
    assert "en.toml: format.date: is missing" in opening.mistakes[0]


def test_without_any_texts_the_page_has_english_words_of_the_program(assets: Path, tmp_path: Path) -> None:
    shutil.rmtree(assets / "locale")
    opening = read_opening(written(tmp_path, GOOD), assets)
    assert opening.languages == ("en",)
    words = Translation.whatever_there_is(assets / "locale", "en")
    assert words.words(Text("out_of_service.title")) == "Out of service"
    assert words.words(Text("anything.else")) == ""


def test_without_fonts_no_page_is_in_chinese(assets: Path, tmp_path: Path) -> None:
    opening = read_opening(written(tmp_path, GOOD), assets)
    assert (opening.languages, opening.fault) == (("en",), INSTALLATION)
    assert len(opening.mistakes) == 2


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"site = ", b"\0" * 100])
def test_whatever_is_wrong_with_the_configuration_a_page_can_be_drawn(
    assets: Path, tmp_path: Path, content: bytes | None
) -> None:
    (assets / "fonts").symlink_to(ASSETS / "fonts")
    path = tmp_path / "kiosk.toml"
    if content is not None:
        path.write_bytes(content)
    opening = read_opening(path, assets)
    assert (opening.languages, opening.fault) == (languages_in(ASSETS / "locale"), CONFIGURATION)
    assert opening.mistakes
    assert opening.screen_file.width_px > 0


def test_a_screen_file_that_cannot_be_used_leaves_the_whole_display(assets: Path, tmp_path: Path) -> None:
    (assets / "fonts").symlink_to(ASSETS / "fonts")
    (assets / "screens" / "portrait-1080x1920.toml").write_text("", encoding="utf-8")
    opening = read_opening(written(tmp_path, GOOD), assets)
    assert opening.screen_file is ANY_DISPLAY
    assert opening.fault is CONFIGURATION
