"""A pointer under X, moved by xdotool as a person's hand would be."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from screens.shell.kivy_setup import FRAMES_PER_S
from tests.screens.window import NEEDS_X, Window, x_server
from tests.waiting import FOR_EVER_S, LIMIT_S, eventually

RESTING_TURNS_PER_S = 10  # of screens.shell.resting, which imports Kivy

CORNER = (60, 100)
"""Within the hidden corner, and on a panel's first page in Uyghur on the button of help."""

pytestmark = [
    pytest.mark.screen,
    pytest.mark.slow,
    NEEDS_X,
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server("1280x800") as name:
        yield name


@pytest.fixture(scope="module")
def on_x(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
    with Window("panel-1280x800", tmp_path_factory.mktemp("x"), environment) as window:
        yield window


def test_a_click_inside_a_button_acts(display: str, on_x: Window) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "click", "1")
    assert on_x.intent() == "start"


def test_a_window_before_which_nobody_stands_turns_less_often_and_still_feels_a_click(
    display: str, on_x: Window
) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    eventually(lambda: _turns_in_a_second(on_x) < (RESTING_TURNS_PER_S + FRAMES_PER_S) / 2)
    _xdotool(display, "mousemove", str(x), str(y), "click", "1")
    assert on_x.intent() == "start"


def test_letting_go_outside_the_button_does_nothing(display: str, on_x: Window) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1", "mousemove", str(x), "300", "mouseup", "1")
    assert _first_after_a_click(display, on_x, "choose_language:en") == "choose_language en"


def test_a_drag_that_is_over_before_the_window_looks_does_nothing(display: str, on_x: Window) -> None:
    """Kivy's own provider would make a tap on the second button of it."""
    x, y = _middle(on_x.show("question", "zh-Hans")["targets"]["answer_yes"])
    to_x, to_y = _middle(on_x.painted["targets"]["answer_no"])
    with on_x.standing_still():
        _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1")
        _xdotool(display, "mousemove", str(to_x), str(to_y), "mouseup", "1")
    assert _first_after_a_click(display, on_x, "cancel") == "cancel"


@pytest.mark.parametrize("button", ["2", "3", "4", "5", "6", "7", "8", "9"])
def test_the_other_buttons_and_the_wheel_do_nothing(display: str, on_x: Window, button: str) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "click", button)
    assert _first_after_a_click(display, on_x, "choose_language:en") == "choose_language en"


@pytest.mark.parametrize("button", ["2", "3", "5"])
def test_another_button_does_not_lift_the_finger_that_rests(display: str, on_x: Window, button: str) -> None:
    x, y = _middle(on_x.show("welcome", "zh-Hans")["targets"]["start"])
    _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1", "click", button, "mousemove", str(x), "300")
    _xdotool(display, "mouseup", "1")
    assert _first_after_a_click(display, on_x, "choose_language:en") == "choose_language en"


def test_a_finger_that_rests_while_the_screen_changes_does_nothing(display: str, on_x: Window) -> None:
    """Offscreen every pair of screens is tried, in test_neighbours.py."""
    x, y = _middle(on_x.show("question", "zh-Hans")["targets"]["answer_yes"])
    _xdotool(display, "mousemove", str(x), str(y), "mousedown", "1")
    eventually(lambda: on_x.ask({"pressed": "answer_yes"})["pressed"])
    on_x.show("question_haikou_school_changed", "zh-Hans")
    assert not on_x.ask({"pressed": "answer_yes"})["pressed"]
    _xdotool(display, "mouseup", "1")
    assert _first_after_a_click(display, on_x, "cancel") == "cancel"


def test_clicks_while_the_screen_changes_do_nothing(display: str, on_x: Window) -> None:
    x, y = _middle(on_x.show("question", "zh-Hans")["targets"]["answer_yes"])
    on_x.tell_host(f"unread_s {FOR_EVER_S}")
    on_x.order("question_haikou_school_changed", "zh-Hans")
    eventually(on_x.stands)
    _xdotool(display, "mousemove", str(x), str(y), "click", "1", "click", "1", "mousedown", "1")
    eventually(lambda: on_x.ask({"touches_waiting": True})["down"] == 1)
    on_x.tell_host("unread_s 0")
    on_x.show("question", "zh-Hans")
    _xdotool(display, "mouseup", "1")
    assert _first_after_a_click(display, on_x, "cancel") == "cancel"


def test_five_touches_in_the_empty_corner_ask_for_service_mode_and_four_do_not(display: str, on_x: Window) -> None:
    on_x.show("welcome", "zh-Hans")
    _clicks_in_the_corner(display, 4)
    assert "open_service_mode" not in _up_to_a_click(display, on_x)
    _clicks_in_the_corner(display, 1)  # a touch elsewhere has ended the first row
    assert "open_service_mode" not in _up_to_a_click(display, on_x)
    _clicks_in_the_corner(display, 5)
    assert "open_service_mode" in _up_to_a_click(display, on_x)
    on_x.forget()


def test_touches_on_a_button_that_a_mirrored_page_has_in_the_corner_are_the_buttons(display: str, on_x: Window) -> None:
    x, y, width, height = on_x.show("welcome", "ug")["targets"]["help"]
    assert x < CORNER[0] < x + width
    assert y < CORNER[1] < y + height
    _clicks_in_the_corner(display, 1)  # help opens, and has no button there
    eventually(lambda: on_x.ask({"touches_waiting": True}) and "close_help" in on_x.painted["targets"])
    _clicks_in_the_corner(display, 4)
    assert "open_service_mode" not in _up_to_a_click(display, on_x)
    on_x.ask({"touch": "close_help"})
    eventually(lambda: on_x.ask({"touches_waiting": True}) and "start" in on_x.painted["targets"])
    on_x.forget()


def _up_to_a_click(display: str, window: Window) -> list[str | None]:
    """What was emitted up to a click on a language, which is made now."""
    last, emitted = "choose_language en", []
    emitted.append(_first_after_a_click(display, window, "choose_language:en"))
    while emitted[-1] != last:
        emitted.append(window.intent())
    return emitted


def _clicks_in_the_corner(display: str, times: int) -> None:
    _xdotool(display, "mousemove", *map(str, CORNER), *(["click", "1"] * times))


def _first_after_a_click(display: str, window: Window, target: str) -> str | None:
    """The first intent that was emitted since the last one was read, after a click on `target`."""
    x, y = _middle(window.painted["targets"][target])
    _xdotool(display, "mousemove", str(x), str(y), "click", "1")
    return window.intent()


def _turns_in_a_second(window: Window) -> int:
    """How often Kivy's thread, which is the main one, went to sleep."""
    before = window.sleeps
    time.sleep(1.0)
    return window.sleeps - before


def _middle(box: list[float]) -> tuple[int, int]:
    x, y, width, height = box
    return round(x + width / 2), round(y + height / 2)


def _xdotool(display: str, *words: str) -> None:
    subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": display}, check=True, timeout=LIMIT_S)
