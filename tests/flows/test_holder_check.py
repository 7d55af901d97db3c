"""A kiosk whose site asks an attendant first: what the journal and central are told, and that a no costs nothing."""

from __future__ import annotations

from typing import Any

from drivers.simulators.permit import PermitLocation
from kiosk.reference_central.tables import Endorsement
from kiosk.services.holder_check import hashed
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

CODE = "17314159"


def attended(open_place: OpenPlace, *, required: bool) -> KioskHarness:
    place = open_place(
        tables={
            "holder_check": {"way": "attendant", "required": required},
            "holder_check.attendants": {'"17"': hashed("314159", cost=2**4)},
        }
    )
    place.start_kiosk()
    return place


def stands_before_the_attendant(place: KioskHarness) -> s.AwaitingAttendant:
    place.plays(LIN.through(s.Declaring))
    return place.sees(s.AwaitingAttendant)


def facts_of(place: KioskHarness, name: str) -> list[Any]:
    return [step.facts[name] for step in place.journal() if name in step.facts]


def central_was_told(place: KioskHarness) -> list[Any]:
    with place.central.database.reading() as session:
        return [row.holder_check for row in session.query(Endorsement).all()]


def test_with_the_attendants_word_a_permit_is_renewed_and_the_journal_says_whose_word_it_was(
    open_place: OpenPlace,
) -> None:
    place = attended(open_place, required=True)
    stands_before_the_attendant(place)
    place.chooses(Intent.ENTER_CODE, CODE)
    place.sees(s.Confirming)
    place.answers(LIN.since(s.Confirming))
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "written"
    assert facts_of(place, "attendant") == ["17"]
    assert facts_of(place, "holder_check") == ["attendant"]
    assert central_was_told(place) == [{"way": "attendant", "by": "17"}]
    assert "314159" not in (place.config.state_dir / "attendant_tries.json").read_text("utf-8")
    assert b"314159" not in (place.config.state_dir / "journal.db").read_bytes()


def test_without_anybody_at_hand_the_permit_comes_back_untouched_and_central_was_never_asked(
    open_place: OpenPlace,
) -> None:
    place = attended(open_place, required=True)
    assert stands_before_the_attendant(place).required
    place.chooses(Intent.NO_ATTENDANT)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    explaining = place.sees(s.ShowingOutcome)
    assert isinstance(explaining.ending, s.Declined)
    assert explaining.ending.refusal.code == "holder_not_confirmed"
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    assert "RequestEndorsement" not in place.ordered()


def test_where_nobody_need_be_at_hand_it_goes_on_and_both_records_say_so(open_place: OpenPlace) -> None:
    place = attended(open_place, required=False)
    stands_before_the_attendant(place)
    place.chooses(Intent.ENTER_CODE, "17271828")
    wrong = place.sees(s.AwaitingAttendant)
    assert wrong.problem == "wrong"
    place.chooses(Intent.NO_ATTENDANT)
    place.sees(s.Confirming)
    place.answers(LIN.since(s.Confirming))
    assert place.central_state() == "written"
    assert facts_of(place, "holder_check") == ["none"]
    assert facts_of(place, "attendant") == []
    assert central_was_told(place) == [{"way": "none", "by": None}]


def test_a_face_that_is_pending_is_refreshed_only_after_the_attendants_word(open_place: OpenPlace) -> None:
    place = attended(open_place, required=True)
    stands_before_the_attendant(place)
    place.chooses(Intent.ENTER_CODE, CODE)
    place.sees(s.Confirming)
    place.rig.fault("permit_unit", "garbled")
    place.at_every_state(lambda state: place.rig.clear_faults() if isinstance(state, s.ReturningPermit) else None)
    place.answers(LIN.since(s.Confirming))
    assert place.central_state() == "face_pending"
    place.plays(LIN.through(s.AwaitingPermit))
    offered = place.sees(s.AwaitingAttendant)
    assert isinstance(offered.pursued, s.GrantedElsewhere)
    assert offered.pursued.grant.face_only
    place.chooses(Intent.ENTER_CODE, CODE)
    place.sees(s.Confirming)
    place.answers(LIN.since(s.Confirming))
    assert place.face_shows_chip(LIN.permit) is True
