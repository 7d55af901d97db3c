"""A journal on another disk and back; a file that was left without its log; one writer at a time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.settings import load_config
from kiosk.diagnostics.finding import Outcome
from kiosk.diagnostics.journal_check import journal
from kiosk.diagnostics.time_allowance import TimeAllowance
from kiosk.domain.clock import SystemClock
from kiosk.domain.faults import STATE_DIRECTORY
from kiosk.journal.chain import Break, BreakKind
from kiosk.journal.interrupted_visit import UNKNOWN_STORY, unfinished_story
from kiosk.journal.journal import Journal, StepRecord
from kiosk.journal.standing import open_journal
from kiosk.journal.state_lock import HOLDER, StateHeld, StateLock
from kiosk.journal.verification import verify_file
from tests.lobby.production_site import GOOD, written
from tests.waiting import LIMIT_S

WRITER = """
import sys
from pathlib import Path
from kiosk.config.settings import load_config
from kiosk.commands.run import ASSETS
from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import StepRecord
from kiosk.journal.standing import open_journal

config, now = load_config(Path(sys.argv[1]), ASSETS), SystemClock().now
journal = open_journal(config.state_dir / "journal.db", now)
number = 0
for asked in sys.stdin:
    if asked == "end\\n":
        break
    for _ in range(int(asked)):
        number += 1
        journal.append(StepRecord(
            now(), None, "Idle", "VisitBegan", "Confirming", "inside", ("Wipe",), None, {"text": "x" * number}))
    print(number, flush=True)
journal.close()
"""


class Running:
    """A program that writes the journal of a site as the kiosk does, as many steps as it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.config = written(folder, GOOD)
        self.path = folder / "state/journal.db"
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.writes(1)

    def asks_for(self, steps: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()

    def has_written(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def writes(self, steps: int) -> int:
        self.asks_for(steps)
        return self.has_written()

    def ends(self) -> None:
        with suppress(BrokenPipeError):
            self.process.communicate("end\n", timeout=LIMIT_S)

    def is_killed(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=LIMIT_S)

    def journal(self, *words: str) -> int:
        return main(["journal", "--config", str(self.config), *words])


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    if made.process.poll() is None:
        made.ends()


def says(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_a_backup_that_is_made_while_steps_are_written_is_whole(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sure = 1
    for number in range(6):
        kiosk.asks_for(150)  # beyond a checkpoint, again and again
        copy = tmp_path / f"copy-{number}.db"
        assert kiosk.journal("backup", str(copy)) == 0
        capsys.readouterr()
        verdict = verify_file(copy, "sha256", is_alone=True)
        assert verdict.broken is None
        assert sure <= verdict.head.number <= sure + 150
        sure = kiosk.has_written()
    assert sure == 901
    assert sorted(file.name for file in tmp_path.glob("copy-*")) == [f"copy-{number}.db" for number in range(6)]
    assert (tmp_path / "copy-0.db").stat().st_mode & 0o777 == 0o600


def test_a_plain_copy_of_a_running_kiosks_journal_is_told_from_a_whole_one(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copied.db"
    for steps in (0, 5, 2000):
        if steps:
            kiosk.writes(steps)
        shutil.copy(kiosk.path, copy)
        assert kiosk.journal("verify", str(copy)) == 1
        assert "BROKEN: log_missing at step " in says(capsys)
        assert kiosk.journal("verify") == 0
        assert "hold together; the newest is" in says(capsys)
    assert kiosk.journal("restore", str(copy)) == 1  # the kiosk runs
    assert f"{kiosk.path.parent} is in use by the kiosk, process {kiosk.process.pid}\n" in says(capsys)
    kiosk.ends()
    assert kiosk.journal("restore", str(copy)) == 1
    assert "nothing was restored: the backup is log_missing at step " in says(capsys)
    shutil.copy(kiosk.path, copy)
    assert kiosk.journal("verify", str(copy)) == 0


def test_a_copy_with_its_log_is_whole(kiosk: Running, tmp_path: Path) -> None:
    kiosk.writes(20)
    for ending in ("", "-wal"):
        shutil.copy(f"{kiosk.path}{ending}", tmp_path / f"copied.db{ending}")
    verdict = verify_file(tmp_path / "copied.db", "sha256", is_alone=True)
    assert (verdict.broken, verdict.verified) == (None, 21)


def test_a_killed_kiosks_journal_is_whole_however_often_one_looks(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.writes(7)
    kiosk.is_killed()
    for words in (("verify",), ("head",), ("verify",), ("backup", str(tmp_path / "copy.db")), ("verify",)):
        assert kiosk.journal(*words) == 0, says(capsys)
    assert kiosk.journal("verify", str(tmp_path / "copy.db")) == 0
    assert main(["retained", "--config", str(kiosk.config), "--emptied"]) == 0
    assert kiosk.journal("verify") == 0
    with closing(open_journal(kiosk.path, SystemClock().now)) as journal:
        assert (journal.verify().broken, journal.head().number) == (None, 9)


def test_a_log_that_is_gone_at_the_next_start_is_a_break_until_a_technician_accepts_it(
    kiosk: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.writes(7)
    kiosk.is_killed()
    kiosk.path.with_name("journal.db-wal").unlink()
    assert kiosk.journal("verify") == 1
    missing = verify_file(kiosk.path, "sha256").broken
    assert missing is not None
    assert missing.kind is BreakKind.LOG_MISSING
    with closing(open_journal(kiosk.path, SystemClock().now)) as journal:
        assert journal.verify().broken == missing
        assert unfinished_story(journal, SystemClock().now()) == UNKNOWN_STORY
    with closing(open_journal(kiosk.path, SystemClock().now)) as journal:  # noted once, and still known
        assert journal.verify().broken == missing
    capsys.readouterr()
    assert kiosk.journal("purge", "--even-so") in (0, 1)
    assert kiosk.journal("accept") == 0
    assert "accepted" in says(capsys)
    assert kiosk.journal("verify") == 0
    [copy] = kiosk.path.parent.glob("journal-broken-*.db")
    assert verify_file(copy, "sha256", is_alone=True).broken == missing


def test_a_backup_takes_the_place_of_the_journal_which_is_put_aside(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.writes(4)
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.writes(3)
    kiosk.is_killed()  # the present one has steps in its log
    capsys.readouterr()
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    [aside] = kiosk.path.parent.glob("journal-replaced-*.db")
    assert f"copy.db is the journal now; the one before is {aside.name}\n6 steps hold together;" in says(capsys)
    assert verify_file(aside, "sha256", is_alone=True).head.number == 8
    with closing(open_journal(kiosk.path, SystemClock().now)) as journal:
        verdict = journal.verify()
        assert (verdict.broken, verdict.head.number) == (None, 6)
        with journal.as_one() as db:
            assert db.execute("SELECT event, facts FROM step ORDER BY number DESC").fetchone() == (
                "JournalRestored",
                '{"head": 5}',
            )
        assert unfinished_story(journal, SystemClock().now()) == UNKNOWN_STORY


def test_a_backup_is_restored_where_there_is_no_journal_or_a_damaged_one(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.ends()
    kiosk.path.write_bytes(b"\xff" * 8192)
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    [aside] = kiosk.path.parent.glob("journal-replaced-*.db")
    assert aside.read_bytes() == b"\xff" * 8192
    shutil.rmtree(kiosk.path.parent)
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    assert "is the journal now\n2 steps hold together" in says(capsys)
    assert kiosk.journal("verify") == 0


def test_a_log_that_a_vanished_journal_left_behind_is_not_read_into_the_restored_one(
    kiosk: Running, tmp_path: Path
) -> None:
    kiosk.writes(2)
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.writes(3)
    log = kiosk.path.with_name("journal.db-wal")
    left = log.read_bytes()
    kiosk.ends()
    kiosk.path.unlink()
    log.write_bytes(left)
    copied = verify_file(tmp_path / "copy.db", "sha256", is_alone=True).head
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    verdict = verify_file(kiosk.path, "sha256", copied)
    assert (verdict.broken, verdict.head.number) == (None, copied.number + 1)
    assert [path.read_bytes() for path in kiosk.path.parent.glob("journal-replaced-*-wal")] == [left]


def test_a_restoring_that_was_cut_short_leaves_the_journal_and_can_be_done_again(
    kiosk: Running, tmp_path: Path
) -> None:
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.writes(2)
    kiosk.ends()
    for ending in ("", "-wal", "-shm"):
        (kiosk.path.parent / f"journal.db.restoring{ending}").write_bytes(b"half of it")
    assert kiosk.journal("verify") == 0
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    assert not list(kiosk.path.parent.glob("*restoring*"))


def test_what_is_there_is_not_overwritten_by_a_backup(
    kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy.db").write_text("somebody's")
    (tmp_path / "link.db").symlink_to(tmp_path / "nowhere.db")
    for name in ("copy.db", "link.db"):
        assert kiosk.journal("backup", str(tmp_path / name)) == 2
        assert says(capsys) == f"{tmp_path / name}: File exists\n"
    assert (tmp_path / "copy.db").read_text() == "somebody's"
    assert kiosk.journal("backup", str(tmp_path / "away/copy.db")) == 2
    assert says(capsys) == f"{tmp_path / 'away/copy.db'}: No such file or directory\n"


@pytest.mark.parametrize("content", [b"", b"\xff" * 8192, b"SQLite format 3\0" + b"\0" * 4080])
def test_what_is_no_backup_is_not_restored(
    kiosk: Running, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.ends()
    before = kiosk.path.read_bytes()
    (tmp_path / "copy.db").write_bytes(content)
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) in (1, 2)
    assert len(says(capsys).splitlines()) == 1
    assert kiosk.path.read_bytes() == before
    assert not list(kiosk.path.parent.glob("*restoring*"))


def test_a_changed_backup_is_not_restored(kiosk: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kiosk.writes(4)
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.ends()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db, db:
        db.execute("UPDATE step SET custody = 'retained' WHERE number = 3")
    capsys.readouterr()
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 1
    assert says(capsys) == "nothing was restored: the backup is changed at step 3\n"


def test_one_kiosk_has_a_state_directory_and_the_next_one_is_told_who(kiosk: Running) -> None:
    state = load_config(kiosk.config, ASSETS).state_dir
    with pytest.raises(StateHeld, match=f"is in use by the kiosk, process {kiosk.process.pid}$"):
        StateLock.take(state, HOLDER)
    with closing(open_journal(kiosk.path, SystemClock().now)) as second:
        assert second.trouble == STATE_DIRECTORY
    kiosk.is_killed()
    with closing(open_journal(kiosk.path, SystemClock().now)) as third:
        assert third.trouble is None
        with pytest.raises(StateHeld, match=f"process {os.getpid()}$"):
            StateLock.take(state, HOLDER)
    assert StateLock.is_free(state)


def test_a_note_beside_a_running_kiosk_leaves_its_mark_alone(kiosk: Running, tmp_path: Path) -> None:
    assert main(["retained", "--config", str(kiosk.config), "--emptied"]) == 0
    kiosk.writes(1)
    shutil.copy(kiosk.path, tmp_path / "copied.db")
    broken = verify_file(tmp_path / "copied.db", "sha256", is_alone=True).broken
    assert broken is not None
    assert broken.kind is BreakKind.LOG_MISSING
    kiosk.ends()
    shutil.copy(kiosk.path, tmp_path / "copied.db")
    assert verify_file(tmp_path / "copied.db", "sha256", is_alone=True).broken is None


def test_an_end_while_somebody_reads_leaves_a_whole_file(kiosk: Running, tmp_path: Path) -> None:
    with closing(Journal.to_read(kiosk.path, SystemClock().now)) as reader:
        assert reader.head().number == 1
        kiosk.writes(3)
        kiosk.ends()
        shutil.copy(kiosk.path, tmp_path / "copied.db")
    assert verify_file(tmp_path / "copied.db", "sha256", is_alone=True).head.number == 4


def test_an_older_head_than_centrals_is_found_after_a_restoring(kiosk: Running, tmp_path: Path) -> None:
    assert kiosk.journal("backup", str(tmp_path / "copy.db")) == 0
    kiosk.writes(3)
    kiosk.ends()
    told = verify_file(kiosk.path, "sha256").head
    assert kiosk.journal("restore", str(tmp_path / "copy.db")) == 0
    assert verify_file(kiosk.path, "sha256", told).broken == Break(BreakKind.CUT, 4)


def test_what_was_purged_is_not_in_a_backup_and_it_holds_together(tmp_path: Path) -> None:
    config, now = written(tmp_path, GOOD), SystemClock().now()
    with closing(Journal(tmp_path / "state/journal.db", SystemClock().now)) as journal:
        for days in (300, 200, 1):
            journal.append(
                StepRecord(
                    now - timedelta(days=days), None, "Thanking", "DeadlinePassed", "Idle", "with_holder", (), None, {}
                )
            )
    assert main(["journal", "--config", str(config), "purge", "--even-so"]) == 0
    assert main(["journal", "--config", str(config), "backup", str(tmp_path / "copy.db")]) == 0
    verdict = verify_file(tmp_path / "copy.db", "sha256", is_alone=True)
    assert (verdict.broken, verdict.anchor) == (None, 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_does_not_work_on_the_kiosk_users_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(tmp_path, GOOD)
    state = tmp_path / "state"
    Journal(state / "journal.db", SystemClock().now).close()
    for file in (state, state / "journal.db"):
        os.chown(file, 65534, 65534)
    for command in (
        ["journal", "verify"],
        ["journal", "restore", str(config)],
        ["retained"],
        ["retained", "--emptied"],
    ):
        assert main([command[0], "--config", str(config), *command[1:]]) == 2
        assert says(capsys).endswith("belongs to user nobody; run this as that user (runuser -u nobody -- …)\n")
    with pytest.raises(PermissionError, match="belongs to user nobody"):
        StateLock.take(state, HOLDER)
    with closing(open_journal(state / "journal.db", SystemClock().now)) as refused:
        assert refused.trouble == STATE_DIRECTORY
    assert [file.name for file in state.iterdir()] == ["journal.db"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(
    ("given_away", "outcome", "said"),
    [
        (("journal.db-wal",), Outcome.SKIPPED, "not looked at: journal.db-wal is another user's"),
        (
            ("", "journal.db", "journal.db-wal"),
            Outcome.WARNING,
            "belongs to user nobody: not looked at; ask as that user (runuser -u nobody -- …)",
        ),
    ],
)
def test_the_diagnosis_makes_nothing_beside_another_users_journal(
    tmp_path: Path, given_away: tuple[str, ...], outcome: Outcome, said: str
) -> None:
    state = tmp_path / "state"
    Journal(state / "journal.db", SystemClock().now).close()
    (state / "journal.db-wal").touch()
    for name in given_away:
        os.chown(state / name, 65534, 65534)
    [found] = journal(load_config(written(tmp_path, GOOD), ASSETS), SystemClock(), TimeAllowance(lambda line: None))
    assert (found.outcome, found.detail) == (outcome, said)
    assert sorted(file.name for file in state.iterdir()) == ["journal.db", "journal.db-wal"]
