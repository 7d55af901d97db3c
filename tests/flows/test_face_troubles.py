"""The chip is new and the face will not follow: the endorsement counts, and any later visit refreshes the face."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody, FaceState
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN


def is_renewed_with_face_pending(place: KioskHarness) -> None:
    """Taken, paid out in paper, and recorded: chip new, face to be refreshed."""
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Renewed)
    assert removal.ending.face is FaceState.PENDING
    place.takes_permit()
    place.sees(s.Thanking)
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_shows_chip(LIN.permit) is False
    assert place.central_state() == "face_pending"
    [receipt] = place.receipts()
    assert "芯片" in receipt
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)


def test_a_hot_erase_head_is_tried_twice_and_left(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "erase_head_hot")
    place.chooses(Intent.CONFIRM)
    is_renewed_with_face_pending(place)
    assert place.ordered().count("RewriteFace") == 2
    assert place.face_cycles(LIN.permit) == (0, 0)
    assert place.updates() == 1


def test_a_head_that_has_cooled_down_at_the_second_attempt_renews_the_face(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: (
            place.rig.clear_faults("permit_unit") if isinstance(state, s.RewritingFace) and state.attempt == 2 else None
        )
    )
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "erase_head_hot")
    place.answers(LIN.since(s.Confirming))
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"


def test_the_next_visit_refreshes_a_pending_face_and_leaves_the_chip_alone(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "erase_head_hot")
    place.chooses(Intent.CONFIRM)
    is_renewed_with_face_pending(place)
    place.rig.clear_faults("permit_unit")
    place.rig.lift_id_card()
    first, chip = place.endorsement_id, place.chip(LIN.permit)
    place.updates()
    steps = [step for step in LIN.renewal() if step[0] not in (s.ShowingAssessment, s.Declaring)]
    place.plays(steps)
    assert place.updates() == 0
    assert place.chip(LIN.permit) == chip
    assert place.face_shows_chip(LIN.permit) is True
    assert place.face_cycles(LIN.permit) == (1, 1)
    place.central_is_told()
    assert place.central_state(first) == "face_pending"
    record = place.central.permit(place.residents.permits[LIN.permit].permit_number)
    assert record is not None
    assert record.face_pending is False
    assert len(place.receipts()) == 2


def test_declining_to_have_the_face_refreshed_leaves_it_pending(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "erase_head_hot")
    place.chooses(Intent.CONFIRM)
    is_renewed_with_face_pending(place)
    place.rig.clear_faults("permit_unit")
    place.rig.lift_id_card()
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    place.sees(s.Confirming)
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.central_is_told()
    record = place.central.permit(place.residents.permits[LIN.permit].permit_number)
    assert record is not None
    assert record.face_pending is True


def test_a_permit_that_jams_while_printing_is_freed_by_staff_and_counts(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "jam_printing")
    place.chooses(Intent.CONFIRM)
    closed = place.sees(s.OutOfService)
    assert closed.custody is Custody.INSIDE
    assert place.central_state() == "face_pending"
    assert place.rig.free_jam() == LIN.permit
    place.rig.clear_faults("permit_unit")
    place.lets_pass()
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.updates() == 1


@pytest.mark.slow
def test_a_lost_reply_to_the_print_is_no_reason_to_keep_the_permit(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "lost_print_reply")
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Renewed)
    place.takes_permit()
    place.sees(s.Thanking)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.central_state() in ("written", "face_pending")
    assert place.updates() == 1


@pytest.mark.slow
def test_a_permit_taken_before_the_print_was_confirmed_is_with_its_holder(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: place.takes_permit() if isinstance(state, s.RewritingFace) and state.attempt == 2 else None
    )
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "lost_print_reply")
    place.chooses(Intent.CONFIRM)
    thanking = place.sees(s.Thanking)
    assert thanking.renewed.face is FaceState.PENDING
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.central_state() == "face_pending"
