"""A kiosk before a central of which it shares no line: written from the document alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.domain.endorsement import Custody
from kiosk.reference_central.authority import DEMO_KIOSK, GRANT_KEYS, make_authority
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.direct_chips import direct_chip
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.running_central import HandClock, RunningCentral
from tests.lobby.visitor import LIN
from tests.second_central.records import Permit
from tests.second_central.server import SecondCentral

SIGNING_KEY = "test-ed25519"
ON_RECORD = ("holder", "permit_number", "chip_serial", "permit_file", "region", "content")


@pytest.fixture
def place(tmp_path: Path, residents: Residents, typeface: Typeface) -> Iterator[KioskHarness]:
    directory, clock = tmp_path / "authority", HandClock()
    make_authority(directory)
    key = tomllib.loads((directory / GRANT_KEYS).read_text("utf-8"))["grants"]["keys"][SIGNING_KEY]["private"]
    central = SecondCentral(
        directory, bytes.fromhex(key), SIGNING_KEY, load_test_keys().tdes, clock=clock.now, kiosks=(DEMO_KIOSK,)
    )
    central.know(*(Permit(**{name: each[name] for name in ON_RECORD}) for each in central_records(residents)))
    with central:
        stand_in: Any = central  # a place asks it for its URL and registers a kiosk, no more
        place = KioskHarness(tmp_path, RunningCentral(stand_in, directory, clock), residents, typeface, direct_chip())
        try:
            place.start_kiosk()
            yield place
        finally:
            place.stop()
    assert place.mistakes == []


def test_a_whole_visit_goes_through_with_a_central_written_from_the_document_alone(place: KioskHarness) -> None:
    before = place.at_issue[LIN.permit]
    place.plays(LIN.renewal())
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.face_shows_chip(LIN.permit) is True
    after = place.chip(LIN.permit)
    assert (before["valid_to"], before["endorsement_count"]) == ("2026-12-04", 2)
    assert (after["valid_from"], after["valid_to"], after["endorsement_count"]) == ("2026-12-04", "2027-12-04", 3)
    assert place.updates() == 1
    assert place.central_state() == "written"
    assert len(place.receipts()) == 1


def test_a_holder_whom_that_central_writes_otherwise_is_served(place: KioskHarness) -> None:
    central: Any = place.central
    for permit in central.office.permits.values():
        permit.holder["name"] = "\u3000".join(permit.holder["name"])
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.central_state() == "written"


def test_that_central_finds_no_number_missing_and_is_told_how_it_ended(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    assert place.central_state() == "written"
    central: Any = place.central
    told = central.numbers[DEMO_KIOSK]
    assert told == set(range(1, max(told) + 1))


def test_a_permit_that_this_central_had_reported_lost_stays_inside(place: KioskHarness) -> None:
    central: Any = place.central
    for permit in central.office.permits.values():
        permit.status = "reported_lost"
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_NO)
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.RETAINED
    assert place.where_is(LIN.permit) is PermitLocation.BIN
