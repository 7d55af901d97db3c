"""What is drawn can be told apart, in every theme."""

from __future__ import annotations

import pytest

from screens.style.picture_colours import BY_THEME
from screens.style.picture_colours import COUNTER as PICTURES
from screens.style.theme import COUNTER as SCREENS
from screens.style.theme import colour, contrast

LEAST = 3.0  # WCAG 2.1, 1.4.11

PAIRS = [(theme, *pair) for theme, colours in BY_THEME.items() for pair in colours.told_apart()]


@pytest.mark.parametrize(("theme", "one", "other"), PAIRS)
def test_what_lies_side_by_side_can_be_told_apart(theme: str, one: str, other: str) -> None:
    colours = BY_THEME[theme]
    assert contrast(colour(getattr(colours, one)), colour(getattr(colours, other))) >= LEAST


@pytest.mark.parametrize(
    ("picture", "screen"),
    [
        ("ground", "ground"),
        ("paper", "surface"),
        ("outline", "ink"),
        ("accent", "accent"),
        ("accent_soft", "accent_soft"),
        ("on_accent", "on_accent"),
    ],
)
def test_pictures_have_the_colours_of_the_screens_around_them(picture: str, screen: str) -> None:
    assert colour(getattr(PICTURES, picture)) == getattr(SCREENS, screen)
