"""What is said in easy mode: less than usual, and all that must be heard before an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets import ASSETS
from kiosk.presentation.models.resident import AssessmentScreen, ConfirmScreen, ScreenModel, ThankYouScreen
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text
from kiosk.voice.grammar import Grammar
from kiosk.voice.languages import languages_spoken
from kiosk.voice.speaking import spoken
from screens.authoring.samples import samples

LANGUAGES = languages_spoken(ASSETS / "voice")
LAST_DAY = "二零二八年三月九日"


def written(model: ScreenModel, language: str = "zh-Hans", *, is_easy: bool = True) -> list[str]:
    grammar = Grammar.load(ASSETS / "voice" / f"{language}.toml")
    said = spoken(model, Translation.load(ASSETS / "locale", language), grammar, is_easy=is_easy)
    return [each.written("" if language == "zh-Hans" else " ") for each in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_that_is_not_said_otherwise_but_one_sentence_in_place_of_three(language: str) -> None:
    shorter = Translation.load(ASSETS / "locale", language).text("notice.easy")
    for name, model in samples(language).items():
        said, usually = written(model, language), written(model, language, is_easy=False)
        assert said, name
        assert len(said) <= len(usually), name
        assert set(said) - set(usually) <= {shorter}, name


def test_before_a_confirmation_the_dates_every_note_and_what_the_button_does_are_said() -> None:
    for name, model in samples("zh-Hans").items():
        if isinstance(model, ConfirmScreen):
            assert written(model) == written(model, is_easy=False), name


def test_a_question_is_said_with_its_warning_and_its_answers() -> None:
    assert written(samples("zh-Hans")["assessment_in_window"]) == [
        "现在可以签注",
        "您还住在居住登记的地址吗？",
        "请如实填报。虚假申报，由持证人承担责任。",
        "还住在那里",
        "已经搬了",
    ]


def test_of_what_is_done_with_the_data_it_is_said_what_is_read_who_gets_it_and_how_to_refuse() -> None:
    assert written(samples("zh-Hans")["notice"]) == [
        "本机读取身份证和居住证，用来办理签注。信息只发给主管机关，办完不保留。",
        "不同意的，请点“取消办理”，到窗口办。",
        "同意并继续",
    ]


def test_whoever_loses_something_by_it_hears_every_line() -> None:
    overdue = samples("zh-Hans")["assessment_overdue"]
    assert isinstance(overdue, AssessmentScreen)
    assert overdue.easy_lines == overdue.lines
    plain = samples("zh-Hans")["assessment_in_window"]
    assert isinstance(plain, AssessmentScreen)
    loss = Text("assessment.line.continuous")
    assert replace(plain, lines=(*plain.lines, loss)).easy_lines == (loss,)


def test_without_a_receipt_the_next_window_and_the_number_are_said_at_the_end() -> None:
    model = samples("zh-Hans")["thank_you"]
    assert isinstance(model, ThankYouScreen)
    assert written(model) == [
        "办好了",
        f"居住证有效期到{LAST_DAY}",
        "请带好居住证、身份证和回执。",
        "完成",
    ]
    without = replace(model, with_receipt=False)
    assert without.easy_lines == model.lines
    assert written(without)[2] == "请带好居住证和身份证。"
    assert any(each.startswith("回执编号") for each in written(without))
