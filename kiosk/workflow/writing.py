"""Chip, then face. The chip is the commit point; whatever goes wrong after the first batch, the chip itself is
asked.
"""

from __future__ import annotations

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import ChipState, FaceState
from kiosk.faults import CENTRAL_UNREACHABLE, CHIP_REFUSED, CHIP_SILENT, Fault
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site, Step, give_back

FACE_ATTEMPTS = 2
"""A rewritable face stands 500 cycles and more, so one retry does not wear it out; more only keeps the holder
waiting.
"""


def opening_chip_session(state: s.OpeningChipSession, event: on.Event) -> Step | None:
    match event:
        case on.ChipBatchReceived():
            return _relay(state, event)
        case on.ChipVerdictReceived():
            return _read_back(state, None)
        case on.CentralFailed(fault=fault):
            return doubt_chip(state, fault)
        case on.DeadlinePassed():
            return doubt_chip(state, CENTRAL_UNREACHABLE)
        case _:
            return None


def relaying_batch(state: s.RelayingBatch, event: on.Event) -> Step | None:
    match event:
        case on.BatchRelayed(answers=answers):
            sending = s.SendingChipAnswers(state.visit, state.case, state.grant, state.session_id, state.batch)
            return Step(sending, (
                do.SendChipAnswers(state.grant.endorsement_id, state.session_id, state.batch, answers),))
        case on.DeadlinePassed():
            return doubt_chip(state, CHIP_SILENT)
        case _:
            return None


def sending_chip_answers(state: s.SendingChipAnswers, event: on.Event) -> Step | None:
    match event:
        case on.ChipBatchReceived(batch=batch) if batch > state.batch:
            return _relay(state, event)
        case on.ChipVerdictReceived(written=written):
            return _read_back(state, None if written else CHIP_REFUSED)
        case on.CentralFailed(fault=fault):
            return doubt_chip(state, fault)
        case on.DeadlinePassed():
            return doubt_chip(state, CENTRAL_UNREACHABLE)
        case _:
            return None


def _relay(state: s.OpeningChipSession | s.SendingChipAnswers, received: on.ChipBatchReceived) -> Step:
    relaying = s.RelayingBatch(state.visit, state.case, state.grant, received.session_id, received.batch)
    return Step(relaying, (do.RelayBatch(received.commands),))


def doubt_chip(state: s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers, fault: Fault) -> Step:
    """Something broke on the way: before the first batch nothing can be written, later only the chip knows."""
    if isinstance(state, s.OpeningChipSession):
        return give_back(state.visit, s.BrokenOff(
            fault, ChipState.OLD, FaceState.OLD, state.grant.endorsement_id, state.case.permit))
    return _read_back(state, fault)


def _read_back(
    state: s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers, broken_by: Fault | None
) -> Step:
    return Step(s.ReadingChipBack(state.visit, state.case, state.grant, broken_by), (do.ReadBackChip(),))


def reading_chip_back(site: Site, state: s.ReadingChipBack, event: on.Event) -> Step | None:
    match event:
        case on.ChipReadBack(permit=permit):
            return judge_chip(site, state, permit)
        case on.DeadlinePassed():
            return judge_chip(site, state, None)
        case _:
            return None


def judge_chip(site: Site, state: s.ReadingChipBack, permit: Permit | None) -> Step:
    """New, old or unknown, by what the chip says now; `permit` None: it says nothing."""
    visit, case, grant = state.visit, state.case, state.grant
    fault = state.broken_by or (CHIP_SILENT if permit is None else CHIP_REFUSED)
    if permit is not None and permit.chip_serial == grant.chip_serial:
        if permit.content == grant.content:
            if site.rewrites_face:
                rewrite = do.RewriteFace(grant.content, case.permit.permit_file)
                return Step(s.RewritingFace(visit, case, grant, attempt=1), (rewrite,))
            return give_back(visit, s.Renewed(case, grant, FaceState.PENDING))
        if permit.content == case.permit.content:
            return give_back(visit, s.BrokenOff(
                fault, ChipState.OLD, FaceState.OLD, grant.endorsement_id, permit))
    unknown = s.BrokenOff(fault, ChipState.UNKNOWN, FaceState.OLD, grant.endorsement_id)
    if permit is None and site.has_retain_bin:
        return Step(s.Retaining(visit, unknown), (do.RetainPermit(),))
    return give_back(visit, unknown)


def rewriting_face(state: s.RewritingFace, event: on.Event) -> Step | None:
    match event:
        case on.FaceRewritten(at_mouth=True):
            ending = s.Renewed(state.case, state.grant, FaceState.NEW)
            return Step(s.AwaitingRemoval(state.visit, ending), (do.WatchMouth(),))
        case on.FaceRewritten():
            return give_back(state.visit, s.Renewed(state.case, state.grant, FaceState.NEW))
        case on.FaceNotRewritten():
            return face_failed(state)
        case on.DeadlinePassed():
            return leave_face(state)
        case _:
            return None


def leave_face(state: s.RewritingFace) -> Step:
    """Never mind the face: the chip is valid, and any kiosk refreshes the face later."""
    return give_back(state.visit, s.Renewed(state.case, state.grant, FaceState.PENDING))


def face_failed(state: s.RewritingFace) -> Step:
    """Once more, then leave it."""
    if state.attempt < FACE_ATTEMPTS:
        again = s.RewritingFace(state.visit, state.case, state.grant, state.attempt + 1)
        return Step(again, (do.RewriteFace(state.grant.content, state.case.permit.permit_file),))
    return leave_face(state)
