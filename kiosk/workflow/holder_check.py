"""The check that the holder stands here, before anything is requested of central or written.

Identity card and permit do not prove that, because another person may carry both. Where the site asks for it, an
attendant looks at the person and types a personal code.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.endorsement import Refusal
from kiosk.domain.holder_check import CheckWay, HolderCheck
from kiosk.domain.personal import Personal
from kiosk.domain.refusals import RefusalCode
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deciding import pursue
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, conclude

WRONG, LOCKED = "wrong", "locked"
NOT_CONFIRMED = RefusalCode.HOLDER_NOT_CONFIRMED


def awaiting_attendant(site: Site, state: s.AwaitingAttendant, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ENTER_CODE, choice=code) if state.problem != LOCKED:
            checking = s.CheckingAttendant(state.visit, state.pursued, state.required)
            return Step(checking, (do.CheckAttendant(Personal(code)),))
        case on.PersonChose(intent=Intent.NO_ATTENDANT) if state.required:
            return _leave(state, NOT_CONFIRMED)
        case on.PersonChose(intent=Intent.NO_ATTENDANT):
            return pursue(site, state.visit, state.pursued)
        case on.PersonChose(intent=Intent.CANCEL):
            return _leave(state, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return _leave(state, RefusalCode.TIMED_OUT)
        case _:
            return None


def checking_attendant(site: Site, state: s.CheckingAttendant, event: on.Event) -> Step | None:
    match event:
        case on.AttendantConfirmed(attendant=number):
            return pursue(site, state.visit, _confirmed(state.pursued, number))
        case on.AttendantNotConfirmed(locked=locked):
            return _again(state, LOCKED if locked else WRONG)
        case on.PersonChose(intent=Intent.CANCEL):
            return _leave(state, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return _again(state, LOCKED)
        case _:
            return None


def _again(state: s.CheckingAttendant, problem: str) -> Step:
    return Step(s.AwaitingAttendant(state.visit, state.pursued, state.required, problem))


def _confirmed(pursued: s.Proposal, number: str) -> s.Proposal:
    if isinstance(pursued, s.GrantedElsewhere):
        return pursued
    answers = replace(pursued.answers, holder_check=HolderCheck(CheckWay.ATTENDANT, number))
    return replace(pursued, answers=answers)


def _leave(state: s.AwaitingAttendant | s.CheckingAttendant, code: str) -> Step:
    """Return the permit unchanged, and cancel a grant that central had made already."""
    case = state.pursued.case
    declined = s.Declined(Refusal(code), s.permit_of(case))
    if isinstance(state.pursued, s.GrantedElsewhere):
        cancel = do.CancelEndorsement(state.pursued.grant.endorsement_id, code)
        return conclude(state.visit, case, declined, cancel)
    return conclude(state.visit, case, declined)
