"""Numbers, dates and what is spelled, said and read back by a reader that knows nothing of the grammar files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.voice.clips import PAUSE, Clip
from kiosk.voice.grammar import QUOTED, TELEPHONE, Grammar, GrammarError

VOICE_DIR = ASSETS / "voice"
LANGUAGES = sorted(path.stem for path in VOICE_DIR.glob("*.toml"))
CHINESE, ENGLISH = (Grammar.load(VOICE_DIR / f"{language}.toml") for language in ("zh-Hans", "en"))
DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}


def listed(words: str) -> list[str]:
    return words.split()


SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
TENS = dict(zip(listed("twenty thirty forty fifty sixty seventy eighty ninety"), range(20, 100, 10), strict=True))
MONTHS = listed("January February March April May June July August September October November December")
ORDINALS = listed(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)


def chinese(clips: tuple[Clip, ...] | None) -> str:
    assert clips is not None
    return "".join(clip.text for clip in clips)


def english(clips: tuple[Clip, ...] | None) -> str:
    assert clips is not None
    return " ".join(clip.text for clip in clips if clip.text)


def read_chinese(said: str) -> int:
    """一百零五 → 105."""
    number, digit = 0, 0
    for character in said:
        if character in UNITS:
            number += (digit or 1) * UNITS[character]
            digit = 0
        else:
            digit = DIGITS[character]
    return number + digit


def read_english(said: str) -> int:
    """one hundred and five → 105."""
    number, part = 0, 0
    for word in said.split():
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            number, part = number + part * 1000, 0
        elif word != "and":
            part += TENS[word] if word in TENS else SMALL.index(word)
    return number + part


READERS: dict[str, Callable[[Grammar, int], int]] = {
    "zh-Hans": lambda grammar, number: read_chinese(chinese(grammar.number(number))),
    "en": lambda grammar, number: read_english(english(grammar.number(number))),
}


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=each) for each in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_that_a_screen_may_hold_is_said_and_means_itself(language: str) -> None:
    grammar = Grammar.load(VOICE_DIR / f"{language}.toml")
    assert [number for number in range(10_000) if READERS[language](grammar, number) != number] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_said_like_another(language: str) -> None:
    grammar = Grammar.load(VOICE_DIR / f"{language}.toml")
    assert len({grammar.number(number) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_day_of_thirty_years_is_said_like_another(language: str) -> None:
    grammar = Grammar.load(VOICE_DIR / f"{language}.toml")
    days = [day for year in range(2015, 2045) for day in days_of(year)]
    assert len({grammar.date(day) for day in days}) == len(days)


def test_every_day_is_said_in_chinese() -> None:
    for day in days_of(2028):
        year, _, rest = chinese(CHINESE.date(day)).partition("年")
        month, _, of_month = rest.partition("月")
        assert "".join(str(DIGITS[each]) for each in year) == "2028"
        assert (read_chinese(month), read_chinese(of_month.removesuffix("日"))) == (day.month, day.day)


def test_every_day_is_said_in_english() -> None:
    for day in days_of(2028):
        said = english(ENGLISH.date(day)).removeprefix("the ").removesuffix(" twenty twenty eight")
        ordinal, _, month = said.partition(" of ")
        tens, _, last = ordinal.rpartition("-")
        number = (TENS.get(tens, 0)) + (30 if last == "thirtieth" else ORDINALS.index(last) + 1)
        assert (MONTHS.index(month) + 1, number) == (day.month, day.day)


@pytest.mark.parametrize(
    ("day", "in_chinese", "in_english"),
    [
        (date(2028, 3, 9), "二零二八年三月九日", "the ninth of March twenty twenty eight"),
        (date(2007, 12, 31), "二零零七年十二月三十一日", "the thirty-first of December two thousand and seven"),
        (date(2000, 1, 1), "二零零零年一月一日", "the first of January two thousand"),
        (date(1999, 11, 20), "一九九九年十一月二十日", "the twentieth of November nineteen ninety nine"),
        (date(1905, 2, 28), "一九零五年二月二十八日", "the twenty-eighth of February nineteen oh five"),
        (date(2100, 10, 10), "二一零零年十月十日", "the tenth of October twenty one hundred"),
    ],
)
def test_dates_as_people_say_them(day: date, in_chinese: str, in_english: str) -> None:
    assert (chinese(CHINESE.date(day)), english(ENGLISH.date(day))) == (in_chinese, in_english)


@pytest.mark.parametrize(
    ("number", "in_chinese"),
    [(2, "两"), (12, "十二"), (15, "十五"), (22, "二十二"), (102, "一百零二"), (115, "一百一十五"), (2002, "两千零二")],
)
def test_numbers_as_chinese_people_say_them(number: int, in_chinese: str) -> None:
    assert chinese(CHINESE.number(number)) == in_chinese


def test_a_number_beyond_the_rules_is_left_to_the_screen() -> None:
    assert [grammar.number(number) for grammar in (CHINESE, ENGLISH) for number in (-1, 10_000)] == [None] * 4


def test_a_number_to_quote_is_spelled_with_a_breath_between_its_groups() -> None:
    assert english(ENGLISH.spelled("7f3a-91C2", QUOTED)) == "seven F three A nine one C two"
    assert list(ENGLISH.spelled("-A-", QUOTED) or ()) == [ENGLISH.word("A")]
    assert (ENGLISH.spelled("12-34", QUOTED) or ()).index(PAUSE) == 2


def test_a_telephone_number_is_spelled_as_it_is_said_on_the_telephone() -> None:
    assert chinese(CHINESE.spelled("0374-5110114", TELEPHONE)) == "零三七四五幺幺零幺幺四"


@pytest.mark.parametrize("text", ["沪A-123", "", "—"])
def test_what_cannot_be_spelled_is_left_to_the_screen(text: str) -> None:
    assert CHINESE.spelled(text, QUOTED) is None


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ('said = "{times} hundred"', 'said = "{times} hundert"', "words.hundert: is missing"),
        ("{day:day}", "{day:ordinal}", "numbers.ordinal: is missing"),
        ("to = 99,", 'to = "many",', "numbers.count.to: is 'many'; a whole number from 1 to 9999 is wanted"),
        ("to = 99,", "", "is missing or of another kind"),
        ("by = 100,", "buy = 100,", "no rule has"),
        ('hundred = "hundred"', '"hun dred" = "hundred"', "no file can have this name"),
        ("[phrases]", "[phrase]", "phrases"),
        ("see_screen =", "see_paper =", "phrases.see_screen: is missing"),
        ("\n[words]\n", '\n[spelling.quoted]\n1 = ["wun"]\n[words]\n', "spelling.quoted says it"),
        ('said = "{times} hundred"', 'said = "{time} hundred"', "{time} is neither a word nor"),
        ('said = "{times} hundred"', 'said = "{rest"', "{rest is neither a word nor"),
        ("to = 20, said", "to = 30, said", "words.21: is missing"),
        ('"{whole}", by = 10', '"{times}"', "{times} is said without by"),
        ('said = "the {day:day}', 'said = "these {day:day}', "words.these: is missing; dates ask for it"),
        ("\n[words]\n", '\n[spelling.quoted]\n1 = "wun"\n[words]\n', "words.wun: is missing; spelling.quoted says it"),
    ],
)
def test_a_mistake_in_a_grammar_file_is_told(tmp_path: Path, before: str, after: str, mistake: str) -> None:
    path = tmp_path / "en.toml"
    text = (VOICE_DIR / "en.toml").read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(GrammarError, match=re.escape(mistake)):
        Grammar.load(path)
