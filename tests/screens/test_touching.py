"""Touches, through the same ways in as a finger's."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.samples import samples
from tests.screens.window import Window
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NOT_NOW_S = 0.4
DOUBLE_TAP_S = 0.25


@pytest.mark.parametrize("name", list(samples("en")))
def test_each_target_emits_its_own_intent(upright: Window, name: str) -> None:
    for target in upright.show(name, "en")["targets"]:
        assert upright.ask({"touch": target}) == {"done": "touch"}
        assert upright.intent() == target.replace(":", " ")


def test_each_screen_offers_what_belongs_to_it(upright: Window) -> None:
    offered = {name: set(upright.show(name, "en")["targets"]) - {"choose_language:zh-Hans"}
               for name in samples("en")}
    assert offered["welcome"] == {"start"}
    assert offered["notice"] == {"accept_notice", "cancel", "more_time"}
    assert offered["id_card"] == {"cancel", "more_time"}
    assert offered["reading"] == {"cancel"}
    assert offered["assessment_in_window"] == {"go_on", "cancel"}
    assert offered["assessment_too_early"] == {"cancel"}
    assert offered["declaration"] == {"declare_unchanged", "declare_changed", "cancel"}
    assert offered["confirm"] == {"confirm", "cancel"}
    assert offered["writing_chip"] == set()
    assert offered["take_permit"] == set()
    assert offered["receipt"] == {"finish"}
    assert offered["thank_you"] == {"finish", "more_time"}
    assert offered["five_parts_fault"] == {"finish", "more_time"}
    assert offered["out_of_service"] == set()


def test_a_touch_beside_every_target_does_nothing(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.ask({"touch_at": [5, 900]})
    assert upright.intent(NOT_NOW_S) is None


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


def test_the_second_tap_of_a_double_tap_does_not_reach_the_next_screen(upright: Window) -> None:
    x, y, width, height = upright.show("welcome", "en")["targets"]["start"]
    place = {"touch_at": [x + width / 2, y + height / 2]}
    upright.tell_host("double_tap_s 3")
    upright.ask(place)
    assert upright.intent() == "start"
    upright.order("notice", "en")
    eventually(lambda: "Agree and go on" in upright.words())
    upright.ask(place)
    assert upright.intent(NOT_NOW_S) is None
    upright.tell_host(f"double_tap_s {DOUBLE_TAP_S}")
    assert upright.show("notice", "en")["screen"] == "notice"
    upright.ask(place)
    assert upright.intent() == "accept_notice"


def test_a_second_tap_on_the_same_screen_acts(upright: Window) -> None:
    upright.show("notice", "en")
    for _ in range(2):
        upright.ask({"touch": "more_time"})
        assert upright.intent() == "more_time"


def test_a_screen_that_is_passed_over_at_once_forgets_too(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.order("confirm", "en")
    upright.order("reading", "en")
    upright.show("welcome", "en")
    assert "9 March" not in "\n".join(upright.words("all"))
