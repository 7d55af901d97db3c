"""The chip fails while it is being written: what it holds decides, and no command is ever repeated blindly."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.domain.endorsement import ChipState, Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN


def chip_of(place: KioskHarness) -> VirtualChip:
    chip = place.rig.issued(LIN.permit).chip
    assert chip is not None
    return chip


def confirms_with(place: KioskHarness, fault: str) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_chip", fault)
    place.chooses(Intent.CONFIRM)


def gets_it_back_old(place: KioskHarness) -> s.BrokenOff:
    """The permit comes back with the old content; how the visit ended."""
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert isinstance(explaining.ending, s.BrokenOff)
    assert explaining.ending.chip is ChipState.OLD
    assert explaining.custody is Custody.WITH_HOLDER
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    return explaining.ending


def is_kept(place: KioskHarness) -> s.BrokenOff:
    """The chip is silent, so nobody knows what it holds: the permit is retained; how the visit ended."""
    explaining = place.sees(s.ShowingOutcome)
    assert isinstance(explaining.ending, s.BrokenOff)
    assert explaining.ending.chip is ChipState.UNKNOWN
    assert explaining.custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert place.face_cycles(LIN.permit) == (0, 0)
    return explaining.ending


@pytest.mark.parametrize("fault", ["wrong_mac", "locked", "memory_failure"])
def test_a_chip_that_refuses_the_write_is_asked_once_and_comes_back_old(place: KioskHarness, fault: str) -> None:
    confirms_with(place, fault)
    gets_it_back_old(place)
    assert place.updates() == 1
    assert place.central_state() == "unchanged"
    place.rig.clear_faults("permit_chip")
    assert chip_of(place).tries_left == (2 if fault == "wrong_mac" else 3)


@pytest.mark.parametrize("single_writes", [0, 1, 20, 61, 90, 1000])
def test_a_chip_that_loses_power_anywhere_in_the_write_is_wholly_old_or_wholly_new(
    place: KioskHarness, single_writes: int
) -> None:
    place.plays(LIN.until(s.Confirming))
    chip_of(place).tear_after(single_writes)
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    place.takes_permit()
    term = [place.chip(LIN.permit)[name] for name in ("valid_from", "valid_to", "endorsement_count")]
    if isinstance(removal.ending, s.Renewed):
        place.sees(s.Thanking)
        assert term == ["2026-12-04", "2027-12-04", 3]
        assert place.face_shows_chip(LIN.permit) is True
        assert place.central_state() == "written"
    else:
        place.sees(s.ShowingOutcome)
        assert isinstance(removal.ending, s.BrokenOff | s.Interrupted)
        assert removal.ending.chip is ChipState.OLD
        assert place.is_untouched(LIN.permit)
        assert place.central_state() == "unchanged"
    assert place.updates() == 1


@pytest.mark.parametrize("commands", range(0, 11, 2))
def test_a_chip_that_falls_silent_anywhere_in_the_session_is_kept(place: KioskHarness, commands: int) -> None:
    place.plays(LIN.until(s.Confirming))
    chip_of(place).age_after(commands)
    place.chooses(Intent.CONFIRM)
    is_kept(place)
    assert place.updates() <= 1
    # Central may have read the new content in its last batch, before the kiosk looked for itself.
    assert place.central_state() in ("unknown", "face_pending")
    assert (place.chip(LIN.permit)["valid_to"] == "2027-12-04") is (commands > 7)


def test_a_chip_that_is_dead_at_the_reading_back_is_kept(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: place.rig.fault("permit_chip", "silent") if isinstance(state, s.ReadingChipBack) else None
    )
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    is_kept(place)
    assert place.updates() == 1
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


def test_a_chip_that_does_not_answer_the_first_reading_comes_back(place: KioskHarness) -> None:
    place.rig.fault("permit_chip", "silent")
    place.plays(LIN.until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert explaining.custody is Custody.WITH_HOLDER


def test_another_chip_than_the_granted_one_is_never_written(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    lin, other = place.rig.issued(LIN.permit), place.rig.issued("lu-tuji-rare-name")
    lin.permit.chip = other.chip
    lin.permit.move_to(PermitLocation.PATH)
    lin.permit.move_to(PermitLocation.STATION)
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.BrokenOff)
    assert place.updates() == 0
    assert place.chip("lu-tuji-rare-name") == place.at_issue["lu-tuji-rare-name"]
