"""The flow of a visit. `step(site, state, event)` is a pure function: it returns what to do.

Laws (checked by a walk over all reachable states, tests/unit/workflow/test_machine_walk.py):
1. Custody changes only on a fact from the permit unit.
2. With a permit inside, every way out leads through giving it back or retaining it.
3. Nothing is sent to the chip without a grant; a batch is ordered once.
4. Every state has a deadline, and no deadline leaves a permit unaccounted for.
5. `None` means that the event has no meaning in the state; the engine logs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import Fault, Part, Severity
from kiosk.domain.technician import LANGUAGES
from kiosk.workflow import (
    applying,
    before_permit,
    choosing,
    confirming,
    deciding,
    evidence,
    going_back,
    holder_check,
    progress,
    recovering,
    returning,
    status,
    switching_off,
    writing,
)
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician.machine import in_service_mode, open_service_mode
from kiosk.workflow.transition import Site, Step, on_rest, rest
from kiosk.workflow.visits import VisitIds


def step(site: Site, state: s.State, event: on.Event) -> Step | None:
    """The next state and what to do, or None if `event` means nothing in `state`."""
    if isinstance(event, on.SwitchOffRequested):
        return switching_off.request(site, state)
    if s.is_switching_off(state):
        return switching_off.go_on(site, state, event, _step)
    return going_back.remember(state, event, _step(site, state, event))


def _step(site: Site, state: s.State, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(asked=asked) if asked and asked != s.asked_in(state):
            return None  # it is the answer to another question than the one that stands
        case on.ServiceModeRequested() | on.PersonChose(intent=Intent.OPEN_SERVICE_MODE):
            return open_service_mode(site, state) if isinstance(state, s.AtRest | s.OutOfService) else None
        case on.PersonChose(intent=Intent.CHOOSE_LANGUAGE, choice=language):
            return _speak(site, state, language)
        case on.PersonChose(intent=Intent.BACK) if not isinstance(state, s.InServiceMode):
            return going_back.go_back(state)
        case on.PersonChose(intent=Intent.MORE_TIME):
            return Step(state) if deadline_of(state).shown else None
        case on.DeviceFailed(fault=fault, nothing_sent=True) if isinstance(state, s.RelayingBatch):
            return writing.leave_untouched(site, state, fault)
        case on.DeviceFailed(fault=fault):
            return _fail(site, state, fault)
        case on.CentralFailed(of_pending_rewrites=True) if not isinstance(state, s.AskingPendingRewrites):
            return None  # the visit went on without that answer; it is not about a later question
        case _:
            return _step_of_state(site, state, event)


def _step_of_state(site: Site, state: s.State, event: on.Event) -> Step | None:
    match state:
        case s.Recovering():
            return recovering.recovering(site, event)
        case s.Idle():
            return _idle(site, state, event)
        case s.OutOfHours():
            return _out_of_hours(site, state, event)
        case s.OutOfService():
            return recovering.out_of_service(site, state, event)
        case s.InServiceMode():
            return in_service_mode(site, state, event)
        case s.ChoosingService():
            return choosing.choosing_service(site, state, event)
        case s.ChoosingAgent():
            return choosing.choosing_agent(site, state, event)
        case s.ExplainingService():
            return choosing.explaining_service(site, state, event)
        case s.ShowingNotice():
            return before_permit.showing_notice(site, state, event)
        case s.ReadingIdCard():
            return before_permit.reading_id_card(site, state, event)
        case s.ReadingAgentIdCard():
            return before_permit.reading_agent_id_card(site, state, event)
        case s.SearchingApplications():
            return progress.searching_applications(site, state, event)
        case s.ShowingProgress():
            return progress.showing_progress(site, state, event)
        case s.ChoosingCollectionLater():
            return progress.choosing_collection_later(site, state, event)
        case s.RecordingCollection():
            return progress.recording_collection(site, state, event)
        case s.AwaitingPermit():
            return before_permit.awaiting_permit(state, event)
        case s.WithdrawingOffer():
            return before_permit.withdrawing_offer(site, state, event)
        case s.ReadingPermit():
            return deciding.reading_permit(site, state, event)
        case s.Confirming():
            return confirming.confirming(site, state, event)
        case s.OpeningChipSession():
            return writing.opening_chip_session(site, state, event)
        case s.RelayingBatch():
            return writing.relaying_batch(site, state, event)
        case s.SendingChipAnswers():
            return writing.sending_chip_answers(site, state, event)
        case s.ReadingChipBack():
            return writing.reading_chip_back(site, state, event)
        case s.RewritingFace():
            return writing.rewriting_face(state, event)
        case s.RecoveringChip():
            return recovering.recovering_chip(site, state, event)
        case s.RecoveringGrant():
            return recovering.recovering_grant(site, state, event)
        case s.AwaitingHolder():
            return recovering.awaiting_holder(site, state, event)
        case s.RecoveringFace():
            return recovering.recovering_face(state, event)
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
        case s.PrintingSlip():
            return returning.printing_slip(state, event)
        case s.ShowingApplication():
            return returning.showing_application(site, state, event)
        case s.ShowingOutcome():
            return returning.showing_outcome(site, state, event)
        case _:
            return _inquiring(site, state, event)


def _inquiring(site: Site, state: s.Inquiry, event: on.Event) -> Step | None:
    match state:
        case s.LookingAhead():
            return status.looking_ahead(state, event)
        case s.ShowingStatus():
            return status.showing_status(state, event)
        case s.AskingPendingRewrites():
            return deciding.asking_pending_rewrites(site, state, event)
        case s.DeclaringForHolder():
            return deciding.declaring_for_holder(site, state, event)
        case s.Assessing():
            return deciding.assessing(site, state, event)
        case s.ChoosingCategory():
            return deciding.choosing_category(site, state, event)
        case s.ShowingAssessment():
            return deciding.showing_assessment(site, state, event)
        case s.Declaring():
            return deciding.declaring(site, state, event)
        case s.VerifyingEvidence():
            return evidence.verifying_evidence(site, state, event)
        case s.ChoosingProof():
            return evidence.choosing_proof(site, state, event)
        case s.ReadingLicenceCode():
            return evidence.reading_licence_code(site, state, event)
        case s.AwaitingAttendant():
            return holder_check.awaiting_attendant(site, state, event)
        case s.CheckingAttendant():
            return holder_check.checking_attendant(site, state, event)
        case s.AskingCentral():
            return deciding.asking_central(site, state, event)
        case s.ChoosingCollection():
            return applying.choosing_collection(site, state, event)
        case s.EnteringTelephone():
            return applying.entering_telephone(state, event)
        case s.Applying():
            return applying.applying(site, state, event)
        case _:
            assert_never(state)


def _idle(site: Site, state: s.Idle, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.START, ids=VisitIds() as ids):
            return choosing.begin(site, state, ids)
        case on.PersonChose(intent=Intent.OTHER_SERVICES, ids=VisitIds() as ids):
            return choosing.begin_choosing(state, ids)
        case on.HoursEnded(on=day, opens_at=opens_at):
            return Step(s.OutOfHours(day, opens_at))
        case on.DeadlinePassed():
            return _look_around(site, state)
        case _:
            return None


def _out_of_hours(site: Site, state: s.OutOfHours, event: on.Event) -> Step | None:
    match event:
        case on.HoursEnded(on=day, opens_at=opens_at):
            told = replace(state, on=day, opens_at=opens_at)
            return Step(told) if told != state else None
        case on.HoursBegan():
            return Step(rest(site), (do.CheckDevices(),))
        case on.DeadlinePassed():
            return _look_around(site, state)
        case _:
            return None


def _look_around(site: Site, state: s.AtRest) -> Step:
    return Step(state, (do.CheckDevices(), *on_rest(site)))


def _speak(site: Site, state: s.State, language: str) -> Step | None:
    if isinstance(state, s.InServiceMode):
        is_offered = language in LANGUAGES and s.awaits_person(state)
        return Step(replace(state, language=language)) if is_offered else None
    if language not in site.languages or not isinstance(state, s.AwaitsPerson):
        return None  # taps must not put off the end of a wait for a device
    if isinstance(state, s.Idle):
        return Step(s.Idle(language))
    return Step(replace(state, visit=replace(state.visit, language=language)))


def _fail(site: Site, state: s.State, fault: Fault) -> Step | None:
    """Handle a fault by where the permit is. Missing paper ends nothing."""
    if fault.severity is Severity.DEGRADED:
        return None
    match state:
        case s.Recovering():
            return Step(s.OutOfService(fault, Custody.UNKNOWN, inspecting=True))
        case s.Idle() | s.OutOfHours():
            return Step(s.OutOfService(fault, Custody.WITH_HOLDER)) if _stops_all(fault) else None
        case s.OutOfService():
            told = recovering.with_news(state, fault)
            return Step(told) if told != state else None
        case s.InServiceMode():
            return None  # the page of the part says so, and the way out looks at everything again
        case s.PrintingReceipt() | s.Thanking() | s.PrintingSlip() | s.ShowingApplication() | s.ShowingOutcome():
            return None  # the permit is where it should be; the check while idle finds what is broken
        case (
            s.ChoosingService()
            | s.ChoosingAgent()
            | s.ExplainingService()
            | s.ShowingNotice()
            | s.ReadingIdCard()
            | s.ReadingAgentIdCard()
            | s.SearchingApplications()
            | s.ShowingProgress()
            | s.ChoosingCollectionLater()
            | s.RecordingCollection()
        ):
            return progress.break_off(state, fault)
        case s.AwaitingPermit():
            return before_permit.withdraw(state, s.BrokenOff(fault, ChipState.OLD, FaceState.OLD))
        case s.ReadingPermit() | s.Confirming():
            return deciding.break_off(state, fault)
        case s.OpeningChipSession() | s.RelayingBatch() | s.SendingChipAnswers():
            return writing.doubt_chip(site, state, fault)
        case (
            s.WithdrawingOffer()
            | s.ReadingChipBack()
            | s.RewritingFace()
            | s.ReturningPermit()
            | s.TakingBack()
            | s.Retaining()
            | s.AwaitingRemoval()
            | s.RecoveringChip()
            | s.RecoveringGrant()
            | s.AwaitingHolder()
            | s.RecoveringFace()
        ):
            return _fail_under_way(site, state, fault)
        case _:
            return deciding.break_off(state, fault)


def _fail_under_way(
    site: Site,
    state: s.WithdrawingOffer
    | s.ReadingChipBack
    | s.RewritingFace
    | s.ReturningPermit
    | s.TakingBack
    | s.Retaining
    | s.AwaitingRemoval
    | s.RecoveringChip
    | s.RecoveringGrant
    | s.AwaitingHolder
    | s.RecoveringFace,
    fault: Fault,
) -> Step | None:
    """Handle a fault while a device is about to answer.

    Only a fault of that device, or of the program, which may not have sent the order, means that no answer comes. Any
    other fault must not keep the permit from its holder. Reading back always answers, so a chip fault there belongs to
    a batch that ended too late.
    """
    match state, fault.part:
        case s.RewritingFace(), Part.PERMIT_UNIT:
            return writing.face_failed(state)
        case s.RewritingFace(), Part.KIOSK:
            return writing.leave_face(state)
        case s.RecoveringChip(), Part.PERMIT_CHIP | Part.KIOSK:
            return recovering.leave_chip(site, state)
        case s.RecoveringGrant(), Part.KIOSK:
            return recovering.leave_grant(site, state)
        case s.RecoveringFace(), Part.PERMIT_UNIT:
            return recovering.face_failed(state)
        case s.RecoveringFace(), Part.KIOSK:
            return recovering.leave_face(state)
        case s.WithdrawingOffer(), Part.PERMIT_UNIT | Part.KIOSK:
            return before_permit.lose_sight(fault)
        case (s.ReturningPermit() | s.AwaitingRemoval()) as giving, Part.PERMIT_UNIT:
            return returning.stuck(giving, fault)
        case (s.TakingBack() | s.Retaining()) as taking, Part.PERMIT_UNIT | Part.KIOSK:
            return returning.stuck(taking, fault)
        case _:
            return None


def _stops_all(fault: Fault) -> bool:
    return fault.severity is Severity.OUT_OF_SERVICE
