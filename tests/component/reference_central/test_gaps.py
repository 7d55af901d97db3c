"""Numbered calls that never came, found and listed; on both databases."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from kiosk.central import contract
from kiosk.commands import central as command_line
from kiosk.reference_central import kiosks, retention, staff_calls
from kiosk.reference_central.clock import system_clock
from kiosk.reference_central.database import Database
from kiosk.reference_central.gaps import Gap, Reused, gaps, reused
from kiosk.reference_central.heartbeats import receive
from kiosk.reference_central.tables import KioskSequence
from tests.component.reference_central.test_heartbeat import head, heartbeat
from tests.lobby.central_rig import MORNING, MovableClock

LATER = MORNING + timedelta(minutes=11)


@pytest.fixture
def database(fresh_url: str) -> Iterator[Database]:
    database = Database(fresh_url)
    database.migrate()
    with database.writing() as session:
        for name in ("kiosk-1", "kiosk-2"):
            kiosks.register(session, name, MORNING)
    yield database
    database.close()


def came(database: Database, *numbers: int, kiosk: str = "kiosk-1", at: datetime = MORNING, key: str = "key") -> None:
    with database.writing() as session:
        session.add_all(
            KioskSequence(kiosk_id=kiosk, sequence=number, key=key, call="completion", received_at=at)
            for number in numbers
        )


def found(database: Database, now: datetime = LATER) -> list[tuple[str, int, int]]:
    with database.reading() as session:
        return [(gap.kiosk_id, gap.first, gap.last) for gap in gaps(session, now)]


def test_each_stretch_of_missing_numbers_is_told_once_for_each_kiosk(database: Database) -> None:
    came(database, 1, 2, 5, 9, 10)
    came(database, 3, kiosk="kiosk-2")
    assert found(database) == [("kiosk-1", 3, 4), ("kiosk-1", 6, 8), ("kiosk-2", 1, 2)]


def test_a_number_that_is_merely_overtaken_is_not_missed_for_ten_minutes(database: Database) -> None:
    came(database, 1, 3)
    assert found(database, MORNING + timedelta(minutes=10)) == []
    assert found(database, MORNING + timedelta(minutes=10, seconds=1)) == [("kiosk-1", 2, 2)]


def test_a_gap_counts_from_the_first_higher_number_in_whatever_order_they_come(database: Database) -> None:
    came(database, 1, 5)
    came(database, 4, at=MORNING + timedelta(minutes=9))
    with database.reading() as session:
        assert gaps(session, LATER) == [Gap("kiosk-1", 2, 3, MORNING)]


def test_what_comes_late_is_no_longer_missing(database: Database) -> None:
    came(database, 1, 4)
    came(database, 3, at=LATER)
    assert found(database) == [("kiosk-1", 2, 2)]
    came(database, 2, at=LATER)
    assert found(database) == []


def test_numbers_that_were_purged_are_not_missed(database: Database) -> None:
    came(database, 1, 2, 3)
    much_later = MORNING + timedelta(days=91)
    came(database, 4, 5, 7, at=much_later)
    with database.writing() as session:
        assert retention.purge(session, much_later)["kiosk_sequences"] == 2
    assert found(database, much_later + timedelta(minutes=11)) == [("kiosk-1", 6, 6)]


def test_a_retired_kiosk_misses_nothing(database: Database) -> None:
    came(database, 2)
    with database.writing() as session:
        kiosks.retire(session, "kiosk-1", MORNING)
    assert found(database) == []


def test_a_number_used_for_two_calls_is_told(database: Database) -> None:
    came(database, 1, 2)
    came(database, 2, key="another")
    with database.reading() as session:
        assert reused(session) == [Reused("kiosk-1", 2, 2)]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command_line.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["central", *words])
    return int(args.run(args))


def test_the_command_line_lists_gaps_and_kiosks_and_ends_with_1_where_somebody_should_look(
    database: Database, fresh_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("gaps", "--database", fresh_url) == 0
    assert capsys.readouterr().out == ""
    came(database, 1, 3)
    assert run("gaps", "--database", fresh_url) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == {"kiosk": "kiosk-1", "first": 2, "last": 2, "since": "2026-11-22T02:00:00+00:00"}
    with database.writing() as session:
        receive(session, heartbeat(MovableClock(), head(7)), "key-of-a-beat", "kiosk-2", MORNING)
    assert run("kiosks", "--database", fresh_url) == 1
    silent, beating = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (silent["kiosk"], silent["heard_at"], silent["alarms"]) == ("kiosk-1", None, ["silent"])
    assert (beating["kiosk"], beating["journal"]["number"], beating["state"]) == ("kiosk-2", 7, "Idle")
    assert run("accept-journal", "kiosk-2", "--database", fresh_url) == 0
    assert run("accept-journal", "kiosk-2", "--database", fresh_url) == 1
    assert capsys.readouterr().err == "kiosk-2: no journal is known\n"


def test_the_command_line_lists_who_asked_for_staff_and_ends_with_1_where_anybody_did(
    database: Database, fresh_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("staff-calls", "--database", fresh_url) == 0
    now = system_clock()
    called = contract.StaffCallRequest(called_at=now, state="OutOfService", custody="inside", fault="2301")
    with database.writing() as session:
        for key, earlier in (("key-of-now", timedelta()), ("key-of-before", timedelta(hours=2))):
            staff_calls.receive(session, called, key, "kiosk-1", now - earlier)
    assert run("staff-calls", "--database", fresh_url) == 1
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (line["kiosk"], line["state"], line["custody"], line["fault"]) == (
        "kiosk-1",
        "OutOfService",
        "inside",
        "2301",
    )
    assert run("staff-calls", "--minutes", "180", "--database", fresh_url) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
