"""The flow of a visit: `step(site, state, event)` says what to do and never does it.

Laws (checked by a walk over all reachable states, tests/unit/test_machine_walk.py):
1. Custody changes only on a fact from the permit unit.
2. With a permit inside, every way out leads through giving it back or retaining it.
3. Nothing is sent to the chip without a grant; a batch is ordered once.
4. Every state has a deadline; none of them forgets a permit.
5. `None` means: this event means nothing in this state; the engine logs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.faults import PERMIT_HELD_INSIDE, RECOVERY_STUCK, Fault, Severity
from kiosk.screen_models import Intent
from kiosk.workflow import before_permit, deciding, returning, writing
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.transition import Site, Step

LONG_STOP_S = 120.0
"""Stopped for longer with a permit inside: its holder has gone, so it is retained, not offered to the next person."""


def step(site: Site, state: s.State, event: on.Event) -> Step | None:
    """The next state and what to do, or None if `event` means nothing in `state`."""
    match event:
        case on.PersonChose(intent=Intent.CHOOSE_LANGUAGE, choice=language):
            return _speak(site, state, language)
        case on.PersonChose(intent=Intent.MORE_TIME):
            return Step(state) if deadline_of(state).shown else None
        case on.DeviceFailed(fault=fault):
            return _fail(site, state, fault)
        case _:
            return _step_of_state(site, state, event)


def _step_of_state(site: Site, state: s.State, event: on.Event) -> Step | None:
    match state:
        case s.Recovering():
            return _recovering(site, event)
        case s.Idle():
            return _idle(state, event)
        case s.OutOfService():
            return _out_of_service(site, state, event)
        case s.ShowingNotice():
            return before_permit.showing_notice(site, state, event)
        case s.ReadingIdCard():
            return before_permit.reading_id_card(site, state, event)
        case s.AwaitingPermit():
            return before_permit.awaiting_permit(state, event)
        case s.WithdrawingOffer():
            return before_permit.withdrawing_offer(site, state, event)
        case s.ReadingPermit():
            return deciding.reading_permit(site, state, event)
        case s.AskingPendingRewrites():
            return deciding.asking_pending_rewrites(state, event)
        case s.Assessing():
            return deciding.assessing(state, event)
        case s.ShowingAssessment():
            return deciding.showing_assessment(state, event)
        case s.Declaring():
            return deciding.declaring(state, event)
        case s.AskingCentral():
            return deciding.asking_central(site, state, event)
        case s.Confirming():
            return deciding.confirming(site, state, event)
        case s.OpeningChipSession():
            return writing.opening_chip_session(state, event)
        case s.RelayingBatch():
            return writing.relaying_batch(state, event)
        case s.SendingChipAnswers():
            return writing.sending_chip_answers(state, event)
        case s.ReadingChipBack():
            return writing.reading_chip_back(site, state, event)
        case s.RewritingFace():
            return writing.rewriting_face(state, event)
        case s.ReturningPermit():
            return returning.returning_permit(site, state, event)
        case s.TakingBack():
            return returning.taking_back(site, state, event)
        case s.Retaining():
            return returning.retaining(site, state, event)
        case s.AwaitingRemoval():
            return returning.awaiting_removal(site, state, event)
        case s.PrintingReceipt():
            return returning.printing_receipt(state, event)
        case s.Thanking():
            return returning.thanking(site, state, event)
        case s.Explaining():
            return returning.explaining(site, state, event)
        case _:
            assert_never(state)


def _recovering(site: Site, event: on.Event) -> Step | None:
    match event:
        case on.PathInspected():
            return _resume(site, event)
        case on.DeadlinePassed():
            return Step(s.OutOfService(RECOVERY_STUCK, Custody.UNKNOWN))
        case _:
            return None


def _resume(site: Site, found: on.PathInspected) -> Step:
    story = found.story
    ending = s.Interrupted(story.endorsement_id, story.session_opened, story.chip, story.face)
    match found.custody:
        case Custody.WITH_HOLDER | Custody.RETAINED:
            told = returning.report(ending, found.custody)
            return Step(s.Idle(site.default_language), (*told, do.Wipe(), do.CheckDevices()))
        case Custody.AT_MOUTH:
            return Step(s.AwaitingRemoval(found.visit, ending), (do.WatchMouth(),))
        case Custody.INSIDE if story.stopped_for_s <= LONG_STOP_S:
            return Step(s.ReturningPermit(found.visit, ending), (do.EjectPermit(),))
        case Custody.INSIDE if site.has_retain_bin:
            return Step(s.Retaining(found.visit, ending), (do.RetainPermit(),))
        case Custody.INSIDE:
            held = s.OutOfService(PERMIT_HELD_INSIDE, Custody.INSIDE)
            return Step(held, returning.report(ending, Custody.INSIDE))
        case Custody.UNKNOWN:
            return Step(s.OutOfService(RECOVERY_STUCK, Custody.UNKNOWN))
        case _:
            assert_never(found.custody)


def _idle(state: s.Idle, event: on.Event) -> Step | None:
    match event:
        case on.VisitBegan(visit=visit):
            return Step(s.ShowingNotice(visit))
        case on.DeadlinePassed():
            return Step(state, (do.CheckDevices(),))
        case _:
            return None


def _out_of_service(site: Site, state: s.OutOfService, event: on.Event) -> Step | None:
    match event:
        case on.DeadlinePassed() if state.custody is Custody.WITH_HOLDER:
            return Step(state, (do.CheckDevices(),))
        case on.DeadlinePassed() | on.DevicesReady():
            return Step(state, (do.InspectPath(),))
        case on.PathInspected(custody=Custody.INSIDE) if state.fault is PERMIT_HELD_INSIDE:
            return None
        case on.PathInspected():
            return _resume(site, event)
        case _:
            return None


def _speak(site: Site, state: s.State, language: str) -> Step | None:
    if language not in site.languages:
        return None
    if isinstance(state, s.Idle):
        return Step(s.Idle(language))
    if isinstance(state, s.InVisit):
        return Step(replace(state, visit=replace(state.visit, language=language)))
    return None


def _fail(site: Site, state: s.State, fault: Fault) -> Step | None:
    """Faults are handled here once, by custody."""
    match state:
        case s.Recovering():
            return Step(s.OutOfService(fault, Custody.UNKNOWN))
        case s.Idle():
            return Step(s.OutOfService(fault, Custody.WITH_HOLDER)) if _stops_all(fault) else None
        case s.OutOfService():
            return Step(replace(state, fault=fault)) if _stops_all(fault) and fault != state.fault else None
        case s.PrintingReceipt() | s.Thanking() | s.Explaining():
            return None     # the permit is where it should be; the check while idle finds what is broken
        case s.ShowingNotice() | s.ReadingIdCard() | s.AwaitingPermit() | s.WithdrawingOffer():
            ending = s.BrokenOff(fault, ChipState.OLD, FaceState.OLD)
            page = s.Explaining(state.visit, ending, Custody.WITH_HOLDER)
            return Step(page, (do.StopIdReader(), do.StopTakingIn()))
        case s.OpeningChipSession() | s.RelayingBatch() | s.SendingChipAnswers():
            return writing.doubt_chip(state, fault)
        case s.ReadingChipBack():
            return writing.judge_chip(site, replace(state, broken_by=state.broken_by or fault), None)
        case s.RewritingFace():
            return writing.face_failed(state)
        case s.ReturningPermit() | s.TakingBack() | s.Retaining():
            return Step(s.OutOfService(fault, Custody.INSIDE), returning.report(state.ending, Custody.INSIDE))
        case s.AwaitingRemoval():
            return Step(s.OutOfService(fault, Custody.AT_MOUTH), returning.report(state.ending, Custody.AT_MOUTH))
        case (
            s.ReadingPermit() | s.AskingPendingRewrites() | s.Assessing() | s.ShowingAssessment() | s.Declaring()
            | s.AskingCentral() | s.Confirming()
        ):
            return deciding.break_off(state, fault)
        case _:
            assert_never(state)


def _stops_all(fault: Fault) -> bool:
    return fault.severity is Severity.OUT_OF_SERVICE
