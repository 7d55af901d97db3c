"""A further language is one file in assets/locale: here one that nobody speaks, in Greek letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import read_config
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.texts.translation import Translation, languages_in
from kiosk.texts.words import Citation, CitedDocument, LocalText, Sentences, Text
from tests.screens.conftest import OFFSCREEN
from tests.screens.window import Window

MADE_UP = "qaa"  # for private use (ISO 639-2)
LETTERS = str.maketrans("abcdefghiklmnoprstuvxyz", "αβγδεφγηικλμνοπρστυωχψζ")
OWN = {
    "named_list": "{name} ⟹ {members}",
    "citation": "{rule} «{documents}»",
    "between_sentences": " · ",
    "between_sections": " + ",
}

pytestmark = [pytest.mark.screen, pytest.mark.slow]


def in_greek_letters(text: str) -> str:
    """`text` with other letters; {placeholders} stay."""
    return "".join(part if part.startswith("{") else part.translate(LETTERS) for part in re.split(r"(\{[^}]*\})", text))


@pytest.fixture(scope="module")
def assets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped assets and one file more."""
    directory = tmp_path_factory.mktemp("assets")
    for folder in ASSETS.iterdir():
        if folder.is_dir() and folder.name not in ("locale", "__pycache__"):
            (directory / folder.name).symlink_to(folder)
    (directory / "locale").mkdir()
    for file in (ASSETS / "locale").glob("*.toml"):
        (directory / "locale" / file.name).symlink_to(file)
    lines = []
    for line in (ASSETS / "locale" / "en.toml").read_text("utf-8").splitlines():
        key, equals, text = line.partition(" = ")
        own = f'"{OWN[key]}"' if key in OWN else in_greek_letters(text)
        is_text = equals and '"' in text and key != "plural"
        lines.append(f"{key}{equals}{own}" if is_text else line)
    (directory / "locale" / f"{MADE_UP}.toml").write_text("\n".join(lines), "utf-8")
    return directory


@pytest.fixture(scope="module")
def window(assets_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    folder = tmp_path_factory.mktemp("window")
    with Window("portrait-1080x1920", folder, OFFSCREEN, f"assets={assets_dir}") as window:
        yield window


def test_a_kiosk_offers_it_beside_the_others(assets_dir: Path, tmp_path: Path) -> None:
    assert languages_in(assets_dir / "locale") == ("zh-Hans", "en", MADE_UP, "ug")
    tables = simulated_site({}, "https://127.0.0.1:9")
    config, _ = read_config(write_configuration(tmp_path / "kiosk.toml", tables), assets_dir)
    assert config.languages == ("zh-Hans", "en", MADE_UP, "ug")


def test_what_an_editor_leaves_beside_it_is_no_language(tmp_path: Path) -> None:
    for name in ("zh-Hans", "en", "en.orig", "en copy", "#en#", ".#en", "EN", "english"):
        (tmp_path / f"{name}.toml").touch()
    assert languages_in(tmp_path) == ("zh-Hans", "en")


def test_without_any_texts_the_missing_file_is_named(tmp_path: Path) -> None:
    tables = simulated_site({}, "https://127.0.0.1:9")
    config, mistakes = read_config(write_configuration(tmp_path / "kiosk.toml", tables), tmp_path / "nowhere")
    assert config.languages == ("zh-Hans",)
    assert "kiosk.toml: languages: there is no assets/locale/zh-Hans.toml" in [each.line for each in mistakes]


def test_its_punctuation_is_its_own(assets_dir: Path) -> None:
    made_up = Translation.load(assets_dir / "locale", MADE_UP)
    rule = LocalText((("zh-Hans", "每年签注一次。"), (MADE_UP, "Ονε")))
    assert made_up.cited(Citation(rule, (CitedDocument(None, ("1", "2")),))) == "Ονε «1 + 2»"
    both = Sentences((Text("button.finish"), Text("button.understood")))
    assert made_up.words(both) == f"{made_up.text('button.finish')} · {made_up.text('button.understood')}"


@pytest.mark.parametrize("screen", ["welcome", "notice", "assessment_overdue", "confirm", "thank_you"])
def test_its_words_stand_on_the_screens(window: Window, assets_dir: Path, screen: str) -> None:
    made_up = Translation.load(assets_dir / "locale", MADE_UP)
    window.show(screen, MADE_UP)
    seen = [label["words"] for label in window.ask({"labels": "screen"})["labels"]]
    letters = [words for words in seen if re.search("[α-ω]", words)]
    assert len(letters) >= 3
    assert made_up.text("simulation.banner") in seen
