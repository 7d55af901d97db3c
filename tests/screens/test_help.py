"""Help, over the pages of a window: it comes, says what it has to say, and gives the page back as it was."""

from __future__ import annotations

from typing import Any

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from screens.authoring.samples import LANGUAGES, samples
from screens.style.theme import SECONDARY_MM
from tests.screens.test_every_screen import MM_PER_PIXEL, pixels_of
from tests.screens.window import Window
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

PAGES = ("welcome", "id_card", "question", "confirm", "telephone", "writing_chip", "take_permit", "outcome_refusal")
"""With nothing inside, with a permit inside, at the mouth, and afterwards."""


def says(window: Window, key: str, language: str = "en", **args: str) -> bool:
    return Translation.load(ASSETS / "locale", language).text(key, **args) in window.words()


def words_of_help(window: Window, page: str) -> set[str]:
    """What help has to say of this page, and no page of help says."""
    over = samples("en")[page].frame.help
    assert over is not None
    shown = "\n".join(label["words"] for each in window.pages() for label in each["labels"])
    english = Translation.load(ASSETS / "locale", "en")
    return {
        words for words in map(english.words, (over.now, over.permit_is, over.stop, *over.ask)) if words not in shown
    }


def standing(window: Window) -> list[str]:
    """The words on the screen, but for the seconds that pass."""
    return [words for words in window.words() if "seconds" not in words]


def opens_help(window: Window) -> None:
    window.ask({"touch": "help"})
    assert window.intent() == "more_time"
    eventually(lambda: says(window, "help.title"))


def types(window: Window, digit: str) -> None:
    window.ask({"touch": f"key:{digit}"})
    assert window.intent() == "more_time"


def comes_back(window: Window) -> None:
    window.ask({"touch": "close_help"})
    assert window.intent() == "more_time"


def screen(window: Window) -> Any:
    window.ask({"labels": "screen"})
    return window.painted["screen"]


@pytest.mark.parametrize("page", PAGES)
def test_help_comes_over_the_page_and_goes_back_to_it(window: Window, page: str) -> None:
    window.show(page, "en")
    before = standing(window)
    opens_help(window)
    assert words_of_help(window, page) == set()
    comes_back(window)
    eventually(lambda: standing(window) == before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_can_be_hit_on_every_panel(window: Window, language: str) -> None:
    _, _, width, height = window.show("question", language)["targets"]["help"]
    pixels = tuple(window.ask({"labels": "screen"})["window"])
    (mm_per_pixel,) = {each for size, each in MM_PER_PIXEL.items() if pixels_of(size) == pixels}
    assert min(width, height) * mm_per_pixel >= SECONDARY_MM


def test_what_was_typed_is_there_when_help_is_over(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    for digit in "137":
        types(upright, digit)
    opens_help(upright)
    upright.show("again", "120")  # as the machine shows the page when somebody is there
    assert says(upright, "help.title")
    comes_back(upright)
    upright.show("again", "120")
    assert "137 ____ ____" in upright.words()


def test_what_was_typed_is_forgotten_when_help_ends_with_the_page(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("telephone_again", "en")
    types(upright, "1")
    opens_help(upright)
    upright.show("take_permit", "en")
    assert not says(upright, "help.title")
    eventually(lambda: "1__ ____ ____" not in upright.words("all"))


@pytest.mark.parametrize(("page", "following"), [("reading", "question"), ("take_permit", "receipt")])
def test_another_page_below_closes_help(upright: Window, page: str, following: str) -> None:
    upright.show(page, "en")
    opens_help(upright)
    assert upright.show(following, "en")["screen"] == following
    assert not says(upright, "help.title")
    upright.show("welcome", "en")
    assert screen(upright) == "welcome"


def test_another_question_on_the_same_screen_closes_help_too(upright: Window) -> None:
    upright.show("question", "en")
    opens_help(upright)
    assert upright.show("question_confirm_rule", "en")["screen"] == "question"


def test_the_question_whether_somebody_is_there_stands_over_help(upright: Window) -> None:
    upright.show("question", "en")
    opens_help(upright)
    assert "more_time" not in upright.show("again", "100")["targets"]
    targets = upright.show("again", "20")["targets"]
    assert {"more_time", "close_help", "cancel"} <= set(targets)
    upright.ask({"touch": "more_time"})
    assert upright.intent() == "more_time"
    assert screen(upright) == "help"
    comes_back(upright)


def test_the_way_out_stands_beside_help_as_beside_the_page(upright: Window) -> None:
    place = upright.show("question", "en")["targets"]["cancel"]
    opens_help(upright)
    eventually(lambda: screen(upright) == "help")
    assert upright.painted["targets"]["cancel"] == place
    upright.ask({"touch": "cancel"})
    assert upright.intent() == "cancel"
    comes_back(upright)


def test_help_speaks_another_language_and_stays(upright: Window) -> None:
    upright.show("telephone_again", "en")
    opens_help(upright)
    upright.ask({"touch": "choose_language:zh-Hans"})
    assert upright.intent() == "choose_language zh-Hans"
    assert upright.show("telephone_again", "zh-Hans")["screen"] == "help"
    assert says(upright, "help.title", "zh-Hans")
    upright.ask({"touch": "close_help"})
    assert upright.intent() == "more_time"
    eventually(lambda: says(upright, "telephone.title", "zh-Hans"))


def test_help_says_what_became_of_a_call_and_the_page_goes_on(upright: Window) -> None:
    upright.show("question", "en")
    upright.show("staff", "under_way")
    opens_help(upright)
    assert says(upright, "help.staff.under_way")
    upright.ask({"touch": "call_staff"})
    assert upright.intent() == "call_staff"
    assert upright.show("staff", "called")["screen"] == "help"
    called = [words for words in upright.words() if words.startswith("Staff were called.")]
    assert called == ["Staff were called. Please wait here. (10:32)"]
    comes_back(upright)
    eventually(lambda: not says(upright, "help.title"))


def test_a_page_that_was_turned_stays_turned_when_it_is_shown_anew(panel: Window) -> None:
    panel.show("outcome_refusal", "en")
    pages = panel.pages()
    assert len(pages) > 1
    panel.show("again", "60")
    assert panel.ask({"labels": "screen"})["page"] == len(pages) - 1
    opens_help(panel)
    comes_back(panel)
    panel.show("again", "60")
    assert panel.ask({"labels": "screen"})["page"] == len(pages) - 1
