"""The texts: every language says everything, nothing is said that nobody asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from assets import ASSETS
from kiosk.central.codes import RETURN_CODES
from kiosk.domain.devices import DEVICES
from kiosk.domain.faults import CATALOGUE
from kiosk.domain.refusals import RefusalCode
from kiosk.domain.technician import LANGUAGES as TECHNICIANS
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.resident.application_page import REASONS
from kiosk.texts.translation import TECHNICIAN, Translation, technicians_texts
from kiosk.texts.words import NOTHING, Citation, CitedDocument, LocalText, Text
from screens.authoring.samples import samples
from tests.architecture.source import ROOT, nodes_of, python_files

LOCALE_DIR = ASSETS / "locale"
LANGUAGES = sorted(path.stem for path in LOCALE_DIR.glob("*.toml"))


@pytest.fixture(scope="module", params=LANGUAGES)
def translation(request: pytest.FixtureRequest) -> Translation:
    return Translation.load(LOCALE_DIR, request.param)


CHINESE, ENGLISH = Translation.load(LOCALE_DIR, "zh-Hans"), Translation.load(LOCALE_DIR, "en")
OF_TECHNICIANS = {language: technicians_texts(LOCALE_DIR / TECHNICIAN / f"{language}.toml") for language in TECHNICIANS}
EVERYTHING = {**CHINESE.texts, **OF_TECHNICIANS["zh-Hans"]}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def sources() -> list[str]:
    return [path for path in python_files("kiosk", "screens") if not path.startswith("screens/authoring/")]


PAPERS = ("receipt", "slip")
ANYTHING = r".+\..+"  # a paper's own text by its name: see `constants_in_papers`


def is_asked_for(key: str, patterns: frozenset[str], constants: set[str]) -> bool:
    """Is `key` written out somewhere, or built from a pattern and a word that is written out somewhere?"""
    if key in constants:
        return True
    paper, _, name = key.partition(".")
    if paper in PAPERS and name in constants_in_papers():
        return True
    found = [re.fullmatch(pattern.replace(".+", "(.+)"), key) for pattern in patterns]
    return any(match and match.groups() and match.group(1) in constants for match in found)


def constants_in_python() -> set[str]:
    return constants_in(sources())


@cache
def constants_in_papers() -> set[str]:
    """Among them the names that a paper has its own texts by (`PaperWords`)."""
    return constants_in((ROOT / "kiosk" / "papers").glob("*.py"))


def constants_in(paths: Iterable[Path | str]) -> set[str]:
    return {
        node.value
        for path in paths
        for node in nodes_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def spoken_on_screens() -> set[str]:
    return {
        key
        for path in sorted((ROOT / "screens").rglob("*.kv"))
        for key in re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', path.read_text("utf-8"))
    }


@cache
def text_calls() -> frozenset[str]:
    """Keys and key patterns that the presenter and the services give to `Text(…)`."""
    patterns = set()
    for path in sources():
        for node in nodes_of(path):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"):
                continue
            key = node.args[0] if node.args else None
            if isinstance(key, ast.Constant) and key.value:
                patterns.add(re.escape(str(key.value)))
            elif isinstance(key, ast.JoinedStr):
                patterns.add(
                    "".join(
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in key.values
                    )
                )
    return frozenset(patterns - {ANYTHING})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_as_chinese(language: str) -> None:
    assert set(Translation.load(LOCALE_DIR, language).texts) == set(CHINESE.texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_for_the_same_placeholders_as_chinese(language: str) -> None:
    other = Translation.load(LOCALE_DIR, language).texts
    differing = [
        key
        for key, text in CHINESE.texts.items()
        if not key.startswith("format.") and placeholders(text) != placeholders(other[key])
    ]
    assert differing == []


def test_no_text_is_empty_or_ends_in_a_space(translation: Translation) -> None:
    texts = {key: text for key, text in translation.texts.items() if not key.startswith("format.between_")}
    assert [key for key, text in texts.items() if not text.strip() or text != text.strip()] == []


def test_every_key_on_a_screen_has_a_text() -> None:
    assert sorted(spoken_on_screens() - set(EVERYTHING)) == []


def test_every_key_that_the_program_builds_has_a_text() -> None:
    keys = set(EVERYTHING)
    assert [pattern for pattern in sorted(text_calls()) if not any(re.fullmatch(pattern, key) for key in keys)] == []


@pytest.mark.slow
def test_no_text_is_there_that_nobody_asks_for() -> None:
    patterns, constants = text_calls(), constants_in_python() | spoken_on_screens() | {each.name for each in DEVICES}
    assert [key for key in EVERYTHING if not is_asked_for(key, patterns, constants)] == []


def test_technicians_read_the_same_in_every_language_of_theirs() -> None:
    assert {path.stem for path in (LOCALE_DIR / TECHNICIAN).glob("*.toml")} == set(TECHNICIANS)
    chinese, english = OF_TECHNICIANS["zh-Hans"], OF_TECHNICIANS["en"]
    assert set(chinese) == set(english)
    assert [key for key in chinese if placeholders(chinese[key]) != placeholders(english[key])] == []
    assert not set(chinese) & set(CHINESE.texts)
    assert [key for texts in OF_TECHNICIANS.values() for key, text in texts.items() if text != text.strip()] == []


def test_technicians_read_of_every_fault_what_it_is_and_what_to_do() -> None:
    for texts in OF_TECHNICIANS.values():
        for group in ("trouble", "remedy"):
            assert {key.removeprefix(f"{group}.") for key in texts if key.startswith(f"{group}.")} == set(CATALOGUE)
        assert [code for code in CATALOGUE if not texts[f"trouble.{code}"].startswith(f"{code} ")] == []


def test_every_refusal_that_is_known_says_what_happened_and_what_to_do_next() -> None:
    wanted = {f"refusal.{code}.{part}" for code in RefusalCode for part in ("happened", "next")}
    assert wanted - set(CHINESE.texts) == set()


def test_every_reason_for_returning_an_application_says_what_to_do() -> None:
    assert set(REASONS) == set(RETURN_CODES)
    assert {f"progress.returned.{code}" for code in RETURN_CODES} - set(CHINESE.texts) == set()


def test_every_fault_says_something_to_the_resident() -> None:
    assert {f"fault.{fault.public}.public" for fault in CATALOGUE.values()} - set(CHINESE.texts) == set()


def test_a_date_is_written_in_the_words_of_the_language() -> None:
    assert CHINESE.date(date(2027, 3, 9)) == "2027年3月9日"
    assert ENGLISH.date(date(2027, 3, 9)) == "9 March 2027"


def test_a_date_in_figures_is_the_same_in_every_language() -> None:
    assert {each.figures(date(2027, 3, 9)) for each in (CHINESE, ENGLISH)} == {"2027-03-09"}


def test_a_missing_date_is_said_to_be_missing() -> None:
    assert CHINESE.date(None) == "未载明"
    assert ENGLISH.figures(None) == "not stated"


def test_a_placeholder_may_ask_for_figures() -> None:
    spoken = Translation("en", {"k": "until {end:figures}, that is {end}"} | ENGLISH.texts, ENGLISH.month_names)
    assert spoken.text("k", end=date(2028, 2, 29)) == "until 2028-02-29, that is 29 February 2028"


def test_numbers_words_and_regional_words_fill_a_text() -> None:
    region = LocalText((("zh-Hans", "北京市"), ("en", "Beijing")))
    said = Text("refusal.other_region.happened", (("region", region),))
    assert CHINESE.words(said) == "这张居住证是北京市签发的，本机不能办理。"
    assert ENGLISH.words(said) == "This permit was issued in Beijing and cannot be endorsed here."


def test_a_regional_text_without_the_language_is_said_in_chinese() -> None:
    assert ENGLISH.words(LocalText((("zh-Hans", "窗口"),))) == "窗口"


def test_a_rule_names_what_it_rests_on() -> None:
    text = LocalText((("zh-Hans", "每年签注一次。"), ("en", "Once a year.")))
    rule = Citation(text, (CitedDocument(None, ("《办法》第十条",)),))
    assert CHINESE.cited(rule) == "每年签注一次。（《办法》第十条）"
    assert ENGLISH.cited(rule) == "Once a year. (《办法》第十条)"


def test_nothing_says_nothing() -> None:
    assert CHINESE.words(NOTHING) == ""


def test_an_unknown_key_is_a_mistake_that_is_named() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        CHINESE.text("no.such.key")


def test_a_language_without_a_file_is_shown_in_chinese() -> None:
    assert Translation.load(LOCALE_DIR, "tlh").language == "zh-Hans"


def test_every_sample_is_sayable(translation: Translation) -> None:
    spoken = [translation.words(each) for model in samples(translation.language).values() for each in _texts(model)]
    assert all(spoken)


def _texts(model: ScreenModel) -> list[Text]:
    values = [getattr(model, each.name) for each in fields(model)]
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return [each for each in flat if isinstance(each, Text)]
