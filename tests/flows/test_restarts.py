"""The power goes at any moment: with the journal and the unit's sensors the next start puts everything right."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.reference_central.tables import Endorsement
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

# How a cut of the power ends the machine's thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

# Where the power goes: (state, the screen answered last, what central knows of the request in the end). Once the chip
# is new, the face follows when somebody touches the screen.
_INSIDE: tuple[tuple[type[s.State], type[s.State], list[str]], ...] = (
    (s.ReadingPermit, s.AwaitingPermit, []),
    (s.AskingPendingRewrites, s.AwaitingPermit, ["cancelled"]),
    (s.Assessing, s.AwaitingPermit, []),
    (s.ShowingAssessment, s.AwaitingPermit, []),
    (s.Declaring, s.ShowingAssessment, []),
    (s.AskingCentral, s.Declaring, ["cancelled"]),
    (s.Confirming, s.Declaring, ["cancelled"]),
    (s.OpeningChipSession, s.Confirming, ["unchanged"]),
    (s.RelayingBatch, s.Confirming, ["unchanged"]),
    (s.SendingChipAnswers, s.Confirming, ["unchanged"]),
    (s.ReadingChipBack, s.Confirming, ["written"]),
    (s.RewritingFace, s.Confirming, ["written"]),
)


def loses_power_at(place: KioskHarness, cut: type[s.State], answered: type[s.State]) -> None:
    place.cut_power_at(cut)
    place.plays(LIN.through(answered))
    place.loses_power()


def central_states(place: KioskHarness) -> list[str]:
    place.central_is_told()
    with place.central.database.reading() as session:
        return [row.state for row in session.query(Endorsement).all()]


@pytest.mark.parametrize(("cut", "answered", "known"), _INSIDE)
def test_after_a_short_stop_the_permit_inside_is_given_back(
    place: KioskHarness, cut: type[s.State], answered: type[s.State], known: list[str]
) -> None:
    loses_power_at(place, cut, answered)
    place.clock.jump(60.0)
    place.start_kiosk()
    place.asks_for_permit()
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Interrupted)
    place.takes_permit()
    assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert central_states(place) == known
    if known != ["written"]:  # nothing was written: the next visit does
        place.rig.lift_id_card()
        place.hears_central()
        place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_shows_chip(LIN.permit) is True
    assert place.updates() == 1


@pytest.mark.parametrize(("cut", "answered", "known"), _INSIDE)
def test_after_a_long_stop_the_permit_inside_is_kept(
    place: KioskHarness, cut: type[s.State], answered: type[s.State], known: list[str]
) -> None:
    loses_power_at(place, cut, answered)
    place.clock.jump(121.0)
    place.start_kiosk()
    assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    # the face is not drawn for nobody: the command that prints gives the permit out as well
    kept = ["face_pending" if state == "written" else state for state in known]
    assert central_states(place) == (kept or ["unchanged"])  # a permit in the bin is told of in any case
    assert s.AwaitingHolder.__name__ not in place.way()


def test_a_permit_that_nobody_asks_for_after_a_short_stop_is_kept(place: KioskHarness) -> None:
    loses_power_at(place, s.RewritingFace, s.Confirming)
    asked = place.endorsement_id
    place.start_kiosk()
    place.sees(s.AwaitingHolder)
    place.lets_pass()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert place.central_state(asked) == "face_pending"
    [completion] = place.central.completions(asked)
    assert (completion.chip, completion.face, completion.custody) == ("new", "pending", "retained")


def test_a_permit_held_for_staff_is_not_offered_after_another_start_either(place: KioskHarness) -> None:
    place.rig.fault("permit_unit", "bin_full")
    loses_power_at(place, s.ShowingAssessment, s.AwaitingPermit)
    place.clock.jump(121.0)
    place.start_kiosk()
    assert place.sees(s.OutOfService, lambda state: state.held).custody is Custody.INSIDE
    place.stop_kiosk()
    place.start_kiosk()
    place.sees(s.Recovering)
    assert place.sees(s.OutOfService, lambda state: state.held).custody is Custody.INSIDE
    assert s.AwaitingHolder.__name__ not in place.way()


def test_the_face_is_left_to_another_day_when_it_cannot_be_drawn_after_a_stop(place: KioskHarness) -> None:
    loses_power_at(place, s.RewritingFace, s.Confirming)
    asked = place.endorsement_id
    place.start_kiosk()
    place.sees(s.AwaitingHolder)
    place.rig.fault("permit_unit", "erase_head_hot")
    place.chooses(Intent.CANCEL)
    place.sees(s.RecoveringFace, lambda state: state.attempt == 2)
    place.sees(s.ReturningPermit)
    place.rig.clear_faults("permit_unit")
    while not isinstance(place.state, s.AwaitingRemoval | s.OutOfService):
        place.sees_next()
    if isinstance(place.state, s.OutOfService):
        place.lets_pass()
        place.asks_for_permit()
        place.sees(s.AwaitingRemoval)
    place.takes_permit()
    assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER
    assert place.central_state(asked) == "face_pending"


def test_a_silent_chip_is_not_drawn_and_central_is_asked_what_it_knows(place: KioskHarness) -> None:
    loses_power_at(place, s.ReadingChipBack, s.Confirming)
    asked = place.endorsement_id
    place.rig.fault("permit_chip", "silent")
    place.start_kiosk()
    place.sees(s.RecoveringGrant)
    place.asks_for_permit()
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Interrupted)
    assert (removal.ending.chip, removal.ending.face) == (ChipState.NEW, FaceState.PENDING)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.central_state(asked) == "face_pending"


def test_a_silent_chip_that_central_knows_nothing_of_is_given_back_as_unknown(place: KioskHarness) -> None:
    loses_power_at(place, s.SendingChipAnswers, s.Confirming)
    asked = place.endorsement_id
    place.rig.fault("permit_chip", "silent")
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.central_state(asked) == "unknown"
    assert place.updates() == 0


@pytest.mark.parametrize(
    ("cut", "answered"),
    [
        (s.ShowingNotice, s.Idle),
        (s.ReadingIdCard, s.ShowingNotice),
        (s.AwaitingPermit, s.ReadingIdCard),
    ],
)
def test_a_stop_before_the_permit_is_in_leaves_nothing_to_do(
    place: KioskHarness, cut: type[s.State], answered: type[s.State]
) -> None:
    loses_power_at(place, cut, answered)
    place.start_kiosk()
    place.sees(s.Idle)
    assert central_states(place) == []
    place.rig.lift_id_card()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_a_permit_that_lies_in_the_mouth_at_the_start_is_waited_for(place: KioskHarness) -> None:
    loses_power_at(place, s.AwaitingRemoval, s.Confirming)
    renewed = place.endorsement_id
    place.start_kiosk()
    removal = place.sees(s.AwaitingRemoval, lambda state: isinstance(state.ending, s.Interrupted))
    assert isinstance(removal.ending, s.Interrupted)
    assert (removal.ending.chip, removal.ending.face) == (ChipState.NEW, FaceState.NEW)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.central_state(renewed) == "written"


def test_a_permit_taken_while_the_power_was_off_is_with_its_holder(place: KioskHarness) -> None:
    loses_power_at(place, s.AwaitingRemoval, s.Confirming)
    renewed = place.endorsement_id
    place.takes_permit()
    place.start_kiosk()
    place.sees(s.Idle)
    assert place.central_state(renewed) == "written"
    [completion] = place.central.completions(renewed)
    assert (completion.chip, completion.face, completion.custody) == ("new", "new", "with_holder")


@pytest.mark.parametrize("cut", [s.PrintingReceipt, s.Thanking])
def test_a_stop_after_the_permit_was_taken_still_tells_central(place: KioskHarness, cut: type[s.State]) -> None:
    loses_power_at(place, cut, s.AwaitingRemoval)
    renewed = place.endorsement_id
    place.start_kiosk()
    place.sees(s.Idle)
    place.running.warm_up()
    assert place.central_state(renewed) == "written"
    assert [told.custody for told in place.central.completions(renewed)] == ["with_holder"]


@pytest.mark.parametrize("cut", [s.TakingBack, s.Retaining])
def test_a_stop_while_a_forgotten_permit_is_put_away_loses_nothing(place: KioskHarness, cut: type[s.State]) -> None:
    place.cut_power_at(cut)
    place.plays(LIN.until(s.AwaitingRemoval))
    renewed = place.endorsement_id
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.clock.jump(31.0)
    place.running.engine.answers(5.0)
    place.loses_power()
    place.clock.jump(121.0)
    place.start_kiosk()
    if cut is s.TakingBack:
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is (Custody.WITH_HOLDER if cut is s.TakingBack else Custody.RETAINED)
    assert place.central_state(renewed) == "written"


def test_a_write_that_central_never_heard_of_is_found_out_after_the_start(place: KioskHarness) -> None:
    place.cut_power_at(s.SendingChipAnswers, lambda state: state.batch == 2)
    place.plays(LIN.through(s.Confirming))
    place.loses_power()
    asked = place.endorsement_id
    assert place.updates() == 1
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.updates() == 0
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state(asked) == "written"
    record = place.central.permit(place.residents.permits[LIN.permit].permit_number)
    assert record is not None
    assert (record.endorsement_count, record.face_pending) == (3, False)


def test_what_central_was_not_told_before_the_stop_it_is_told_after_the_start(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: place.central.set_fault("refuse_connection") if isinstance(state, s.RewritingFace) else None
    )
    place.plays(LIN.until(s.AwaitingRemoval))
    place.takes_permit()
    place.sees(s.Thanking)
    renewed = place.endorsement_id
    place.stop_kiosk()
    place.at_every_state(lambda state: None)
    place.central.clear_faults()
    place.start_kiosk()
    place.sees(s.Idle)
    place.running.warm_up()
    assert place.central_state(renewed) == "written"


def test_a_second_stop_during_the_recovery_is_recovered_from(place: KioskHarness) -> None:
    loses_power_at(place, s.Confirming, s.Declaring)
    asked = place.endorsement_id
    place.cut_power_at(s.ReturningPermit)
    place.start_kiosk()
    place.asks_for_permit()
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    assert place.central_state(asked) == "cancelled"
