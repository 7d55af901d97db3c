"""Writing the chip, then the face. The chip is the commit point: after any failure past the first batch it is read."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid5

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import ChipState, Drawable, FaceState, Grant
from kiosk.domain.faults import CENTRAL_GARBAGE, CENTRAL_UNREACHABLE, CHIP_REFUSED, CHIP_SILENT, FACE_UNPRINTABLE, Fault
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.returning import hand_over
from kiosk.workflow.transition import Site, Step, give_back, prints_face

FACE_ATTEMPTS = 2
"""A rewritable face withstands 500 cycles and more, so one retry does not wear it out. More retries would only keep the
holder waiting.
"""


MOST_SESSIONS = 2
"""The most chip sessions in one visit: a half-written chip is completed once, with the same grant."""

MOST_BATCHES = 100
"""The highest number that a batch may have. A permit takes a handful. Without a limit, a central that never gives a
verdict would keep the permit inside.
"""

_TRY_LOST = (0x6300, 0x6983, 0x6988, 0x9302, 0x9303)


def costs_a_try(answers: do.ChipAnswers) -> bool:
    """Whether the chip refused a command with a status word after which nothing may be sent to it again: each wrong
    MAC counts down to a locked chip (PBOC 2.0 part 1, 63Cx: x tries are left).
    """
    return any(sw in _TRY_LOST or sw & 0xFFF0 == 0x63C0 for _, sw in answers.answers)


def open_session(state: s.OpeningChipSession) -> do.OpenChipSession:
    """The order for the session of `state`. Its `call_id` is unique: a visit's number is new after every start."""
    call_id = uuid5(state.visit.id, f"chip session {state.session} of {state.grant.endorsement_id}")
    return do.OpenChipSession(state.grant, state.case, call_id)


def opening_chip_session(site: Site, state: s.OpeningChipSession, event: on.Event) -> Step | None:
    match event:
        case on.ChipBatchReceived(batch=batch) if state.relayed < batch <= MOST_BATCHES:
            return _relay(state, event)
        case on.ChipBatchReceived():
            return doubt_chip(site, state, CENTRAL_GARBAGE)  # a started batch never reaches the chip again
        case on.ChipVerdictReceived(written=written):
            return _read_back(state, None if written else CHIP_REFUSED)
        case on.CentralFailed(fault=fault):
            return doubt_chip(site, state, fault)
        case on.DeadlinePassed():
            return doubt_chip(site, state, CENTRAL_UNREACHABLE)
        case _:
            return None


def relaying_batch(site: Site, state: s.RelayingBatch, event: on.Event) -> Step | None:
    match event:
        case on.BatchRelayed(answers=answers):
            sending = s.SendingChipAnswers(
                state.visit,
                state.case,
                state.grant,
                state.session_id,
                state.batch,
                state.session,
                try_was_lost=costs_a_try(answers),
                relay_refused=answers.refused is not None,
            )
            return Step(
                sending, (do.SendChipAnswers(state.grant.endorsement_id, state.session_id, state.batch, answers),)
            )
        case on.DeadlinePassed():
            return doubt_chip(site, state, CHIP_SILENT)
        case _:
            return None


def sending_chip_answers(site: Site, state: s.SendingChipAnswers, event: on.Event) -> Step | None:
    match event:
        case on.ChipBatchReceived(batch=batch) if state.batch < batch <= MOST_BATCHES:
            return _relay(state, event)
        case on.ChipBatchReceived(batch=batch) if batch > MOST_BATCHES:
            return doubt_chip(site, state, CENTRAL_GARBAGE)
        case on.ChipVerdictReceived(written=written):
            return _read_back(state, None if written else state.broken_by(CHIP_REFUSED))
        case on.CentralFailed(fault=fault):
            return doubt_chip(site, state, state.broken_by(fault))
        case on.DeadlinePassed():
            return doubt_chip(site, state, state.broken_by(CENTRAL_UNREACHABLE))
        case _:
            return None


def _relay(state: s.OpeningChipSession | s.SendingChipAnswers, received: on.ChipBatchReceived) -> Step:
    relaying = s.RelayingBatch(state.visit, state.case, state.grant, received.session_id, received.batch, state.session)
    return Step(relaying, (do.RelayBatch(received.commands),))


def doubt_chip(site: Site, state: s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers, fault: Fault) -> Step:
    """Go on after a failure. Before the first batch nothing was written; later the chip is read. A chip that was
    already read as half written is not read again.
    """
    if not isinstance(state, s.OpeningChipSession):
        return _read_back(state, fault)
    number, case = state.grant.endorsement_id, state.case
    if state.session > 1 or isinstance(case, s.FoundPermit):
        return hand_over(site, state.visit, s.BrokenOff(fault, ChipState.UNKNOWN, FaceState.OLD, number))
    return _untouched(site, state.visit, case, state.grant, fault)


def leave_untouched(site: Site, state: s.RelayingBatch, fault: Fault) -> Step:
    """Go on after the chip could not be opened for this batch. Its content is unchanged: known if this is the first
    batch, and read from the chip otherwise.
    """
    if state.session > 1 or isinstance(state.case, s.FoundPermit):
        return doubt_chip(site, state, fault)
    return _untouched(site, state.visit, state.case, state.grant, fault)


def _untouched(site: Site, visit: s.Visit, case: s.CaseWithPermit, grant: Grant, fault: Fault) -> Step:
    return hand_over(site, visit, s.BrokenOff(fault, ChipState.OLD, FaceState.OLD, grant.endorsement_id, case.permit))


def _read_back(state: s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers, broken_by: Fault | None) -> Step:
    is_open = isinstance(state, s.OpeningChipSession)
    may_finish = state.session < MOST_SESSIONS and not isinstance(state.case, s.FoundPermit)
    reading = s.ReadingChipBack(
        state.visit,
        state.case,
        state.grant,
        broken_by,
        state.session,
        relayed=state.relayed if isinstance(state, s.OpeningChipSession) else state.batch,
        may_finish=may_finish and not is_open and not (isinstance(state, s.SendingChipAnswers) and state.try_was_lost),
    )
    return Step(reading, (do.ReadBackChip(),))


def reading_chip_back(site: Site, state: s.ReadingChipBack, event: on.Event) -> Step | None:
    match event:
        case on.ChipReadBack(permit=permit):
            return judge_chip(site, state, permit)
        case on.DeadlinePassed():
            return judge_chip(site, state, None)
        case _:
            return None


def judge_chip(site: Site, state: s.ReadingChipBack, permit: Permit | None) -> Step:
    """Go on by what the chip holds now: new, old, half-written or unknown content. `permit` None: it is silent."""
    visit, case, grant = state.visit, state.case, state.grant
    fault = state.broken_by or (CHIP_SILENT if permit is None else CHIP_REFUSED)
    unknown = s.BrokenOff(fault, ChipState.UNKNOWN, FaceState.OLD, grant.endorsement_id)
    if permit is None:
        if site.has_retain_bin:
            return Step(s.Retaining(visit, unknown), (do.RetainPermit(),))
        return hand_over(site, visit, unknown)
    if permit.chip_serial != grant.chip_serial:
        return hand_over(site, visit, unknown)
    if permit.content == grant.content:
        if prints_face(site, grant) and visit.presence is s.Presence.HERE:
            return begin_face(visit, case, grant)
        return hand_over(site, visit, s.Renewed(case, grant, FaceState.PENDING))
    if isinstance(case, s.CaseWithPermit) and permit.content == case.permit.content:
        return hand_over(site, visit, s.BrokenOff(fault, ChipState.OLD, FaceState.OLD, grant.endorsement_id, permit))
    if state.may_finish:
        again = s.OpeningChipSession(visit, case, grant, state.session + 1, state.relayed)
        return Step(again, (open_session(again),))
    return hand_over(site, visit, unknown)


def begin_face(visit: s.Visit, case: s.WritableCase, grant: Grant) -> Step:
    """Rewrite the face: the chip is new and the holder waits."""
    rewrite = do.RewriteFace(case.permit.face(grant.content))
    return Step(s.RewritingFace(visit, case, grant, attempt=1), (rewrite,))


def rewriting_face(state: s.RewritingFace, event: on.Event) -> Step | None:
    match event:
        case on.FaceRewritten(at_mouth=True):
            ending = s.Renewed(state.case, state.grant, FaceState.NEW)
            return Step(s.AwaitingRemoval(state.visit, ending), (do.WatchMouth(),))
        case on.FaceRewritten():
            return give_back(state.visit, s.Renewed(state.case, state.grant, FaceState.NEW))
        case on.FaceNotRewritten(fault=fault) if fault is FACE_UNPRINTABLE:
            return leave_face(replace(state, grant=replace(state.grant, drawable=Drawable.NOT_ON_FACE)))
        case on.FaceNotRewritten():
            return face_failed(state)
        case on.DeadlinePassed():
            return leave_face(state)
        case _:
            return None


def leave_face(state: s.RewritingFace) -> Step:
    """Return the permit with its old face: the chip is valid, and any kiosk can refresh the face later."""
    return give_back(state.visit, s.Renewed(state.case, state.grant, FaceState.PENDING))


def face_failed(state: s.RewritingFace) -> Step:
    """Try the face once more, then leave it."""
    if state.attempt < FACE_ATTEMPTS:
        again = s.RewritingFace(state.visit, state.case, state.grant, state.attempt + 1)
        return Step(again, (do.RewriteFace(state.case.permit.face(state.grant.content)),))
    return leave_face(state)
