"""What the reference central keeps, for how long, and its command line."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.commands import central as command_line
from kiosk.reference_central import kiosks, retention
from kiosk.reference_central.authority import GRANT_KEYS, make_authority
from kiosk.reference_central.database import Database, alembic_config
from kiosk.reference_central.residents import ImportFileError, load_imports
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import Base, EarlierKiosk, Endorsement, HeartbeatRow
from tests.architecture.source import ROOT
from tests.lobby.central_rig import (
    MORNING,
    PERMITS,
    REGIONS,
    SHANGHAI,
    Kiosk,
    MovableClock,
    client_of,
    resident,
    settings,
)
from tests.waiting import LIMIT_S


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    database.migrate()
    yield database
    database.close()


def test_the_migrations_make_the_tables_that_the_program_uses(database: Database) -> None:
    with database.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.reading() as session:
        assert session.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0010"]


def test_a_central_of_the_first_version_keeps_its_records_when_brought_up_to_date(empty_url: str) -> None:
    old = Database(empty_url)
    with old.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO kiosks (kiosk_id, registered_at) VALUES ('kiosk-1', '2026-11-22')"))
        connection.execute(
            text(
                "INSERT INTO endorsements (endorsement_id, kiosk_id, permit_number, permit_file, state, live, answer,"
                " writes_composed, last_batch, created_at, updated_at) VALUES (:id, 'kiosk-1', '310000201900010017',"
                " 'reference', 'written', false, '{}', 1, 2, '2026-11-22 02:00:00', '2026-11-22 02:00:00')"
            ),
            {"id": UUID(int=7).hex},
        )
    old.migrate()
    with old.reading() as session:
        endorsement = session.get(Endorsement, UUID(int=7))
        assert endorsement is not None
        assert (endorsement.state, endorsement.last_batch, endorsement.batches_before) == ("written", 2, 0)
    with old.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0001")
        assert connection.execute(text("SELECT state FROM endorsements")).scalars().all() == ["written"]
    old.close()


def test_sqlite_keeps_a_write_ahead_log_and_minds_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'central.db'}")
    with database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 2
    database.close()


@pytest.mark.slow
def test_three_processes_that_migrate_at_once_make_one_schema(empty_url: str) -> None:
    words = [sys.executable, "-c", MIGRATES, empty_url]
    migrating = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate(timeout=LIMIT_S)[1] for process in migrating]
    assert [(process.returncode, said) for process, said in zip(migrating, told, strict=True)] == [(0, "")] * 3
    opened = Database(empty_url)
    with opened.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    opened.close()


MIGRATES = """
import sys
from kiosk.reference_central.database import Database
database = Database(sys.argv[1])
database.migrate()
database.close()
"""


def test_the_database_itself_refuses_a_second_live_grant_for_a_permit(database: Database) -> None:
    def grant(live: bool) -> Endorsement:
        return Endorsement(
            endorsement_id=uuid4(),
            kiosk_id="kiosk-1",
            permit_number="310000201900010017",
            permit_file="reference",
            state="granted",
            live=live,
            answer="{}",
            writes_composed=0,
            last_batch=0,
            created_at=MORNING,
            updated_at=MORNING,
        )

    with database.writing() as session:
        kiosks.register(session, "kiosk-1", MORNING)
        session.flush()
        session.add_all([grant(False), grant(False), grant(True)])
    with pytest.raises(IntegrityError) as caught, database.writing() as session:
        session.add(grant(True))
    assert "310000201900010017" not in str(caught.value)


def test_a_moment_without_its_offset_is_not_stored(database: Database) -> None:
    with pytest.raises(Exception, match="offset"), database.writing() as session:
        kiosks.register(session, "kiosk-1", MORNING.replace(tzinfo=None))


def test_every_kind_of_record_has_a_retention_time() -> None:
    assert {each.table.__tablename__ for each in retention.RETENTIONS} == set(Base.metadata.tables)
    assert all(each.keep > timedelta() and each.why for each in retention.RETENTIONS)


def test_everything_outlives_its_time_and_nothing_before(tmp_path: Path, fresh_url: str) -> None:
    clock = MovableClock()
    who, other = resident(), resident(region="460100", evidence=[{"key": "employment_proof"}])
    with ReferenceCentral(settings(tmp_path, clock, regions=(REGIONS,), database=fresh_url)) as central:
        central.seed([who.record, other.record])
        with client_of(central, tmp_path) as client:
            kiosk = Kiosk(client, tmp_path, clock)
            answer = kiosk.granted(who)
            kiosk.write(who, answer.endorsement_id, who.chip())
            kiosk.complete(answer.endorsement_id, "new", "new")
            kiosk.prove(other, "employment_proof")
            kiosk.beat(4)
            called = contract.StaffCallRequest(called_at=clock(), state="Idle", custody="with_holder")
            client.call_staff(called, key="call-of-a-test")
            applied = kiosk.applied(other, telephone="13800000000")
        with central.database.writing() as session:
            central.reviewing.approve(session, applied.review_number, clock())
            session.add(EarlierKiosk(endorsement_id=applied.application_id, kiosk_id="kiosk-2", until=clock()))
        filled = rows(central.database)
        assert all(filled[name] for name in filled if name != "revoked_certificates"), filled
        assert sum(central.purge().values()) == 0
        assert rows(central.database) == filled
        month = central.purge(clock() + timedelta(days=31))
        assert {name for name, count in month.items() if count} == {
            "idempotent_answers",
            "chip_batches",
            "chip_sessions",
            "evidence_checks",
            "staff_calls",
        }
        half_a_year = central.purge(clock() + timedelta(days=181))
        assert half_a_year["application_telephones"] == 1
        central.purge(clock() + timedelta(days=20 * 365))
        assert {name for name, count in rows(central.database).items() if count} == {
            "kiosks",
            "heartbeats",
            "kiosk_journals",
            "kiosk_sequences",
        }
        with central.database.writing() as session:
            kiosks.retire(session, "kiosk-1", clock())
        central.purge(clock() + timedelta(days=20 * 365))
        assert not any(rows(central.database).values())


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_all_is_still_there_after_a_restart(tmp_path: Path, fresh_url: str) -> None:
    clock, who = MovableClock(), resident()
    chosen = settings(tmp_path, clock, database=fresh_url)
    chip = who.chip()
    with ReferenceCentral(chosen) as central:
        central.seed([who.record])
        with client_of(central, tmp_path) as client:
            kiosk = Kiosk(client, tmp_path, clock)
            answer = kiosk.granted(who)
            step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
            step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    with ReferenceCentral(chosen) as central, client_of(central, tmp_path) as client:
        kiosk.client = client
        step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert step.verdict == "written"


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        ("{", "json_invalid"),
        ('[{"holder": {"name": "林玉珍"}}]', "0.holder.id_number: missing"),
        ("{}", "tuple_type"),
    ],
)
def test_a_file_of_residents_with_a_mistake_is_told_without_anybodys_name(
    tmp_path: Path, content: str, mistake: str
) -> None:
    path = tmp_path / "residents.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ImportFileError, match=mistake) as caught:
        load_imports(path)
    assert "林玉珍" not in str(caught.value)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command_line.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["central", *words])
    return int(args.run(args))


def test_the_command_line_feeds_and_shows_and_purges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'central.db'}"
    file = tmp_path / "residents.json"
    people = [resident(), resident(status="reported_lost")]
    file.write_text(json.dumps([person.record.model_dump(mode="json") for person in people]), encoding="utf-8")
    assert run("seed", str(file), "--database", database) == 0
    assert run("seed", str(file), "--database", database) == 0
    assert run("register-kiosk", "kiosk-7", "--database", database) == 0
    capsys.readouterr()
    assert run("show", "--database", database) == 0
    told = capsys.readouterr().out
    assert json.loads(told) == {
        "endorsements": {},
        "applications": {},
        "permits": {"valid": 1, "reported_lost": 1},
        "kiosks": ["kiosk-7"],
        "relay_refusals": {},
    }
    assert people[0].record.holder.name not in told
    assert run("retire-kiosk", "kiosk-7", "--database", database) == 0
    assert run("purge", "--database", database) == 0
    assert run("openapi", "--check") == 0


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(days=-2), "later than that"),
        (timedelta(days=31), "31 days after central wrote its newest row"),
        (timedelta(days=29), ""),
        (timedelta(hours=-23), ""),
    ],
)
def test_a_purge_does_not_believe_a_clock_that_is_far_from_what_central_wrote_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ago: timedelta, said: str
) -> None:
    database = f"sqlite:///{tmp_path / 'central.db'}"
    assert run("register-kiosk", "kiosk-7", "--database", database) == 0
    opened = Database(database)
    with opened.writing() as session:
        for number, earlier in enumerate((ago, ago + timedelta(days=400)), start=1):
            moment = datetime.now(UTC) - earlier
            session.add(
                HeartbeatRow(
                    kiosk_id="kiosk-7",
                    key=f"beat-{number}",
                    fingerprint="0" * 64,
                    report="{}",
                    answer="{}",
                    sent_at=moment,
                    received_at=moment,
                )
            )
    capsys.readouterr()
    assert run("purge", "--database", database) == (1 if said else 0)
    told = capsys.readouterr()
    if said:
        assert told.out == ""
        assert said in told.err
        with opened.reading() as session:
            assert session.scalar(select(func.count()).select_from(HeartbeatRow)) == 2
        assert run("purge", "--even-so", "--database", database) == 0
        told = capsys.readouterr()
    assert json.loads(told.out)["heartbeats"] >= 1
    opened.close()


def test_where_a_kiosk_stands_is_told_as_an_area_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'central.db'}"
    assert run("register-kiosk", "kiosk-7=310115", "--database", database) == 0
    with pytest.raises(SystemExit):
        run("register-kiosk", "kiosk-7=pudong", "--database", database)
    assert "six digits" in capsys.readouterr().err
    opened = Database(database)
    with opened.reading() as session:
        assert kiosks.area_of(session, "kiosk-7") == "310115"
    opened.close()


def test_a_mistake_in_a_file_is_one_line_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_authority(tmp_path)
    assert run("seed", str(tmp_path / "nowhere.json"), "--database", f"sqlite:///{tmp_path / 'central.db'}") == 2
    assert run("serve", "--tls-dir", str(tmp_path), "--keys", str(tmp_path / GRANT_KEYS)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("nowhere.json: cannot be read")
    assert lines[1].endswith("chip.tdes_master: 32 hex digits are needed")


@pytest.mark.parametrize(
    ("database", "begin"),
    [
        (
            "sqlite:////nowhere/central.db",
            "--database sqlite:////nowhere/central.db: /nowhere/central.db: there is no such file; ",
        ),
        ("postgresql+psycopg://central@/central?host=/nowhere", "the database cannot be used: "),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_line_on_the_command_line(
    capsys: pytest.CaptureFixture[str], database: str, begin: str
) -> None:
    assert run("show", "--database", database) == 2
    told = capsys.readouterr().err
    assert told.startswith(begin)
    assert told.count("\n") == 1


@pytest.mark.slow
def test_served_alone_it_tells_its_address_and_ends_on_sigterm(tmp_path: Path) -> None:
    make_authority(tmp_path)
    program = (
        "import argparse, sys; from kiosk.commands import central as command_line; p = argparse.ArgumentParser();"
        "command_line.register(p.add_subparsers()); a = p.parse_args(); sys.exit(a.run(a))"
    )
    words = [
        "central",
        "serve",
        "--database",
        f"sqlite:///{tmp_path / 'central.db'}",
        "--port",
        "0",
        "--tls-dir",
        str(tmp_path),
        "--keys",
        str(tmp_path / GRANT_KEYS),
        str(TEST_KEYS),
        "--region",
        str(SHANGHAI),
        "--permits",
        str(PERMITS),
        "--kiosk",
        "kiosk-1",
    ]
    served = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ
    )
    with served:
        assert served.stdout is not None
        url = json.loads(served.stdout.readline())["url"]
        with (
            CentralClient(
                url, ca=tmp_path / "ca.pem", certificate=tmp_path / "kiosk.pem", key=tmp_path / "kiosk.key"
            ) as client,
            pytest.raises(CentralRefusedCall, match="404 not_found"),
        ):
            client.endorsement_state(uuid4())
        served.send_signal(signal.SIGTERM)
        assert served.wait(10) == 0
        assert served.stdout.read() == ""
