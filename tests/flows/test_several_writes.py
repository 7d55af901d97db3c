"""A permit whose endorsement takes several protected writes: what a break leaves half written is finished, not lost."""

from __future__ import annotations

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.reference_central.tables import Endorsement
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace, with_permits
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import Visitor

XU = Visitor("xu-wenhua", "xu-wenhua-ssse")
NEW_TERM = ["2026-12-10", "2027-12-10", 2]
WRITES = 3  # of a renewal: the beginning, the number of endorsements, and last the end, which counts

# How a cut of the power ends the machine's thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)


@pytest.fixture
def place(open_place: OpenPlace, everybody: Residents) -> KioskHarness:
    place = open_place(with_permits(everybody, XU.permit), files={"permits": ["reference", "ssse"]})
    place.start_kiosk()
    return place


def term(place: KioskHarness) -> list[object]:
    return [place.chip(XU.permit)[name] for name in ("valid_from", "valid_to", "endorsement_count")]


def states_at_central(place: KioskHarness) -> list[str]:
    place.central_is_told()
    with place.central.database.reading() as session:
        return [row.state for row in session.query(Endorsement).order_by(Endorsement.created_at).all()]


def test_it_is_renewed_with_one_write_for_each_field_that_changes_and_the_end_of_validity_last(
    place: KioskHarness,
) -> None:
    place.plays(XU.renewal())
    assert term(place) == NEW_TERM
    assert place.face_shows_chip(XU.permit) is True
    assert place.updates() == WRITES
    assert place.central_state() == "written"


@pytest.mark.parametrize("written", [1, 2, 3])
def test_after_a_stop_between_two_writes_the_same_grant_is_finished_and_nothing_is_written_twice(
    place: KioskHarness, written: int
) -> None:
    place.cut_power_at(s.RelayingBatch, lambda state: state.batch == written + 1)
    place.plays(XU.through(s.Confirming))
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    shown = place.sees_next()
    assert place.where_is(XU.permit) is PermitLocation.HAND
    if written < 2:  # the first batch only reads, and the power went before the second was sent
        assert isinstance(shown, s.ShowingOutcome)
        assert place.is_untouched(XU.permit)
        assert states_at_central(place) == ["unchanged"]
    else:
        assert term(place) == NEW_TERM
        assert place.face_shows_chip(XU.permit) is True
        assert place.updates() == WRITES
        assert states_at_central(place) == ["written"]


def test_when_central_is_silent_after_the_stop_the_next_visit_finishes_it(place: KioskHarness) -> None:
    place.cut_power_at(s.RelayingBatch, lambda state: state.batch == WRITES)
    place.plays(XU.through(s.Confirming))
    place.loses_power()
    place.central.set_fault("refuse_connection")
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert term(place)[1] == "2026-12-10"  # the old end: the permit is not endorsed yet
    assert place.face_cycles(XU.permit) == (0, 0)
    place.central.clear_faults()
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert states_at_central(place) == ["unknown"]
    place.rig.lift_id_card()
    place.plays(XU.through(s.AwaitingPermit))
    assert not place.sees(s.Confirming).grant.face_only
    place.answers(XU.since(s.Confirming))
    assert term(place) == NEW_TERM
    assert place.face_shows_chip(XU.permit) is True
    assert states_at_central(place) == ["unknown", "written"]
    assert place.updates() == WRITES
