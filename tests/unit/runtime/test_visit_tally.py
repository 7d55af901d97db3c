"""Visits are counted once, by what they were for and what came of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import PERMIT_JAMMED, UNIT_COVER_OPEN
from kiosk.runtime.visit_tally import VisitTally
from kiosk.workflow import states as s
from kiosk.workflow.visit_outcomes import KINDS, OUTCOMES
from tests.unit.workflow.machine_samples import LANGUAGE, SITES, VISIT
from tests.unit.workflow.machine_walk import walk

IDLE = s.Idle(LANGUAGE)
CLOSED = s.OutOfService(PERMIT_JAMMED, Custody.WITH_HOLDER)
CHOOSING = s.ReadingIdCard(VISIT)


def counted(*entered: s.State) -> dict[tuple[str, str], int]:
    tally = VisitTally()
    for state in entered:
        tally.entered(state)
    return dict(tally.counts())


def of_ending(ending: s.Ending) -> s.State:
    return s.AwaitingRemoval(VISIT, ending)


def test_who_goes_away_has_left() -> None:
    assert counted(IDLE, CHOOSING, CHOOSING, IDLE, IDLE) == {("endorse", "left"): 1}


def test_a_visit_under_way_is_not_counted_yet() -> None:
    assert counted(IDLE, CHOOSING) == {}


def test_a_visit_that_the_machine_had_to_end_is_one_of_its_faults() -> None:
    assert counted(IDLE, CHOOSING, CLOSED) == {("endorse", "out_of_service"): 1}


def test_the_ending_decides_also_where_the_machine_closes_afterwards() -> None:
    broken = s.BrokenOff(UNIT_COVER_OPEN, ChipState.OLD, FaceState.OLD)
    assert counted(IDLE, CHOOSING, of_ending(broken), CLOSED) == {("endorse", "broken_off"): 1}


def test_two_visits_in_a_row_are_two_of_their_kinds() -> None:
    other = replace(VISIT, id=VISIT.endorsement_id, purpose=s.VisitPurpose(s.VisitKind.STATUS))
    shown = of_ending(s.Interrupted(None, False, ChipState.OLD, FaceState.OLD))
    second = s.ReadingIdCard(other)
    assert counted(shown, second, IDLE) == {("endorse", "interrupted"): 1, ("status", "left"): 1}


@pytest.mark.walk
@pytest.mark.slow
def test_whatever_state_the_machine_can_be_in_has_a_kind_and_an_outcome() -> None:
    tally = VisitTally()
    for before, _, _ in walk(SITES["of every service"]).arrows():
        tally.entered(before)
        tally.entered(IDLE)
    kinds, outcomes = zip(*tally.counts(), strict=True)
    assert set(kinds) <= set(KINDS)
    assert set(outcomes) <= set(OUTCOMES)
    assert {"renewed", "declined", "applied", "informed", "broken_off", "left"} <= set(outcomes)
