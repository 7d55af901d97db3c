"""One screen back: what was said is kept, and nothing that cannot be asked again is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.endorsement import Service
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.going_back import can_go_back
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Step
from tests.unit.workflow.machine_samples import (
    CASE,
    GRANT,
    HOLDER,
    IN_WINDOW,
    OTHER_LANGUAGE,
    PERMIT,
    SITES,
    TODAY,
    VISIT,
    VISIT_IDS,
)

SITE = SITES["with a bin"]
BACK = on.PersonChose(Intent.BACK)


def goes(state: s.State, *events: on.Event) -> Step:
    done = Step(state)
    for event in events:
        following = step(SITE, done.state, event)
        assert following is not None, f"{type(event).__name__} means nothing in {type(done.state).__name__}"
        done = following
    return done


def chosen(intent: Intent, choice: str = "") -> on.PersonChose:
    return on.PersonChose(intent, choice)


OTHER_SERVICES = on.PersonChose(Intent.OTHER_SERVICES, ids=VISIT_IDS)
ASSESSED = s.ShowingAssessment(VISIT, s.AssessedCase(CASE, s.Answers(), IN_WINDOW, TODAY), False)


def test_a_service_that_was_chosen_by_mistake_costs_one_touch() -> None:
    first = goes(s.Idle("zh-Hans"), OTHER_SERVICES).state
    assert isinstance(first, s.ChoosingService)
    assert not can_go_back(first)
    notice = goes(first, chosen(Intent.CHOOSE, "status")).state
    assert can_go_back(notice)
    again = goes(notice, BACK).state
    assert again == first
    assert isinstance(again, s.ChoosingService)
    assert again.visit.purpose.service is Service.ENDORSE
    assert not can_go_back(again)


def test_from_the_identity_card_back_the_reader_is_let_go() -> None:
    notice = goes(s.Idle("zh-Hans"), on.PersonChose(Intent.START, ids=VISIT_IDS)).state
    back = goes(notice, chosen(Intent.ACCEPT_NOTICE), BACK)
    assert (back.state, back.effects) == (notice, (do.StopIdReader(),))


def test_answers_are_kept_and_only_the_last_is_asked_again() -> None:
    second = goes(ASSESSED, chosen(Intent.ANSWER_YES)).state
    while isinstance(second, s.Declaring):
        asked, answered = second.question, second.matter.answers
        third = goes(second, chosen(Intent.ANSWER_NO)).state
        if not can_go_back(third):
            break
        again = goes(third, BACK).state
        assert isinstance(again, s.Declaring)
        assert (again.question, again.matter.answers) == (asked, answered)
        second = third
    assert goes(ASSESSED, chosen(Intent.ANSWER_YES)).state != ASSESSED


def test_the_language_stays_the_one_that_was_chosen_last() -> None:
    notice = goes(s.Idle("zh-Hans"), OTHER_SERVICES, chosen(Intent.CHOOSE, "status")).state
    spoken = goes(notice, chosen(Intent.CHOOSE_LANGUAGE, OTHER_LANGUAGE), BACK).state
    assert isinstance(spoken, s.ChoosingService)
    assert spoken.visit.language == OTHER_LANGUAGE


@pytest.mark.parametrize(
    "state",
    [
        s.AwaitingPermit(VISIT, HOLDER),
        s.AskingCentral(VISIT, s.AssessedCase(CASE, s.Answers(), IN_WINDOW, TODAY)),
        s.Confirming(VISIT, CASE, GRANT),
        s.OpeningChipSession(VISIT, CASE, GRANT),
    ],
    ids=lambda state: type(state).__name__,
)
def test_there_is_no_way_back_where_something_is_under_way(state: s.InVisit) -> None:
    came_from = replace(state, visit=replace(VISIT, before=ASSESSED))
    assert not can_go_back(came_from)
    assert step(SITE, came_from, BACK) is None


def test_a_permit_that_was_taken_in_begins_anew() -> None:
    notice = goes(s.Idle("zh-Hans"), on.PersonChose(Intent.START, ids=VISIT_IDS)).state
    inside = goes(notice, chosen(Intent.ACCEPT_NOTICE), on.IdCardRead(HOLDER, TODAY), on.PermitTakenIn()).state
    assert isinstance(inside, s.ReadingPermit)
    assert inside.visit.before is None
    read = goes(inside, on.PermitRead(PERMIT), on.NoWorkFound()).state
    assert isinstance(read, s.InVisit)
    assert read.visit.before is None


def test_a_machine_that_is_being_switched_off_goes_forward_only() -> None:
    asked = replace(ASSESSED, visit=replace(VISIT, before=ASSESSED, switching_off=True))
    assert not can_go_back(asked)
