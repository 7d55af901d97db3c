"""Who stands here: an attendant is asked before central is, and only where something would be written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain import faults
from kiosk.domain.endorsement import Grant, Refusal
from kiosk.domain.holder_check import NEEDS_FACE, CheckWay, HolderCheck, HolderCheckRule
from kiosk.domain.personal import Personal
from kiosk.policy.assessment import Assessment
from kiosk.services.central.messages import holder_check_of
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site, Step
from tests.unit.workflow.machine_samples import (
    AFTER_REVIEW,
    ATTENDED,
    CASE,
    FACE_GRANT,
    FACE_GRANT_OF_OTHER_CONTENT,
    GRANT_ELSEWHERE,
    IN_WINDOW,
    ONLY_ATTENDED,
    PERMIT,
    TODAY,
    TOO_EARLY,
    VISIT,
    site,
)

OPTIONAL = site(has_retain_bin=True, holder_check=ATTENDED)
REQUIRED = site(has_retain_bin=True, holder_check=ONLY_ATTENDED)
CODE = on.PersonChose(Intent.ENTER_CODE, "17314159")


def matter(assessment: Assessment = IN_WINDOW) -> s.AssessedCase:
    return s.AssessedCase(CASE, s.Answers(), assessment, TODAY)


def then(at: Site, state: s.State, *events: on.Event) -> Step:
    taken: Step | None = Step(state)
    for event in events:
        assert taken is not None
        taken = step(at, taken.state, event)
    assert taken is not None
    return taken


def awaiting(at: Site, pursued: s.Proposal | None = None) -> s.AwaitingAttendant:
    return s.AwaitingAttendant(VISIT, pursued or matter(), at.holder_check.required)


def asked_for_everything(at: Site) -> Step:
    """From the page of rules on, every question answered with no."""
    taken = then(at, s.ShowingAssessment(VISIT, matter(), False), on.PersonChose(Intent.GO_ON))
    while isinstance(taken.state, s.Declaring):
        taken = then(at, taken.state, on.PersonChose(Intent.ANSWER_NO))
    while isinstance(taken.state, s.Assessing):
        taken = then(at, taken.state, on.Assessed(IN_WINDOW, TODAY))
    return taken


@pytest.mark.parametrize("way", CheckWay)
def test_a_way_without_a_face_always_exists(way: CheckWay) -> None:
    assert HolderCheckRule(way, required=True).without_face not in NEEDS_FACE


@pytest.mark.parametrize("at", [OPTIONAL, REQUIRED], ids=["optional", "required"])
def test_an_attendant_is_asked_for_after_the_questions_and_before_central(at: Site) -> None:
    taken = asked_for_everything(at)
    assert isinstance(taken.state, s.AwaitingAttendant)
    assert taken.state.required is at.holder_check.required
    assert taken.effects == ()


def test_where_the_site_asks_nobody_central_is_asked_at_once_and_told_so() -> None:
    taken = asked_for_everything(site(has_retain_bin=True))
    assert isinstance(taken.state, s.AskingCentral)
    assert taken.state.matter.answers.holder_check == HolderCheck(CheckWay.NONE, None)


def test_nobody_is_fetched_for_what_is_refused_in_any_case() -> None:
    early = then(REQUIRED, s.ShowingAssessment(VISIT, matter(TOO_EARLY), False), on.PersonChose(Intent.GO_ON))
    assert isinstance(early.state, s.ReturningPermit)
    lying = then(REQUIRED, s.AskingPendingRewrites(VISIT, CASE), on.WorkFound(FACE_GRANT_OF_OTHER_CONTENT))
    assert lying.state == s.ReturningPermit(VISIT, s.Declined(Refusal("grant_rejected"), PERMIT))


def test_the_right_code_goes_on_and_central_is_told_whose_it_was() -> None:
    checking = then(REQUIRED, awaiting(REQUIRED), CODE)
    assert checking == Step(
        s.CheckingAttendant(VISIT, matter(), required=True), (do.CheckAttendant(Personal("17314159")),)
    )
    confirmed = then(REQUIRED, checking.state, on.AttendantConfirmed("17"))
    told = replace(matter(), answers=s.Answers(holder_check=HolderCheck(CheckWay.ATTENDANT, "17")))
    assert confirmed.state == s.AskingCentral(VISIT, told)
    assert confirmed.effects == (do.RequestEndorsement(VISIT.endorsement_id, VISIT.purpose, told),)


def test_an_application_too_is_sent_only_after_somebody_confirmed() -> None:
    state = awaiting(REQUIRED, matter(AFTER_REVIEW))
    sent = then(REQUIRED, state, CODE, on.AttendantConfirmed("17"))
    assert isinstance(sent.state, s.ChoosingCollection | s.EnteringTelephone | s.Applying)
    assert sent.state.matter.answers.holder_check.by == "17"


@pytest.mark.parametrize("grant", [GRANT_ELSEWHERE, FACE_GRANT], ids=["chip and face", "face only"])
def test_work_decided_elsewhere_is_written_only_after_somebody_confirmed(grant: Grant) -> None:
    found = then(REQUIRED, s.AskingPendingRewrites(VISIT, CASE), on.WorkFound(grant))
    assert found.state == awaiting(REQUIRED, s.GrantedElsewhere(CASE, grant))
    assert then(REQUIRED, found.state, CODE, on.AttendantConfirmed("17")).state == s.Confirming(VISIT, CASE, grant)
    left = then(REQUIRED, found.state, on.PersonChose(Intent.NO_ATTENDANT))
    assert left.effects == (do.CancelEndorsement(grant.endorsement_id, "holder_not_confirmed"), do.EjectPermit())


@pytest.mark.parametrize(
    "state",
    [
        awaiting(REQUIRED, s.GrantedElsewhere(CASE, GRANT_ELSEWHERE)),
        s.CheckingAttendant(VISIT, s.GrantedElsewhere(CASE, GRANT_ELSEWHERE), required=True),
    ],
    ids=["awaiting", "checking"],
)
def test_a_fault_meanwhile_gives_back_what_central_had_offered(
    state: s.AwaitingAttendant | s.CheckingAttendant,
) -> None:
    broken = then(REQUIRED, state, on.DeviceFailed(faults.COUPLER_LINK))
    assert broken.effects[0] == do.CancelEndorsement(GRANT_ELSEWHERE.endorsement_id, faults.COUPLER_LINK.name)
    assert isinstance(broken.state, s.ReturningPermit)


def test_without_anybody_an_optional_check_goes_on_and_says_that_nobody_confirmed() -> None:
    taken = then(OPTIONAL, awaiting(OPTIONAL), on.PersonChose(Intent.NO_ATTENDANT))
    assert isinstance(taken.state, s.AskingCentral)
    assert taken.state.matter.answers.holder_check == HolderCheck(CheckWay.NONE, None)


def test_without_anybody_a_required_check_gives_the_permit_back_unchanged() -> None:
    taken = then(REQUIRED, awaiting(REQUIRED), on.PersonChose(Intent.NO_ATTENDANT))
    assert taken == Step(
        s.ReturningPermit(VISIT, s.Declined(Refusal("holder_not_confirmed"), PERMIT)), (do.EjectPermit(),)
    )


def test_a_wrong_code_may_be_typed_again_until_none_is_looked_at() -> None:
    wrong = then(REQUIRED, awaiting(REQUIRED), CODE, on.AttendantNotConfirmed(locked=False))
    assert wrong.state == replace(awaiting(REQUIRED), problem="wrong")
    locked = then(REQUIRED, wrong.state, CODE, on.AttendantNotConfirmed(locked=True))
    assert locked.state == replace(awaiting(REQUIRED), problem="locked")
    assert step(REQUIRED, locked.state, CODE) is None
    assert isinstance(then(REQUIRED, locked.state, on.PersonChose(Intent.NO_ATTENDANT)).state, s.ReturningPermit)


def test_a_comparison_that_never_ends_lets_nobody_through() -> None:
    taken = then(OPTIONAL, s.CheckingAttendant(VISIT, matter(), required=False), on.DeadlinePassed("code"))
    assert taken.state == replace(awaiting(OPTIONAL), problem="locked")


@pytest.mark.parametrize(
    ("event", "code"),
    [(on.PersonChose(Intent.CANCEL), "holder_cancelled"), (on.DeadlinePassed("attendant"), "timed_out")],
)
def test_who_leaves_meanwhile_gets_the_permit_back(event: on.DeadlinePassed | on.PersonChose, code: str) -> None:
    taken = then(OPTIONAL, awaiting(OPTIONAL), event)
    assert taken.state == s.ReturningPermit(VISIT, s.Declined(Refusal(code), PERMIT))


def test_who_leaves_while_a_code_is_compared_gets_the_permit_back() -> None:
    checking = s.CheckingAttendant(VISIT, matter(), required=False)
    left = then(OPTIONAL, checking, on.PersonChose(Intent.CANCEL))
    assert left.state == s.ReturningPermit(VISIT, s.Declined(Refusal("holder_cancelled"), PERMIT))
    assert step(OPTIONAL, left.state, on.AttendantConfirmed("17")) is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (HolderCheck(), {"way": "none", "by": None}),
        (HolderCheck(CheckWay.ATTENDANT, "17"), {"way": "attendant", "by": "17"}),
    ],
)
def test_central_is_told_who_said_it_or_that_nobody_did(said: HolderCheck, told: dict[str, str | None]) -> None:
    assert holder_check_of(replace(matter(), answers=s.Answers(holder_check=said))).model_dump() == told


def test_a_code_is_in_no_repr() -> None:
    checking = then(REQUIRED, awaiting(REQUIRED), CODE)
    assert "314159" not in repr((CODE, checking))
