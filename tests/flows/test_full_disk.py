"""What the journal cannot record is not begun, and the permit goes back."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import UUID

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually


@contextmanager
def full_disk(place: KioskHarness) -> Iterator[None]:
    """The journal cannot grow by a byte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (place.config.state_dir / "journal.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("screen", [s.ShowingAssessment, s.Declaring, s.Confirming])
def test_a_full_disk_gives_the_permit_back_and_closes_the_machine(place: KioskHarness, screen: type[s.State]) -> None:
    place.plays(LIN.until(screen))
    place.running.engine.answers(5.0)
    with full_disk(place):
        place.answers(LIN.through(screen)[-1:])
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        explaining = place.sees(s.ShowingOutcome)
        assert isinstance(explaining.ending, s.BrokenOff)
        assert explaining.ending.fault.name == "disk_full"
        place.chooses(Intent.FINISH)
        place.sees(s.OutOfService)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    assert place.updates() == 0
    place.lets_pass()
    place.sees(s.Idle)
    place.rig.lift_id_card()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


@pytest.mark.parametrize("disk", ["well", "full"])
def test_central_knows_where_a_permit_is_however_full_the_disk_was(place: KioskHarness, disk: str) -> None:
    """The grant is given back and the permit jams: a cancellation and a custody report under one number."""
    place.plays(LIN.until(s.Confirming))
    place.running.engine.answers(5.0)
    number = place.endorsement_id
    place.rig.fault("permit_unit", "jam_giving_out")
    with full_disk(place) if disk == "full" else nullcontext():
        place.chooses(Intent.CANCEL)
        place.sees(s.OutOfService)
        assert place.rig.free_jam() == LIN.permit
    place.lets_pass()
    place.sees(s.Idle)
    eventually(lambda: _told(place, number) == [("old", "inside"), ("old", "unknown")])
    assert place.central_state(number) == "cancelled"
    assert place.is_untouched(LIN.permit)


def _told(place: KioskHarness, number: UUID) -> list[tuple[str, str]]:
    return [(report.chip, report.custody) for report in place.central.completions(number)]


def test_a_disk_that_is_full_when_a_visit_begins_takes_no_permit_in(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.running.engine.answers(5.0)
    with full_disk(place):
        place.rig.lay_id_card(LIN.person)
        place.begins()
        place.sees(s.ShowingOutcome)
    assert place.where_is(LIN.permit) is PermitLocation.HAND


def test_a_call_that_could_not_be_numbered_is_not_made_and_central_is_asked_again_later(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.running.engine.answers(5.0)
    journal = place.config.state_dir / "journal.db"
    with sqlite3.connect(journal) as db:
        db.execute("CREATE TRIGGER unnumbered BEFORE INSERT ON message BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    db.close()
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)
    with sqlite3.connect(journal) as db:
        db.execute("DROP TRIGGER unnumbered")
    db.close()
    assert place.running.is_well()
