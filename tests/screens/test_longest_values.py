"""What a holder must see before confirming is on the page, however long it is."""

from __future__ import annotations

import pytest

from screens.authoring.samples import LANGUAGES
from tests.screens.longest_samples import FILLINGS, longest_samples
from tests.screens.test_every_screen import expected_words
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(180)]

NOTES = ("chip_only", "unprintable")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [f"longest/{name}/{notes}" for name in FILLINGS for notes in NOTES])
def test_the_longest_values_stand_whole_beside_a_button_that_can_be_touched(
    window: Window, name: str, language: str
) -> None:
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
    shown = "\n".join(label["words"] for page in pages for label in page["labels"])
    model = longest_samples(language)[name]
    assert [words for words in expected_words(model, language) if words not in shown] == []
    x, y, across, down = pages[-1]["targets"]["confirm"]
    assert x >= 0
    assert y >= 0
    assert x + across <= width
    assert y + down <= height


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
