"""What a holder must see before confirming is on the page, however long it is."""

from __future__ import annotations

import pytest

from assets import ASSETS
from screens.authoring.gallery import SIZES
from screens.authoring.samples import LANGUAGES
from screens.shell.screen_file import load_screen_file
from tests.screens.longest_samples import FILLINGS, longest_samples
from tests.screens.test_every_screen import expected_words
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(180)]

NOTES = ("chip_only", "unprintable")
READABLE_MM = 2.0  # the em; less than elsewhere, because no real address comes near to these lengths
MM_PER_PIXEL = {
    (screen.width_px, screen.height_px): screen.mm_per_pixel
    for screen in (load_screen_file(ASSETS / "screens" / f"{size}.toml") for size in SIZES)
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [f"longest/{name}/{notes}" for name in FILLINGS for notes in NOTES])
def test_the_longest_values_stand_whole_beside_a_button_that_can_be_touched(
    window: Window, name: str, language: str
) -> None:
    painted = window.show(name, language)
    layout = window.ask({"labels": "screen"})
    width, height = layout["window"]
    outside, cut = [], []
    for label in layout["labels"]:
        x, y, across, down = label["box"]
        if x < -1 or y < -1 or x + across > width + 1 or y + down > height + 1:
            outside.append(label["words"])
        if label["drawn_size"][0] > across + 1 or label["drawn_size"][1] > down + 1:
            cut.append(label["words"])
    assert min(label["font_px"] for label in layout["labels"]) * MM_PER_PIXEL[width, height] >= READABLE_MM
    assert not layout["overflows"]
    assert (outside, cut) == ([], [])
    shown = "\n".join(label["words"] for label in layout["labels"])
    model = longest_samples(language)[name]
    assert [words for words in expected_words(model, language) if words not in shown] == []
    x, y, across, down = painted["targets"]["confirm"]
    assert x >= 0
    assert y >= 0
    assert x + across <= width
    assert y + down <= height


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notes", NOTES)
def test_what_does_not_fit_on_the_page_cannot_be_confirmed_and_the_permit_can_be_had_back(
    panel: Window, language: str, notes: str
) -> None:
    painted = panel.show(f"longest/three_em/{notes}", language)
    assert panel.ask({"labels": "screen"})["overflows"]
    assert "confirm" not in painted["targets"]
    assert "cancel" in painted["targets"]
    assert "confirm" in panel.show("confirm", language)["targets"]
