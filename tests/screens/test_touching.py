"""Touches, through the same ways in as a finger's."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.authoring.sample_visits.beginning import FIRST, SECOND
from screens.authoring.samples import LANGUAGES
from tests.screens.often import EACH_SAMPLE
from tests.screens.window import Window
from tests.waiting import FOR_EVER_S, eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

ON_THE_SCREEN = ("text_size", "contrast", "low_reach", "easy", "help", "close_help")
"""Buttons that change what stands on the screen, and tell nobody what was chosen."""


@pytest.mark.parametrize("name", EACH_SAMPLE)
def test_each_target_emits_its_own_intent(upright: Window, name: str) -> None:
    upright.show("welcome", "en")  # what was typed before is forgotten when its screen is left
    targets = upright.show(name, "en")["targets"]
    for target in targets:
        if not target.startswith(("key:", "next_page", *ON_THE_SCREEN)):
            assert upright.ask({"touch": target}) == {"done": "touch"}
            assert upright.intent() == target.replace(":", " ", 1)


def test_each_screen_offers_what_belongs_to_it(upright: Window) -> None:
    languages = {f"choose_language:{language}" for language in LANGUAGES}
    everywhere = languages | {"next_page", "previous_page", *ON_THE_SCREEN} - {"close_help"}

    def offered(name: str) -> set[str]:
        upright.show(name, "en")
        return {target for page in upright.pages() for target in page["targets"]} - everywhere

    assert offered("notice") == {"accept_notice", "cancel"}
    assert offered("id_card") == {"back", "cancel"}
    assert offered("reading") == {"cancel"}
    assert offered("assessment_after_review") == {"go_on", "back", "cancel"}
    assert offered("assessment_too_early") == {"cancel"}
    assert offered("welcome") == {"start", "other_services"}
    assert offered("welcome_not_offered") == {"start", "other_services"}
    assert offered("welcome_without_paper") == {"start", "other_services"}
    assert offered("choice_for_whom") == {
        "choose:guardian",
        "choose:close_relative",
        "choose:entrusted",
        "back",
        "cancel",
    }
    assert len(offered("choice_service") - {"cancel"}) == 6
    assert offered("question") == {"answer_yes", "answer_no", "back", "cancel"}
    assert offered("assessment_in_window") == {"answer_yes", "answer_no", "cancel"}
    assert offered("licence_code") == {"no_proof", "back", "cancel"}
    keys = {f"key:{figure}" for figure in range(10)} | {"key:delete"}
    assert offered("telephone") == keys | {"enter_telephone", "no_telephone", "back", "cancel"}
    assert offered("attendant") == keys | {"enter_code", "no_attendant", "cancel"}
    assert offered("attendant_required") == keys | {"enter_code", "no_attendant", "cancel"}
    assert offered("attendant_locked") == {"no_attendant", "cancel"}
    assert offered("attendant_checking") == {"cancel"}
    assert offered("service") == {"go_on", "back", "cancel"}
    assert offered("service_not_offered") == {"finish", "check_dates", "cancel"}
    assert offered("status") == {"finish", "print_slip", "cancel"}
    assert offered("status_overdue") == {"go_on", "print_slip", "cancel"}
    assert offered("status_printing") == {"finish", "cancel"}
    assert offered("application") == set()
    assert offered("application_printed") == {"finish"}
    assert offered("progress") == {f"choose:{FIRST}", "finish", "cancel"}
    assert offered("progress_none") == {"finish", "cancel"}
    assert offered("confirm") == {"confirm", "cancel"}
    assert offered("writing_chip") == set()
    assert offered("take_permit") == set()
    assert offered("receipt") == {"finish"}
    assert offered("thank_you") == {"finish"}
    assert offered("outcome_fault") == {"finish"}
    assert offered("outcome_fault_staff") == {"call_staff", "finish"}
    assert offered("out_of_service") == set()
    assert offered("out_of_hours") == set()
    assert offered("out_of_service_staff") == {"call_staff"}
    assert offered("help") == {"close_help", "cancel"}
    assert offered("help_staff") == {"call_staff", "close_help", "cancel"}
    assert offered("help_writing") == {"call_staff", "close_help"}


@pytest.mark.parametrize("chosen", ["text_size", "contrast", "low_reach"])
def test_whoever_changes_how_it_looks_is_there_and_has_their_time_anew(upright: Window, chosen: str) -> None:
    upright.show("welcome", "en")
    upright.ask({"touch": chosen})
    upright.show("notice", "en")
    upright.ask({"touch": chosen})
    assert upright.intent() == "more_time"
    upright.show("welcome", "en")


def test_a_number_is_typed_and_sent(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    _type(upright, *"13800138")
    eventually(lambda: "138 0013 8___" in upright.words())
    _type(upright, *"000")
    eventually(lambda: "138 0013 8000" in upright.words())
    upright.ask({"touch": "enter_telephone"})
    assert upright.intent() == "enter_telephone 13800138000"


def test_a_figure_that_was_typed_by_mistake_is_taken_back(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    _type(upright, *"139", "delete", "0")
    eventually(lambda: "130 ____ ____" in upright.words())


def test_what_was_typed_stays_while_the_screen_is_shown_anew(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    _type(upright, *"137")
    eventually(lambda: "137 ____ ____" in upright.words())
    upright.show("telephone_again", "zh-Hans")
    assert {"请输入手机号", "137 ____ ____"} <= set(upright.words())


def test_nothing_that_was_typed_is_left_when_the_screen_is_left(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    _type(upright, *"13711112222")
    eventually(lambda: "137 1111 2222" in upright.words())
    upright.show("welcome", "en")
    assert "1111" not in "\n".join(upright.words("all"))
    upright.show("telephone_again", "en")
    assert "___ ____ ____" in upright.words()


def test_whoever_types_a_number_gets_more_time(upright: Window) -> None:
    upright.show("telephone", "en")
    upright.ask({"touch": "key:1"})
    assert upright.intent() == "more_time"


def test_no_more_figures_are_taken_than_a_telephone_number_has(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    _type(upright, *"0898123456789")
    upright.ask({"touch": "enter_telephone"})
    assert upright.intent() == "enter_telephone 089812345678"


def test_the_application_whose_collection_is_chosen_is_named(upright: Window) -> None:
    painted = upright.show("progress_three", "en")
    assert [target for target in painted["targets"] if target.startswith("choose:")] == [f"choose:{SECOND}"]


def test_a_service_that_cannot_be_had_here_offers_no_way_to_begin_it(upright: Window) -> None:
    for language in LANGUAGES:
        for name, can_go_on in (("service_not_offered", False), ("service", True)):
            upright.show(name, language)
            assert any("go_on" in page["targets"] for page in upright.pages()) is can_go_on


def test_a_touch_beside_every_target_does_nothing(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.ask({"touch_at": [5, 900]})
    upright.ask({"touch": "choose_language:zh-Hans"})
    assert upright.intent() == "choose_language zh-Hans"


def test_what_is_not_on_the_screen_cannot_be_touched(upright: Window) -> None:
    upright.show("writing_chip", "en")
    assert upright.ask({"touch": "cancel"}) == {"refused": "KeyError: 'cancel'"}


def test_a_screenshot_is_a_picture_of_the_window(upright: Window, tmp_path: Path) -> None:
    from PIL import Image

    upright.show("confirm", "zh-Hans")
    assert upright.ask({"screenshot": str(tmp_path / "confirm.png")}) == {"done": "screenshot"}
    with Image.open(tmp_path / "confirm.png") as picture:
        assert picture.size == (1080, 1920)
        assert len(picture.getcolors(maxcolors=100_000) or []) > 100


def test_a_screen_that_is_passed_over_at_once_forgets_too(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.order("confirm", "en")
    upright.order("reading", "en")
    upright.show("welcome", "en")
    assert "9 March" not in "\n".join(upright.words("all"))


def test_a_screen_that_is_gone_before_it_takes_touches_is_told_before_the_next_and_without_targets(
    upright: Window,
) -> None:
    def told() -> list[tuple[str, bool]]:
        upright.show("welcome", "en")
        upright.tell_host(f"unread_s {FOR_EVER_S}")
        upright.order("notice", "en")
        eventually(lambda: "Agree and go on" in upright.words())
        eventually(upright.is_painted)
        upright.tell_host("unread_s 0")
        upright.order("welcome", "en")
        told = [(each["screen"], bool(each["targets"])) for each in upright.paintings()]
        assert told[-1] == ("welcome", True)
        return told[:-1]

    before = told()
    assert before == [("notice", False)]


def _type(window: Window, *keys: str) -> None:
    """Each key asks for more time too."""
    for key in keys:
        assert window.ask({"touch": f"key:{key}"}) == {"done": "touch"}
        assert window.intent() == "more_time"


def test_two_fingers_choose_one_thing_for_each_screen(upright: Window) -> None:
    """Both come up on the screen they went down on: what the second one chose is the machine's to drop."""
    serial = upright.show("question", "en")["serial"]
    yes, no = (_middle(upright.painted["targets"][target]) for target in ("answer_yes", "answer_no"))
    upright.ask({"press_at": yes, "finger": 1})
    upright.ask({"press_at": no, "finger": 2})
    upright.ask({"lift": 2})
    assert upright.intent_of() == (serial, "answer_no")
    upright.show("question_haikou_school_changed", "en")
    upright.ask({"lift": 1})
    upright.ask({"touch": "cancel"})
    assert upright.intent() == "cancel"


def test_a_hand_that_rests_on_the_glass_keeps_nobody_from_choosing(upright: Window) -> None:
    upright.show("question", "en")
    upright.ask({"press_at": [5, 900], "finger": 1})
    upright.ask({"touch": "answer_yes"})
    assert upright.intent() == "answer_yes"
    upright.ask({"lift": 1})


def test_more_time_leaves_the_page_that_stands(panel: Window) -> None:
    panel.show("welcome", "en")
    panel.show("status_overdue", "en")
    last = panel.pages()[-1]
    assert last["page"] > 0
    panel.order("status_overdue", "en")
    eventually(panel.stands)
    again = panel.ask({"labels": "screen"})
    assert (again["page"], again["pages"]) == (last["page"], last["pages"])
    panel.show("question", "en")
    assert panel.show("status_overdue", "en")["shown"]
    assert panel.ask({"labels": "screen"})["page"] == 0


def test_two_thumbs_type_while_the_screen_is_shown_anew_for_each_key(upright: Window) -> None:
    upright.show("welcome", "en")
    painted = upright.show("telephone", "en")
    for first, second in ("13", "80", "01", "38", "05", "09"):
        upright.ask({"press_at": _middle(painted["targets"][f"key:{first}"]), "finger": 1})
        upright.order("telephone", "en")
        upright.ask({"press_at": _middle(painted["targets"][f"key:{second}"]), "finger": 2})
        upright.ask({"lift": 1})
        upright.order("telephone", "en")
        upright.ask({"lift": 2})
        assert [upright.intent(), upright.intent()] == ["more_time"] * 2
    upright.ask({"touch": "enter_telephone"})
    assert upright.intent_of() == (painted["serial"], "enter_telephone 138001380509")


def _middle(box: list[float]) -> list[float]:
    x, y, width, height = box
    return [x + width / 2, y + height / 2]
