"""With the permit inside and nothing written: whose is it, what do the rules and central say, what does the holder
want.
"""

from __future__ import annotations

from kiosk.domain.endorsement import ChipState, FaceState, Grant, Refusal
from kiosk.faults import CHIP_SILENT, GRANT_REJECTED, WORKER_DIED, Fault
from kiosk.policy.assessment import AssessedOutcome, Assessment, Served
from kiosk.screen_models import Intent
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site, Step, decline, give_back

Deciding = (
    s.ReadingPermit | s.AskingPendingRewrites | s.Assessing | s.ShowingAssessment | s.Declaring | s.AskingCentral
    | s.Confirming
)


def break_off(state: Deciding, fault: Fault) -> Step:
    """A fault before anything was written: give the permit back, and the grant too if there may be one."""
    ending = s.BrokenOff(fault, ChipState.OLD, FaceState.OLD)
    return give_back(state.visit, ending, *_release(state, fault.name))


def _release(state: Deciding, reason: str) -> tuple[do.Effect, ...]:
    match state:
        case s.AskingCentral():
            return (do.CancelEndorsement(state.visit.endorsement_id, reason),)
        case s.Confirming() if not state.grant.face_only:
            return (do.CancelEndorsement(state.grant.endorsement_id, reason),)
        case _:
            return ()


def reading_permit(site: Site, state: s.ReadingPermit, event: on.Event) -> Step | None:
    match event:
        case on.PermitRead(permit=permit):
            case = s.Case(state.holder, permit)
            if not permit.is_of(state.holder):
                return decline(state.visit, "not_your_permit")
            if not permit.region.startswith(site.region_prefixes):
                return decline(state.visit, "other_region", case)
            return Step(s.AskingPendingRewrites(state.visit, case), (do.AskForPendingRewrites(case),))
        case on.PermitNotRecognised(kind=kind):
            return decline(state.visit, kind)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, "holder_cancelled")
        case on.DeadlinePassed():
            return break_off(state, CHIP_SILENT)
        case _:
            return None


def asking_pending_rewrites(site: Site, state: s.AskingPendingRewrites, event: on.Event) -> Step | None:
    match event:
        case on.WorkFound(grant=grant) if site.rewrites_face or not grant.face_only:
            return _offer(site, state.visit, state.case, grant)
        case on.WorkFound() | on.NoWorkFound():
            return Step(s.Assessing(state.visit, state.case, central_silent=False), (do.Assess(state.case),))
        case on.CentralFailed() | on.DeadlinePassed():
            return Step(s.Assessing(state.visit, state.case, central_silent=True), (do.Assess(state.case),))
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, "holder_cancelled", state.case)
        case _:
            return None


def assessing(state: s.Assessing, event: on.Event) -> Step | None:
    match event:
        case on.Assessed(assessment=assessment, on=day):
            return Step(s.ShowingAssessment(state.visit, state.case, assessment, day, state.central_silent))
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, "holder_cancelled", state.case)
        case on.DeadlinePassed():
            return break_off(state, WORKER_DIED)
        case _:
            return None


def can_go_on(assessment: Assessment) -> bool:
    """Whether the next step is served here and now."""
    return (
        assessment.outcome in (AssessedOutcome.IN_WINDOW, AssessedOutcome.OVERDUE)
        and assessment.served is Served.AT_ONCE
    )


def refusal_code(assessment: Assessment) -> str:
    """The code of the no that an assessment is, or `holder_cancelled` where it is a yes."""
    match assessment.outcome:
        case None:
            return "senseless_dates"
        case AssessedOutcome.TOO_EARLY | AssessedOutcome.REAPPLY | AssessedOutcome.CANCELLED:
            return str(assessment.outcome.value)
        case AssessedOutcome.IN_WINDOW | AssessedOutcome.OVERDUE:
            match assessment.served:
                case Served.NOT_OFFERED:
                    return "not_offered"
                case Served.AT_ONCE:
                    return "holder_cancelled"
                case _:
                    return "counter_only"


def showing_assessment(state: s.ShowingAssessment, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.GO_ON) if can_go_on(state.assessment):
            return Step(s.Declaring(state.visit, state.case, state.assessment))
        case on.PersonChose(intent=Intent.CANCEL | Intent.GO_ON) | on.DeadlinePassed():
            timed_out = isinstance(event, on.DeadlinePassed) and can_go_on(state.assessment)
            refusal = Refusal("timed_out" if timed_out else refusal_code(state.assessment))
            return give_back(state.visit, s.Declined(refusal, state.case.permit, state.assessment))
        case _:
            return None


def declaring(state: s.Declaring, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.DECLARE_UNCHANGED):
            asked = do.RequestEndorsement(
                state.visit.endorsement_id, state.case, state.assessment, ("address_unchanged",))
            return Step(s.AskingCentral(state.visit, state.case, state.assessment), (asked,))
        case on.PersonChose(intent=Intent.DECLARE_CHANGED):
            return decline(state.visit, "address_changed", state.case)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, "holder_cancelled", state.case)
        case on.DeadlinePassed():
            return decline(state.visit, "timed_out", state.case)
        case _:
            return None


def asking_central(site: Site, state: s.AskingCentral, event: on.Event) -> Step | None:
    cancel = do.CancelEndorsement(state.visit.endorsement_id, "kiosk_gave_up")
    match event:
        case on.GrantReceived(grant=grant):
            return _offer(site, state.visit, state.case, grant)
        case on.EndorsementRefused(refusal=refusal):
            ending = s.Declined(refusal, state.case.permit)
            if refusal.retain and site.has_retain_bin:
                return Step(s.Retaining(state.visit, ending), (do.RetainPermit(),))
            return give_back(state.visit, ending)
        case on.EndorsementPending(review_number=number, expected_on=expected_on):
            return give_back(state.visit, s.UnderReview(number, expected_on))
        case on.PermitAlreadyCurrent():
            return decline(state.visit, "already_current", state.case)
        case on.CentralFailed(fault=fault):
            return give_back(state.visit, s.Declined(Refusal(fault.name), state.case.permit), cancel)
        case on.DeadlinePassed():
            return give_back(state.visit, s.Declined(Refusal("central_unreachable"), state.case.permit), cancel)
        case on.PersonChose(intent=Intent.CANCEL):
            return give_back(state.visit, s.Declined(Refusal("holder_cancelled"), state.case.permit), cancel)
        case _:
            return None


def _offer(site: Site, visit: s.Visit, case: s.Case, grant: Grant) -> Step:
    """Show old → new. The face is drawn only from what the chip holds: a face-only grant must say the same."""
    if grant.face_only and grant.content != case.permit.content:
        return decline(visit, GRANT_REJECTED.name, case)
    drawing = (do.DrawFace(grant.content, case.permit.permit_file),) if site.rewrites_face else ()
    return Step(s.Confirming(visit, case, grant), drawing)


def confirming(site: Site, state: s.Confirming, event: on.Event) -> Step | None:
    grant = state.grant
    match event:
        case on.PersonChose(intent=Intent.CONFIRM) if grant.face_only:
            face = s.RewritingFace(state.visit, state.case, grant, attempt=1)
            return Step(face, (do.RewriteFace(grant.content, state.case.permit.permit_file),))
        case on.PersonChose(intent=Intent.CONFIRM):
            ahead = (do.LoadFace(grant.content, state.case.permit.permit_file),) if site.rewrites_face else ()
            opening = s.OpeningChipSession(state.visit, state.case, grant)
            return Step(opening, (do.OpenChipSession(grant, state.case), *ahead))
        case on.PersonChose(intent=Intent.CANCEL):
            return _give_grant_back(state, "holder_cancelled")
        case on.DeadlinePassed():
            return _give_grant_back(state, "timed_out")
        case _:
            return None


def _give_grant_back(state: s.Confirming, code: str) -> Step:
    ending = s.Declined(Refusal(code), state.case.permit)
    return give_back(state.visit, ending, *_release(state, code))
