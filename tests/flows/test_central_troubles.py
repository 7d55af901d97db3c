"""Central misbehaves: nothing is written, the permit comes back, the page is polite, and what is owed is settled."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import ChipState, Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

# What a fault of the answer to the request for an endorsement looks like to the resident.
_REFUSALS = {
    "garbage_json": "central_garbage",
    "wrong_type": "central_garbage",
    "too_large": "central_garbage",
    "http_500": "central_unreachable",
    "refuse_connection": "central_unreachable",
    "drop_connection_after_commit": "central_unreachable",
    "refuse": "counter_only",
    "unsigned_grant": "grant_rejected",
    "bad_signature": "grant_rejected",
    "unknown_key": "grant_rejected",
    "grant_for_other_chip": "grant_rejected",
    "grant_for_other_permit": "grant_rejected",
    "expired_grant": "grant_rejected",
}


# What passes when the call is made again, and so must last to be noticed by anybody.
_PASSING = ("http_500", "refuse_connection", "drop_connection_after_commit")


def misbehaves(place: KioskHarness, fault: str) -> None:
    """Once, or where it would pass for as long as nobody clears it."""
    place.central.set_fault(fault, calls=None if fault in _PASSING else 1)


def gets_it_back(place: KioskHarness) -> s.Ending:
    """The permit comes back as it was; how the visit ended."""
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    assert place.updates() == 0
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    return explaining.ending


@pytest.mark.parametrize(("fault", "code"), _REFUSALS.items())
def test_a_faulty_answer_to_the_request_leaves_everything_as_it_was(place: KioskHarness, fault: str, code: str) -> None:
    place.plays(LIN.until(s.Declaring))
    misbehaves(place, fault)
    place.chooses(Intent.ANSWER_NO)
    ending = gets_it_back(place)
    assert isinstance(ending, s.Declined)
    assert ending.refusal.code == code
    place.central.clear_faults()
    place.central_is_told()
    if code == "grant_rejected" or fault == "drop_connection_after_commit":
        assert place.central_state() == "cancelled"
    elif code == "counter_only":
        assert "CancelEndorsement" not in place.ordered()
    # whatever it was, the next resident is served
    place.rig.lift_id_card()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


@pytest.mark.parametrize("fault", _PASSING)
@pytest.mark.parametrize(
    "state", [s.AskingPendingRewrites, s.AskingCentral, s.OpeningChipSession, s.SendingChipAnswers]
)
def test_a_call_that_is_lost_once_on_the_way_is_made_again_and_the_visit_goes_on(
    place: KioskHarness, state: type, fault: str
) -> None:
    once = [state]
    place.at_every_state(
        lambda now: (
            place.central.set_fault(fault, calls=1) if once and isinstance(now, once[0]) and once.pop() else None
        )
    )
    place.plays(LIN.renewal())
    assert not once
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert (place.updates(), place.central_state()) == (1, "written")
    assert len(place.central.completions(place.endorsement_id)) == 1


@pytest.mark.parametrize("fault", ["garbage_json", "http_500", "refuse_connection", "drop_connection_after_commit"])
def test_a_fault_while_asking_for_pending_work_is_no_hindrance(place: KioskHarness, fault: str) -> None:
    place.central.set_fault(fault, calls=1)
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "written"


@pytest.mark.parametrize("fault", ["garbage_json", "http_500", "refuse_connection", "drop_connection_after_commit"])
def test_a_fault_at_the_opening_of_the_chip_session_leaves_the_chip_alone(place: KioskHarness, fault: str) -> None:
    place.plays(LIN.until(s.Confirming))
    misbehaves(place, fault)
    place.chooses(Intent.CONFIRM)
    ending = gets_it_back(place)
    assert isinstance(ending, s.BrokenOff)
    assert ending.chip is ChipState.OLD
    place.central.clear_faults()
    assert place.central_state() == "unchanged"


@pytest.mark.parametrize("fault", ["garbage_json", "http_500", "refuse_connection", "drop_connection_after_commit"])
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_fault_between_two_batches_is_settled_by_reading_the_chip(
    place: KioskHarness, fault: str, batch: int
) -> None:
    place.at_every_state(lambda state: _fault_at(place, state, fault, batch))
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    removal = place.sees(s.AwaitingRemoval)
    place.takes_permit()
    new = place.chip(LIN.permit) != place.at_issue[LIN.permit]
    assert isinstance(removal.ending, s.Renewed) is new
    assert place.updates() == (1 if new else 0)
    place.sees(s.Thanking if new else s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.central.clear_faults()
    assert place.central_state() == ("written" if new else "unchanged")
    assert place.face_shows_chip(LIN.permit) is True


def _fault_at(place: KioskHarness, state: s.State, fault: str, batch: int) -> None:
    if isinstance(state, s.SendingChipAnswers) and state.batch == batch:
        misbehaves(place, fault)


def test_the_completion_reaches_central_when_it_is_there_again(place: KioskHarness) -> None:
    place.at_every_state(
        lambda state: place.central.set_fault("refuse_connection") if isinstance(state, s.RewritingFace) else None
    )
    place.plays(LIN.renewal())
    assert place.running.journal.queue().length == 1
    place.central.clear_faults()
    assert place.central_state() == "written"
    assert len(place.central.completions(place.endorsement_id)) == 1


@pytest.mark.slow
def test_an_unhurried_central_is_waited_for(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.central.set_fault("slow", calls=1)
    place.answers(LIN.since(s.Declaring))
    assert place.central_state() == "written"


@pytest.mark.slow
def test_a_grant_that_comes_after_the_holder_has_left_is_given_back(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.central.set_fault("slow", calls=1)
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AskingCentral)
    place.chooses(Intent.CANCEL)
    gets_it_back(place)
    assert place.central_state() == "cancelled"


def test_a_central_that_says_nothing_is_given_up_and_the_grant_with_it(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.central.set_fault("hang", calls=1)
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AskingCentral)
    place.lets_pass()
    ending = gets_it_back(place)
    assert isinstance(ending, s.Declined)
    assert ending.refusal.code == "central_unreachable"
    place.cable.pull()
    place.central_is_told()
    assert "CancelEndorsement" in place.ordered()
