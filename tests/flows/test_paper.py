"""Want of paper ends nothing: the endorsement counts, the screen says that there is no receipt, central knows."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, NEIGHBOUR


def is_renewed_without_paper(place: KioskHarness, fault_name: str) -> None:
    thanking = place.sees(s.Thanking)
    assert thanking.paper_trouble is not None
    assert thanking.paper_trouble.name == fault_name
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.face_shows_chip(LIN.permit) is True
    assert place.central_state() == "written"
    [completion] = place.central.completions(place.endorsement_id)
    assert completion.receipt_printed is False


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("paper_out", "paper_out"),
        ("paper_out_while_printing", "paper_out"),
        ("cover_open", "receipt_printer_cover_open"),
        ("cutter_failed", "receipt_printer_repair"),
        ("unplugged", "receipt_printer_link"),
    ],
)
def test_a_visit_without_a_receipt_is_a_renewal(place: KioskHarness, fault: str, name: str) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("receipt_printer", fault)
    place.chooses(Intent.CONFIRM)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    is_renewed_without_paper(place, name)
    assert place.receipts() == []


def test_the_paper_of_one_visit_never_comes_out_in_the_next(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("receipt_printer", "paper_out_while_printing")
    place.chooses(Intent.CONFIRM)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    is_renewed_without_paper(place, "paper_out")
    number = place.endorsement_id.hex[:8].upper()
    place.rig.load_paper()
    place.rig.lift_id_card()
    place.rig.tear_off_receipt()
    place.plays(NEIGHBOUR.renewal())
    [receipt] = place.receipts()
    assert f"{number[:4]}-{number[4:]}" not in receipt
    second = place.endorsement_id.hex[:8].upper()
    assert f"{second[:4]}-{second[4:]}" in receipt


def test_a_printer_that_was_dead_all_day_keeps_nobody_from_being_served(place: KioskHarness) -> None:
    place.rig.fault("receipt_printer", "unplugged")
    place.sees(s.Idle)
    place.lets_pass()
    place.plays(LIN.until(s.AwaitingRemoval))
    place.takes_permit()
    is_renewed_without_paper(place, "receipt_printer_link")


def test_little_paper_left_is_enough_for_a_receipt(place: KioskHarness) -> None:
    place.rig.fault("receipt_printer", "paper_near_end")
    place.plays(LIN.renewal())
    assert len(place.receipts()) == 1
