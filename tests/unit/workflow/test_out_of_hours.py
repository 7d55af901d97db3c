"""A site that is open at some hours only: when the machine asks, and what it does with the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import CONFIGURATION, ID_READER_LINK, PAPER_OUT
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site, Step
from tests.unit.workflow.machine_samples import FOUND_VISIT, LANGUAGE, OPENS_AT, SITES, TODAY, VISIT, VISIT_IDS

ALWAYS_OPEN = SITES["with a bin"]
AT_HOURS = replace(ALWAYS_OPEN, keeps_hours=True)
CLOSED = replace(AT_HOURS, closed=CONFIGURATION)
OUT = s.OutOfHours(TODAY, OPENS_AT)
ENDED = on.HoursEnded(TODAY, OPENS_AT)
DEADLINE = on.DeadlinePassed("idle_check")
NOTHING_INSIDE = on.PathInspected(
    Custody.WITH_HOLDER, s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0), FOUND_VISIT
)


def taken(site: Site, state: s.State, event: on.Event) -> Step:
    found = step(site, state, event)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (s.Recovering(), NOTHING_INSIDE),
        (s.Idle(LANGUAGE), DEADLINE),
        (OUT, DEADLINE),
        (s.ShowingNotice(VISIT), on.PersonChose(Intent.CANCEL)),
    ],
)
def test_whenever_nobody_is_served_any_more_the_hours_are_looked_at_where_a_site_has_any(
    state: s.State, event: on.Event
) -> None:
    assert do.LookAtHours() in taken(AT_HOURS, state, event).effects
    assert do.LookAtHours() not in taken(ALWAYS_OPEN, state, event).effects
    assert do.LookAtHours() not in taken(CLOSED, state, event).effects


def test_the_welcome_screen_is_left_and_comes_back_in_the_usual_language() -> None:
    assert taken(AT_HOURS, s.Idle("en"), ENDED) == Step(OUT)
    assert taken(AT_HOURS, OUT, on.HoursBegan()) == Step(s.Idle(LANGUAGE), (do.CheckDevices(),))


def test_no_visit_begins_while_it_is_closed() -> None:
    for intent in Intent:
        assert step(AT_HOURS, OUT, on.PersonChose(intent, LANGUAGE, ids=VISIT_IDS)) is None


def test_a_visit_does_not_hear_that_the_site_closes() -> None:
    assert step(AT_HOURS, s.ShowingNotice(VISIT), ENDED) is None
    assert step(AT_HOURS, s.OutOfService(ID_READER_LINK, Custody.WITH_HOLDER), ENDED) is None


def test_the_same_answer_changes_nothing_and_another_one_the_page() -> None:
    assert step(AT_HOURS, OUT, ENDED) is None
    assert step(AT_HOURS, s.Idle(LANGUAGE), on.HoursBegan()) is None
    assert taken(AT_HOURS, OUT, on.HoursEnded(TODAY, None)) == Step(s.OutOfHours(TODAY, None))


def test_what_closes_the_machine_is_told_in_place_of_the_hours() -> None:
    assert taken(AT_HOURS, OUT, on.DeviceFailed(ID_READER_LINK)) == Step(
        s.OutOfService(ID_READER_LINK, Custody.WITH_HOLDER)
    )
    assert step(AT_HOURS, OUT, on.DeviceFailed(PAPER_OUT)) is None


def test_switched_off_it_ends_at_once() -> None:
    assert taken(AT_HOURS, OUT, on.SwitchOffRequested("SIGTERM")) == Step(
        replace(OUT, switching_off=True), (do.EndProgram(),)
    )
