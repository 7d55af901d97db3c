"""Makes the journal's record of a step from (state before, event, step). No other module makes such records.

A record holds only names, codes and random numbers, and nothing of a document.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import ChipState, Custody, Drawable
from kiosk.journal.journal import StepRecord
from kiosk.journal.names import stored_name
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.transition import Step
from kiosk.workflow.visit_outcomes import ending_of, kind_of, outcome_of

ContentHash = Callable[[str, PermitContent], str]
"""(chip serial, content) → a keyed hash, by which equal contents are recognised."""

Facts = dict[str, str | int | bool]


def record_of(at: datetime, before: s.State, event: on.Event, step: Step, content_hash: ContentHash) -> StepRecord:
    """The journal's row of one step."""
    visit = s.visit_of(step.state) or s.visit_of(before)
    return StepRecord(
        at=at,
        visit_id=visit.id if visit else None,
        state_before=stored_name(before),
        event=stored_name(event),
        state_after=stored_name(step.state),
        custody=s.custody_of(step.state).value,
        effects=tuple(map(stored_name, step.effects)),
        endorsement_id=_told_of(step) or _endorsement_of(step.state),
        facts=_facts(event, step.state)
        | _of_visit(before, step.state)
        | _content_hashes(before, step.state, content_hash),
    )


def _told_of(step: Step) -> UUID | None:
    """The number of the endorsement whose completion this step reports to central; None if it reports none."""
    numbers = [effect.endorsement_id for effect in step.effects if isinstance(effect, do.ReportCompletion)]
    return numbers[0] if numbers else None


def _endorsement_of(state: s.State) -> UUID | None:
    if (ending := ending_of(state)) is not None:
        return s.endorsement_of(ending)
    match state:
        case s.AskingPendingRewrites(visit=visit):
            return visit.id  # a grant that central may have made goes by the question's number
        case s.AskingCentral(visit=visit) | s.Applying(visit=visit):
            return visit.endorsement_id
        case s.PrintingSlip(applied=applied) | s.ShowingApplication(applied=applied):
            return applied.received.application_id
        case (
            s.Confirming(grant=grant)
            | s.OpeningChipSession(grant=grant)
            | s.RelayingBatch(grant=grant)
            | s.SendingChipAnswers(grant=grant)
            | s.ReadingChipBack(grant=grant)
            | s.RewritingFace(grant=grant)
        ):
            return grant.endorsement_id
        case s.RecoveringChip(story=story) | s.RecoveringGrant(story=story):
            return story.endorsement_id
        case s.PrintingReceipt(renewed=renewed) | s.Thanking(renewed=renewed):
            return renewed.grant.endorsement_id
        case _:
            return None


def _of_visit(before: s.State, after: s.State) -> Facts:
    """What the visit is for and what came of it, in the step in which that is new."""
    facts: Facts = {}
    visit, earlier = s.visit_of(after), s.visit_of(before)
    if visit is not None and (earlier is None or kind_of(earlier.purpose) != kind_of(visit.purpose)):
        facts["purpose"] = kind_of(visit.purpose)
    outcome = outcome_of(after)
    if outcome is not None and outcome != outcome_of(before):
        facts["visit_outcome"] = outcome
    return facts


def _content_hashes(before: s.State, after: s.State, content_hash: ContentHash) -> Facts:
    """The hashes with which a restart compares the chip, in the step in which writing begins."""
    if not isinstance(before, s.Confirming) or not isinstance(after, s.OpeningChipSession | s.RewritingFace):
        return {}
    grant, old = before.grant, before.case.permit.content
    return {
        "seal_old": content_hash(grant.chip_serial, old),
        "seal_new": content_hash(grant.chip_serial, grant.content),
    }


def _facts(event: on.Event, after: s.State) -> Facts:
    facts: Facts = {}
    match event:
        case on.PersonChose(intent=intent, asked=asked):
            facts["intent"] = intent.value
            if asked:
                facts["asked"] = asked
        case on.DeadlinePassed(name=name):
            facts["deadline"] = name
        case on.SwitchOffRequested(why=why):
            facts["why"] = why
        case (
            on.DeviceFailed(fault=fault)
            | on.CentralFailed(fault=fault)
            | on.FaceNotRewritten(fault=fault)
            | on.ReceiptNotPrinted(fault=fault)
            | on.CodeScannerFailed(fault=fault)
            | on.BinUnanswered(fault=fault)
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
        case on.PermitRetained():
            facts["in_bin"] = True
        case on.PathInspected(custody=Custody.WITH_HOLDER, story=story) if story.put_away is s.PutAway.ORDERED:
            facts["in_bin"] = False  # uncertain: the unit did not say so, and staff are asked
        case on.ChipExamined(chip=chip):
            facts["examined"] = chip.value
        case on.GrantReceived(grant=grant) | on.WorkFound(grant=grant) if grant.drawable is not Drawable.WHOLE:
            facts["drawable"] = grant.drawable.value
        case on.EndorsementRecalled(chip=chip, grant=grant):
            facts |= {"recalled": chip.value, "granted": grant is not None}
        case on.ServiceStateChanged(closed=closed):
            facts["service_state"] = "open" if closed is None else closed.name
        case on.BinListed(permits=permits):
            facts["permits"] = len(permits)
        case on.AttendantConfirmed(attendant=number):
            facts["attendant"] = number
        case on.AttendantNotConfirmed(locked=locked):
            facts["locked"] = locked
        case on.EvidenceAnswered(key=key, result=result):
            facts |= {"evidence": key, "result": result.value}
        case _:
            pass
    match after:
        case s.AskingCentral(matter=matter) | s.Applying(matter=matter):
            facts["holder_check"] = matter.answers.holder_check.way.value
        case s.InServiceMode(task=task):
            facts |= _of_service_mode(task)
        case s.RewritingFace(attempt=attempt):
            facts |= {"chip": ChipState.NEW.value, "attempt": attempt}
        case (
            s.ReturningPermit(ending=ending)
            | s.TakingBack(ending=ending)
            | s.Retaining(ending=ending)
            | s.AwaitingRemoval(ending=ending)
            | s.ShowingOutcome(ending=ending)
            | s.AwaitingHolder(ending=ending)
            | s.RecoveringFace(ending=ending)
        ):
            facts |= _facts_of_ending(ending)
        case s.PrintingReceipt(renewed=renewed) | s.Thanking(renewed=renewed):
            facts |= _facts_of_ending(renewed)
        case s.OutOfService(fault=fault, held=held):
            facts |= {"fault": fault.code, "held": held}
        case _:
            pass
    visit = s.visit_of(after)
    if visit is not None and visit.presence is not s.Presence.HERE:
        facts["holder"] = visit.presence.value
    return facts


def _facts_of_ending(ending: s.Ending) -> Facts:
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


def _of_service_mode(task: t.Task) -> Facts:
    """Who works at the machine, at what, and what a test came to."""
    who = t.technician_of(task)
    facts: Facts = {"task": stored_name(task)}
    if who is not None:
        facts |= {"technician": who.number, "role": who.role.value}
        facts["factor"] = "card" if who.by_service_card else "code"
    if isinstance(task, t.EnteringNumber) and task.problem is not None:
        facts["problem"] = task.problem.value
    if isinstance(task, t.ChangingServiceState):
        facts["service_state"] = "open" if task.reason is None else task.reason.value
    record = task.last if isinstance(task, t.ShowingPart) else task.record if isinstance(task, t.JudgingTest) else None
    if record is not None:
        facts |= {"part": record.part, "test": record.test, "outcome": record.outcome.value}
        if record.fault is not None:
            facts["fault"] = record.fault.code
    return facts
