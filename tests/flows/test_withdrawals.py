"""The resident changes their mind, goes away, or forgets the permit."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody, FaceState
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN, Visitor

BEFORE_THE_PERMIT = (s.ShowingNotice, s.ReadingIdCard, s.AwaitingPermit)
PERMIT_INSIDE = (s.ShowingAssessment, s.Declaring, s.Confirming)
UNHURRIED = Visitor(LIN.person, LIN.permit, hurries=False)


@pytest.mark.parametrize("screen", BEFORE_THE_PERMIT)
@pytest.mark.parametrize("goes_away", [False, True])
def test_leaving_before_the_permit_is_in_ends_at_the_welcome_screen(
    place: KioskHarness, screen: type[s.State], goes_away: bool
) -> None:
    place.plays(UNHURRIED.until(screen) if screen is not s.AwaitingPermit else LIN.until(screen))
    if goes_away:
        place.lets_pass()
    else:
        place.chooses(Intent.CANCEL)
    place.sees(s.Idle)
    assert place.is_untouched(LIN.permit)
    assert place.central.sequences("kiosk-1") == []
    place.rig.lift_id_card()
    place.rig.offer_permit(LIN.permit)  # the mouth takes nothing in any more
    assert place.where_is(LIN.permit) is PermitLocation.MOUTH


@pytest.mark.parametrize("screen", PERMIT_INSIDE)
@pytest.mark.parametrize("goes_away", [False, True])
def test_leaving_with_the_permit_inside_gives_it_back_unwritten(
    place: KioskHarness, screen: type[s.State], goes_away: bool
) -> None:
    place.plays(LIN.until(screen))
    if goes_away:
        place.lets_pass()
    else:
        place.chooses(Intent.CANCEL)
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Declined)
    assert removal.ending.refusal.code == ("timed_out" if goes_away else "holder_cancelled")
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    assert place.updates() == 0
    if screen is s.Confirming:
        assert place.central_state() == "cancelled"
    else:
        assert "RequestEndorsement" not in place.ordered()


@pytest.mark.slow
@pytest.mark.parametrize("working", [s.ReadingPermit, s.AskingPendingRewrites])
def test_wanting_the_permit_back_while_the_machine_works_brings_it_back(
    place: KioskHarness, working: type[s.State]
) -> None:
    place.central.set_fault("slow", calls=1)
    place.plays(LIN.through(s.AwaitingPermit))
    place.sees(working)
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    assert "RequestEndorsement" not in place.ordered()


def test_more_time_is_given_before_the_permit_is_in(place: KioskHarness) -> None:
    place.plays(LIN.until(s.ShowingNotice))
    place.lets_pass(80.0)
    place.chooses(Intent.MORE_TIME)
    place.sees(s.ShowingNotice)
    place.lets_pass(80.0)
    assert isinstance(place.state, s.ShowingNotice)
    place.lets_pass(11.0)
    place.sees(s.Idle)


def test_a_renewed_permit_that_is_forgotten_is_drawn_in_and_kept(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingRemoval))
    place.lets_pass()
    reminded = place.sees(s.AwaitingRemoval)
    assert reminded.reminded is True
    assert place.where_is(LIN.permit) is PermitLocation.MOUTH
    place.lets_pass()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.RETAINED
    assert isinstance(explaining.ending, s.Renewed | s.Interrupted | s.BrokenOff)
    assert explaining.ending.face is FaceState.NEW
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    place.lets_pass()
    place.sees(s.Idle)
    assert place.central_state() == "written"
    [completion] = place.central.completions(place.endorsement_id)
    assert (completion.custody, completion.receipt_printed) == ("retained", False)
    assert place.receipts() == []


def test_a_permit_that_was_given_back_unwritten_and_forgotten_is_kept_too(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
    assert place.is_untouched(LIN.permit)


def test_a_permit_taken_after_the_reminder_is_no_matter(place: KioskHarness) -> None:
    place.plays(LIN.until(s.AwaitingRemoval))
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.takes_permit()
    place.sees(s.Thanking)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert len(place.receipts()) == 1
