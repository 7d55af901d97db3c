"""The same visits with the chip behind a real pcscd, reached through PC/SC."""

from __future__ import annotations

import pytest

from drivers.permit_unit.dialects import CRT
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR

pytestmark = [pytest.mark.pcsc, pytest.mark.slow]


@pytest.fixture
def place(open_place: OpenPlace, pcscd: PrivatePcscd) -> KioskHarness:
    place = open_place(chip=(f"pcsc://{pcscd.reader_name}", pcscd.vpcd_url))
    place.start_kiosk()
    return place


def test_a_permit_is_renewed_over_pcsc(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"
    assert place.updates() == 1


def test_a_permit_in_a_unit_that_rewrites_no_faces_is_renewed_over_pcsc(
    open_place: OpenPlace, pcscd: PrivatePcscd
) -> None:
    place = open_place(chip=(f"pcsc://{pcscd.reader_name}", pcscd.vpcd_url), unit=CRT)
    place.start_kiosk()
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "face_pending"
    assert place.updates() == 1


def test_two_permits_are_renewed_one_after_the_other_over_pcsc(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    place.plays(NEIGHBOUR.renewal())
    assert place.central_state() == "written"
    assert place.face_shows_chip(NEIGHBOUR.permit) is True


def test_a_pcscd_that_restarts_while_the_holder_reads_is_not_noticed(place: KioskHarness, pcscd: PrivatePcscd) -> None:
    place.plays(LIN.until(s.Declaring))
    pcscd.restart()
    place.answers(LIN.since(s.Declaring))
    assert place.central_state() == "written"
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


def test_a_pcscd_that_restarts_between_two_visits_is_not_noticed(place: KioskHarness, pcscd: PrivatePcscd) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    pcscd.restart()
    place.rig.lift_id_card()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_a_pcscd_that_restarts_in_the_middle_of_a_session_is_settled_by_what_the_chip_holds(
    place: KioskHarness, pcscd: PrivatePcscd
) -> None:
    place.at_every_state(
        lambda state: pcscd.restart() if isinstance(state, s.SendingChipAnswers) and state.batch == 1 else None
    )
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.updates() <= 1
    renewed = isinstance(removal.ending, s.Renewed)
    assert renewed is (place.chip(LIN.permit)["valid_to"] == "2027-12-04")
    assert place.central_state() == ("written" if renewed else "unchanged")


def test_without_pcscd_a_permit_that_is_in_comes_back_and_the_machine_is_closed_until_it_is_there(
    place: KioskHarness, pcscd: PrivatePcscd
) -> None:
    place.at_every_state(lambda state: pcscd.stop() if isinstance(state, s.ReadingPermit) else None)
    place.plays(LIN.through(s.AwaitingPermit))
    try:
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        explaining = place.sees(s.ShowingOutcome)
        assert explaining.custody is Custody.WITH_HOLDER
        assert place.is_untouched(LIN.permit)
        place.chooses(Intent.FINISH)
        place.sees(s.OutOfService)
    finally:
        pcscd.start()
        place.at_every_state(lambda state: None)
    place.rig.lift_id_card()
    place.is_open_again()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"
