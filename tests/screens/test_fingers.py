"""Several fingers at once, told by a touch table: Kivy's own provider, in a configuration that only tests have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.conftest import OFFSCREEN
from tests.screens.fingers import Fingers, Place, a_free_port
from tests.screens.window import Box, Window
from tests.waiting import FOR_EVER_S, eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

EMPTY: Place = (5.0, 900.0)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Window, Fingers]]:
    port = a_free_port()
    folder: Path = tmp_path_factory.mktemp("fingers")
    with (
        Window("portrait-1080x1920", folder, OFFSCREEN, f"fingers={port}") as window,
        Fingers(port, 1080, 1920) as fingers,
    ):
        yield window, fingers


@pytest.fixture
def window(table: tuple[Window, Fingers]) -> Window:
    table[0].tell_host("unread_s 0")
    table[0].show("welcome", "en")
    table[0].forget()
    return table[0]


@pytest.fixture
def fingers(table: tuple[Window, Fingers]) -> Fingers:
    return table[1]


def test_a_hand_that_rests_on_the_glass_keeps_no_finger_from_choosing(window: Window, fingers: Fingers) -> None:
    yes = _middle(window, "question", "answer_yes")
    hand = fingers.put(EMPTY, (6.0, 960.0), (40.0, 930.0))
    fingers.tap(yes)
    assert window.intent() == "answer_yes"
    fingers.lift(*hand)
    assert _first_after_a_tap(window, fingers) == "cancel"


def test_whole_hands_on_one_button_choose_once(window: Window, fingers: Fingers) -> None:
    x, y = _middle(window, "question", "answer_yes")
    hand = fingers.put((x, y), (x - 40, y), (x + 40, y), (x, y + 10))
    eventually(lambda: _is_pressed(window, "answer_yes"))
    fingers.lift(*hand)
    assert window.intent() == "answer_yes"
    assert _first_after_a_tap(window, fingers) == "cancel"


def test_two_fingers_on_one_key_type_one_figure(window: Window, fingers: Fingers) -> None:
    x, y = _middle(window, "telephone_again", "key:5")
    fingers.lift(*fingers.put((x, y), (x + 10, y)))
    fingers.tap(_present(window, "key:7"))
    eventually(lambda: "57_ ____ ____" in window.words())


def test_a_thumb_on_a_button_keeps_the_button_from_nobody(window: Window, fingers: Fingers) -> None:
    """Dirt that the glass takes for a finger may lie there for days."""
    x, y = _middle(window, "question", "answer_yes")
    dirt = fingers.put((x + 40, y))
    for _ in range(2):
        fingers.tap((x, y))
        assert window.intent() == "answer_yes"
    fingers.lift(*dirt)
    assert _first_after_a_tap(window, fingers) == "cancel"


def test_fingers_that_rest_while_the_screen_changes_do_nothing(window: Window, fingers: Fingers) -> None:
    both = fingers.put(_middle(window, "question", "answer_yes"), _present(window, "answer_no"))
    eventually(lambda: _is_pressed(window, "answer_yes") and _is_pressed(window, "answer_no"))
    window.show("question_haikou_school_changed", "en")
    assert not _is_pressed(window, "answer_yes")
    fingers.lift(*both)
    assert _first_after_a_tap(window, fingers) == "cancel"


def test_fingers_that_come_down_while_the_screen_changes_do_nothing(window: Window, fingers: Fingers) -> None:
    yes, no = _middle(window, "question", "answer_yes"), _present(window, "answer_no")
    window.tell_host(f"unread_s {FOR_EVER_S}")
    window.order("question_haikou_school_changed", "en")
    eventually(window.stands)
    both = fingers.put(yes, no)
    eventually(lambda: window.ask({"touches_waiting": True})["down"] == len(both))
    window.tell_host("unread_s 0")
    window.show("confirm", "en")
    fingers.lift(*both)
    assert _first_after_a_tap(window, fingers) == "cancel"


def test_a_finger_that_slides_off_a_button_or_onto_one_does_nothing(window: Window, fingers: Fingers) -> None:
    yes, no = _middle(window, "question", "answer_yes"), _present(window, "answer_no")
    off, onto = fingers.put(yes, EMPTY)
    eventually(lambda: _is_pressed(window, "answer_yes"))
    fingers.slide(off, no)
    fingers.slide(onto, yes)
    fingers.lift(off, onto)
    assert _first_after_a_tap(window, fingers) == "cancel"


def _middle(window: Window, sample: str, target: str) -> Place:
    """Of a target on a screen that is shown for it."""
    window.show(sample, "en")
    return _present(window, target)


def _present(window: Window, target: str) -> Place:
    x, y, width, height = _box(window, target)
    return x + width / 2, y + height / 2


def _box(window: Window, target: str) -> Box:
    x, y, width, height = window.painted["targets"][target]
    return x, y, width, height


def _is_pressed(window: Window, target: str) -> bool:
    return bool(window.ask({"pressed": target})["pressed"])


def _first_after_a_tap(window: Window, fingers: Fingers) -> str | None:
    """The first intent since the last that was asked for, after a tap on the way out: fingers are told in turn."""
    fingers.tap(_present(window, "cancel"))
    return window.intent()
