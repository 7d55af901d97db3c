"""Another palette, chosen while a page stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.style.theme import PALETTES, Colour
from tests.screens.window import Box, Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]


def test_what_most_people_want_can_be_read_in_every_palette(upright: Window, tmp_path: Path) -> None:
    upright.show("thank_you", "en")
    for palette in PALETTES:
        finish = upright.painted["targets"]["finish"]
        assert _share(upright, tmp_path, finish, palette.accent) > 0.5
        assert _share(upright, tmp_path, finish, palette.on_accent) > 0.01
        upright.touch("contrast")
    upright.show("welcome", "en")


def _share(window: Window, folder: Path, box: Box, colour: Colour) -> float:
    """How much of a button, but for its edge, is of this colour."""
    from PIL import Image

    window.ask({"screenshot": str(folder / "page.png")})
    x, y, width, height = box
    with Image.open(folder / "page.png") as picture:
        inside = picture.convert("RGB").crop(
            (int(x + width * 0.1), int(y + height * 0.2), int(x + width * 0.9), int(y + height * 0.8))
        )
    colours = inside.getcolors(maxcolors=1 << 16)
    assert colours is not None
    wanted = tuple(round(255 * value) for value in colour[:3])
    return sum(count for count, found in colours if found == wanted) / (inside.width * inside.height)
