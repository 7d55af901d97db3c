"""Every screen is worked without being touched: by a keypad, or by two switches, which are the keys Tab and Return."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from screens.style.theme import CONTRAST, COUNTER, DARK, Palette
from tests.screens.keyboard import TypedOn
from tests.screens.window import NEEDS_X, Window, x_server
from tests.waiting import FOR_EVER_S, eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow, NEEDS_X]

SIZE = "portrait-1080x1920"
EVERY_KEY = [
    *("Tab", "Right", "Down", "Left", "Up", "Return", "KP_Enter", "space", "Escape", "BackSpace", "Delete", "F1"),
    *("KP_Multiply", "1", "KP_End", "F2", "Home", "Menu", "a"),
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server("1080x1920") as name:
        yield name


@pytest.fixture(scope="module")
def opened(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
    with Window(SIZE, tmp_path_factory.mktemp("keys"), environment, "keypad") as window:
        yield window


@pytest.fixture
def keys(display: str, opened: Window) -> TypedOn:
    """Before the first page of a visit, which nobody has begun."""
    opened.tell_host("unread_s 0")
    opened.tell_host(f"stuck_s {FOR_EVER_S}")
    opened.show("thank_you", "en")
    opened.show("welcome", "en")
    opened.forget()
    return TypedOn(display, opened)


def test_a_visit_is_walked_by_two_switches(keys: TypedOn) -> None:
    window = keys.window
    for sample, target in (
        ("welcome", "start"),
        ("notice", "accept_notice"),
        ("choice_for_whom", "choose:guardian"),
        ("question", "answer_yes"),
        ("confirm", "confirm"),
        ("receipt", "finish"),
        ("thank_you", "finish"),
        ("choice_service", "cancel"),
        ("id_card", "choose_language:zh-Hans"),
    ):
        window.show(sample, "en")
        while target not in keys.order:
            keys.goes_to("next_page")
            _paints(keys, "Return")
        keys.goes_to(target)
        window.forget()
        serial = window.painted["serial"]
        keys.press("Return")
        assert window.intent_of() == (serial, target.replace(":", " ", 1))


def _paints(keys: TypedOn, key: str) -> None:
    """Press the key, and wait until the page is painted again."""
    with keys.window.repaints():
        keys.press(key)


@pytest.mark.parametrize("following", ["Tab", "Right", "Down"])
@pytest.mark.parametrize("before", ["shift+Tab", "Left", "Up"])
def test_keys_go_round_forwards_and_back(keys: TypedOn, following: str, before: str) -> None:
    keys.window.show("question", "en")
    order = keys.order
    keys.press(following)
    seen = [keys.ring()]
    for _ in order:
        keys.press(following)
        seen.append(keys.ring())
    assert seen == [*order, order[0]]
    keys.press(before)
    assert keys.ring() == order[-1]


@pytest.mark.parametrize("select", ["Return", "KP_Enter", "space"])
def test_a_key_selects_what_has_the_ring_and_where_there_is_none_it_brings_it(keys: TypedOn, select: str) -> None:
    keys.window.show("question", "en")
    keys.press(select)
    assert keys.ring() == "answer_no"
    keys.press("Tab")
    keys.window.forget()
    keys.press(select)
    assert keys.window.intent() == "answer_yes"


def test_a_key_that_is_held_down_selects_once(keys: TypedOn) -> None:
    keys.window.show("telephone", "en")
    keys.goes_to("key:2")
    keys.hold("Return")
    keys.repeats(5)
    keys.lift("Return")
    keys.press("Return")
    eventually(lambda: "22_ ____ ____" in keys.window.words())


def test_a_key_that_is_held_down_goes_on_once(keys: TypedOn) -> None:
    keys.window.show("question", "en")
    keys.press("Right")
    keys.hold("Right")
    keys.repeats(5)
    keys.lift("Right")
    assert keys.ring() == keys.order[1]


def test_a_key_that_was_pressed_on_the_page_before_means_nothing_on_the_next(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("Tab")
    window.forget()
    keys.hold("Return")
    assert window.intent() == "answer_no"
    window.show("question_haikou_school_changed", "en")
    keys.repeats(5)
    keys.lift("Return")
    window.ask({"touch": "cancel"})
    assert window.intent() == "cancel"


def test_of_two_keys_at_once_one_acts(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("Tab")
    window.forget()
    keys.hold("Return", "space", "Escape")
    keys.lift("Return", "space", "Escape")
    assert window.intent() == "answer_no"
    window.ask({"touch": "cancel"})
    assert window.intent() == "cancel"


@pytest.mark.parametrize(("stuck_s", "acts"), [(FOR_EVER_S, False), (0.0, True)])
def test_a_key_that_is_stuck_keeps_the_others_from_acting_for_a_while_only(
    keys: TypedOn, stuck_s: float, acts: bool
) -> None:
    window = keys.window
    window.tell_host(f"stuck_s {stuck_s}")
    window.show("question", "en")
    keys.hold("Left")
    assert keys.ring() == keys.order[0]
    keys.press("Right")
    keys.lift("Left")
    assert keys.ring() == keys.order[1 if acts else 0]


def test_on_what_nobody_has_read_no_key_does_anything(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("Tab")
    window.forget()
    window.tell_host(f"unread_s {FOR_EVER_S}")
    window.order("question_haikou_school_changed", "en")
    eventually(window.stands)
    eventually(window.is_painted)
    keys.press("Return", "Tab", "Escape", "Right", "space")
    assert keys.ring() == keys.order[0]
    window.tell_host("unread_s 0")
    serial = window.show("question", "en")["serial"]
    keys.press("Return")
    assert window.intent_of() == (serial, "answer_no")


def test_keys_that_mean_nothing_here_do_nothing(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("1", "KP_Begin", "a", "F2", "Home", "ctrl+Return", "alt+Tab", "shift+Return")
    assert keys.ring() is None
    window.ask({"touch": "cancel"})
    assert window.intent() == "cancel"


@pytest.mark.parametrize("key", ["Escape", "BackSpace"])
def test_back_is_what_the_button_is_where_there_is_one(keys: TypedOn, key: str) -> None:
    keys.window.show("id_card", "en")
    keys.press(key)
    assert keys.window.intent() == "back"
    keys.window.show("notice", "en")
    keys.press(key)
    keys.window.ask({"touch": "cancel"})
    assert keys.window.intent() == "cancel"


def test_a_telephone_number_is_typed_taken_back_and_sent(keys: TypedOn) -> None:
    """The number pad's keys are named as X does it while its lock is off."""
    window = keys.window
    window.show("telephone_again", "en")
    keys.press(*"1380", "KP_Insert", "KP_End", "KP_Next", "KP_Prior", "BackSpace", "8", "0", "0", "0")
    eventually(lambda: "138 0013 8000" in window.words())
    assert keys.ring() == "key:1"
    keys.goes_to("enter_telephone")
    window.forget()
    keys.press("Return")
    assert window.intent() == "enter_telephone 13800138000"


def test_figures_that_are_typed_over_each_other_all_count(keys: TypedOn) -> None:
    keys.window.show("telephone_again", "en")
    keys.hold(*"1")
    keys.hold(*"3")
    keys.lift(*"1")
    keys.hold(*"7")
    keys.lift(*"37")
    eventually(lambda: "137 ____ ____" in keys.window.words())


def test_an_attendants_code_is_typed_and_shown_to_nobody(keys: TypedOn) -> None:
    window = keys.window
    window.show("attendant", "en")
    keys.press(*"17123456")
    eventually(lambda: "•• ••••••" in window.words())
    keys.goes_to("enter_code")
    window.forget()
    keys.press("Return")
    assert window.intent() == "enter_code 17123456"


def test_whoever_looks_for_a_button_gets_the_time_for_it(keys: TypedOn) -> None:
    keys.window.show("question", "en")
    keys.press("Tab")
    assert keys.window.intent() == "more_time"


def test_the_question_for_more_time_takes_the_focus_from_nothing_and_gives_it_to_nothing(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("Tab")
    window.tell_host("warn_s 30")
    eventually(lambda: keys.order[0] == "more_time")
    assert keys.ring() == "answer_no"
    keys.press("Left")
    assert keys.ring() == "more_time"
    window.forget()
    keys.press("Return")
    assert window.intent() == "more_time"
    window.show("question", "en")
    assert keys.ring() == "answer_no"
    keys.press("Return")
    window.ask({"touch": "cancel"})
    told = [window.intent(), window.intent()]
    assert told == ["more_time", "cancel"]


def test_keys_in_help_stay_there_and_go_back_to_the_page(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.goes_to("help")
    _paints(keys, "Return")
    assert keys.ring() == "close_help"
    assert not {"answer_no", "answer_yes", "help"} & set(keys.order)
    _paints(keys, "Escape")
    assert keys.ring() == "answer_no"


def test_the_focus_stays_on_a_button_that_changes_how_the_page_looks(keys: TypedOn) -> None:
    window = keys.window
    window.show("question", "en")
    keys.goes_to("contrast")
    for _ in range(3):
        _paints(keys, "Return")
        assert keys.ring() == "contrast"


def test_a_window_before_which_nobody_stands_heeds_a_key(keys: TypedOn) -> None:
    keys.window.show("welcome", "en")
    keys.press("Tab")
    assert keys.ring() == "start"
    keys.press("Return")
    assert keys.window.intent() == "start"


# -- the ring ----------------------------------------------------------------------------------------------------------


def test_the_ring_is_there_from_the_first_key_to_the_first_touch(keys: TypedOn, tmp_path: Path) -> None:
    window = keys.window
    window.show("question", "en")
    assert keys.ring() is None
    assert _ring_pixels(keys, tmp_path, COUNTER) == 0
    keys.press("Tab")
    assert keys.ring() == "answer_no"
    assert _is_drawn(keys, tmp_path, COUNTER)
    window.show("notice", "en")
    assert keys.ring() == keys.order[0]
    window.ask({"touch_at": [5, 900]})
    eventually(lambda: keys.ring() is None)
    assert _ring_pixels(keys, tmp_path, COUNTER) == 0
    keys.press("Down")
    assert keys.ring() == keys.order[0]


def test_the_ring_goes_with_the_visit(keys: TypedOn, tmp_path: Path) -> None:
    keys.window.show("thank_you", "en")
    keys.press("Tab")
    assert keys.ring() == "finish"
    keys.window.show("welcome", "en")
    assert keys.ring() is None
    assert _ring_pixels(keys, tmp_path, COUNTER) == 0


def test_the_ring_is_seen_in_every_palette(keys: TypedOn, tmp_path: Path) -> None:
    window = keys.window
    window.show("question", "en")
    keys.press("Tab")
    for palette in (COUNTER, CONTRAST, DARK):
        eventually(partial(_is_drawn, keys, tmp_path, palette))
        window.ask({"touch": "contrast"})
        eventually(lambda: keys.ring() is None)
        keys.press("Tab")


def _is_drawn(keys: TypedOn, folder: Path, palette: Palette) -> bool:
    return _ring_pixels(keys, folder, palette) > 1000


def _ring_pixels(keys: TypedOn, folder: Path, palette: Palette) -> int:
    """How many there are of the ring's colour in the window."""
    from PIL import Image

    keys.window.ask({"screenshot": str(folder / "ring.png")})
    wanted = tuple(round(255 * value) for value in palette.focus[:3])
    with Image.open(folder / "ring.png") as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20)
    assert colours is not None
    return sum(count for count, colour in colours if colour == wanted)


# -- where nobody asked for keys ---------------------------------------------------------------------------------------


def test_without_the_sites_word_no_key_does_anything(tmp_path: Path) -> None:
    with (
        x_server("1080x1920") as display,  # its own: of two windows on one the later has the keyboard
        Window(SIZE, tmp_path, {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}) as window,
    ):
        keys = TypedOn(display, window)
        for sample in ("welcome", "telephone_again", "question"):
            window.show(sample, "en")
            keys.press(*EVERY_KEY, "shift+Tab")
            assert keys.ring() is None
        window.ask({"touch": "cancel"})
        assert window.intent() == "cancel"
