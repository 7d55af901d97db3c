"""A number changes the words around it: in English; in Chinese and Uyghur it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from assets import ASSETS
from kiosk.texts.translation import LocaleFileError, Translation, languages_in

LOCALE_DIR = ASSETS / "locale"
ENGLISH = Translation.load(LOCALE_DIR, "en")
FORMATS = (LOCALE_DIR / "en.toml").read_text("utf-8").partition("[format]")[2].partition("[language]")[0]


def written(folder: Path, text: str) -> Path:
    """A language `qaa` with the punctuation of English, and `text` before and after it."""
    head, _, rest = text.partition("---\n")
    (folder / "qaa.toml").write_text(f"{head}\n[format]\n{FORMATS}\n{rest}", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("key", "args", "said"),
    [
        ("assessment.line.days_left", {"days": 1}, "It runs out in 1 day."),
        ("assessment.line.days_left", {"days": 2}, "It runs out in 2 days."),
        ("assessment.line.days_left", {"days": 0}, "It runs out in 0 days."),
        ("assessment.line.days_left", {"days": 21}, "It runs out in 21 days."),
        ("assessment.line.late_days", {"days": 1}, "It ran out 1 day ago."),
        ("fact.within", {"days": 1}, "It takes 1 working day at most."),
        ("fact.at_most", {"usual": 1, "days": 5}, "It takes 1 working day, at remote places 5 at most."),
        ("fact.at_most", {"usual": 3, "days": 1}, "It takes 3 working days, at remote places 1 at most."),
        ("progress.more", {"count": 1}, "There is 1 older one. Please ask at the counter."),
        ("choice.category.months", {"months": 12}, "Valid for 12 months"),
    ],
)
def test_english_says_one_day_and_two_days(key: str, args: dict[str, int], said: str) -> None:
    assert ENGLISH.text(key, **args) == said


def test_it_is_the_number_and_not_the_date_that_chooses() -> None:
    said = ENGLISH.text("assessment.line.opens_on", day=date(2027, 2, 1), days=1)
    assert said == "You can come from 1 February 2027 on, in 1 day."


@pytest.mark.parametrize("language", ["zh-Hans", "ug"])
def test_where_the_grammar_has_no_plural_the_file_has_none(language: str) -> None:
    translation = Translation.load(LOCALE_DIR, language)
    assert (translation.plural, dict(translation.forms)) == ("none", {})
    assert "1" in translation.text("assessment.line.days_left", days=1)


@pytest.mark.parametrize("language", languages_in(LOCALE_DIR))
def test_all_forms_of_a_text_ask_for_the_same(language: str) -> None:
    translation = Translation.load(LOCALE_DIR, language)

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [key for (key, _), text in translation.forms.items() if names(text) != names(translation.texts[key])] == []


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('plural = "two-or-three"\n---\n', "plural: must be one of none, one-other"),
        ('---\n[a.b]\none = "x"\nother = "y"\n', "a.b: must have the forms other"),
        ('plural = "one-other"\n---\n[a.b]\nfew = "x"\nother = "y"\n', "a.b: must have the forms one, other"),
        ('plural = "one-other"\n---\n[a.b]\none = "{"\nother = "y"\n', "'a.b.one': has unbalanced braces"),
        ('direction = "up"\n---\n', "direction: must be one of ltr, rtl"),
        ("direction = 1\n---\n", "direction: must be one of ltr, rtl"),
        ("plural = [1]\n---\n", "plural: must be one of none, one-other"),
        ('review = ["a.b"]\n---\n', "review: there is no text 'a.b'"),
        ("review = [1]\n---\n", "review: must be a list of keys"),
        ('review = "a"\n---\n', "review: must be a list of keys"),
    ],
)
def test_what_a_language_file_says_of_its_language_is_checked(tmp_path: Path, text: str, mistake: str) -> None:
    with pytest.raises(LocaleFileError) as raised:
        Translation.load(written(tmp_path, text), "qaa")
    assert f"qaa.toml: {mistake}" in raised.value.mistakes


def test_a_group_with_a_text_of_that_name_is_no_plural(tmp_path: Path) -> None:
    texts = Translation.load(written(tmp_path, '---\n[a]\nother = "x"\nelse = "y"\n'), "qaa").texts
    assert (texts["a.other"], texts["a.else"]) == ("x", "y")
