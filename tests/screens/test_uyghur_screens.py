"""Every screen in Uyghur: its letters joined, all of it there, nothing over another, and begun at the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import pytest

from assets import ASSETS
from drivers.right_to_left import without_marks
from kiosk.texts.translation import Translation
from screens.authoring.gallery import SIZES
from screens.authoring.samples import LANGUAGES, samples
from screens.style.theme import TEXT_SCALES
from tests.sampling import long_but
from tests.screens.expected_words import unsaid
from tests.screens.often import EACH_SAMPLE, wordiest
from tests.screens.test_every_screen import holds, size_of
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow]

UYGHUR = Translation.load(ASSETS / "locale", "ug")
LARGER = [
    pytest.param(size, scale, marks=() if (size, scale) == ("panel-1280x800", TEXT_SCALES[-1]) else pytest.mark.long)
    for size in SIZES
    for scale in TEXT_SCALES[1:]
]


def labels(window: Window) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = window.ask({"labels": "screen"})["labels"]
    return found


def box_of(window: Window, key: str) -> list[float]:
    """Where the words of `key` stand: x, y, width, height."""
    said = UYGHUR.text(key)
    [box] = [label["box"] for label in labels(window) if label["words"] == said]
    return list(box)


def middle(box: list[float]) -> float:
    return box[0] + box[2] / 2


def letters(text: str) -> str:
    """Without what breaking lines changes, and without figures: a countdown may be a second behind its words."""
    return re.sub(r"[\s\d]", "", without_marks(text))


def over_each_other(one: list[float], other: list[float]) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 1 and down > 1


@pytest.mark.parametrize("window", long_but({SIZES[0], "panel-1280x800"}, SIZES), indirect=True, scope="module")
@pytest.mark.parametrize("name", EACH_SAMPLE)
def test_all_of_it_is_there_and_nothing_stands_over_another(window: Window, name: str) -> None:
    window.show(name, "ug")
    pages = window.pages()
    for page in pages:
        holds(size_of(window), page["targets"], page)
        stands_clear(page)
    assert unsaid(samples("ug")[name], "ug", pages) == []


def stands_clear(page: dict[str, Any]) -> None:
    """All words are drawn, inside of the window, and none over others."""
    width, height = page["window"]
    whole = [label for label in page["labels"] if not label["on_two_pages"]]
    for label in page["labels"]:
        assert "[font=" in label["drawn"] or letters(label["drawn"]) == letters(label["words"])
    for label in whole:
        x, y, across, down = label["box"]
        assert (x >= -1, y >= -1, x + across <= width + 1, y + down <= height + 1) == (True,) * 4, label["words"]
    texts = [(label["words"], label["box"]) for label in whole]
    assert [(a, b) for (a, one), (b, other) in combinations(texts, 2) if over_each_other(one, other)] == []


@contextmanager
def larger_text(window: Window, scale: float) -> Iterator[Callable[[str], None]]:
    """Gives what shows a sample in Uyghur, in text so much larger."""
    banner = UYGHUR.text("simulation.banner")

    def scaled() -> float:
        return next(float(label["font_px"]) for label in labels(window) if label["words"] == banner)

    def show(name: str) -> None:
        window.show(name, "ug")
        if scaled() == pytest.approx(usual * scale, rel=0.04):
            return
        while scaled() != pytest.approx(usual * scale, rel=0.04):
            window.touch("text_size")
        window.show(name, "ug")

    window.show("out_of_service", "ug")
    window.show("notice", "ug")  # whoever comes next finds the usual text
    usual = scaled()
    try:
        yield show
    finally:
        window.show("out_of_service", "ug")


@pytest.mark.parametrize(("window", "scale"), LARGER, indirect=["window"], scope="module")
def test_larger_text_stands_on_more_pages(window: Window, scale: float) -> None:
    with larger_text(window, scale) as show:
        for name in wordiest("ug"):
            show(name)
            for page in window.pages():
                holds(size_of(window), page["targets"], page)
                stands_clear(page)


@pytest.mark.parametrize("window", long_but({"panel-1280x800"}, SIZES), indirect=True, scope="module")
def test_text_of_joining_letters_is_a_third_larger_and_two_thirds_larger(window: Window) -> None:
    words, seen = UYGHUR.text("simulation.banner"), []
    for scale in TEXT_SCALES:
        with larger_text(window, scale) as show:
            show("id_card")
            [banner] = [label for label in labels(window) if label["words"] == words]
            seen.append(banner["drawn_size"])
    for scale, (across, down) in zip(TEXT_SCALES, seen, strict=True):
        assert across == pytest.approx(seen[0][0] * scale, rel=0.04)
        assert down == pytest.approx(seen[0][1] * scale, rel=0.04)


@pytest.mark.parametrize("name", ["notice", "question"])
def test_what_stands_left_for_others_stands_right(window: Window, name: str) -> None:
    seen = {}
    for language in ("zh-Hans", "ug"):
        painted = window.show(name, language)
        seen[language] = {
            target: middle(box) / window.ask({"labels": "screen"})["window"][0]
            for target, box in painted["targets"].items()
            if not target.startswith("choose_language")
        }
    assert seen["ug"].keys() == seen["zh-Hans"].keys()
    for target, place in seen["ug"].items():
        assert place == pytest.approx(1 - seen["zh-Hans"][target], abs=0.07), target  # words differ in length


def test_the_next_page_is_left_of_the_previous_one(panel: Window) -> None:
    with larger_text(panel, TEXT_SCALES[-1]) as show:
        show("assessment_overdue")
        pages = panel.pages()
        assert len(pages) > 2
        assert pages[1]["targets"]["next_page"][0] < pages[1]["targets"]["previous_page"][0]


def test_the_old_dates_stand_right_of_the_new_ones_or_above_them(window: Window) -> None:
    window.show("confirm", "ug")
    old, new = box_of(window, "term.old"), box_of(window, "term.new")
    assert old[0] > new[0] + new[2] or old[1] + old[3] < new[1]
    window.show("confirm", "zh-Hans")


def test_a_button_s_icon_stands_right_of_its_words(window: Window) -> None:
    target = window.show("notice", "ug")["targets"]["accept_notice"]
    assert middle(box_of(window, "notice.accept")) < middle(target)


def test_an_answer_s_mark_stands_left_of_it(window: Window) -> None:
    targets = window.show("choice_for_whom", "ug")["targets"]
    button = next(box for name, box in targets.items() if name.startswith("choose:"))
    text = next(label["box"] for label in labels(window) if over_each_other(label["box"], button))
    assert button[0] + button[2] - (text[0] + text[2]) < text[0] - button[0]


def test_the_keys_stay_where_they_are_on_every_telephone(window: Window) -> None:
    keys = window.show("telephone", "ug")["targets"]
    assert keys["key:1"][0] < keys["key:2"][0] < keys["key:3"][0]
    window.show("telephone", "zh-Hans")


def test_stages_begin_at_the_right_with_their_numbers(upright: Window) -> None:
    upright.show("writing_face", "ug")
    [three] = [label["box"] for label in labels(upright) if label["words"] == "3"]
    words = box_of(upright, "writing.stage.face")
    assert three[0] > words[0] + words[2] - 1


def test_every_other_language_is_offered_in_its_own_words(window: Window) -> None:
    for language in LANGUAGES:
        painted = window.show("welcome", language)
        offered = {
            name.partition(":")[2]: box for name, box in painted["targets"].items() if name.startswith("choose_l")
        }
        assert set(offered) == set(LANGUAGES) - {language}
        names = [Translation.load(ASSETS / "locale", each).text("language.name") for each in offered]
        assert set(names) <= {label["words"] for label in labels(window)}
        assert not any(over_each_other(one, other) for one, other in combinations(offered.values(), 2))


def test_from_uyghur_to_another_language_everything_turns_back(window: Window) -> None:
    before = window.show("status_overdue", "en")["targets"]
    window.show("status_overdue", "ug")
    assert window.show("status_overdue", "en")["targets"] == before


def test_a_picture_of_words_is_let_go_when_the_screen_is_left(upright: Window) -> None:
    for name in wordiest("ug"):
        upright.show(name, "ug")
    upright.show("welcome", "ug")
    assert upright.ask({"labels": "all"})["kept"] == 0


def test_screens_in_uyghur_shown_again_and_again_take_no_more_memory(panel: Window) -> None:
    names = ("assessment_overdue", "thank_you_troubled", "outcome_refusal", "writing_chip", "welcome")

    def show_all(times: int) -> None:
        for _ in range(times):
            for name in names:
                panel.show(name, "ug")

    show_all(4)
    before = panel.resident_kib()
    show_all(10)
    assert panel.resident_kib() - before < 3000
