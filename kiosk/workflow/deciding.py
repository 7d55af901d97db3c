"""The states with a permit inside and nothing written: ownership, rules, central's decision, confirmation."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.applications import ReceivedApplication
from kiosk.domain.endorsement import ChipState, FaceState, Grant, Refusal, Service
from kiosk.domain.faults import CENTRAL_UNREACHABLE, CHIP_SILENT, CLOCK_WRONG, WORKER_DIED, Fault
from kiosk.domain.holder_check import CheckWay
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel
from kiosk.policy.proofs import needs
from kiosk.policy.region import Region
from kiosk.workflow import applying, declarations, evidence
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.confirming import is_drawn_from_the_chip, offer, turn_down
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, conclude, decline, give_back, prints_face, why_no_face
from kiosk.workflow.verdict import can_go_on, refusal_code

Deciding = s.ReadingPermit | s.Inquiry | s.Confirming

_MAY_BECOME_ANOTHER = (Service.ENDORSE, Service.CHANGE_CATEGORY)


def break_off(state: Deciding, fault: Fault) -> Step:
    """End the visit for a fault before anything was written: return the permit, and cancel a grant that may exist."""
    ending = s.BrokenOff(fault, ChipState.OLD, FaceState.OLD)
    if isinstance(state, s.Inquiry):
        return conclude(state.visit, s.case_of(state), ending, *_release(state, fault.name))
    return give_back(state.visit, ending, *_release(state, fault.name))


def leave(state: Deciding, code: str) -> Step:
    """End the visit with a refusal: return the permit unchanged, and cancel a grant that may exist."""
    if isinstance(state, s.Inquiry):
        case = s.case_of(state)
        ending = s.Declined(Refusal(code), s.permit_of(case))
        return conclude(state.visit, case, ending, *_release(state, code))
    permit = state.case.permit if isinstance(state, s.Confirming) else None
    return give_back(state.visit, s.Declined(Refusal(code), permit), *_release(state, code))


def _release(state: Deciding, reason: str) -> tuple[do.Effect, ...]:
    match state:
        case s.AskingPendingRewrites():
            return (do.CancelEndorsement(state.visit.id, reason),)
        case s.AskingCentral() | s.Applying():
            return (do.CancelEndorsement(state.visit.endorsement_id, reason),)
        case s.Confirming():
            return (do.CancelEndorsement(state.grant.endorsement_id, reason),)
        case s.ReadingLicenceCode():
            return (do.StopCodeScanner(),)
        case (
            s.AwaitingAttendant(pursued=s.GrantedElsewhere(grant=grant))
            | s.CheckingAttendant(pursued=s.GrantedElsewhere(grant=grant))
        ):
            return (do.CancelEndorsement(grant.endorsement_id, reason),)
        case _:
            return ()


def reading_permit(site: Site, state: s.ReadingPermit, event: on.Event) -> Step | None:
    match event:
        case on.PermitRead(permit=permit):
            case = s.CaseWithPermit(state.holder, permit, state.agent)
            if not permit.is_of(state.holder):
                return decline(state.visit, RefusalCode.NOT_YOUR_PERMIT)
            if not site.region.recognises(permit.region):
                return decline(state.visit, RefusalCode.OTHER_REGION, case)
            if not permit.is_named_as(state.holder) and state.visit.purpose.needs_one_name:
                return decline(state.visit, RefusalCode.NAME_DIFFERS, case)
            if state.visit.purpose.kind is s.VisitKind.STATUS:
                return Step(s.LookingAhead(state.visit, case), (do.LookAhead(case),))
            return Step(s.AskingPendingRewrites(state.visit, case), (do.AskForPendingRewrites(state.visit.id, case),))
        case on.PermitNotRecognised(kind=kind):
            return decline(state.visit, kind)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return break_off(state, CHIP_SILENT)
        case _:
            return None


def asking_pending_rewrites(site: Site, state: s.AskingPendingRewrites, event: on.Event) -> Step | None:
    """Wait for central's answer. A question without an answer is cancelled, because the answer may bring a grant."""
    visit, case = state.visit, state.case
    match event:
        case on.WorkFound(grant=grant) if prints_face(site, grant) or not grant.face_only:
            return _take_up(site, visit, case, grant)
        case on.NoWorkFound() if visit.purpose.service is Service.FACE_ONLY:
            return decline(visit, RefusalCode.NOTHING_TO_RENEW, case)
        case on.NoWorkFound():
            return ask_rules(site, visit, case, s.Answers(), central_silent=False)
        case on.WorkFound(grant=grant):
            unused = do.CancelEndorsement(grant.endorsement_id, why_no_face(site))
            if site.rewrites_face and visit.purpose.service is Service.FACE_ONLY:
                return _first(decline(visit, why_no_face(site), case), unused)
            return _first(ask_rules(site, visit, case, s.Answers(), central_silent=False), unused)
        case on.CentralFailed(fault=fault) if fault is CLOCK_WRONG:
            return break_off(state, fault)  # the rules need today's date
        case on.CentralFailed() | on.DeadlinePassed() if visit.purpose.service is Service.FACE_ONLY:
            return _first(decline(visit, CENTRAL_UNREACHABLE.name, case), *_release(state, "no_answer"))
        case on.CentralFailed() | on.DeadlinePassed():
            going_on = ask_rules(site, visit, case, s.Answers(), central_silent=True)
            return _first(going_on, *_release(state, "no_answer"))
        case on.PersonChose(intent=Intent.CANCEL):
            return _first(
                decline(visit, RefusalCode.HOLDER_CANCELLED, case), *_release(state, RefusalCode.HOLDER_CANCELLED)
            )
        case _:
            return None


def _first(then: Step, *effects: do.Effect) -> Step:
    return Step(then.state, (*effects, *then.effects))


def ask_rules(site: Site, visit: s.Visit, case: s.AnyCase, answers: s.Answers, *, central_silent: bool) -> Step:
    """Assess the case. An agent is first asked for the declarations that the rules need about the holder."""
    question = declarations.next_of(site.region, declarations.asked_of_agent(site.region, visit.purpose), answers)
    if question is not None:
        return Step(s.DeclaringForHolder(visit, case, answers, question, central_silent))
    return Step(s.Assessing(visit, case, answers, central_silent), (do.Assess(case, visit.purpose, answers),))


def declaring_for_holder(site: Site, state: s.DeclaringForHolder, event: on.Event) -> Step | None:
    answers = declarations.with_answer(state.answers, state.question, event)
    if answers is not None:
        return ask_rules(site, state.visit, state.case, answers, central_silent=state.central_silent)
    return _leave(state, event)


def _leave(state: s.DeclaringForHolder | s.ChoosingCategory | s.Declaring, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, s.case_of(state))
        case on.DeadlinePassed():
            return decline(state.visit, RefusalCode.TIMED_OUT, s.case_of(state))
        case _:
            return None


def assessing(site: Site, state: s.Assessing, event: on.Event) -> Step | None:
    match event:
        case on.Assessed(assessment=assessment, on=day):
            return _assessed(site, state, s.AssessedCase(state.case, state.answers, assessment, day))
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.case)
        case on.DeadlinePassed():
            return break_off(state, WORKER_DIED)
        case _:
            return None


def _assessed(site: Site, state: s.Assessing, matter: s.AssessedCase) -> Step:
    """Show the assessment, unless the holder has seen the same one already and went on from it."""
    if state.shown is not None and can_go_on(matter) and _is_alike(state.shown, matter.assessment):
        return proceed(site, state.visit, matter)
    case = state.case
    is_first = state.shown is None
    if (
        is_first
        and isinstance(case, s.CaseWithPermit)
        and _has_choice_of_category(site.region, state.visit.purpose, matter)
    ):
        return Step(s.ChoosingCategory(state.visit, case, state.answers, state.central_silent))
    return Step(s.ShowingAssessment(state.visit, matter, state.central_silent))


def _is_alike(shown: Assessment, now: Assessment) -> bool:
    """Whether both would read the same to the holder: channel, dates, what is lost."""

    def told(assessment: Assessment) -> tuple[object, ...]:
        return (
            assessment.outcome,
            assessment.channel_when_verified or assessment.channel,
            assessment.new_valid_from,
            assessment.new_valid_to,
            assessment.residence_years,
        )

    return told(shown) == told(now)


def _has_choice_of_category(region: Region, purpose: s.VisitPurpose, matter: s.AssessedCase) -> bool:
    if purpose.service not in _MAY_BECOME_ANOTHER or matter.answers.category is not None:
        return False
    if matter.assessment.outcome in (None, AssessedOutcome.TOO_EARLY):
        return False
    return bool(may_become(region, matter.case))


def may_become(region: Region, case: s.AnyCase) -> tuple[str, ...]:
    """Categories that the permit may be endorsed to instead of its own."""
    category = region.categories.get(case.permit.content.category) if isinstance(case, s.CaseWithPermit) else None
    return () if category is None else category.may_become


def choosing_category(site: Site, state: s.ChoosingCategory, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=key) if key in categories_offered(site.region, state):
            answers = replace(state.answers, category=key)
            return ask_rules(site, state.visit, state.case, answers, central_silent=state.central_silent)
        case _:
            return _leave(state, event)


def categories_offered(region: Region, state: s.ChoosingCategory) -> tuple[str, ...]:
    """The categories to choose from: the permit's own first, unless the visit is for a change of category."""
    own = state.case.permit.content.category
    others = may_become(region, state.case)
    return others if state.visit.purpose.service is Service.CHANGE_CATEGORY else (own, *others)


def first_question(region: Region, state: s.ShowingAssessment) -> str | None:
    """The declaration that is asked on the assessment's page itself; None where the next step is another."""
    if not can_go_on(state.matter):
        return None
    return declarations.next_of_service(region, state.visit, state.matter.answers)


def showing_assessment(site: Site, state: s.ShowingAssessment, event: on.Event) -> Step | None:
    matter = state.matter
    match event:
        case on.PersonChose(intent=Intent.GO_ON) if can_go_on(matter):
            return proceed(site, state.visit, matter)
        case on.PersonChose(intent=Intent.ANSWER_YES | Intent.ANSWER_NO):
            question = first_question(site.region, state)
            answers = None if question is None else declarations.with_answer(matter.answers, question, event)
            return None if answers is None else _go_on_asking(site, state.visit, replace(matter, answers=answers))
        case on.PersonChose(intent=Intent.CANCEL | Intent.GO_ON) | on.DeadlinePassed():
            timed_out = isinstance(event, on.DeadlinePassed) and can_go_on(matter)
            refusal = Refusal(RefusalCode.TIMED_OUT if timed_out else refusal_code(matter))
            permit = s.permit_of(matter.case)
            return conclude(state.visit, matter.case, s.Declined(refusal, permit, matter.assessment))
        case _:
            return None


def declaring(site: Site, state: s.Declaring, event: on.Event) -> Step | None:
    if state.confirms_rule:
        return _confirming_rule(site, state, event)
    answers = declarations.with_answer(state.matter.answers, state.question, event)
    if answers is not None:
        return _go_on_asking(site, state.visit, replace(state.matter, answers=answers))
    return _leave(state, event)


def _confirming_rule(site: Site, state: s.Declaring, event: on.Event) -> Step | None:
    """Take the holder's answer. Central is asked only after a yes: what the rule takes away is lost for good."""
    answers = state.matter.answers
    match event:
        case on.PersonChose(intent=Intent.ANSWER_YES):
            confirmed = replace(answers, confirmed=answers.confirmed | {state.question})
            return proceed(site, state.visit, replace(state.matter, answers=confirmed))
        case on.PersonChose(intent=Intent.ANSWER_NO):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.matter.case)
        case _:
            return _leave(state, event)


def _go_on_asking(site: Site, visit: s.Visit, matter: s.AssessedCase) -> Step:
    """Ask the next question. After the last, ask the rules again if a yes may have changed their answer."""
    answers = matter.answers
    question = declarations.next_of_service(site.region, visit, answers)
    if question is not None:
        return Step(s.Declaring(visit, matter, question))
    if answers.declared.isdisjoint(declarations.asked_of_service(site.region, visit.purpose)):
        return proceed(site, visit, matter)
    assessing = s.Assessing(visit, matter.case, answers, central_silent=False, shown=matter.assessment)
    return Step(assessing, (do.Assess(matter.case, visit.purpose, answers),))


def proceed(site: Site, visit: s.Visit, matter: s.AssessedCase) -> Step:
    """Take the next step of a holder who goes on: questions, evidence, rules to confirm, then central."""
    if declarations.next_of_service(site.region, visit, matter.answers) is not None:
        return _go_on_asking(site, visit, matter)
    if not matter.answers.is_evidence_settled and needs(site.region, matter.assessment.evidence):
        return evidence.seek(site, visit, matter)
    if matter.assessment.channel not in (Channel.AFTER_REVIEW, Channel.AT_ONCE):
        return decline(visit, RefusalCode.COUNTER_ONLY, matter.case)
    unconfirmed = [code for code in matter.assessment.to_confirm if code not in matter.answers.confirmed]
    if unconfirmed:
        return Step(s.Declaring(visit, matter, unconfirmed[0]))
    return _see_who_stands_here(site, visit, matter)


def _see_who_stands_here(site: Site, visit: s.Visit, pursued: s.Proposal) -> Step:
    """Let an attendant check the holder first, where the site requires or offers it."""
    rule = site.holder_check
    if rule.without_face is CheckWay.ATTENDANT:
        return Step(s.AwaitingAttendant(visit, pursued, rule.required))
    return pursue(site, visit, pursued)


def pursue(site: Site, visit: s.Visit, pursued: s.Proposal) -> Step:
    """Go on with an application, a request to central, or the grant that central had already made."""
    if isinstance(pursued, s.GrantedElsewhere):
        return offer(site, visit, pursued.case, pursued.grant, None)
    if pursued.assessment.channel is Channel.AFTER_REVIEW:
        return applying.set_out(site, visit, pursued)
    if isinstance(pursued.case, s.CaseWithPermit):
        asked = do.RequestEndorsement(visit.endorsement_id, visit.purpose, pursued)
        return Step(s.AskingCentral(visit, pursued), (asked,))
    return decline(visit, RefusalCode.COUNTER_ONLY, pursued.case)


def asking_central(site: Site, state: s.AskingCentral, event: on.Event) -> Step | None:
    visit, case = state.visit, state.matter.case
    match event:
        case on.GrantReceived(grant=grant) if isinstance(case, s.CaseWithPermit):
            return offer(site, visit, case, grant, state.matter.assessment)
        case on.EndorsementRefused(refusal=refusal):
            return applying.refuse(site, state, refusal)
        case on.EndorsementPending(review_number=number, expected_on=expected_on):
            received = ReceivedApplication(visit.endorsement_id, number, state.matter.on, expected_on)
            return conclude(visit, case, s.Applied(case, visit.purpose.service, received, None))
        case on.PermitAlreadyCurrent():
            return decline(visit, RefusalCode.ALREADY_CURRENT, case)
        case on.CentralFailed(fault=fault):
            return _withdraw(state, fault.name)
        case on.DeadlinePassed():
            return _withdraw(state, RefusalCode.CENTRAL_UNREACHABLE)
        case on.PersonChose(intent=Intent.CANCEL):
            return _withdraw(state, RefusalCode.HOLDER_CANCELLED)
        case _:
            return None


def _withdraw(state: s.AskingCentral, code: str) -> Step:
    permit = s.permit_of(state.matter.case)
    cancel = do.CancelEndorsement(state.visit.endorsement_id, "kiosk_gave_up")
    return give_back(state.visit, s.Declined(Refusal(code), permit), cancel)


def _take_up(site: Site, visit: s.Visit, case: s.CaseWithPermit, grant: Grant) -> Step:
    """Take up work that was decided elsewhere. An unusable grant is turned down before an attendant is called."""
    if not is_drawn_from_the_chip(case, grant):
        return turn_down(visit, case, grant)
    return _see_who_stands_here(site, visit, s.GrantedElsewhere(case, grant))
