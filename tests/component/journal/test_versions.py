"""The journal's file: every earlier version opens, a later one is left alone, and so is what is no journal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.settings import load_config
from kiosk.diagnostics import journal_check
from kiosk.diagnostics.time_allowance import TimeAllowance
from kiosk.domain.clock import SystemClock
from kiosk.domain.endorsement import ChipState, FaceState
from kiosk.domain.faults import INSTALLATION
from kiosk.journal import file as journal_file
from kiosk.journal.interrupted_visit import unfinished_story
from kiosk.journal.journal import Journal, JournalFailed, JournalTooNew, StepRecord
from kiosk.journal.standing import open_journal
from kiosk.journal.verification import verify_file
from tests.lobby.production_site import GOOD, written

JOURNALS = Path(__file__).parents[2] / "data/journals"
EARLIER = sorted(JOURNALS.glob("version-*.sql"))
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
RETAINED = UUID("7b0c51a2-2f0e-4c8e-9c3f-0d7a6f1f4a01")
INTERRUPTED = UUID("00000000-0000-0000-0000-0000000000a1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def is_written_by(version: Path, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(version.read_text("utf-8"))


def changed(path: Path, *commands: str) -> bytes:
    """The file after somebody changed it behind the program's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for command in commands:
            db.execute(command)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def test_there_is_a_file_of_every_earlier_version() -> None:
    assert [file.stem for file in EARLIER] == [f"version-{number}" for number in range(1, journal_file.VERSION)]


@pytest.mark.parametrize("version", EARLIER, ids=lambda file: file.stem)
def test_a_journal_of_an_earlier_version_is_understood_and_gone_on_with(version: Path, path: Path) -> None:
    is_written_by(version, path)
    with closing(open_journal(path, lambda: NOW)) as journal:
        story = unfinished_story(journal, NOW)
        assert (story.endorsement_id, story.sessions, story.chip, story.face, story.relayed) == (
            INTERRUPTED,
            1,
            ChipState.UNKNOWN,
            FaceState.OLD,
            1,
        )
        assert (story.hashes is None) is (version.stem == "version-1")  # it did not have them yet
        assert [permit.endorsement_id for permit in journal.permits_in_bin()] == [RETAINED]
        waiting = journal.first_waiting_message()
        assert waiting is not None
        assert (waiting.sequence, waiting.body) == (2, '{"chip":"old","custody":"retained","face":"old"}')
        journal.append(StepRecord(NOW, None, "Recovering", "PathInspected", "Idle", "with_holder", (), None, {}))
        assert journal.number_call("endorsements", "another key", None) == 3
        verdict = journal.verify()
        assert (verdict.broken, verdict.verified, verdict.head.number) == (None, 9, 9)
    with closing(sqlite3.connect(path)) as db:
        assert journal_file.version_of(db) == journal_file.VERSION


@pytest.mark.parametrize("version", EARLIER, ids=lambda file: file.stem)
def test_a_journal_that_was_brought_up_to_date_has_the_tables_of_a_new_one(version: Path, path: Path) -> None:
    def columns(file: Path) -> dict[str, set[str]]:
        with closing(sqlite3.connect(file)) as db:
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")]
            return {name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for name in names}

    is_written_by(version, path)
    new = path.with_name("new.db")
    for file in (path, new):
        Journal(file, lambda: NOW).close()
    assert columns(path) == columns(new)


@pytest.mark.parametrize("version", EARLIER, ids=lambda file: file.stem)
def test_looking_at_an_earlier_journal_does_not_change_it(version: Path, path: Path) -> None:
    is_written_by(version, path)
    before = path.read_bytes()
    if version.stem == "version-1":
        with pytest.raises(JournalFailed, match="the journal has version 1; the kiosk brings it to version 5"):
            verify_file(path, "sha256")
    else:
        verdict = verify_file(path, "sha256")
        assert (verdict.broken, verdict.verified) == (None, 8)
        with closing(Journal.to_read(path, lambda: NOW)) as journal:
            assert [permit.endorsement_id for permit in journal.permits_in_bin()] == [RETAINED]
            assert journal.queue().length == 1
            assert journal.clock_doubted_at() is None
            with pytest.raises(JournalFailed, match="readonly"):
                journal.note("SomethingWasDone", {})
    assert path.read_bytes() == before


def test_a_power_cut_while_a_journal_is_brought_up_to_date_leaves_it_as_it_was(path: Path) -> None:
    is_written_by(EARLIER[0], path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE layout (only_one_column TEXT)")  # what a later step of it stumbles over
    with pytest.raises(sqlite3.Error):
        Journal(path, lambda: NOW)
    with closing(sqlite3.connect(path)) as db:
        assert "hash" not in {row[1] for row in db.execute("PRAGMA table_info(step)")}


def test_a_later_version_is_refused_in_one_line_and_left_as_it_is(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(path, lambda: NOW).close()
    later = changed(path, "UPDATE layout SET version = 6", "PRAGMA user_version = 6")
    with closing(open_journal(path, lambda: NOW)) as closed:
        assert closed.trouble == INSTALLATION  # the kiosk shows this fault's page
    with pytest.raises(JournalTooNew) as caught:
        Journal(path, lambda: NOW)
    assert caught.value.version == 6
    said = (
        "the journal has version 6, and this program knows versions up to 5: install the program that wrote it, or"
        " a later one"
    )
    assert str(caught.value) == said
    (tmp_path / "state").mkdir()
    mine = path.rename(tmp_path / "state/journal.db")
    config = str(written(tmp_path, GOOD))
    for command in (
        ["journal", "--config", config, "verify"],
        ["journal", "--config", config, "accept"],
        ["retained", "--config", config],
        ["retained", "--config", config, "--emptied"],
    ):
        assert main(command) == 2
        assert capsys.readouterr().err == f"{mine}: {said}\n"
    [found] = journal_check.journal(load_config(Path(config), ASSETS), SystemClock(), TimeAllowance(lambda line: None))
    assert (found.fault, found.detail) == (INSTALLATION, f"the journal does not open: {said}")
    assert mine.read_bytes() == later
    assert not list(tmp_path.rglob("*unreadable*"))


@pytest.mark.parametrize(
    "flipped",
    [
        "PRAGMA user_version = 6",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 4",
        "PRAGMA application_id = 0",
        "UPDATE layout SET version = 6",
        "DELETE FROM layout",
        "DROP TABLE layout",
    ],
)
def test_a_spoilt_number_is_damage_and_no_other_version(flipped: str, path: Path) -> None:
    Journal(path, lambda: NOW).close()
    changed(path, flipped)
    with pytest.raises(sqlite3.DatabaseError):
        Journal(path, lambda: NOW)
    with closing(open_journal(path, lambda: NOW)) as journal:
        assert str(journal.verify().broken) == "unreadable at step 0"
    assert len(list(path.parent.glob("journal.db.unreadable-*"))) == 1


def test_another_programs_database_is_refused_and_nothing_is_made_in_it(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE permit (number TEXT)")
    (tmp_path / "state").mkdir()
    foreign = path.rename(tmp_path / "state/journal.db")
    before, config = foreign.read_bytes(), str(written(tmp_path, GOOD))
    for command in (
        ["journal", "--config", config, "verify"],
        ["journal", "--config", config, "head"],
        ["journal", "--config", config, "backup", str(tmp_path / "copy.db")],
        ["journal", "--config", config, "purge", "--even-so"],
        ["retained", "--config", config],
        ["retained", "--config", config, "--emptied"],
    ):
        assert main(command) == 2, command
        assert capsys.readouterr().err == f"{foreign}: is no journal of this program\n"
    assert foreign.read_bytes() == before
    assert not (tmp_path / "copy.db").exists()


def test_an_empty_file_is_no_journal_to_look_at(path: Path) -> None:
    path.touch()
    with pytest.raises(JournalFailed, match="is empty, no journal"):
        verify_file(path, "sha256")
    assert path.read_bytes() == b""
