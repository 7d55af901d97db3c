"""What the shipped regions say of their services fits on every screen."""

from __future__ import annotations

import pytest

from screens.gallery import ASSETS, SIZES
from screens.samples import LANGUAGES
from screens.screen_file import load_screen_file
from tests.screens.region_samples import region_samples
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]

SMALLEST_TEXT_MM = 2.5
MM_PER_PIXEL = {
    (screen.width_px, screen.height_px): screen.mm_per_pixel
    for screen in (load_screen_file(ASSETS / "screens" / f"{size}.toml") for size in SIZES)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(region_samples("en")))
def test_all_that_a_region_says_of_a_service_fits(window: Window, name: str, language: str) -> None:
    window.show(name, language)
    layout = window.ask({"labels": "screen"})
    smallest_px = min(label["font_px"] for label in layout["labels"])
    assert not layout["overflows"]
    assert smallest_px * MM_PER_PIXEL[tuple(layout["window"])] >= SMALLEST_TEXT_MM
