"""Easy mode: one touch on the first page, the largest text, fewer choices, the voice and twice the time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.voice.grammar import MORE_PAGES, SEE_SCREEN, Grammar
from screens.authoring.gallery import SIZES
from screens.authoring.samples import LANGUAGES
from tests.screens.conftest import OFFSCREEN
from tests.screens.often import wordiest
from tests.screens.test_every_screen import holds, size_of
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]


OFTEN = {"portrait-1080x1920-zh-Hans", "landscape-1920x1080-ug", "panel-1280x800-en"}
SHOWN_IN = [
    pytest.param(size, language, id=name, marks=() if name in OFTEN else pytest.mark.long)
    for size in SIZES
    for language in LANGUAGES
    if (name := f"{size}-{language}")
]
# Of every kind of widget that has words.
COLOURED = ("welcome", "choice_service", "assessment_in_window", "confirm", "status", "writing_chip", "help")


@pytest.fixture
def easy(window: Window) -> Iterator[Window]:
    """A window in easy mode, before which somebody stands who has begun."""
    window.show("out_of_service", "en")
    window.show("welcome", "en")
    window.touch("easy")
    yield window
    window.show("notice", "en")  # what is chosen before a visit holds for a minute, and ends with it
    window.show("welcome", "en")


def largest_px(window: Window) -> float:
    return max(sizes_px(window))


def smallest_px(window: Window) -> float:
    """Of the words on the page; those of the bar grow less."""
    return min(sizes_px(window, but="bar"))


def sizes_px(window: Window, but: str = "") -> list[float]:
    labels = window.ask({"labels": "screen"})["labels"]
    return [float(label["font_px"]) for label in labels if label["size"] != but]


def test_the_first_page_has_larger_text_and_one_choice_less(window: Window) -> None:
    usual = window.show("welcome", "en")["targets"]
    before, small = largest_px(window), smallest_px(window)
    with_easy = window.touch("easy")["targets"]
    assert usual.keys() - with_easy.keys() - {"next_page"} == {"other_services"}
    assert {"start", "easy"} <= with_easy.keys()
    assert smallest_px(window) > small * 1.25
    assert largest_px(window) >= before  # of a panel what is large already grows less
    assert window.touch("easy")["targets"] == usual
    assert largest_px(window) == before


@pytest.mark.parametrize(("window", "language"), SHOWN_IN, indirect=["window"], scope="module")
def test_every_screen_fits_in_easy_mode(easy: Window, language: str) -> None:
    for name in wordiest(language):
        if name.startswith(("welcome", "out_of_service", "out_of_hours")):
            continue  # they end it
        easy.show(name, language)
        assert "easy" not in easy.painted["targets"]
        for page in easy.pages():
            holds(size_of(easy), page["targets"], page)


@pytest.mark.parametrize("window", SIZES[:1], indirect=True)
def test_all_that_is_heard_stands_on_the_page(easy: Window) -> None:
    grammar = Grammar.load(ASSETS / "voice" / "zh-Hans.toml")
    phrases = {grammar.phrase(name).text for name in (SEE_SCREEN, MORE_PAGES)}
    for name in ("notice", "id_card", "insert_permit", "assessment_in_window", "confirm", "take_permit", "thank_you"):
        easy.show(name, "zh-Hans")
        heard = set(easy.ask({"heard": True})["words"]) - phrases
        shown = {label["words"] for page in easy.pages() for label in page["labels"]}
        assert heard
        assert heard <= shown, name


def test_it_lasts_until_the_visit_ends(easy: Window) -> None:
    large = largest_px(easy)
    easy.show("notice", "en")
    assert largest_px(easy) >= large * 0.8
    easy.show("welcome", "en")
    assert largest_px(easy) < large
    assert "other_services" in easy.painted["targets"]


def test_more_time_is_asked_for_once_on_a_page_before_it_asks(easy: Window) -> None:
    easy.show("notice", "en")
    easy.order("again", "31")  # the machine gives 31 seconds, of which the last 30 ask
    assert easy.intent() == "more_time"
    easy.order("again", "31")
    easy.ask({"touch": "cancel"})
    assert easy.intent() == "cancel"


def test_nobody_asks_for_more_time_in_the_usual_mode(window: Window) -> None:
    window.show("notice", "en")
    window.order("again", "31")
    window.ask({"touch": "cancel"})
    assert window.intent() == "cancel"


def test_it_brings_the_voice_where_there_is_one(tmp_path: Path) -> None:
    silent = {"SDL_AUDIODRIVER": "dummy"}
    with Window(SIZES[0], tmp_path, OFFSCREEN | silent, "buttons") as window:
        window.show("welcome", "en")
        window.touch("easy")
        assert heard_of(window) == "voice on"
        window.touch("easy")
        assert heard_of(window) == "voice off"


def test_where_screens_are_spoken_anyway_the_voice_stays_on_in_the_usual_mode(tmp_path: Path) -> None:
    with Window(SIZES[0], tmp_path, OFFSCREEN | {"SDL_AUDIODRIVER": "dummy"}, "buttons", "voice") as window:
        window.show("welcome", "en")
        window.touch("easy")
        window.touch("easy")
        window.touch("voice")
        assert heard_of(window) == "voice off"  # it was on until now, or this would say that it is on


def heard_of(window: Window) -> str:
    """Whether the voice is on, as the host tells next."""
    while not (line := window.told()).startswith("voice "):
        continue
    return line.rpartition(" ")[0]


@pytest.mark.parametrize("chosen", ["text_size", "contrast"])
def test_words_have_their_colours_again_when_all_is_as_before(upright: Window, chosen: str) -> None:
    for name in COLOURED:
        upright.show("notice", "en")
        upright.show(name, "en")
        before = colours_of(upright)
        for _ in range(3):
            upright.touch(chosen)
        assert colours_of(upright) == before, name


def test_words_have_the_same_colours_in_every_size(upright: Window) -> None:
    for name in COLOURED:
        upright.show("notice", "en")
        upright.show(name, "en")
        before = colours_of(upright)
        upright.touch("text_size")
        assert {
            words: colour for words, colour in colours_of(upright).items() if words in before
        }.items() <= before.items()
        upright.touch("text_size")
        upright.touch("text_size")


def colours_of(window: Window) -> dict[str, list[float]]:
    return {label["words"]: label["colour"] for label in window.ask({"labels": "screen"})["labels"]}
