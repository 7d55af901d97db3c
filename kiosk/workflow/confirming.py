"""The confirmation: the holder compares old and new, and only a confirmed grant is written."""

from __future__ import annotations

from kiosk.domain.endorsement import Grant, Refusal
from kiosk.domain.faults import GRANT_REJECTED
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.assessment import Assessment
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, decline, give_back, prints_face
from kiosk.workflow.writing import open_session


def is_drawn_from_the_chip(case: s.CaseWithPermit, grant: Grant) -> bool:
    """Whether the face will show what the chip holds. A face-only grant must have the same content as the chip."""
    return not grant.face_only or grant.content == case.permit.content


def turn_down(visit: s.Visit, case: s.CaseWithPermit, grant: Grant) -> Step:
    """Give back a grant that must not be used."""
    declined = decline(visit, GRANT_REJECTED.name, case)
    unused = do.CancelEndorsement(grant.endorsement_id, GRANT_REJECTED.name)
    return Step(declined.state, (unused, *declined.effects))


def offer(site: Site, visit: s.Visit, case: s.CaseWithPermit, grant: Grant, assessed: Assessment | None) -> Step:
    """Show old → new. `assessed`: the assessment that the holder saw before; None where none was made."""
    if not is_drawn_from_the_chip(case, grant):
        return turn_down(visit, case, grant)
    drawing = (do.DrawFace(case.permit.face(grant.content)),) if prints_face(site, grant) else ()
    return Step(s.Confirming(visit, case, grant, assessed), drawing)


def confirming(site: Site, state: s.Confirming, event: on.Event) -> Step | None:
    grant = state.grant
    match event:
        case on.PersonChose(intent=Intent.CONFIRM) if grant.face_only:
            face = s.RewritingFace(state.visit, state.case, grant, attempt=1)
            return Step(face, (do.RewriteFace(state.case.permit.face(grant.content)),))
        case on.PersonChose(intent=Intent.CONFIRM):
            ahead = (do.LoadFace(state.case.permit.face(grant.content)),) if prints_face(site, grant) else ()
            opening = s.OpeningChipSession(state.visit, state.case, grant)
            return Step(opening, (open_session(opening), *ahead))
        case on.PersonChose(intent=Intent.CANCEL):
            return _give_grant_back(state, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return _give_grant_back(state, RefusalCode.TIMED_OUT)
        case _:
            return None


def _give_grant_back(state: s.Confirming, code: str) -> Step:
    ending = s.Declined(Refusal(code), state.case.permit)
    return give_back(state.visit, ending, do.CancelEndorsement(state.grant.endorsement_id, code))
