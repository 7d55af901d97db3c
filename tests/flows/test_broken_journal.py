"""A journal that somebody laid hands on closes the machine until a technician looked; central knows in the meantime."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.commands import journal as journal_command
from kiosk.domain.faults import JOURNAL_BROKEN
from kiosk.workflow import states as s
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually


@pytest.fixture
def seat(place: KioskHarness) -> Iterator[KioskHarness]:
    """The kiosk ends before its cable is pulled: a heartbeat may be under way."""
    yield place
    place.stop_kiosk()


def journal_command_at(place: KioskHarness, *words: str) -> int:
    """`python -m kiosk journal …` beside the running kiosk."""
    parser = argparse.ArgumentParser()
    journal_command.register(parser.add_subparsers())
    args = parser.parse_args(["journal", "--config", str(place.config.state_dir.parent / "kiosk.toml"), *words])
    return int(args.run(args))


def starts_with_all_its_desks(place: KioskHarness) -> None:
    """As the window does when the first screen stands."""
    place.start_kiosk()
    place.running.warm_up()


def is_tampered_with(place: KioskHarness, *commands: str) -> None:
    with closing(sqlite3.connect(place.config.state_dir / "journal.db")) as db, db:
        for command in commands:
            db.execute(command)


def closes(place: KioskHarness) -> None:
    """The machine notices without any time passing, and central is told why."""
    eventually(lambda: place.running.journal_fault == JOURNAL_BROKEN)
    place.sees(s.OutOfService, lambda state: state.fault == JOURNAL_BROKEN)
    place.running.warm_up()  # the next heartbeat is due
    eventually(lambda: at_central(place).get("fault") == JOURNAL_BROKEN.code, 15.0)


def at_central(place: KioskHarness) -> dict[str, Any]:
    return next(line for line in place.central.standing() if line["kiosk"] == "kiosk-1")


def test_a_kiosk_beats_from_its_first_screen_on_and_a_visit_does_not_mind(seat: KioskHarness) -> None:
    seat.running.warm_up()
    seat.plays(LIN.renewal())
    assert seat.central_state() == "written"
    eventually(lambda: at_central(seat)["heard_at"] is not None)
    assert at_central(seat)["alarms"] == []
    assert seat.running.journal_fault is None


def test_an_edited_journal_closes_the_machine_until_a_technician_accepted_it(seat: KioskHarness) -> None:
    seat.plays(LIN.renewal())
    seat.central_is_told()
    seat.stop_kiosk()
    is_tampered_with(seat, "UPDATE step SET custody = 'retained' WHERE number = 5")
    starts_with_all_its_desks(seat)
    seat.sees(s.Idle)
    closes(seat)
    assert journal_command_at(seat, "verify") == journal_command.BROKEN
    assert journal_command_at(seat, "accept") == journal_command.INTACT
    assert journal_command_at(seat, "verify") == journal_command.INTACT
    seat.lets_pass()
    eventually(lambda: seat.running.journal_fault is None)
    seat.lets_pass()
    seat.sees(s.Idle)
    assert [path.name[:15] for path in seat.config.state_dir.glob("journal-broken-*")] == ["journal-broken-"]


def test_a_journal_that_was_cut_where_no_chain_shows_it_is_found_by_central(seat: KioskHarness) -> None:
    seat.running.warm_up()
    seat.plays(LIN.renewal())
    seat.central_is_told()
    seat.running.warm_up()  # one more heartbeat, with the whole journal
    newest = seat.running.journal.head().number
    eventually(lambda: at_central(seat)["journal"]["number"] >= newest)
    seat.stop_kiosk()
    is_tampered_with(
        seat,
        "DELETE FROM step WHERE number > 3",
        "DELETE FROM message WHERE step > 3",
        "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'step'",
    )
    seat.rig.lift_id_card()
    starts_with_all_its_desks(seat)
    seat.sees(s.Idle)
    closes(seat)
    assert seat.where_is(LIN.permit) is PermitLocation.HAND


def test_a_journal_that_is_no_journal_any_more_keeps_the_kiosk_from_serving_and_not_from_starting(
    seat: KioskHarness,
) -> None:
    seat.stop_kiosk()
    (seat.config.state_dir / "journal.db").write_bytes(b"\xff" * 8192)
    starts_with_all_its_desks(seat)
    seat.sees(s.Idle)
    closes(seat)
