"""Every screen with every sample, in every size and language: what is on it, and that it fits."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest

from assets import ASSETS
from kiosk.texts.translation import Translation
from screens.authoring.gallery import SIZES
from screens.authoring.sample_visits.beginning import NUMBERS
from screens.authoring.sample_visits.people import ADDRESS, LONG_ADDRESS
from screens.authoring.samples import LANGUAGES, samples
from screens.shell.screen_file import load_screen_file
from screens.style.theme import PRIMARY_MM, SECONDARY_MM
from tests.screens.expected_words import unsaid
from tests.screens.often import EACH_SAMPLE, OFTEN
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NAMES = list(samples("en"))
SECONDARY = (
    "back",
    "previous_page",
    "cancel",
    "choose_language:",
    "contrast",
    "easy",
    "help",
    "low_reach",
    "text_size",
    "voice",
    "repeat",
    "volume",
)
LEAST_GAP_PX = 3  # what the eye takes for the same place
CAPITAL = 0.733  # of the em, in the screens' typeface
# At arm's length (ADA 2010, 707.7.2); the panel is read from 40 cm.
LEAST_CAPITAL_MM, LEAST_CAPITAL_MM_PANEL = 4.8, 3.5
LEAST_GAP_MM = 4.9
# All languages on the first size; on the others English, which runs longer, and the rest only by `make long`.
SHOWN_IN = [
    pytest.param(
        size, language, id=f"{size}-{language}", marks=() if size == SIZES[0] or language == "en" else pytest.mark.long
    )
    for size in SIZES
    for language in LANGUAGES
    if language != "ug"  # walked in test_uyghur_screens.py
]
MM_PER_PIXEL = {size: load_screen_file(ASSETS / "screens" / f"{size}.toml").mm_per_pixel for size in SIZES}


@pytest.mark.parametrize(("window", "language"), SHOWN_IN, indirect=["window"], scope="module")
@pytest.mark.parametrize("name", EACH_SAMPLE)
def test_all_that_a_model_holds_is_said_fits_and_can_be_touched(window: Window, name: str, language: str) -> None:
    assert window.show(name, language)["language"] == language
    size, pages = size_of(window), window.pages()
    for page in pages:
        holds(size, page["targets"], page)
    assert unsaid(samples(language)[name], language, pages) == []


def size_of(window: Window) -> str:
    """Which of the sizes it has."""
    return next(size for size in SIZES if pixels_of(size) == tuple(window.ask({"labels": "screen"})["window"]))


def holds(size: str, targets: dict[str, Any], layout: dict[str, Any]) -> None:
    """Nothing is cut, too small to be read or touched, too close to another, or outside."""
    assert [label["words"] for label in layout["labels"] if not (label["on_two_pages"] or _fits(label))] == []
    assert [label["words"] for label in layout["labels"] if not _is_inside(label, layout["window"])] == []
    smallest_mm = min(label["font_px"] for label in layout["labels"]) * MM_PER_PIXEL[size] * CAPITAL
    assert smallest_mm >= (LEAST_CAPITAL_MM_PANEL if size == SIZES[-1] else LEAST_CAPITAL_MM)
    for target, (x, y, width, height) in targets.items():
        least_mm = SECONDARY_MM if target.startswith(SECONDARY) else PRIMARY_MM
        assert height * MM_PER_PIXEL[size] >= (SECONDARY_MM if target.startswith("key:") else least_mm), target
        assert width * MM_PER_PIXEL[size] >= PRIMARY_MM, target
        assert x >= 0
        assert y >= 0
        assert x + width <= layout["window"][0]
        assert y + height <= layout["window"][1]
    boxes = targets.values()
    whole = [label for label in layout["labels"] if not label["on_two_pages"]]
    assert [label["words"] for label in whole if any(_hangs_over(label["box"], box) for box in boxes)] == []
    touching = [
        (a, b)
        for (a, one), (b, other) in combinations(targets.items(), 2)
        if _gap(one, other) * MM_PER_PIXEL[size] < LEAST_GAP_MM
    ]
    assert touching == []


@pytest.mark.parametrize("names", [OFTEN, pytest.param(NAMES, marks=pytest.mark.long)], ids=["often", "all"])
def test_the_way_out_and_help_are_at_the_same_place_on_every_screen_that_has_them(
    window: Window, names: list[str]
) -> None:
    """Help at the end of the bar; how wide it is depends on how many languages stand beside it."""
    targets = [window.show(name, "en")["targets"] for name in names]
    assert len({tuple(each["cancel"]) for each in targets if "cancel" in each}) == 1
    boxes = [each["help"] for each in targets if "help" in each]
    ends, bottoms = [x + width for x, _, width, _ in boxes], [y for _, y, _, _ in boxes]
    assert max(ends) - min(ends) < LEAST_GAP_PX
    assert max(bottoms) - min(bottoms) < LEAST_GAP_PX


def test_a_button_that_turns_the_page_is_no_higher_for_what_stands_on_the_last_one(upright: Window) -> None:
    upright.show("notice", "en")
    upright.show("welcome", "en")
    for _ in range(2):
        upright.touch("text_size")
    names = ("assessment_in_window", "attendant", "confirm", "outcome_refusal")
    heights = {name: upright.show(name, "en")["targets"]["next_page"][3] for name in names}
    assert len(set(heights.values())) == 1, heights
    upright.show("welcome", "en")


def test_nothing_of_a_visit_is_left_on_any_screen_when_the_next_begins(upright: Window) -> None:
    for name in NAMES:
        upright.show(name, "zh-Hans")
    upright.show("welcome", "zh-Hans")
    left = "\n".join(upright.words("all"))
    assert upright.ask({"labels": "all"})["kept"] == 0
    marks = [ADDRESS.reveal(), LONG_ADDRESS.reveal(), *NUMBERS, "2027年", "2028年", "分局"]
    assert [mark for mark in marks if mark in left] == []


def test_dates_old_and_new_stand_on_one_line_each(window: Window) -> None:
    for language in LANGUAGES:
        window.show("confirm_restart", language)
        drawn = [label["drawn"] for label in window.ask({"labels": "screen"})["labels"]]
        assert any("2028" in line and "\n" not in line for line in drawn)
        term = Translation.load(ASSETS / "locale", language).date(date(2028, 11, 30))
        assert [line for line in drawn if term in line and "\n" not in line] != []


def test_a_rare_character_is_drawn_with_the_fallback_font(upright: Window) -> None:
    upright.show("assessment_long_address", "zh-Hans")
    drawn = [label["drawn"] for label in upright.ask({"labels": "screen"})["labels"] if "镇望江" in label["words"]]
    assert len(drawn) == 1
    assert "𠮷[font=" in drawn[0]
    assert "HanaMinA.ttf]𪚥[/font]镇望江" in drawn[0]


def test_the_language_on_the_screen_follows_the_model(upright: Window) -> None:
    upright.show("notice", "zh-Hans")
    assert "同意并继续" in upright.words()
    upright.show("notice", "en")
    assert "Agree and go on" in upright.words()
    assert "同意并继续" not in upright.words()


def pixels_of(size: str) -> tuple[int, int]:
    screen = load_screen_file(ASSETS / "screens" / f"{size}.toml")
    return screen.width_px, screen.height_px


def _hangs_over(words: list[float], button: list[float]) -> bool:
    """Whether words in the middle of a button reach beyond it."""
    x, y, width, height = words
    left, top, across, down = button
    is_its_own = left < x + width / 2 < left + across and top < y + height / 2 < top + down
    return is_its_own and not (left <= x and top <= y and x + width <= left + across and y + height <= top + down)


def _fits(label: dict[str, Any]) -> bool:
    _, _, width, height = label["box"]
    return bool(label["drawn_size"][0] <= width + 1 and label["drawn_size"][1] <= height + 1)


def _is_inside(label: dict[str, Any], window: list[float]) -> bool:
    """Whether all of it is on the display; a paragraph that goes on on another page is cut there on purpose."""
    x, y, width, height = label["box"]
    return bool(
        label["on_two_pages"] or (x >= -1 and y >= -1 and x + width <= window[0] + 1 and y + height <= window[1] + 1)
    )


def _gap(one: list[float], other: list[float]) -> float:
    across = max(one[0], other[0]) - min(one[0] + one[2], other[0] + other[2])
    down = max(one[1], other[1]) - min(one[1] + one[3], other[1] + other[3])
    return max(across, down)


def test_screens_that_are_shown_again_and_again_take_no_more_memory(panel: Window) -> None:
    names = ("assessment_overdue", "thank_you_troubled", "outcome_refusal", "writing_chip", "welcome")

    def show_all(times: int) -> None:
        for _ in range(times):
            for name in names:
                for language in ("zh-Hans", "en"):  # Uyghur: tests/screens/test_uyghur_screens.py
                    panel.show(name, language)

    show_all(3)
    before = panel.resident_kib()
    show_all(8)
    assert panel.resident_kib() - before < 3000
