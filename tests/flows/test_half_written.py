"""A chip that takes several protected writes and stopped in between: finished from the same grant, or given back as
what it is.
"""

from __future__ import annotations

import pytest

from drivers.simulators.residents import Residents
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.reference_central.tables import Endorsement
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import Visitor

XU = Visitor("xu-wenhua", "xu-wenhua-ssse")

# How a cut of the power ends the machine's thread.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture
def place(open_place: OpenPlace, everybody: Residents) -> KioskHarness:
    """A place with a kiosk that was just started, and a permit that is written in several commands."""
    place = open_place(with_permits(everybody, XU.permit), files={"permits": ["reference", "ssse"]})
    place.start_kiosk()
    return place


def chip_of(place: KioskHarness) -> VirtualChip:
    chip = place.rig.issued(XU.permit).chip
    assert chip is not None
    return chip


def stops_half_written(place: KioskHarness) -> None:
    """The power goes when the first of the writes is done."""
    place.cut_power_at(s.SendingChipAnswers, lambda state: state.batch == 2)
    place.plays(XU.through(s.Confirming))
    place.loses_power()
    assert place.updates() == 1
    assert place.chip(XU.permit)["valid_to"] == place.at_issue[XU.permit]["valid_to"]
    assert place.chip(XU.permit) != place.at_issue[XU.permit]


def test_what_a_stop_left_half_written_is_finished_from_the_same_grant(place: KioskHarness) -> None:
    stops_half_written(place)
    asked = place.endorsement_id
    place.start_kiosk()
    assert place.sees(s.OpeningChipSession, lambda state: state.session == 2).relayed == 2
    place.asks_for_permit()
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Renewed)
    assert removal.ending.face is FaceState.NEW
    place.takes_permit()
    place.sees(s.Thanking)
    assert place.chip(XU.permit)["valid_to"] == "2027-12-10"
    assert place.face_shows_chip(XU.permit) is True
    assert place.central_state(asked) == "written"


def test_what_a_stop_left_half_written_is_finished_though_the_holder_has_gone(place: KioskHarness) -> None:
    stops_half_written(place)
    asked = place.endorsement_id
    place.clock.jump(121.0)
    place.start_kiosk()
    assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
    assert place.chip(XU.permit)["valid_to"] == "2027-12-10"
    assert place.central_state(asked) == "face_pending"


def gives_back_while_central_is_silent(place: KioskHarness) -> None:
    place.central.set_fault("refuse_connection")
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.central.clear_faults()


def test_half_written_and_central_silent_is_given_back_as_unknown(place: KioskHarness) -> None:
    stops_half_written(place)
    asked = place.endorsement_id
    gives_back_while_central_is_silent(place)
    place.running.warm_up()
    assert place.central_state(asked) == "unknown"
    assert place.updates() == 0


def test_a_second_stop_while_half_written_is_finished_once_more_and_then_no_more(place: KioskHarness) -> None:
    stops_half_written(place)
    place.cut_power_at(s.SendingChipAnswers)
    place.start_kiosk()
    place.loses_power()
    place.cut_power_at(s.SendingChipAnswers)
    place.start_kiosk()
    place.sees(s.OpeningChipSession, lambda state: state.session == 3)
    place.loses_power()
    place.start_kiosk()
    place.sees(s.RecoveringGrant)
    ending = place.sees(s.AwaitingHolder).ending
    assert isinstance(ending, s.Interrupted)
    assert ending.chip is ChipState.UNKNOWN


@pytest.mark.parametrize("single_writes", [0, 3])
def test_a_write_that_was_torn_in_the_visit_is_finished_in_a_second_session(
    place: KioskHarness, single_writes: int
) -> None:
    place.at_every_state(
        lambda state: (
            chip_of(place).tear_after(single_writes)
            if isinstance(state, s.RelayingBatch) and state.batch == 3
            else None
        )
    )
    place.plays(XU.until(s.Confirming))
    place.chooses(Intent.CONFIRM)
    assert place.sees(s.OpeningChipSession, lambda state: state.session == 2).relayed == 3
    removal = place.sees(s.AwaitingRemoval)
    assert isinstance(removal.ending, s.Renewed)
    place.takes_permit()
    place.sees(s.Thanking)
    assert place.chip(XU.permit)["valid_to"] == "2027-12-10"
    assert place.central_state() == "written"
    assert chip_of(place).tries_left == 3


def comes_again(place: KioskHarness) -> None:
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    place.central_is_told()
    place.rig.lift_id_card()


def test_what_a_second_visit_could_not_finish_a_third_one_does(place: KioskHarness) -> None:
    """The second finds the part, is given a write, and the chip takes nothing: central must not forget the first."""
    stops_half_written(place)
    gives_back_while_central_is_silent(place)
    comes_again(place)
    half = place.chip(XU.permit)
    for _ in range(2):
        place.plays(XU.through(s.AwaitingPermit))
        place.rig.fault("permit_chip", "memory_failure")
        place.plays(XU.through(s.Confirming)[-1:])
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER
        assert place.chip(XU.permit) == half
        place.rig.clear_faults("permit_chip")
        comes_again(place)
    place.plays(XU.through(s.AwaitingPermit))
    place.plays(XU.since(s.Confirming))
    assert place.chip(XU.permit)["valid_to"] == "2027-12-10"
    assert place.face_shows_chip(XU.permit) is True
    place.central_is_told()
    with place.central.database.reading() as session:
        states = [row.state for row in session.query(Endorsement).order_by(Endorsement.created_at).all()]
    assert states == ["unknown", "unchanged", "unchanged", "written"]
