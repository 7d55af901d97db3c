"""The order in which keys go through what can be touched."""

from __future__ import annotations

import pytest

from tests.sampling import long_but
from tests.screens.keyboard import order_of
from tests.screens.often import NAMES, wordiest
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]


@pytest.mark.parametrize("name", long_but(wordiest("en"), NAMES))
def test_on_each_page_keys_come_to_all_that_can_be_touched_once_and_in_one_order(panel: Window, name: str) -> None:
    """On the smallest display, where a screen has the most pages."""
    panel.show("welcome", "en")
    for language in ("en", "ug"):
        panel.show(name, language)
        for page in panel.each_page():
            order = order_of(panel)
            assert sorted(order) == sorted(page["targets"])
            assert [_area(target) for target in order] == sorted(_area(target) for target in order)


def _area(target: str) -> int:
    """What is chosen or typed, then what the screen is for, then the ways out, then the bar."""
    match target.partition(":")[0]:
        case "choose" | "key":
            return 0
        case "back" | "previous_page":
            return 2
        case "cancel" | "easy":
            return 3
        case "text_size" | "contrast" | "low_reach" | "choose_language" | "help":
            return 4
        case _:
            return 1


@pytest.mark.parametrize(("language", "forward"), [("en", 1), ("ug", -1)])
def test_choices_are_gone_through_as_they_are_read(panel: Window, language: str, forward: int) -> None:
    panel.show("welcome", "en")
    targets = panel.show("choice_service", language)["targets"]
    choices = [targets[target] for target in order_of(panel) if target.startswith("choose:")]
    assert len(choices) >= 4
    assert choices == sorted(choices, key=lambda box: (box[1], forward * box[0]))


def test_the_order_is_the_same_from_right_to_left(panel: Window) -> None:
    panel.show("welcome", "en")
    panel.show("question", "en")
    left_to_right = [target for target in order_of(panel) if not target.startswith("choose_language")]
    targets = panel.show("question", "ug")["targets"]
    order = [target for target in order_of(panel) if not target.startswith("choose_language")]
    assert order == left_to_right
    assert targets["answer_yes"][0] < targets["answer_no"][0]
    assert order.index("answer_no") < order.index("answer_yes")


def test_of_the_step_buttons_the_filled_one_is_the_first(panel: Window) -> None:
    panel.show("welcome", "en")
    panel.show("telephone", "en")
    assert [target for target in order_of(panel) if target.endswith("_telephone")] == [
        "enter_telephone",
        "no_telephone",
    ]
