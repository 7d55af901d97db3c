"""A machine that serves nobody for a mistake in its files: whatever it finds, it begins nothing, gives a permit back or
keeps it, and says so in words that need no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest

from kiosk.app.shown_screens import ShownScreens
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import REGION_FILE, Part
from kiosk.policy.no_region import NO_REGION
from kiosk.presentation.context import PresentationContext
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.machine import step
from tests.unit.workflow.machine_samples import FOUND_VISIT, LANGUAGE, SITES, STORIES
from tests.unit.workflow.machine_walk import walk

pytestmark = [pytest.mark.walk, pytest.mark.slow]
PLACES = {name: replace(SITES[name], region=NO_REGION, closed=REGION_FILE) for name in ("with a bin", "without a bin")}
AT_EITHER = pytest.mark.parametrize("place", sorted(PLACES))
NEEDS_THE_UNIT_ALONE = (
    do.InspectPath,
    do.EjectPermit,
    do.WatchMouth,
    do.TakePermitBack,
    do.RetainPermit,
    do.ClearPersonalData,
    do.CheckDevices,
    do.ReportCompletion,
    do.CancelEndorsement,
    do.EndProgram,
)
ENTERED = {
    s.Recovering,
    s.OutOfService,
    s.AwaitingHolder,
    s.ReturningPermit,
    s.AwaitingRemoval,
    s.TakingBack,
    s.ShowingOutcome,
}


@AT_EITHER
def test_no_visit_begins_and_nothing_but_the_unit_is_needed(place: str) -> None:
    walked = walk(PLACES[place])
    assert not walked.broken_laws
    entered = {type(state) for state in walked.states}
    assert entered - {s.Retaining} == ENTERED
    assert {type(effect) for _, _, taken in walked.arrows() for effect in taken.effects} <= set(NEEDS_THE_UNIT_ALONE)


@AT_EITHER
def test_when_the_permit_is_taken_the_page_says_what_has_the_mistake(place: str) -> None:
    site = PLACES[place]
    closed = s.OutOfService(REGION_FILE, Custody.WITH_HOLDER)
    for story in STORIES:
        taken = step(site, s.Recovering(), on.PathInspected(Custody.WITH_HOLDER, story, FOUND_VISIT))
        assert taken is not None
        assert taken.state == closed
    explained = [
        state for state in walk(site).states if isinstance(state, s.ShowingOutcome) and not s.is_switching_off(state)
    ]
    assert explained
    for state in explained:
        taken = step(site, state, on.DeadlinePassed("the one of the state"))
        assert taken is not None
        assert taken.state == closed


@AT_EITHER
def test_every_page_has_words_where_no_text_can_be_read(place: str) -> None:
    shown = ShownScreens(PresentationContext(NO_REGION, (LANGUAGE,), False, "", 25), lambda *_: None)
    words = Translation.emergency()
    for state in walk(PLACES[place]).states:
        if isinstance(state, s.OutOfService) and state.fault.part not in (Part.PERMIT_UNIT, Part.KIOSK):
            continue  # of a device that nobody asks
        for text in _texts(shown.present(state)):
            assert words.words(text), text


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
