"""The technician's screens: what is on them, and that it fits, in every size, both languages and every text size."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest

from screens.authoring.gallery import SIZES
from screens.authoring.sample_visits.technician import LANGUAGES, technician_samples
from tests.screens.expected_words import unsaid
from tests.screens.test_every_screen import holds, size_of
from tests.screens.window import Window
from tests.waiting import eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NAMES = list(technician_samples("en"))
OFTEN = [name for name in NAMES if "_with_" not in name or name.endswith(("2305", "6402"))]
"""Of the many faults the wordiest."""


SEEN_OFTEN = {
    ("panel-1280x800", "en", "largest"),
    ("portrait-1080x1920", "zh-Hans", "usual"),
    ("landscape-1920x1080", "en", "usual"),
}
LOOKS = [
    pytest.param(*look, marks=() if look in SEEN_OFTEN else pytest.mark.long)
    for look in product(SIZES, LANGUAGES, ("usual", "largest"))
]


@pytest.mark.parametrize(
    ("window", "language", "text"),
    LOOKS,
    indirect=["window"],
    scope="module",
)
def test_all_that_a_model_holds_is_said_fits_and_can_be_touched(window: Window, language: str, text: str) -> None:
    enlarged = 2 if text == "largest" else 0
    names = NAMES if language == "zh-Hans" and not enlarged else OFTEN
    for name in names:
        window.show(f"technician_{name}", language)
        for _ in range(enlarged):
            window.touch("text_size")
        pages = window.pages()
        for page in pages:
            holds(size_of(window), page["targets"], page)
        assert unsaid(technician_samples(language)[name], language, pages) == [], name
        window.show("welcome", language)  # text is as large as usual again


def _shows_dots(window: Window, number: int) -> bool:
    return any(word.count("•") == number for word in window.words())


def test_what_was_typed_is_not_shown_and_gone_with_the_screen(upright: Window) -> None:
    upright.show("welcome", "en")
    upright.show("technician_sign_in_pin", "en")
    for number, digit in enumerate("271828", start=1):
        upright.ask({"touch": f"key:{digit}"})
        eventually(partial(_shows_dots, upright, number))
    assert "2718" not in "\n".join(upright.words())
    upright.ask({"touch": "enter_code"})
    assert upright.intent() == "enter_code 271828"
    assert "•" not in "\n".join(upright.words())
    upright.show("welcome", "en")
    upright.show("technician_sign_in", "en")
    upright.ask({"touch": "key:7"})
    eventually(lambda: any(word.startswith("7_") for word in upright.words()))
    upright.show("welcome", "en")
    assert "7_" not in "\n".join(upright.words("all"))
