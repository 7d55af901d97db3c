"""Laws of the machine, in every state that it can get into at all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kiosk.app.shown_screens import ShownScreens
from kiosk.central.repeating import Call, patience_s
from kiosk.domain.endorsement import Custody
from kiosk.domain.service_state import is_closed_by_people
from kiosk.domain.technician import RIGHTS, Right, Technician
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.pages import page_of
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import WARNING_S, deadline_of
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.technician.tasks import rests_on_service_card, technician_of
from tests.unit.workflow.machine_samples import ENGINEER, LANGUAGE, OTHER_LANGUAGE, SITES
from tests.unit.workflow.machine_walk import Walk, name_of, walk

pytestmark = [pytest.mark.walk, pytest.mark.slow]  # the walk of a site takes seconds

# A worker walks over each place once, so what is asked of one place should come to one worker.
AT_EVERY_SITE = pytest.mark.parametrize("place", sorted(SITES), scope="module")
EMPTY_PATH = (Custody.WITH_HOLDER, Custody.RETAINED)
DEADLINE = on.DeadlinePassed("the one of the state")

HEEDED = """
Recovering: DeadlinePassed DeviceFailed PathInspected PathNotInspected
Idle: DeadlinePassed DeviceFailed HoursEnded ServiceModeRequested choose_language open_service_mode other_services start
OutOfHours: DeadlinePassed DeviceFailed HoursBegan HoursEnded ServiceModeRequested open_service_mode
OutOfService: DeadlinePassed DeviceFailed DevicesReady FaceRewritten PathInspected PathNotInspected PermitAtMouth
    PermitOutOfSight PermitRetained PermitTaken PermitTakenIn ServiceModeRequested open_service_mode
InServiceMode: BinListed BinUnanswered DeadlinePassed EmptyingNoted FaceRewritten PartTested PathInspected
    PathNotInspected PermitAtMouth PermitOutOfSight PermitRetained PermitTaken PermitTakenIn ReceiptNotPrinted
    ReceiptPrinted ServiceCardAccepted ServiceCardRefused ServiceCardRemoved ServiceStateChanged
    ServiceStateNotChanged SignInUnanswered TechnicianAdmitted TechnicianNotAdmitted UnlockRefused Unlocked back
    cancel choose choose_language do enter_code go_on more_time order_by sign_out test unlock
ChoosingService: DeadlinePassed DeviceFailed back cancel choose choose_language more_time
ChoosingAgent: DeadlinePassed DeviceFailed back cancel choose choose_language more_time
ExplainingService: DeadlinePassed DeviceFailed back cancel choose_language finish go_on more_time
ShowingNotice: DeadlinePassed DeviceFailed accept_notice back cancel choose_language more_time
ReadingIdCard: DeadlinePassed DeviceFailed IdCardNotReadable IdCardRead IdCardRefused back cancel choose_language
    more_time
ReadingAgentIdCard: DeadlinePassed DeviceFailed IdCardNotReadable IdCardRead IdCardRefused back cancel choose_language
    more_time
AwaitingPermit: DeadlinePassed DeviceFailed PermitNotTakenIn PermitOutOfSight PermitTakenIn cancel choose_language
    more_time
WithdrawingOffer: DeadlinePassed DeviceFailed PermitNotTakenIn PermitOutOfSight PermitTakenIn
SearchingApplications: ApplicationsFound CentralFailed DeadlinePassed DeviceFailed cancel
ShowingProgress: DeadlinePassed DeviceFailed cancel choose choose_language finish more_time
ChoosingCollectionLater: DeadlinePassed DeviceFailed cancel choose choose_language more_time
RecordingCollection: CentralFailed CollectionRecorded DeadlinePassed DeviceFailed EndorsementRefused
ReadingPermit: DeadlinePassed DeviceFailed PermitNotRecognised PermitRead cancel
LookingAhead: DeadlinePassed DeviceFailed LookedAhead cancel
ShowingStatus: DeadlinePassed DeviceFailed ReceiptNotPrinted ReceiptPrinted cancel choose_language finish go_on
    more_time print_slip
AskingPendingRewrites: CentralFailed DeadlinePassed DeviceFailed NoWorkFound WorkFound cancel
DeclaringForHolder: DeadlinePassed DeviceFailed answer_no answer_yes back cancel choose_language more_time
Assessing: Assessed DeadlinePassed DeviceFailed cancel
ChoosingCategory: DeadlinePassed DeviceFailed back cancel choose choose_language more_time
ShowingAssessment: DeadlinePassed DeviceFailed answer_no answer_yes back cancel choose_language go_on more_time
Declaring: DeadlinePassed DeviceFailed answer_no answer_yes back cancel choose_language more_time
VerifyingEvidence: CentralFailed DeadlinePassed DeviceFailed EvidenceAnswered cancel
ChoosingProof: DeadlinePassed DeviceFailed back cancel choose choose_language more_time no_proof
ReadingLicenceCode: CodeScannerFailed DeadlinePassed DeviceFailed LicenceCodeNotReadable LicenceCodeRead back cancel
    choose_language more_time no_proof
AwaitingAttendant: DeadlinePassed DeviceFailed cancel choose_language enter_code more_time no_attendant
CheckingAttendant: AttendantConfirmed AttendantNotConfirmed DeadlinePassed DeviceFailed cancel
AskingCentral: CentralFailed DeadlinePassed DeviceFailed EndorsementPending EndorsementRefused GrantReceived
    PermitAlreadyCurrent cancel
ChoosingCollection: DeadlinePassed DeviceFailed cancel choose choose_language more_time
EnteringTelephone: DeadlinePassed DeviceFailed back cancel choose_language enter_telephone more_time no_telephone
Applying: ApplicationReceived CentralFailed DeadlinePassed DeviceFailed EndorsementRefused cancel
Confirming: DeadlinePassed DeviceFailed cancel choose_language confirm more_time
OpeningChipSession: CentralFailed ChipBatchReceived ChipVerdictReceived DeadlinePassed DeviceFailed
RelayingBatch: BatchRelayed DeadlinePassed DeviceFailed
SendingChipAnswers: CentralFailed ChipBatchReceived ChipVerdictReceived DeadlinePassed DeviceFailed
ReadingChipBack: ChipReadBack DeadlinePassed
RewritingFace: DeadlinePassed DeviceFailed FaceNotRewritten FaceRewritten
RecoveringChip: ChipExamined DeadlinePassed DeviceFailed
RecoveringGrant: CentralFailed DeadlinePassed DeviceFailed EndorsementRecalled
AwaitingHolder: DeadlinePassed cancel choose_language
RecoveringFace: DeadlinePassed DeviceFailed FaceNotRewritten FaceRewritten
ReturningPermit: DeadlinePassed DeviceFailed FaceRewritten PermitAtMouth PermitTaken
TakingBack: DeadlinePassed DeviceFailed PermitTaken PermitTakenIn
Retaining: DeadlinePassed DeviceFailed PermitRetained
AwaitingRemoval: DeadlinePassed DeviceFailed PermitAtMouth PermitTaken choose_language
PrintingReceipt: DeadlinePassed ReceiptNotPrinted ReceiptPrinted
Thanking: DeadlinePassed choose_language finish more_time
PrintingSlip: DeadlinePassed ReceiptNotPrinted ReceiptPrinted
ShowingApplication: DeadlinePassed choose_language finish more_time
ShowingOutcome: DeadlinePassed cancel choose_language finish more_time
"""
"""What means something where; every other pair is ignored. What a person chooses stands in small letters."""


def walked(place: str) -> Walk:
    return walk(SITES[place])


def heeded_anywhere() -> dict[str, set[str]]:
    heeded: dict[str, set[str]] = defaultdict(set)
    for place in SITES:
        for state, event, _ in walked(place).arrows():
            if s.is_switching_off(state) or isinstance(event, on.SwitchOffRequested):
                continue  # test_switching_off.py
            name = event.intent.value if isinstance(event, on.PersonChose) else type(event).__name__
            heeded[type(state).__name__].add(name)
    return dict(heeded)


@AT_EVERY_SITE
def test_no_law_is_broken_wherever_the_machine_can_get(place: str) -> None:
    assert walked(place).broken_laws == {}


def reached(place: str) -> set[type[s.State]]:
    return {type(state) for state in walked(place).states}


def test_nobody_comes_into_service_mode_while_the_machine_is_being_switched_off_or_where_nobody_may() -> None:
    for place in SITES:
        assert (s.InServiceMode in reached(place)) is SITES[place].has_technicians
    ending = [state for state in walked("with technicians").states if s.is_switching_off(state)]
    assert ending
    assert not [state for state in ending if isinstance(state, s.InServiceMode)]


def test_a_technician_may_come_at_any_hour() -> None:
    closed = s.OutOfHours(date(2026, 3, 9), None)
    taken = step(SITES["with technicians"], closed, on.ServiceModeRequested())
    assert taken is not None
    assert isinstance(taken.state, s.InServiceMode)
    assert step(SITES["without a face"], closed, on.ServiceModeRequested()) is None


def test_only_who_may_look_after_the_machine_closes_it_opens_it_or_sees_to_the_bin() -> None:
    ordered = set()
    for before, _, taken in walked("with technicians").arrows():
        for effect in taken.effects:
            if isinstance(effect, do.ChangeServiceState | do.PrintHandOverList | do.NoteBinEmptied):
                who = _who(before)
                assert who is not None
                assert who.may(Right.CLOSE if isinstance(effect, do.ChangeServiceState) else Right.EMPTY_BIN)
                assert s.custody_of(before) in EMPTY_PATH or isinstance(effect, do.ChangeServiceState)
                ordered.add(type(effect))
    assert len(ordered) == 3


def test_no_role_may_do_everything() -> None:
    assert all(rights < frozenset(Right) for rights in RIGHTS.values())


def test_a_machine_that_was_closed_is_never_left_towards_residents_by_service_mode() -> None:
    left = 0
    for before, _, taken in walked("with technicians").arrows():
        if not isinstance(before, s.InServiceMode) or isinstance(taken.state, s.InServiceMode):
            continue
        if is_closed_by_people(before.fault) and before.custody is Custody.WITH_HOLDER:
            left += 1
            assert isinstance(taken.state, s.OutOfService)
            assert taken.state.fault is before.fault
    assert left


def test_nobody_is_signed_in_who_was_not_admitted() -> None:
    for before, event, taken in walked("with technicians").arrows():
        was, now = _who(before), _who(taken.state)
        if now is not None and now != was:
            assert was is None
            assert event == on.TechnicianAdmitted(now)


def test_who_may_not_test_orders_no_test() -> None:
    for before, _, taken in walked("with technicians").arrows():
        if any(isinstance(effect, do.TestPart) for effect in taken.effects):
            who = _who(before)
            assert who is not None
            assert replace(who, by_service_card=False) == ENGINEER


def test_a_service_card_is_looked_for_in_service_mode_alone_and_as_long_as_one_is_of_use() -> None:
    for before, _, taken in walked("with technicians").arrows():
        was, now = isinstance(before, s.InServiceMode), isinstance(taken.state, s.InServiceMode)
        begins, ends = do.AwaitServiceCard() in taken.effects, do.StopServiceCard() in taken.effects
        assert begins is (now and not was)
        signs_in_by_code = (
            now and _who(before) is None and (who := _who(taken.state)) is not None and not who.by_service_card
        )
        assert ends is ((was and not now) or signs_in_by_code)


def test_nobody_stays_signed_in_without_the_card_by_which_they_came() -> None:
    left = 0
    for state in walked("with technicians").states:
        if isinstance(state, s.InServiceMode) and rests_on_service_card(state.task):
            taken = step(SITES["with technicians"], state, on.ServiceCardRemoved())
            assert taken is not None
            assert not (isinstance(taken.state, s.InServiceMode) and rests_on_service_card(taken.state.task))
            assert _who(taken.state) is None
            left += _who(state) is not None
    assert left


def _who(state: s.State) -> Technician | None:
    return technician_of(state.task) if isinstance(state, s.InServiceMode) else None


def test_every_kind_of_state_is_reached_where_every_service_is_asked_for() -> None:
    assert set(s.InVisit.__args__) | {s.Recovering, s.Idle, s.OutOfHours, s.OutOfService} == reached("of every service")


@AT_EVERY_SITE
def test_nothing_is_kept_without_a_bin_and_no_face_rewritten_where_the_unit_rewrites_none(place: str) -> None:
    assert (s.Retaining in reached(place)) is SITES[place].has_retain_bin
    for rewriting in (s.RewritingFace, s.RecoveringFace):
        assert (rewriting in reached(place)) is SITES[place].rewrites_face


def test_what_means_something_in_which_state_is_known_and_all_else_is_ignored() -> None:
    lines = HEEDED.strip().replace("\n    ", " ").splitlines()
    expected = {name: set(events.split()) for name, events in (line.split(": ") for line in lines)}
    assert heeded_anywhere() == expected


@AT_EVERY_SITE
def test_every_state_has_a_deadline_and_whoever_is_to_choose_is_warned_before_it(place: str) -> None:
    """But for the welcome screen, for a permit at the mouth, whose seconds are shown, and for who was cut off."""
    for state in walked(place).states:
        deadline = deadline_of(state)
        assert deadline.seconds > 0
        if s.is_switching_off(state) or isinstance(state, s.Idle | s.AwaitingRemoval | s.AwaitingHolder):
            assert not deadline.shown
        else:
            assert deadline.shown == s.awaits_person(state)
            assert not deadline.shown or deadline.seconds >= WARNING_S


@AT_EVERY_SITE
def test_the_machine_waits_longer_for_central_than_a_call_and_its_repeats_take(place: str) -> None:
    waiting = {
        s.AskingPendingRewrites: Call.PENDING_REWRITES,
        s.AskingCentral: Call.ENDORSEMENTS,
        s.Applying: Call.APPLICATIONS,
        s.OpeningChipSession: Call.CHIP_SESSION,
        s.SendingChipAnswers: Call.RESPONSES,
        s.RecoveringGrant: Call.ENDORSEMENT_STATE,
        s.VerifyingEvidence: Call.EVIDENCE,
        s.SearchingApplications: Call.APPLICATIONS_SEARCH,
        s.RecordingCollection: Call.COLLECTION,
    }
    for state in walked(place).states:
        if type(state) in waiting and not s.is_switching_off(state):
            assert deadline_of(state).seconds > patience_s(waiting[type(state)])


@AT_EVERY_SITE
def test_an_ignored_deadline_is_only_that_of_a_question_still_open(place: str) -> None:
    """The clock never finds a state that nothing leads out of, save where the unit itself is asked."""
    for state in walked(place).states:
        if step(SITES[place], state, DEADLINE) is None:
            assert isinstance(state, s.OutOfService)
            assert state.inspecting
            assert not state.switching_off


@AT_EVERY_SITE
def test_when_nothing_answers_any_more_a_permit_inside_ends_in_a_known_place_out_of_service(place: str) -> None:
    for state in walked(place).states:
        if isinstance(state, s.InVisit) and s.custody_of(state) is Custody.INSIDE:
            end: s.State = state
            for _ in range(8):
                taken = step(SITES[place], end, DEADLINE)
                assert taken is not None
                end = taken.state
                if isinstance(end, s.OutOfService):
                    break
            assert isinstance(end, s.OutOfService)
            assert end.custody is Custody.INSIDE


@AT_EVERY_SITE
def test_a_unit_that_works_leaves_no_permit_behind_though_its_holder_has_gone(place: str) -> None:
    """The unit obeys, nobody is there, nothing else answers: the bin, or held inside for staff."""
    answers: dict[type, on.Event] = {
        do.EjectPermit: on.PermitAtMouth(),
        do.TakePermitBack: on.PermitTakenIn(),
        do.RetainPermit: on.PermitRetained(),
    }
    for start in walked(place).states:
        if not isinstance(start, s.InVisit) or s.custody_of(start) not in (Custody.INSIDE, Custody.AT_MOUTH):
            continue
        state: s.State = start
        coming: list[on.Event] = []
        if isinstance(start, s.ReturningPermit | s.TakingBack | s.Retaining):
            order = {s.ReturningPermit: do.EjectPermit, s.TakingBack: do.TakePermitBack, s.Retaining: do.RetainPermit}
            coming.append(answers[order[type(start)]])
        for _ in range(20):
            taken = step(SITES[place], state, coming.pop() if coming else DEADLINE)
            assert taken is not None
            state = taken.state
            coming += [answers[type(effect)] for effect in taken.effects if type(effect) in answers]
            if isinstance(state, s.ShowingOutcome | s.OutOfService):
                break
        if SITES[place].has_retain_bin:
            assert isinstance(state, s.ShowingOutcome)
            assert state.custody is Custody.RETAINED
        else:
            assert isinstance(state, s.OutOfService)
            assert state.custody is Custody.INSIDE
            assert state.held


@AT_EVERY_SITE
def test_nothing_that_a_person_chooses_disturbs_the_writing(place: str) -> None:
    for state in walked(place).states:
        if isinstance(state, s.Writing):
            for intent in Intent:
                assert step(SITES[place], state, on.PersonChose(intent, LANGUAGE)) is None


@AT_EVERY_SITE
def test_every_step_to_another_screen_visit_or_question_makes_touches_on_the_one_before_stale(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other step does: who touches a screen behind which the machine goes on is heard."""
    presented: dict[s.State, AnyScreenModel] = {}  # each state once: many steps lead to it, and from it

    def once(about: PresentationContext, state: s.State, **surroundings: Any) -> AnyScreenModel:
        if state not in presented:
            presented[state] = page_of(about, state, **surroundings)
        return presented[state]

    monkeypatch.setattr("kiosk.app.shown_screens.page_of", once)
    about = PresentationContext(SITES[place].region, (LANGUAGE, OTHER_LANGUAGE), False, "https://r.example/", 25)
    differ, wrong = 0, []
    for before, event, taken in walk(SITES[place]).arrows():
        screens = ShownScreens(about, lambda _event, _visit, _screen: None)
        old, new = screens.present(before), screens.present(taken.state)
        is_same = (
            _below_help(old) == _below_help(new)
            and s.asked_in(before) == s.asked_in(taken.state)
            and _visit_id(before) == _visit_id(taken.state)
        )
        differ += not is_same
        if is_same != (old.frame.serial == new.frame.serial):
            wrong.append((type(before).__name__, name_of(event), type(taken.state).__name__))
    assert wrong == []
    assert differ > 100


def _below_help(model: AnyScreenModel) -> AnyScreenModel:
    """What a touch on the page itself is meant for: not the time, nor what help over it says."""
    return replace(model, frame=replace(model.frame, serial=0, countdown_s=None, help=None, staff=None))


def _visit_id(state: s.State) -> UUID | None:
    visit = s.visit_of(state)
    return visit.id if visit else None
