"""The one place where a step becomes a line: derived from (state before, event, step), never written by hand elsewhere.

Only names, codes and random numbers leave this module; nothing of a document does.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kiosk.domain.endorsement import ChipState
from kiosk.runtime.journal import StepRecord
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.transition import Step


def record_of(at: datetime, before: s.State, event: on.Event, step: Step) -> StepRecord:
    """The journal's row of one step."""
    visit = s.visit_of(step.state) or s.visit_of(before)
    return StepRecord(
        at=at,
        visit_id=visit.id if visit else None,
        state_before=type(before).__name__,
        event=type(event).__name__,
        state_after=type(step.state).__name__,
        custody=s.custody_of(step.state).value,
        effects=tuple(type(effect).__name__ for effect in step.effects),
        endorsement_id=_endorsement_of(step.state),
        facts=_facts(event, step.state),
    )


def _endorsement_of(state: s.State) -> UUID | None:
    match state:
        case s.AskingCentral(visit=visit) | s.Applying(visit=visit):
            return visit.endorsement_id
        case s.PrintingSlip(applied=applied) | s.ShowingApplication(applied=applied):
            return applied.received.application_id
        case (
            s.Confirming(grant=grant) | s.OpeningChipSession(grant=grant) | s.RelayingBatch(grant=grant)
            | s.SendingChipAnswers(grant=grant) | s.ReadingChipBack(grant=grant) | s.RewritingFace(grant=grant)
        ):
            return grant.endorsement_id
        case (
            s.ReturningPermit(ending=ending) | s.TakingBack(ending=ending) | s.Retaining(ending=ending)
            | s.AwaitingRemoval(ending=ending) | s.Explaining(ending=ending)
        ):
            return _endorsement_of_ending(ending)
        case s.PrintingReceipt(renewed=renewed) | s.Thanking(renewed=renewed):
            return renewed.grant.endorsement_id
        case _:
            return None


def _endorsement_of_ending(ending: s.Ending) -> UUID | None:
    match ending:
        case s.Renewed(grant=grant):
            return grant.endorsement_id
        case s.Applied(received=received):
            return received.application_id
        case s.BrokenOff(endorsement_id=endorsement_id) | s.Interrupted(endorsement_id=endorsement_id):
            return endorsement_id
        case _:
            return None


def _facts(event: on.Event, after: s.State) -> dict[str, str | int | bool]:
    facts: dict[str, str | int | bool] = {}
    match event:
        case on.PersonChose(intent=intent):
            facts["intent"] = intent.value
        case on.DeadlinePassed(name=name):
            facts["deadline"] = name
        case (
            on.DeviceFailed(fault=fault) | on.CentralFailed(fault=fault) | on.FaceNotRewritten(fault=fault)
            | on.ReceiptNotPrinted(fault=fault) | on.CodeScannerFailed(fault=fault)
        ):
            facts["fault"] = fault.code
        case on.IdCardRefused(refusal=refusal) | on.EndorsementRefused(refusal=refusal):
            facts["refusal"] = refusal.code
        case on.PermitNotRecognised(kind=kind):
            facts["refusal"] = kind
        case on.ChipBatchReceived(batch=batch):
            facts["batch"] = batch
        case on.ChipVerdictReceived(written=written):
            facts["written"] = written
        case on.EvidenceAnswered(key=key, result=result):
            facts |= {"evidence": key, "result": result.value}
        case _:
            pass
    match after:
        case s.RewritingFace(attempt=attempt):
            facts |= {"chip": ChipState.NEW.value, "attempt": attempt}
        case (
            s.ReturningPermit(ending=ending) | s.TakingBack(ending=ending) | s.Retaining(ending=ending)
            | s.AwaitingRemoval(ending=ending) | s.Explaining(ending=ending)
        ):
            facts |= _facts_of_ending(ending)
        case s.PrintingReceipt(renewed=renewed) | s.Thanking(renewed=renewed):
            facts |= _facts_of_ending(renewed)
        case s.OutOfService(fault=fault):
            facts["fault"] = fault.code
        case _:
            pass
    return facts


def _facts_of_ending(ending: s.Ending) -> dict[str, str | int | bool]:
    match ending:
        case s.Renewed(face=face):
            return {"chip": ChipState.NEW.value, "face": face.value}
        case s.Declined(refusal=refusal):
            return {"refusal": refusal.code}
        case s.BrokenOff(fault=fault, chip=chip, face=face):
            return {"fault": fault.code, "chip": chip.value, "face": face.value}
        case s.Interrupted(chip=chip, face=face):
            return {"chip": chip.value, "face": face.value}
        case s.Applied() | s.Informed():
            return {}
