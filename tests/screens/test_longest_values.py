"""What a holder must see before confirming is on the page, however long it is."""

from __future__ import annotations

from typing import Any

import pytest

from screens.authoring.gallery import SIZES
from screens.authoring.samples import LANGUAGES
from tests.screens.expected_words import unsaid
from tests.screens.longest_samples import FILLINGS, longest_samples
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(180)]

NOTES = ("chip_only", "unprintable")
OFTEN = {"portrait-1080x1920-ug", "landscape-1920x1080-en", *(f"panel-1280x800-{language}" for language in LANGUAGES)}
SHOWN_IN = [
    pytest.param(size, language, id=name, marks=() if name in OFTEN else pytest.mark.long)
    for size in SIZES
    for language in LANGUAGES
    if (name := f"{size}-{language}")
]


@pytest.mark.parametrize(("window", "language"), SHOWN_IN, indirect=["window"], scope="module")
@pytest.mark.parametrize("name", [f"longest/{name}/{notes}" for name in FILLINGS for notes in NOTES])
def test_the_longest_values_stand_whole_beside_a_button_that_can_be_touched(
    window: Window, name: str, language: str
) -> None:
    pages = _whole(window, name, language)
    width, height = pages[0]["window"]
    x, y, across, down = pages[-1]["targets"]["confirm"]
    assert x >= 0
    assert y >= 0
    assert x + across <= width
    assert y + down <= height


def _whole(window: Window, name: str, language: str) -> list[dict[str, Any]]:
    """The pages of a sample; nothing of it is cut, outside or left out."""
    window.show(name, language)
    pages = window.pages()
    width, height = pages[0]["window"]
    outside, cut = [], []
    for label in (label for page in pages for label in page["labels"] if not label["on_two_pages"]):
        x, y, across, down = label["box"]
        if x < -1 or y < -1 or x + across > width + 1 or y + down > height + 1:
            outside.append(label["words"])
        if label["drawn_size"][0] > across + 1 or label["drawn_size"][1] > down + 1:
            cut.append(label["words"])
    assert (outside, cut) == ([], [])
    assert unsaid(longest_samples(language)[name], language, pages) == []
    return pages


@pytest.mark.parametrize(("window", "language"), SHOWN_IN, indirect=["window"], scope="module")
@pytest.mark.parametrize("name", [f"longest/{name}/{kind}" for name in FILLINGS for kind in ("assessment", "question")])
def test_the_longest_address_stands_whole_beside_the_question_about_it(
    window: Window, name: str, language: str
) -> None:
    assert {"answer_yes", "answer_no"} <= set(_whole(window, name, language)[-1]["targets"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notes", NOTES)
def test_what_stands_on_another_page_must_be_seen_before_it_is_confirmed(
    panel: Window, language: str, notes: str
) -> None:
    painted = panel.show(f"longest/words/{notes}", language)
    pages = panel.pages()
    assert len(pages) > 1
    assert "confirm" not in painted["targets"]
    assert "cancel" in painted["targets"]
    assert [number for number, page in enumerate(pages) if "confirm" in page["targets"]] == [len(pages) - 1]
    endless = panel.show(f"longest/three_em/{notes}", language)
    assert "confirm" not in endless["targets"]
    assert "cancel" in endless["targets"]
