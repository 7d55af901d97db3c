"""Commands of central open central's own database, to read or to change, and overwrite nobody's file or key."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from kiosk.journal.journal import Journal
from kiosk.reference_central import opening
from kiosk.reference_central.database import Database, NotCentrals, alembic_config
from tests.component.reference_central.test_storage import run
from tests.lobby.central_rig import MovableClock

READING: list[tuple[str, ...]] = [
    ("show",),
    ("gaps",),
    ("kiosks",),
    ("review", "list"),
    ("review", "show", "1234-5674"),
]
CHANGING: list[tuple[str, ...]] = [
    ("purge",),
    ("purge", "--even-so"),
    ("retire-kiosk", "kiosk-1"),
    ("accept-journal", "kiosk-1"),
    ("review", "approve", "1234-5674"),
]
MAKING: list[tuple[str, ...]] = [("register-kiosk", "kiosk-1")]


def tables(file: Path) -> set[str]:
    connection = sqlite3.connect(file)
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that is refused says, which is one line."""
    assert run(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("words", READING + CHANGING, ids="-".join)
def test_a_file_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = tmp_path / "nothing.db"
    assert "there is no such file" in told(capsys, *words, "--database", f"sqlite:///{file}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", READING + CHANGING + MAKING, ids="-".join)
def test_another_programs_database_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = tmp_path / "other.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE steps (number INTEGER)")
    connection.commit()
    connection.close()
    before = hashlib.sha256(file.read_bytes()).digest()
    said = told(capsys, *words, "--database", f"sqlite:///{file}")
    assert "not central's database" in said or "another program's database" in said
    assert tables(file) == {"steps"}
    if words in READING:
        assert hashlib.sha256(file.read_bytes()).digest() == before


@pytest.mark.parametrize("words", READING + CHANGING + MAKING, ids="-".join)
def test_the_journal_of_a_kiosk_is_told_apart_and_still_a_journal_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = tmp_path / "journal.db"
    journal = Journal(file, MovableClock())
    before = tables(file)
    told(capsys, *words, "--database", f"sqlite:///{file}")
    assert tables(file) == before
    assert journal.head() is not None
    journal.close()


@pytest.mark.parametrize("content", [b"no database at all", b"\x00" * 4096], ids=["text", "zeros"])
@pytest.mark.parametrize("words", READING + CHANGING + MAKING, ids="-".join)
def test_a_file_that_is_no_database_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], content: bytes
) -> None:
    file = tmp_path / "central.db"
    file.write_bytes(content)
    told(capsys, *words, "--database", f"sqlite:///{file}")
    assert file.read_bytes() == content


def test_what_is_opened_to_read_cannot_be_written(fresh_url: str) -> None:
    database = Database(fresh_url)
    database.migrate()
    database.close()
    reading = opening.to_read(fresh_url)
    with pytest.raises(DatabaseError, match=r"read-?only"), reading.writing() as session:
        session.execute(text("INSERT INTO kiosks (kiosk_id, registered_at) VALUES ('kiosk-1', '2026-11-22')"))
    reading.close()


def test_a_database_of_an_earlier_version_is_not_changed_by_reading_and_changed_by_changing(empty_url: str) -> None:
    database = Database(empty_url)
    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0003")
    with pytest.raises(NotCentrals, match="of version 0003; this program reads version"):
        opening.to_read(empty_url)
    with database.engine.connect() as connection:
        assert not inspect(connection).has_table("earlier_kiosks")
    database.close()
    opening.to_change(empty_url).close()
    opening.to_read(empty_url).close()


def test_a_database_of_a_later_version_is_left_alone(fresh_url: str) -> None:
    database = Database(fresh_url)
    database.migrate()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for opened in (opening.to_read, opening.to_change, opening.to_make):
        with pytest.raises(NotCentrals, match="9999"):
            opened(fresh_url)
    database.close()


def test_no_key_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("make-authority", str(tmp_path)) == 0
    assert run("issue-client", str(tmp_path), "kiosk-7") == 0
    capsys.readouterr()
    keys = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert "kiosk-7.pem is there already" in told(capsys, "issue-client", str(tmp_path), "kiosk-7")
    assert "ca.pem is there already" in told(capsys, "make-authority", str(tmp_path))
    (tmp_path / "kiosk-7.pem").unlink()
    assert "kiosk-7.key is there already" in told(capsys, "issue-client", str(tmp_path), "kiosk-7")
    assert {file: file.read_bytes() for file in keys if file.name != "kiosk-7.pem"} == {
        file: content for file, content in keys.items() if file.name != "kiosk-7.pem"
    }


@pytest.mark.parametrize("name", ["../kiosk", "a/b", ".", "", "kiosk 7", "机"])
def test_a_kiosks_name_that_cannot_name_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SystemExit):
        run("issue-client", str(tmp_path), name)
