"""Every two screens that follow each other, of the same kind too: what does a finger that was meant for the first do on
the second? Which do follow each other, the walk over all states of the machine tells.
"""

from __future__ import annotations

import pytest

from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import QuestionScreen
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.pages import page_of
from screens.authoring.samples import LANGUAGES, samples
from tests.screens.window import Box, Window
from tests.unit.workflow.machine_samples import SITES
from tests.unit.workflow.machine_walk import walk
from tests.waiting import FOR_EVER_S, eventually

pytestmark = [pytest.mark.long, pytest.mark.screen, pytest.mark.slow]

Place = tuple[float, float]
HARMLESS = ("cancel", "more_time", *(f"choose_language:{language}" for language in LANGUAGES))


def neighbours() -> set[tuple[type[AnyScreenModel], type[AnyScreenModel]]]:
    """The kinds of every two screens that the machine may show one after the other. The region that is walked has one
    declaration; Shanghai's file, among others, asks one question after the other.
    """
    site = SITES["of every service"]
    about = PresentationContext(site.region, LANGUAGES, False, "https://r.example/", 25)
    pairs: set[tuple[type[AnyScreenModel], type[AnyScreenModel]]] = {(QuestionScreen, QuestionScreen)}
    for before, _event, taken in walk(site).arrows():
        old, new = page_of(about, before), page_of(about, taken.state)
        if old != new:
            pairs.add((type(old), type(new)))
    return pairs


def sample_pairs() -> list[tuple[str, str]]:
    """A sample of each kind for each pair; two different ones where both are of one kind."""
    of_kind: dict[type, list[str]] = {}
    for name, model in samples("en").items():
        of_kind.setdefault(type(model), []).append(name)
    pairs = [(of_kind[old][0], of_kind[new][-1]) for old, new in neighbours()]
    return sorted((old, new) for old, new in pairs if old != new)


def test_no_finger_that_was_meant_for_one_screen_does_anything_on_its_neighbour(upright: Window) -> None:
    pairs = sample_pairs()
    assert any((old, new[:9]) == ("question", "question_") for old, new in pairs)
    assert ("choice_for_whom", "choice_proof") in pairs
    for old, new in pairs:
        place = _place_on_both(upright, old, new)
        if place is not None:
            _a_resting_finger_does_nothing(upright, old, new, place)
            _a_double_tap_and_a_tap_during_the_change_do_one_thing(upright, old, new, place)


def _place_on_both(window: Window, old: str, new: str) -> Place | None:
    """Where a finger does something on either: on the second screen something that cannot be had by another touch, if
    there is such a place. None if there is no place at all.
    """
    first = _acting(window.show(old, "en")["targets"])
    second = _acting(window.show(new, "en")["targets"])
    places = {
        target: (x, y)
        for target, (x, y) in zip(second, map(_middle, second.values()), strict=True)
        if any(left <= x <= left + width and top <= y <= top + height for left, top, width, height in first.values())
    }
    return next((places[target] for target in places if target not in HARMLESS), next(iter(places.values()), None))


def _acting(targets: dict[str, Box]) -> dict[str, Box]:
    """All targets but those that emit nothing: keys, help, and what the bar has for the eyes."""
    silent = ("key:", "help", "close_help", "contrast", "easy", "low_reach", "text_size")
    return {target: box for target, box in targets.items() if not target.startswith(silent)}


def _middle(box: Box) -> Place:
    x, y, width, height = box
    return x + width / 2, y + height / 2


def _a_resting_finger_does_nothing(window: Window, old: str, new: str, place: Place) -> None:
    window.show(old, "en")
    window.ask({"press_at": place, "finger": 1})
    serial = window.show(new, "en")["serial"]
    window.ask({"lift": 1})
    window.ask({"touch_at": place})
    target = window.intent_of()
    window.show(old, "en")
    window.ask({"touch_at": place})
    assert window.intent_of()[0] > serial, f"a finger that rested on {old} touched {new} at {place}: {target}"


def _a_double_tap_and_a_tap_during_the_change_do_one_thing(window: Window, old: str, new: str, place: Place) -> None:
    window.show(new, "en")  # else the first screen stays on the page that was turned to
    first = window.show(old, "en")["serial"]
    window.ask({"touch_at": place})
    assert window.intent_of()[0] == first
    window.tell_host(f"unread_s {FOR_EVER_S}")
    window.order(new, "en")
    window.ask({"touch_at": place})  # during the change; where it comes before it, it belongs to the first screen
    eventually(window.stands)
    window.ask({"touch_at": place})  # the second tap, on what has just come
    eventually(window.touches_are_through)
    window.tell_host("unread_s 0")
    window.show(new, "en")
    last = window.show(old, "en")["serial"]
    window.ask({"touch_at": place})
    emitted = [window.intent_of()[0]]
    while emitted[-1] != last:
        emitted.append(window.intent_of()[0])
    assert emitted[:-1] in ([], [first]), f"a tap on {old} went to {new} at {place}"
