"""A machine that is being switched off: from every state that it can get into, to an end in good order and in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import PERMIT_UNIT_LINK
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.switching_off import SWITCH_OFF_WITHIN_S
from kiosk.workflow.transition import Step
from tests.unit.workflow.machine_samples import HOLDER, LANGUAGE, SITES, STORIES, VISIT, VISIT_IDS
from tests.unit.workflow.machine_walk import walk

pytestmark = pytest.mark.walk
AT_EVERY_SITE = pytest.mark.parametrize("place", sorted(SITES), scope="module")
ASKED = on.SwitchOffRequested("SIGTERM")
DEADLINE = on.DeadlinePassed("the one of the state")
UNIT_OBEYS: dict[type, on.Event] = {
    do.EjectPermit: on.PermitAtMouth(),
    do.TakePermitBack: on.PermitTakenIn(),
    do.RetainPermit: on.PermitRetained(),
    do.StopTakingIn: on.PermitNotTakenIn(),
}
ORDERED_IN: dict[type, type] = {
    s.ReturningPermit: do.EjectPermit,
    s.TakingBack: do.TakePermitBack,
    s.Retaining: do.RetainPermit,
    s.WithdrawingOffer: do.StopTakingIn,
}
MOST_STEPS = 20


def asked(place: str, state: s.State) -> Step:
    taken = step(SITES[place], state, ASKED)
    assert taken is not None
    return taken


def unasked(place: str) -> list[s.State]:
    """Every state that the machine can be in before anybody wishes to switch it off."""
    return [state for state in walk(SITES[place]).states if not s.is_switching_off(state)]


@pytest.mark.slow
@AT_EVERY_SITE
def test_the_wish_is_heard_in_every_state_and_a_second_one_changes_nothing(place: str) -> None:
    for state in unasked(place):
        taken = asked(place, state)
        assert s.is_switching_off(taken.state)
        assert step(SITES[place], taken.state, on.SwitchOffRequested("SIGHUP")) is None


@pytest.mark.slow
@AT_EVERY_SITE
def test_where_nothing_answers_any_more_the_end_comes_in_time(place: str) -> None:
    for state in unasked(place):
        taken, passed_s = asked(place, state), 0.0
        for _ in range(MOST_STEPS):
            if do.EndProgram() in taken.effects:
                break
            passed_s += deadline_of(taken.state).seconds
            onward = step(SITES[place], taken.state, DEADLINE)
            assert onward is not None, f"{type(taken.state).__name__} does not end"
            taken = onward
        assert do.EndProgram() in taken.effects
        assert passed_s <= SWITCH_OFF_WITHIN_S


@pytest.mark.slow
@AT_EVERY_SITE
def test_where_the_unit_obeys_and_nobody_is_there_the_permit_is_put_away_and_the_end_comes_in_time(place: str) -> None:
    has_bin = SITES[place].has_retain_bin
    for state in unasked(place):
        taken, passed_s = asked(place, state), 0.0
        was_inside = isinstance(state, s.InVisit) and s.custody_of(state) in (Custody.INSIDE, Custody.AT_MOUTH)
        coming = [UNIT_OBEYS[ORDERED_IN[type(state)]]] if type(state) in ORDERED_IN else []
        for _ in range(MOST_STEPS):
            if do.EndProgram() in taken.effects:
                break
            coming += [UNIT_OBEYS[type(effect)] for effect in taken.effects if type(effect) in UNIT_OBEYS]
            if not coming:
                passed_s += deadline_of(taken.state).seconds
            onward = step(SITES[place], taken.state, coming.pop(0) if coming else DEADLINE)
            assert onward is not None, f"{type(taken.state).__name__} does not end"
            taken = onward
        assert do.EndProgram() in taken.effects
        assert passed_s <= SWITCH_OFF_WITHIN_S
        if was_inside:
            assert s.custody_of(taken.state) is (Custody.WITH_HOLDER if has_bin else Custody.INSIDE)


@pytest.mark.slow
@AT_EVERY_SITE
def test_when_the_time_is_up_the_program_ends_where_it_is(place: str) -> None:
    for state in unasked(place):
        assert step(SITES[place], state, on.SwitchOffOverdue()) is None
        taken = asked(place, state)
        if do.EndProgram() not in taken.effects:
            assert step(SITES[place], taken.state, on.SwitchOffOverdue()) == Step(taken.state, (do.EndProgram(),))


@pytest.mark.slow
@AT_EVERY_SITE
def test_nothing_that_a_person_touches_puts_off_the_end(place: str) -> None:
    for state in walk(SITES[place]).states:
        if s.is_switching_off(state):
            for tap in (on.PersonChose(Intent.CHOOSE_LANGUAGE, LANGUAGE), on.PersonChose(Intent.MORE_TIME)):
                assert step(SITES[place], state, tap) is None


def test_a_machine_that_nobody_uses_ends_at_once_and_takes_no_visit_any_more() -> None:
    taken = asked("with a bin", s.Idle(LANGUAGE))
    assert taken == Step(s.Idle(LANGUAGE, switching_off=True), (do.EndProgram(),))
    assert step(SITES["with a bin"], taken.state, on.PersonChose(Intent.START, ids=VISIT_IDS)) is None


def test_an_offer_is_withdrawn_first_and_a_permit_that_went_in_meanwhile_comes_out() -> None:
    withdrawing = asked("with a bin", s.AwaitingPermit(VISIT, HOLDER))
    assert withdrawing.effects == (do.StopTakingIn(),)
    went_in = step(SITES["with a bin"], withdrawing.state, on.PermitTakenIn())
    assert went_in is not None
    assert isinstance(went_in.state, s.ReturningPermit)
    assert went_in.effects == (do.EjectPermit(),)
    nothing_came = step(SITES["with a bin"], withdrawing.state, on.PermitNotTakenIn())
    assert nothing_came is not None
    assert nothing_came.effects == (do.ClearPersonalData(), do.EndProgram())


def test_a_closed_machine_with_a_permit_inside_tries_the_unit_once_more() -> None:
    closed = s.OutOfService(PERMIT_UNIT_LINK, Custody.INSIDE)
    taken = asked("with a bin", closed)
    assert taken == Step(replace(closed, inspecting=True, switching_off=True), (do.InspectPath(),))
    silent = step(SITES["with a bin"], taken.state, on.PathNotInspected(PERMIT_UNIT_LINK))
    assert silent == Step(replace(closed, switching_off=True), (do.EndProgram(),))
    found = step(SITES["with a bin"], taken.state, on.PathInspected(Custody.INSIDE, STORIES[0], VISIT))
    assert found is not None
    assert isinstance(found.state, s.AwaitingHolder)
