"""Uyghur runs from right to left: what stands in its sentences and does not is marked as a thing of its own."""

from __future__ import annotations

from datetime import date

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, CitedDocument, LocalText, NamedList, Sentences, Text

LOCALE_DIR = ASSETS / "locale"
UYGHUR, CHINESE = (Translation.load(LOCALE_DIR, language) for language in ("ug", "zh-Hans"))
DAY = "2027-يىلى\u00a03-ئاينىڭ\u00a09-كۈنى"


def test_a_date_is_written_as_official_papers_write_it() -> None:
    assert UYGHUR.date(date(2027, 3, 9)) == DAY
    assert UYGHUR.figures(date(2027, 3, 9)) == "2027-03-09"


def test_a_case_ending_joins_a_date_in_words() -> None:
    assert UYGHUR.text("term.from", day=date(2027, 3, 9)) == f"{DAY}دىن"


@pytest.mark.parametrize(
    ("key", "args", "said"),
    [
        ("next.call", {"phone": "0374-5110114"}, "مەسلىھەت تېلېفونى: \u20680374-5110114\u2069"),
        ("next.counter", {"place": "梧桐里路88弄"}, "كۆزنەككە بېرىڭ: \u2068梧桐里路88弄\u2069"),
        ("next.counter", {"place": "غالىبىيەت يولى"}, "كۆزنەككە بېرىڭ: غالىبىيەت يولى"),
        ("countdown.left", {"seconds": 60}, "داۋاملاشتۇرامسىز؟ 60 سېكۇنتتىن كېيىن ئاخىرلىشىدۇ."),
    ],
)
def test_a_value_that_runs_the_other_way_is_marked(key: str, args: dict[str, str | int], said: str) -> None:
    assert UYGHUR.text(key, **args) == said


def test_a_region_s_text_is_marked_only_inside_a_sentence() -> None:
    rule = LocalText((("zh-Hans", "每年签注一次。"),))
    assert UYGHUR.words(rule) == "每年签注一次。"
    cited = UYGHUR.cited(Citation(rule, (CitedDocument(None, ("第十条",)),)))
    assert cited == "\u2068每年签注一次。\u2069 (\u2068第十条\u2069)"
    both = Sentences((Text("button.finish"), rule))
    assert UYGHUR.words(both) == f"{UYGHUR.text('button.finish')} \u2068每年签注一次。\u2069"
    listed = NamedList(LocalText((("zh-Hans", "住所"), ("ug", "تۇرالغۇ"))), (rule,))
    assert UYGHUR.words(listed) == "تۇرالغۇ: \u2068每年签注一次。\u2069"


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_in_other_languages_nothing_is_marked(language: str) -> None:
    said = Translation.load(LOCALE_DIR, language).text("next.call", phone="0374-5110114")
    assert said.isprintable()
