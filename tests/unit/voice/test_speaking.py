"""What is said of each screen, and what is said to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assets import ASSETS
from kiosk.domain.personal import Personal
from kiosk.presentation.models.resident import (
    ConfirmScreen,
    IdCardScreen,
    OutcomeScreen,
    ScreenModel,
    ThankYouScreen,
    WritingScreen,
)
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText, NamedList, Text
from kiosk.voice.clips import Clip, Gap, Utterance, parts_of
from kiosk.voice.grammar import QUOTED, Grammar
from kiosk.voice.languages import languages_spoken
from kiosk.voice.signals import Signal, signal
from kiosk.voice.speaking import audible, spoken, spoken_step, spoken_warning
from screens.authoring.samples import samples
from screens.authoring.voice_clips import NOT_SPOKEN, clips_of
from tests.unit.voice.read_texts import unsaid_of

LANGUAGES = languages_spoken(ASSETS / "voice")
BETWEEN = {"zh-Hans": ""}
"""What stands between two words in writing; a space elsewhere."""
MARKS = ("欧阳测试", "标记里", "310101198809170023", "SH99887766")
"""A name, an address, an identity number and a permit number: nothing of them may be heard."""


def said(model: ScreenModel, language: str = "zh-Hans") -> tuple[Utterance, ...]:
    return spoken(model, translation(language), grammar(language))


def translation(language: str) -> Translation:
    return Translation.load(ASSETS / "locale", language)


def grammar(language: str) -> Grammar:
    return Grammar.load(ASSETS / "voice" / f"{language}.toml")


def written(model: ScreenModel, language: str = "zh-Hans", *, private: bool | None = None) -> list[str]:
    return [
        each.written(BETWEEN.get(language, " "))
        for each in said(model, language)
        if private is None or each.is_private is private
    ]


def of_whole_screen(name: str, language: str = "zh-Hans") -> list[str]:
    return written(samples(language)[name], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sample_says_something_to_everybody(language: str) -> None:
    silent = [name for name, model in samples(language).items() if not written(model, language, private=False)]
    assert silent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_model_holds_to_be_read_is_said(language: str) -> None:
    for name, model in samples(language).items():
        heard = {clip.text for each in said(model, language) for clip in each.clips}
        assert unsaid_of(model, heard, translation(language)) == set(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clip_with_a_key_is_built(language: str) -> None:
    built = clips_of(language)
    clips = {clip for model in samples(language).values() for each in said(model, language) for clip in each.clips}
    spoken = {clip for clip in clips if clip.key not in ("", "pause") and not clip.key.startswith(NOT_SPOKEN)}
    assert {clip for clip in spoken if built.get(clip.key) != clip.text} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_with_a_date_of_the_permit_is_for_the_loudspeaker(language: str) -> None:
    public = {
        clip.key
        for model in samples(language).values()
        for each in said(model, language)
        if not each.is_private
        for clip in each.clips
    }
    assert [key for key in public if key.startswith(("word.month", "word.day", "word.year"))] == []


def test_a_screen_is_said_from_its_title_to_its_answers() -> None:
    assert of_whole_screen("id_card", "en") == [
        "Lay your identity card down",
        "Lay it flat on the reader; wait for the beep.",
    ]
    assert of_whole_screen("welcome_without_paper")[-4:] == [
        "现在打印不出回执，签注照常办理。",
        translation("zh-Hans").texts["welcome.for_another"],
        "开始办理",
        "其他业务",
    ]
    assert of_whole_screen("choice_for_whom")[:2] == ["您替谁办？", "我是监护人，替孩子办"]
    assert of_whole_screen("choice_for_whom_of_two", "en")[:3] == [
        "For whom are you here?",
        "Nobody else can act for a holder here. Otherwise the holder comes in person, or asks at the counter.",
        "For a child under 16, as guardian",
    ]
    assert of_whole_screen("question")[0] == "请确认一件事"
    assert of_whole_screen("question")[-2:] == ["都没有变", "有变化"]
    assert of_whole_screen("writing_face", "en") == [
        "Renewing your permit",
        "Please stay. You get the permit back in a moment.",
        "All of it takes about twenty five seconds as a rule",
        "Print the new text",
    ]


def test_a_question_is_said_with_its_warning_and_the_facts_that_are_its_answers() -> None:
    assert of_whole_screen("question", "en")[2:] == [
        "Please choose what is true. You are responsible for it.",
        "Nothing changed",
        "Something changed",
    ]
    assert of_whole_screen("assessment_in_window", "en")[-5:] == [
        "Please check your address",
        "Do you still live at the address you registered?",
        "Please answer truthfully. The holder is responsible for false declarations.",
        "I still live there",
        "I have moved",
    ]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("assessment_after_review", "Go on"),
        ("assessment_in_window", "I have moved"),
        ("assessment_too_early", "Give it back"),
        ("permit_inside_asked_after", "Stop, give it back"),
        ("take_permit", "Please take it within forty five seconds"),
        ("outcome_refusal", "OK, finish"),
    ],
)
def test_what_can_be_done_is_said_last(name: str, last: str) -> None:
    assert of_whole_screen(name, "en")[-1] == last


@pytest.mark.parametrize(
    ("language", "step", "warning"),
    [
        ("en", "Step two of five", "Are you still there? This ends in thirty seconds."),
        ("zh-Hans", "第二步，共五步", "还在办理吗？三十秒后结束。"),
    ],
)
def test_steps_and_the_question_whether_somebody_is_there_are_for_everybody(
    language: str, step: str, warning: str
) -> None:
    model = samples(language)["id_card"]
    without_steps = replace(model, frame=replace(model.frame, step=0, steps=0))
    between = BETWEEN.get(language, " ")
    steps = spoken_step(model, translation(language), grammar(language))
    warned = spoken_warning(30, translation(language), grammar(language))
    assert [each.written(between) for each in steps] == [step]
    assert warned[0].written(between) == warning
    assert [each.written(between) for each in warned[1:]] == [translation(language).texts["countdown.more_time"]]
    assert not any(each.is_private for each in (*steps, *warned))
    assert spoken_step(without_steps, translation(language), grammar(language)) == ()


def test_a_problem_is_said_first() -> None:
    assert of_whole_screen("id_card_again")[0] == "没有读到。请拿起身份证，再平放一次。"


def test_dates_and_numbers_stand_in_the_sentences() -> None:
    assert written(samples("en")["thank_you"], "en", private=True) == [
        "Your permit is valid until the ninth of March twenty twenty eight",
        "Endorse next: the eighth of February twenty twenty eight to the ninth of March twenty twenty eight",
        "Receipt number C four D one seven A nine zero",
    ]


def test_days_that_are_counted_from_the_permits_dates_are_private_and_others_are_not() -> None:
    assert written(samples("zh-Hans")["assessment_late"], private=True).count("已经过期四十二天。") == 1
    assert "全程一般二十五秒左右" in written(samples("zh-Hans")["writing_chip"], private=False)


def test_a_telephone_number_is_for_everybody() -> None:
    assert "咨询电话：零二幺幺二三四五" in written(samples("zh-Hans")["out_of_service"], private=False)


def test_when_a_closed_site_opens_is_for_everybody() -> None:
    assert written(samples("zh-Hans")["out_of_hours"], private=False)[2:5] == ["下次开放时间", "明天", "八点三十分"]
    assert written(samples("en")["out_of_hours"], "en", private=False)[2:5] == [
        "It opens again",
        "tomorrow",
        "at eight hours thirty",
    ]


def test_a_permit_without_dates_has_none_to_be_said() -> None:
    model = samples("en")["thank_you"]
    assert isinstance(model, ThankYouScreen)
    nothing = replace(model, new_term=replace(model.new_term, valid_to=None))
    assert not any("valid until" in each for each in written(nothing, "en"))


def test_a_value_that_nobody_can_say_leaves_its_sentence_to_the_screen() -> None:
    model = samples("en")["outcome_refusal"]
    assert isinstance(model, OutcomeScreen)
    website = replace(model, do_next=(Text("next.website", (("site", "gaj.example.cn"),)), Text("next.staff")))
    assert "Please find a clerk here." in written(website, "en")
    assert not any("web" in each.casefold() for each in written(website, "en"))


def test_a_place_at_the_end_may_be_left_to_the_screen_and_one_within_may_not() -> None:
    parts = parts_of("next.counter_at", "请到窗口办理：{name}（{place}）")
    assert parts == (
        Clip("next.counter_at-1", "请到窗口办理："),
        Gap("name", is_last=False),
        Gap("place", is_last=True),
    )


def test_a_group_is_said_with_what_belongs_to_it() -> None:
    group = NamedList(LocalText((("zh-Hans", "居住证明"),)), (LocalText((("zh-Hans", "租房合同"),)),))
    model = samples("zh-Hans")["outcome_refusal"]
    assert isinstance(model, OutcomeScreen)
    assert {"居住证明", "租房合同"} < set(written(replace(model, do_next=(group,))))


def every_name_address_and_number(model: ScreenModel) -> ScreenModel:
    """The model with a mark wherever it can hold something of a person."""
    marked: dict[str, Any] = {}
    for name in type(model).__dataclass_fields__:
        value = getattr(model, name)
        if isinstance(value, Personal):
            marked[name] = Personal("".join(MARKS))
        elif name in ("issuing_authority", "old_authority", "qr", "staff_code"):
            marked[name] = "".join(MARKS)
    return replace(model, **marked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_no_address_and_no_number_of_a_person_is_ever_said(language: str) -> None:
    spelled = {" ".join(clip.text for clip in grammar(language).spelled(mark, QUOTED) or ()) for mark in MARKS[2:]}
    for name, model in samples(language).items():
        clips = [clip.text for each in said(every_name_address_and_number(model), language) for clip in each.clips]
        assert [mark for mark in MARKS if mark in "".join(clips)] == [], name
        assert [mark for mark in spelled if mark in " ".join(clips)] == [], name


def test_the_confirmation_says_that_an_address_changes_and_not_which() -> None:
    model = samples("en")["confirm_restart"]
    assert isinstance(model, ConfirmScreen)
    heard = written(model, "en")
    assert "Address (changed)" in heard
    assert not any("浦东" in each for each in heard)


def test_in_the_hall_what_is_left_out_is_said_to_be_on_the_screen() -> None:
    utterances = said(samples("zh-Hans")["thank_you"])
    in_hall = audible(utterances, grammar("zh-Hans"), lambda _clip: True, in_private=False)
    assert [each.written("") for each in in_hall] == [
        "办好了",
        "请带好居住证、身份证和回执。",
        "完成",
        "其余的请看屏幕。",
    ]
    assert audible(utterances, grammar("zh-Hans"), lambda _clip: True, in_private=True) == utterances


def test_what_has_no_sound_is_left_to_the_screen_whole() -> None:
    utterances = (
        Utterance((Clip("next.counter-1", "请到窗口办理："), Clip("", "某处", is_needed=False))),
        Utterance((Clip("", "某处"),)),
    )
    heard = audible(utterances, grammar("zh-Hans"), lambda clip: clip.key != "", in_private=True)
    assert [each.written("") for each in heard] == ["请到窗口办理：某处", "其余的请看屏幕。"]


def test_a_stage_of_writing_is_the_only_thing_that_is_new() -> None:
    first = samples("en")["writing_chip"]
    assert isinstance(first, WritingScreen)
    assert set(said(replace(first, stage=1), "en")) - set(said(first, "en")) == {
        Utterance((Clip("writing.stage.check", "Check the chip"),))
    }


def test_where_a_permit_is_from_is_private() -> None:
    model = samples("zh-Hans")["outcome_refusal"]
    assert isinstance(model, OutcomeScreen)
    region = LocalText((("zh-Hans", "北京"),))
    elsewhere = replace(model, happened=Text("refusal.other_region.happened", (("region", region),)))
    assert "这张居住证是北京签发的，本机不能办理。" in written(elsewhere, private=True)


@pytest.mark.parametrize(
    ("before", "after", "sound"),
    [
        ("id_card", "insert_permit", Signal.ID_CARD_READ),
        ("id_card_holder", "id_card_agent", Signal.ID_CARD_READ),
        ("id_card", "id_card_again", Signal.ATTENTION),
        ("id_card", "welcome", None),
        ("writing_face", "take_permit", Signal.TAKE_PERMIT),
        ("take_permit", "take_permit", None),
        ("take_permit", "take_permit_urgent", Signal.TAKE_PERMIT),
        ("asking", "outcome_fault", Signal.ATTENTION),
        ("asking", "outcome_refusal", None),
        ("welcome", "notice", None),
    ],
)
def test_a_signal_tells_that_something_happened(before: str, after: str, sound: Signal | None) -> None:
    models = samples("en")
    assert signal(models[before], models[after]) is sound


def test_only_a_screen_of_an_identity_card_tells_that_one_was_read() -> None:
    models = samples("en")
    assert signal(None, models["id_card"]) is None
    assert isinstance(models["id_card"], IdCardScreen)


def test_a_date_in_figures_is_said_as_a_date() -> None:
    texts = Translation("en", {"confirm.note.restart": "from {start:figures} on"})
    model = samples("en")["confirm_restart"]
    assert isinstance(model, ConfirmScreen)
    note = Text("confirm.note.restart", (("start", date(2028, 2, 29)),))
    blank = dict.fromkeys(translation("en").texts, "")
    only = Translation("en", blank | texts.texts)
    heard = [each.written() for each in spoken(replace(model, notes=(note,)), only, grammar("en"))]
    assert "from the twenty-ninth of February twenty twenty eight on" in heard
