"""The services that a visit may be for, step by step: what is asked, in which order, and what is not asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assets import ASSETS
from kiosk.domain import faults
from kiosk.domain.applications import EvidenceResult
from kiosk.domain.endorsement import Custody, Refusal, Service
from kiosk.domain.personal import Personal
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel, EvidenceAsked
from kiosk.policy.region_file import shipped_regions
from kiosk.policy.rules import AGENTS
from kiosk.policy.service_availability import availability_of
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import ChoiceScreen, OutcomeScreen
from kiosk.presentation.present import present
from kiosk.texts.words import Text
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site, Step
from tests.unit.policy.region_cases import region_named
from tests.unit.workflow.machine_samples import (
    AFTER_REVIEW,
    CASE,
    FACE_GRANT,
    GRANT,
    HOLDER,
    IN_WINDOW,
    LANGUAGE,
    PERMIT,
    RECEIVED,
    TODAY,
    TOO_EARLY,
    VISIT,
    VISIT_IDS,
    WITH_PROOF,
    site,
)

EVERYTHING = site(has_retain_bin=True, has_code_scanner=True)
WITHOUT_SCANNER = site(has_retain_bin=True)
REGIONS = ASSETS / "regions"


def of_region(name: str, *, pilot: bool = False) -> Site:
    return Site(region_named(name), True, True, LANGUAGE, (LANGUAGE,), pilot=pilot)


def then(state: s.State, *events: on.Event, at: Site = EVERYTHING) -> Step:
    taken: Step | None = Step(state)
    for event in events:
        assert taken is not None
        taken = step(at, taken.state, event)
    assert taken is not None
    return taken


def chose(key: str) -> on.PersonChose:
    return on.PersonChose(Intent.CHOOSE, key)


YES, NO = on.PersonChose(Intent.ANSWER_YES), on.PersonChose(Intent.ANSWER_NO)
GO_ON = on.PersonChose(Intent.GO_ON)
IDLE = s.Idle(LANGUAGE)
BEGIN_CHOOSING = on.PersonChose(Intent.OTHER_SERVICES, ids=VISIT_IDS)


def matter(assessment: Assessment = IN_WINDOW, **answers: Any) -> s.AssessedCase:
    return s.AssessedCase(CASE, replace(s.Answers(), **answers), assessment, TODAY)


def showing(assessment: Assessment = IN_WINDOW, **answers: Any) -> s.ShowingAssessment:
    return s.ShowingAssessment(VISIT, matter(assessment, **answers), central_silent=False)


@pytest.mark.parametrize(
    ("region", "pilot", "first"),
    [
        ("shanghai", False, s.ShowingNotice),
        ("haikou", False, s.ShowingNotice),
        ("xuchang", False, s.ExplainingService),
        ("xuchang", True, s.ShowingNotice),
    ],
)
def test_a_visit_begins_with_the_notice_unless_nothing_is_offered_here(
    region: str, pilot: bool, first: type[s.State]
) -> None:
    assert (
        type(then(IDLE, on.PersonChose(Intent.START, ids=VISIT_IDS), at=of_region(region, pilot=pilot)).state) is first
    )


def test_no_choice_has_more_than_seven_answers() -> None:
    for name in ("shanghai", "beijing", "haikou", "xuchang", "xinjiang"):
        for keys in ((), ("something_changed",), ("permit_troubled",)):
            choosing = then(IDLE, BEGIN_CHOOSING, *map(chose, keys), at=of_region(name)).state
            assert isinstance(choosing, s.ChoosingService)
            assert 2 <= len(choosing.choices) <= 7


def test_another_kind_of_permit_is_on_offer_only_where_there_is_one() -> None:
    events = (BEGIN_CHOOSING, chose("something_changed"))
    offered = {}
    for name in ("xinjiang", "shanghai"):
        choosing = then(IDLE, *events, at=of_region(name)).state
        assert isinstance(choosing, s.ChoosingService)
        offered[name] = "change_category" in choosing.choices
    assert offered == {"xinjiang": True, "shanghai": False}


def agents_of(name: str) -> tuple[str, ...]:
    """The kinds of agent that can be chosen in a region, each tried."""
    at = of_region(name)
    asking = then(IDLE, BEGIN_CHOOSING, chose("for_another"), at=at).state
    return tuple(kind for kind in AGENTS if step(at, asking, chose(kind)) is not None)


def test_only_the_agents_of_the_regions_file_can_be_chosen() -> None:
    assert {name: agents_of(name) for name in shipped_regions()} == {
        "beijing": ("guardian", "close_relative"),
        "haikou": (),
        "shanghai": ("guardian", "close_relative"),
        "xinjiang": ("guardian",),
        "xuchang": ("guardian", "close_relative", "entrusted"),
    }


def test_where_nobody_may_act_for_another_that_is_told_at_once() -> None:
    at = of_region("haikou")
    explaining = then(IDLE, BEGIN_CHOOSING, chose("for_another"), at=at).state
    assert isinstance(explaining, s.ExplainingService)
    assert availability_of(at.region, Service.ENDORSE, agent=explaining.visit.purpose.agent).channel is Channel.COUNTER
    assert step(at, explaining, GO_ON) is None


@pytest.mark.parametrize(
    ("kind", "born", "is_told"),
    [
        ("guardian", date(2009, 5, 21), False),  # 15 until tomorrow
        ("guardian", date(2009, 5, 20), True),  # 16 today
        ("close_relative", date(1960, 5, 21), False),  # 64, but perhaps disabled, which is asked
    ],
)
def test_who_may_not_act_for_a_holder_of_that_age_is_told_before_another_card_is_asked_for(
    kind: str, born: date, is_told: bool
) -> None:
    at = of_region("shanghai")
    visit = replace(VISIT, purpose=s.VisitPurpose(agent=kind))
    holder = replace(HOLDER, birth=Personal(born))
    taken = then(s.ReadingIdCard(visit), on.IdCardRead(holder, TODAY), at=at)
    if not is_told:
        assert taken.state == s.ReadingAgentIdCard(visit, holder)
        return
    assert isinstance(taken.state, s.ShowingOutcome)
    assert taken.state.ending == s.Declined(Refusal("agent_not_for_holder"))
    assert s.custody_of(taken.state) is Custody.WITH_HOLDER
    assert do.ReadIdCard(besides=holder) not in taken.effects
    page = present(PresentationContext(at.region, (LANGUAGE,), False, "", 25), taken.state)
    assert isinstance(page, OutcomeScreen)
    assert [each.text for each in page.rules] == [at.region.agents[kind].rule.text]


def test_an_age_that_the_card_does_not_tell_turns_nobody_away() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(agent="guardian"))
    unknown = replace(HOLDER, birth=None)
    taken = then(s.ReadingIdCard(visit), on.IdCardRead(unknown, TODAY), at=of_region("shanghai"))
    assert taken.state == s.ReadingAgentIdCard(visit, unknown)


def test_the_choice_of_an_agent_is_called_as_the_regions_file_calls_it_and_says_who_cannot_act() -> None:
    for name in ("shanghai", "beijing", "xuchang"):
        region = of_region(name).region
        page = present(PresentationContext(region, (LANGUAGE,), False, "", 25), s.ChoosingAgent(VISIT))
        assert isinstance(page, ChoiceScreen)
        assert [each.key for each in page.choices] == list(agents_of(name))
        assert [each.label for each in page.choices] == [
            region.agents[kind].name or Text(f"choice.agent.{kind}") for kind in agents_of(name)
        ]
        assert (page.detail is None) == ("entrusted" in region.agents)
    assert of_region("shanghai").region.agents["guardian"].name is not None


def test_an_agents_identity_card_is_read_after_the_holders_and_the_holders_own_does_not_count() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(agent="close_relative"))
    taken = then(s.ReadingIdCard(visit), on.IdCardRead(HOLDER, TODAY))
    assert taken.state == s.ReadingAgentIdCard(visit, HOLDER)
    assert taken.effects == (do.ReadIdCard(besides=HOLDER),)


def test_what_the_rules_must_know_of_an_absent_holder_is_asked_before_the_rules() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(agent="close_relative"))
    asked = then(s.AskingPendingRewrites(visit, CASE), on.NoWorkFound())
    assert isinstance(asked.state, s.DeclaringForHolder)
    assert asked.state.question == "disabled"
    told = then(asked.state, YES)
    assert told.effects == (do.Assess(CASE, visit.purpose, s.Answers(("disabled",), frozenset({"disabled"}))),)


def test_what_is_asked_of_an_absent_holder_is_asked_too_where_the_permit_is_lost() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(service=Service.LOST, agent="close_relative"))
    asked = then(s.ReadingAgentIdCard(visit, HOLDER), on.IdCardRead(HOLDER, TODAY)).state
    assert isinstance(asked, s.DeclaringForHolder)
    assert (asked.question, asked.case) == ("disabled", s.CaseWithoutPermit(HOLDER, HOLDER))
    assert s.custody_of(asked) is Custody.WITH_HOLDER
    assert isinstance(then(asked, on.PersonChose(Intent.CANCEL)).state, s.ShowingOutcome)


def test_a_failed_question_about_pending_rewrites_ends_nothing_that_was_asked_since() -> None:
    late = on.CentralFailed(faults.CENTRAL_UNREACHABLE, of_pending_rewrites=True)
    sent = matter(AFTER_REVIEW, **ASKED)
    since = (
        s.Applying(VISIT, sent, None),
        s.AskingCentral(VISIT, matter(**ASKED)),
        s.VerifyingEvidence(VISIT, sent, "deed", None),
    )
    assert [step(EVERYTHING, state, late) for state in since] == [None, None, None]
    assert step(EVERYTHING, s.AskingPendingRewrites(VISIT, CASE), late) is not None


def test_a_clock_that_central_finds_wrong_ends_the_visit_before_any_rule_is_asked() -> None:
    taken = then(s.AskingPendingRewrites(VISIT, CASE), on.CentralFailed(faults.CLOCK_WRONG))
    assert isinstance(taken.state, s.ReturningPermit)
    assert isinstance(taken.state.ending, s.BrokenOff)
    assert taken.state.ending.fault is faults.CLOCK_WRONG


def test_the_category_is_chosen_before_the_result_is_shown_and_not_while_it_is_too_early() -> None:
    assessing = s.Assessing(VISIT, CASE, s.Answers(), central_silent=False)
    assert isinstance(then(assessing, on.Assessed(IN_WINDOW, TODAY)).state, s.ChoosingCategory)
    assert isinstance(then(assessing, on.Assessed(TOO_EARLY, TODAY)).state, s.ShowingAssessment)
    chosen = then(assessing, on.Assessed(IN_WINDOW, TODAY), chose("long"))
    assert chosen.effects == (do.Assess(CASE, VISIT.purpose, s.Answers(category="long")),)
    assert isinstance(then(chosen.state, on.Assessed(IN_WINDOW, TODAY)).state, s.ShowingAssessment)


def test_a_no_to_every_question_asks_the_rules_nothing_further() -> None:
    asking = then(showing(), GO_ON, NO)
    assert isinstance(asking.state, s.AskingCentral)
    [request] = asking.effects
    assert isinstance(request, do.RequestEndorsement)
    assert request.matter.answers == s.Answers(asked=("address_changed",))


def test_a_yes_asks_the_rules_again_and_the_same_result_is_not_shown_twice() -> None:
    assessing = then(showing(), GO_ON, YES)
    assert assessing.effects == (
        do.Assess(CASE, VISIT.purpose, s.Answers(("address_changed",), frozenset({"address_changed"}))),
    )
    assert isinstance(then(assessing.state, on.Assessed(IN_WINDOW, TODAY)).state, s.AskingCentral)
    worse = replace(IN_WINDOW, channel=Channel.COUNTER)
    assert isinstance(then(assessing.state, on.Assessed(worse, TODAY)).state, s.ShowingAssessment)


ASKED: dict[str, Any] = {"asked": ("address_changed",)}


def test_central_looks_into_its_own_records_for_each_proof_before_the_holder_is_asked() -> None:
    first = then(showing(WITH_PROOF, **ASKED), GO_ON)
    assert first.effects == (do.VerifyEvidence(CASE, VISIT.purpose, "deed", None),)
    second = then(first.state, on.EvidenceAnswered("deed", EvidenceResult.NOT_VERIFIED))
    assert second.effects == (do.VerifyEvidence(CASE, VISIT.purpose, "lease", None),)
    third = then(second.state, on.EvidenceAnswered("lease", EvidenceResult.NOT_VERIFIED))
    assert isinstance(third.state, s.ChoosingProof)
    assert third.state.keys == ("deed", "lease")


def test_one_verified_proof_of_several_is_enough_and_nothing_is_asked_of_the_holder() -> None:
    taken = then(showing(WITH_PROOF, **ASKED), GO_ON, on.EvidenceAnswered("deed", EvidenceResult.VERIFIED))
    [assess] = taken.effects
    assert isinstance(assess, do.Assess)
    assert assess.answers.verified == {"deed"}
    assert isinstance(then(taken.state, on.Assessed(IN_WINDOW, TODAY)).state, s.AskingCentral)


NOTHING_ON_RECORD = tuple(on.EvidenceAnswered(key, EvidenceResult.NOT_VERIFIED) for key in ("deed", "lease"))


def test_without_a_scanner_the_rules_judge_what_central_found() -> None:
    taken = then(showing(WITH_PROOF, **ASKED), GO_ON, *NOTHING_ON_RECORD, at=WITHOUT_SCANNER)
    assert isinstance(taken.state, s.Assessing)
    shown = then(taken.state, on.Assessed(WITH_PROOF, TODAY), at=WITHOUT_SCANNER)
    assert isinstance(shown.state, s.ShowingAssessment)
    declined = then(shown.state, GO_ON, at=WITHOUT_SCANNER)
    assert declined.state == s.ReturningPermit(VISIT, s.Declined(Refusal("counter_only"), PERMIT, WITH_PROOF))


def test_a_proof_that_is_given_up_leaves_the_others_and_none_ends_the_search() -> None:
    reading = then(showing(WITH_PROOF, **ASKED), GO_ON, *NOTHING_ON_RECORD, chose("deed"))
    assert reading.effects == (do.ReadLicenceCode(),)
    without_deed = then(reading.state, on.PersonChose(Intent.NO_PROOF))
    assert isinstance(without_deed.state, s.ReadingLicenceCode)
    assert without_deed.state.key == "lease"
    assert without_deed.effects == (do.StopCodeScanner(), do.ReadLicenceCode())
    none = then(without_deed.state, on.PersonChose(Intent.NO_PROOF))
    assert isinstance(none.state, s.Assessing)


def test_a_licence_that_is_not_good_is_asked_for_again_and_central_has_the_last_word() -> None:
    reading = then(showing(WITH_PROOF, **ASKED), GO_ON, *NOTHING_ON_RECORD, chose("lease")).state
    verifying = then(reading, on.LicenceCodeRead(Personal("A")))
    assert verifying.effects == (do.VerifyEvidence(CASE, VISIT.purpose, "lease", Personal("A")),)
    again = then(verifying.state, on.EvidenceAnswered("lease", EvidenceResult.NOT_VERIFIED))
    assert isinstance(again.state, s.ReadingLicenceCode)
    assert again.state.problem == "not_verified"
    good = then(again.state, on.LicenceCodeRead(Personal("B")), on.EvidenceAnswered("lease", EvidenceResult.VERIFIED))
    assert isinstance(good.state, s.Assessing)
    shown = [proof for proof in good.state.answers.proofs if proof.licence_code is not None]
    assert [(proof.key, proof.licence_code, proof.result) for proof in shown] == [
        ("lease", Personal("B"), EvidenceResult.VERIFIED)
    ]


def test_of_a_proof_in_parts_every_part_is_asked_for_once_the_first_was_shown() -> None:
    xinjiang = replace_scanner(of_region("xinjiang"))
    asked = replace(IN_WINDOW, channel=Channel.AFTER_REVIEW, evidence=EvidenceAsked(all_of=("employment_ground",)))
    answered = tuple(
        on.EvidenceAnswered(key, EvidenceResult.NOT_VERIFIED)
        for key in ("pension_two_years", "work_contract_one_year", "social_insurance_six_months")
    )
    declared = s.Answers(asked=tuple(xinjiang.region.services[Service.ENDORSE].asks), category="short")
    state = s.ShowingAssessment(VISIT, s.AssessedCase(CASE, declared, asked, TODAY), central_silent=False)
    choosing = then(state, GO_ON, *answered, at=xinjiang)
    assert isinstance(choosing.state, s.ChoosingProof)
    assert choosing.state.keys == ("pension_two_years", "contract_and_insurance")
    second = then(
        choosing.state,
        chose("contract_and_insurance"),
        on.LicenceCodeRead(Personal("A")),
        on.EvidenceAnswered("work_contract_one_year", EvidenceResult.VERIFIED),
        at=xinjiang,
    )
    assert isinstance(second.state, s.ReadingLicenceCode)
    assert second.state.key == "social_insurance_six_months"


def replace_scanner(place: Site) -> Site:
    return Site(place.region, True, True, LANGUAGE, (LANGUAGE,), has_code_scanner=True)


def test_a_scanner_that_fails_leaves_the_visit_to_the_rules() -> None:
    reading = then(showing(WITH_PROOF, **ASKED), GO_ON, *NOTHING_ON_RECORD, chose("lease")).state
    assert isinstance(then(reading, on.CodeScannerFailed(faults.CODE_SCANNER_LINK)).state, s.Assessing)


def test_collection_and_telephone_are_asked_before_an_application_where_the_region_says_so() -> None:
    collecting = then(showing(AFTER_REVIEW, **ASKED), GO_ON).state
    assert isinstance(collecting, s.ChoosingCollection)
    telephone = then(collecting, chose("counter")).state
    assert telephone == s.EnteringTelephone(VISIT, matter(AFTER_REVIEW, **ASKED), "counter")
    sent = then(telephone, on.PersonChose(Intent.ENTER_TELEPHONE, "13900000000"))
    assert sent.effects == (
        do.Apply(
            VISIT.endorsement_id, VISIT.purpose, matter(AFTER_REVIEW, **ASKED), "counter", Personal("13900000000")
        ),
    )


@pytest.mark.parametrize(
    ("digits", "is_one"),
    [
        ("13900000000", True),
        ("02112345678", True),
        ("0374511011", True),
        ("1390000000", False),
        ("", False),
        ("139000000000", False),
        ("23900000000", False),
        ("１３９００００００００", False),
    ],
)
def test_only_what_can_be_a_telephone_number_is_sent(digits: str, is_one: bool) -> None:
    entering = s.EnteringTelephone(VISIT, matter(AFTER_REVIEW, **ASKED), None)
    taken = then(entering, on.PersonChose(Intent.ENTER_TELEPHONE, digits)).state
    assert isinstance(taken, s.Applying) is is_one


def test_a_request_that_central_wants_reviewed_ends_with_a_slip_that_has_its_number() -> None:
    returning = then(s.AskingCentral(VISIT, matter(**ASKED)), on.EndorsementPending("1234-5674", None)).state
    taken = then(returning, on.PermitTaken())
    assert isinstance(taken.state, s.PrintingSlip)
    assert taken.effects == (do.PrintApplicationSlip(VISIT, taken.state.applied),)
    received = taken.state.applied.received
    assert (received.review_number, received.received_on, received.expected_on) == ("1234-5674", TODAY, None)


def test_an_application_without_a_permit_ends_with_its_slip_and_moves_nothing() -> None:
    lost = s.AssessedCase(s.CaseWithoutPermit(HOLDER), s.Answers(), AFTER_REVIEW, TODAY)
    visit = replace(VISIT, purpose=s.VisitPurpose(service=Service.LOST))
    applying = s.Applying(visit, lost, None)
    assert s.custody_of(applying) is Custody.WITH_HOLDER
    received = then(applying, on.ApplicationReceived(RECEIVED))
    assert isinstance(received.state, s.PrintingSlip)
    assert not any(isinstance(effect, do.EjectPermit) for effect in received.effects)
    refused = then(applying, on.EndorsementRefused(Refusal("reported_lost", retain=True)))
    assert refused.state == s.ShowingOutcome(
        visit, s.Declined(Refusal("reported_lost", retain=True)), Custody.WITH_HOLDER
    )


@pytest.mark.parametrize("service", [Service.LOST, Service.DAMAGED])
def test_a_permit_that_is_lost_or_damaged_is_not_asked_for(service: Service) -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(service=service))
    taken = then(s.ReadingIdCard(visit), on.IdCardRead(HOLDER, TODAY))
    assert isinstance(taken.state, s.Assessing)
    assert [type(effect) for effect in taken.effects] == [do.Assess]


def test_a_face_that_nothing_waits_for_is_not_rewritten() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(service=Service.FACE_ONLY))
    nothing = then(s.AskingPendingRewrites(visit, CASE), on.NoWorkFound())
    assert nothing.state == s.ReturningPermit(visit, s.Declined(Refusal("nothing_to_renew"), PERMIT))


def test_a_face_that_is_left_as_it_is_can_be_renewed_at_another_kiosk_at_once() -> None:
    offered = then(s.AskingPendingRewrites(VISIT, CASE), on.WorkFound(FACE_GRANT))
    left = then(offered.state, on.PersonChose(Intent.CANCEL))
    assert left.effects[0] == do.CancelEndorsement(FACE_GRANT.endorsement_id, "holder_cancelled")


def test_an_expired_permit_goes_on_only_where_the_old_one_may_be_rewritten() -> None:
    reapply = replace(AFTER_REVIEW, outcome=AssessedOutcome.REAPPLY)
    assert isinstance(then(showing(reapply, **ASKED), GO_ON).state, s.ChoosingCollection)
    dated = replace(reapply, new_valid_from=None, new_valid_to=None)
    assert isinstance(then(showing(dated, **ASKED), GO_ON).state, s.ReturningPermit)


def test_what_was_assessed_stays_beside_what_was_granted() -> None:
    confirming = then(s.AskingCentral(VISIT, matter(**ASKED)), on.GrantReceived(GRANT)).state
    assert confirming == s.Confirming(VISIT, CASE, GRANT, IN_WINDOW)


def test_nothing_typed_or_scanned_prints() -> None:
    sent = do.Apply(VISIT.endorsement_id, VISIT.purpose, matter(), None, Personal("13900000000"))
    verify = do.VerifyEvidence(CASE, VISIT.purpose, "deed", Personal("LICENCE-4711"))
    state = s.VerifyingEvidence(VISIT, matter(), "deed", Personal("LICENCE-4711"))
    chosen = on.PersonChose(Intent.ENTER_TELEPHONE, "13900000000")
    read = on.LicenceCodeRead(Personal("LICENCE-4711"))
    for value in (sent, verify, state, chosen, read):
        assert "1390" not in repr(value)
        assert "4711" not in repr(value)
