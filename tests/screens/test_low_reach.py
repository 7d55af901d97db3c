"""Low reach: all that is touched and read stands where it is reached from a wheelchair, in the usual order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from screens.authoring.looks import LOW_REACH, PALETTES, SIZES, TEXTS, WITHIN_REACH, looks
from screens.authoring.samples import LANGUAGES
from screens.shell.screen_file import REACH_MM, ScreenFile, load_screen_file
from tests.screens.keyboard import order_of
from tests.screens.often import wordiest
from tests.screens.test_every_screen import holds, size_of
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]

FILES = {size: load_screen_file(ASSETS / "screens" / f"{size}.toml") for size in SIZES}
HIGH = [size for size in SIZES if size not in WITHIN_REACH]
USUAL = (HIGH[0], "zh-Hans", "usual")
SHOWN_IN = [
    pytest.param(size, language, text, id=f"{size}-{language}-{text}", marks=() if case == USUAL else pytest.mark.long)
    for size in HIGH
    for language in LANGUAGES
    for text in ("usual", "largest", "easy")
    if (case := (size, language, text))
]
ENDING_IT = ("welcome", "out_of_service", "out_of_hours")


@pytest.fixture
def begun(window: Window) -> Iterator[Window]:
    """A window before which somebody stands who has begun."""
    window.show("notice", "en")
    window.show("welcome", "en")
    yield window
    window.show("notice", "en")  # what is chosen before a visit holds for a minute, and ends with it
    window.show("welcome", "en")


def highest_px(window: Window) -> float:
    """Of what is within reach: from the top of the window down."""
    file = FILES[size_of(window)]
    assert file.reached_px is not None
    return file.height_px - file.reached_px


@pytest.mark.parametrize(("window", "language", "text"), SHOWN_IN, indirect=["window"], scope="module")
def test_on_every_page_all_that_is_touched_or_read_is_within_reach(begun: Window, language: str, text: str) -> None:
    for _ in range(2 if text == "largest" else 0):
        begun.touch("text_size")
    if text == "easy":
        begun.touch("easy")
    begun.touch("low_reach")
    limit, banner = highest_px(begun), Translation.load(ASSETS / "locale", language).text("simulation.banner")
    for name in wordiest(language):
        if name.startswith(ENDING_IT) and name != "welcome":
            continue
        begun.show(name, language)
        for page in begun.pages():
            assert {target: box for target, box in page["targets"].items() if box[1] < limit} == {}, name
            read = [label for label in page["labels"] if label["words"] != banner and not label["on_two_pages"]]
            assert [label["words"] for label in read if label["box"][1] < limit] == [], name
            if text != "largest":
                holds(size_of(begun), page["targets"], page)


@pytest.mark.parametrize("window", HIGH[:1], indirect=True, scope="module")
def test_another_touch_brings_everything_back_and_so_does_the_end_of_the_visit(begun: Window) -> None:
    before = begun.painted["targets"]
    low = begun.touch("low_reach")["targets"]
    assert begun.touch("low_reach")["targets"] == before
    assert low.keys() == before.keys()
    begun.touch("low_reach")
    begun.show("notice", "en")
    assert begun.show("welcome", "en")["targets"] == before


@pytest.mark.parametrize("window", HIGH[:1], indirect=True, scope="module")
@pytest.mark.parametrize("language", ["en", "ug"])
def test_keys_go_through_the_same_buttons_in_the_same_order(begun: Window, language: str) -> None:
    begun.show("question", language)
    before = order_of(begun)
    begun.touch("low_reach")
    assert begun.intent() == "more_time"
    assert order_of(begun) == before
    assert before.index("contrast") < before.index("low_reach") < before.index("help")


@pytest.mark.parametrize("window", WITHIN_REACH, indirect=True, scope="module")
def test_where_the_whole_display_is_within_reach_there_is_no_button_for_it(begun: Window) -> None:
    assert "low_reach" not in begun.show("notice", "en")["targets"]
    assert "contrast" in begun.painted["targets"]


def test_pictures_are_drawn_of_displays_that_have_it() -> None:
    drawn = {look.size for look in looks(SIZES, LANGUAGES, PALETTES, TEXTS) if look.text == LOW_REACH}
    assert drawn == {size for size, file in FILES.items() if file.reached_px is not None}


def at_height(lower_edge_mm: int | None) -> ScreenFile:
    """The first display, 476.16 mm high, hung so high."""
    return replace(FILES[SIZES[0]], lower_edge_mm=lower_edge_mm)


@pytest.mark.parametrize("lower_edge_mm", [None, 743, 887, 1220, 2000])
def test_a_display_that_is_reached_as_a_whole_or_hardly_at_all_has_none(lower_edge_mm: int | None) -> None:
    assert at_height(lower_edge_mm).reached_px is None


@pytest.mark.parametrize("lower_edge_mm", [744, 800, 886])
def test_what_is_within_reach_ends_below_the_highest_that_may_be(lower_edge_mm: int) -> None:
    file = at_height(lower_edge_mm)
    assert file.reached_px is not None
    top_mm = lower_edge_mm + file.reached_px * file.mm_per_pixel
    assert REACH_MM - file.mm_per_pixel < top_mm <= REACH_MM


def test_of_a_display_that_lies_where_the_file_is_of_an_upright_one_nothing_is_known() -> None:
    assert at_height(800).fitted_to(1920, 1080).reached_px is None
    half = at_height(800).fitted_to(540, 960)
    assert half.reached_px is not None
    assert half.reached_px == pytest.approx((at_height(800).reached_px or 0) / 2, abs=1)
