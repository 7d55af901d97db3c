"""Mechanics and lines fail: the permit is never lost sight of, and staff put the machine right."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, Visitor
from tests.waiting import eventually

UNHURRIED = Visitor(LIN.person, LIN.permit, hurries=False)


LOOKS_FOR_ID_CARD = (0x20, 0x01)  # CMD and Para of GA/T 467


def is_served_again(place: KioskHarness, visitor: Visitor = LIN) -> None:
    """Once everything is mended, the recheck notices and the next resident is served."""
    place.rig.clear_faults()
    place.rig.lift_id_card()
    place.is_open_again()
    place.plays(visitor.renewal())
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.central_state() == "written"


def test_a_permit_that_jams_on_its_way_in_is_freed_by_staff(place: KioskHarness) -> None:
    place.rig.fault("permit_unit", "jam_taking_in")
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    closed = place.sees(s.OutOfService)
    assert closed.custody is not Custody.WITH_HOLDER
    assert closed.fault.name == "permit_jammed"
    assert place.rig.free_jam() == LIN.permit
    assert place.is_untouched(LIN.permit)
    is_served_again(place)


def test_a_permit_that_jams_on_its_way_out_is_freed_by_staff_and_nothing_was_written(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.fault("permit_unit", "jam_giving_out")
    place.chooses(Intent.CANCEL)
    closed = place.sees(s.OutOfService)
    assert closed.custody is Custody.INSIDE
    place.lets_pass()
    assert isinstance(place.sees(s.OutOfService), s.OutOfService)
    assert place.rig.free_jam() == LIN.permit
    assert place.is_untouched(LIN.permit)
    is_served_again(place)


def test_a_renewed_permit_that_jams_on_its_way_out_is_reported_as_renewed_and_inside(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: place.rig.fault("permit_unit", "jam_giving_out") if isinstance(state, s.RewritingFace) else None
    )
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    place.sees(s.OutOfService)
    place.central_is_told()
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.custody) == ("new", "inside")
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


@pytest.mark.parametrize("screen", [s.ShowingAssessment, s.Declaring, s.Confirming])
def test_a_unit_unplugged_with_a_permit_inside_gives_it_back_when_it_is_there_again(
    place: KioskHarness, screen: type[s.State]
) -> None:
    place.plays(LIN.until(screen))
    asked = place.endorsement_id
    place.rig.fault("permit_unit", "unplugged")
    place.chooses(Intent.CANCEL)
    closed = place.sees(s.OutOfService)
    assert closed.custody is Custody.INSIDE
    assert place.where_is(LIN.permit) is PermitLocation.STATION
    place.rig.clear_faults("permit_unit")
    place.lets_pass()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.is_untouched(LIN.permit)
    if screen is s.Confirming:
        assert place.central_state(asked) == "cancelled"
    is_served_again(place)


def test_a_unit_that_loses_its_power_with_a_permit_inside_gives_it_back(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.fault("permit_unit", "power_loss")
    place.chooses(Intent.CANCEL)
    place.sees(s.OutOfService)
    place.lets_pass()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)


def test_a_unit_unplugged_while_it_waits_for_a_permit_closes_the_machine(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.fault("permit_unit", "unplugged")
    place.sees(s.OutOfService)
    is_served_again(place)


def test_a_permit_that_is_pulled_back_while_it_goes_in_is_with_its_holder(place: KioskHarness) -> None:
    place.rig.fault("permit_unit", "pulled_back")
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    place.sees(s.ShowingOutcome)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    place.chooses(Intent.FINISH)
    place.sees(s.OutOfService)
    is_served_again(place)


def test_an_open_cover_closes_the_machine_and_a_closed_one_opens_it(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.rig.open_cover("permit_unit")
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert closed.fault.name == "unit_cover_open"
    place.rig.close_cover("permit_unit")
    is_served_again(place)


def test_a_cover_opened_with_a_permit_inside_holds_it_until_it_is_closed(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.open_cover("permit_unit")
    place.chooses(Intent.CANCEL)
    closed = place.sees(s.OutOfService)
    assert closed.custody is Custody.INSIDE
    place.rig.close_cover("permit_unit")  # the unit resets itself and gives out what is inside
    place.lets_pass()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    is_served_again(place)


def test_an_identity_reader_that_is_gone_closes_the_machine_until_it_is_there(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.rig.fault("id_reader", "unplugged")
    place.lets_pass()
    assert place.sees(s.OutOfService).fault.name == "id_reader_link"
    is_served_again(place)


def test_an_identity_reader_that_goes_while_it_is_needed_ends_the_visit(place: KioskHarness) -> None:
    place.plays(UNHURRIED.until(s.ReadingIdCard))
    place.rig.fault("id_reader", "unplugged")
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    place.sees(s.OutOfService)
    is_served_again(place)


def test_an_identity_reader_that_goes_with_the_permit_inside_is_no_hindrance(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.rig.fault("id_reader", "unplugged")
    place.answers(LIN.since(s.Declaring))
    assert place.central_state() == "written"


def test_garbled_answers_of_the_identity_reader_end_the_visit_and_not_the_machine(place: KioskHarness) -> None:
    place.plays(UNHURRIED.until(s.ReadingIdCard))
    eventually(lambda: LOOKS_FOR_ID_CARD in place.rig.id_reader.commands)
    place.rig.fault("id_reader", "garbled")
    place.rig.lay_id_card(LIN.person)
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    eventually(lambda: not isinstance(place.state, s.ShowingOutcome))
    place.rig.clear_faults()
    place.plays(UNHURRIED.until(s.AwaitingPermit))


def test_an_identity_card_that_cannot_be_read_is_to_be_laid_down_again(place: KioskHarness) -> None:
    place.plays(UNHURRIED.until(s.ReadingIdCard))
    place.rig.fault("id_reader", "read_fails")
    place.rig.lay_id_card(LIN.person)
    assert place.sees(s.ReadingIdCard).unreadable is True
    place.rig.clear_faults("id_reader")
    place.rig.lift_id_card()
    place.rig.lay_id_card(LIN.person)
    place.plays(LIN.since(s.AwaitingPermit))
    assert place.central_state() == "written"


@pytest.mark.parametrize("fault", ["garbled_once", "nak_once"])
def test_one_flaw_on_the_units_line_is_not_noticed(place: KioskHarness, fault: str) -> None:
    place.sees(s.Idle)
    place.rig.fault("permit_unit", fault)
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_a_full_bin_closes_the_machine_with_the_forgotten_permit_inside(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingRemoval))
    place.rig.fault("permit_unit", "bin_full")
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert (closed.custody, closed.held) == (Custody.INSIDE, True)
    place.central_is_told()
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.chip, completion.face, completion.custody) == ("new", "new", "inside")
