"""A journal that is damaged in any form is put aside once, and told; what the disk keeps from opening is waited for."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.domain.endorsement import ChipState
from kiosk.domain.faults import DISK_FULL, JOURNAL_BROKEN, JOURNAL_HELD, STATE_DIRECTORY, Fault
from kiosk.journal.chain import Break, BreakKind
from kiosk.journal.interrupted_visit import UNKNOWN_STORY, unfinished_story
from kiosk.journal.journal import Journal, JournalFailed, OutboundMessage, StepRecord
from kiosk.journal.standing import StandingJournal, open_journal
from kiosk.journal.state_lock import StateHeld, StateLock
from kiosk.services.journal_guard import JournalGuard

STARTED = datetime(2026, 5, 20, 10, 0, tzinfo=UTC)
ENDORSEMENT = UUID(int=2)
STEPS = 6
UNREADABLE = Break(BreakKind.UNREADABLE, 0)
IS_ROOT = os.geteuid() == 0
NO_OVERRIDE = "-dac_override,-dac_read_search,-fowner"


def trouble_of(journal: Journal) -> Fault | None:
    """A function, because it changes by itself: what is read twice from an attribute is taken for the same."""
    return journal.trouble


def now() -> datetime:
    return STARTED + timedelta(hours=1)


def writes(journal: Journal, steps: int) -> None:
    for number in range(steps):
        sent = [OutboundMessage("completion", f"key-{number}", ENDORSEMENT, "{}")] if number % 3 == 0 else []
        journal.append(
            StepRecord(
                STARTED + timedelta(seconds=number),
                UUID(int=1),
                "Before",
                "Happened",
                "After",
                "inside",
                ("Effect",),
                ENDORSEMENT,
                {"batch": number},
            ),
            sent,
        )


class HandClock:
    def __init__(self) -> None:
        self.passed_s = 0.0

    def __call__(self) -> float:
        return self.passed_s


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with a journal that a kiosk left."""
    folder = tmp_path / "state"
    with closing(open_journal(folder / "journal.db", lambda: STARTED)) as journal:
        writes(journal, STEPS)
    return folder


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@pytest.fixture
def opens(state: Path, hand: HandClock) -> Iterator[Callable[[], StandingJournal]]:
    opened: list[StandingJournal] = []

    def open_it() -> StandingJournal:
        opened.append(StandingJournal(state / "journal.db", now, monotonic=hand))
        return opened[-1]

    yield open_it
    for journal in opened:
        journal.close()


def aside(state: Path) -> list[str]:
    return sorted(path.name for path in state.iterdir() if path.name.startswith("journal.db.unreadable-"))


def uses(journal: Journal) -> None:
    """What a kiosk asks of its journal from the start on: nothing but `JournalFailed` may come of it."""
    for question in (
        lambda: unfinished_story(journal, now()),
        journal.queue,
        journal.first_waiting_message,
        journal.head,
        journal.permits_in_bin,
        journal.clock_doubted_at,
        journal.last_moment,
        journal.last_step_at,
        lambda: writes(journal, 1),
    ):
        with suppress(JournalFailed):
            question()


HEADER = range(100)  # sqlite.org, fileformat2.html, 1.3
SOME = (*HEADER, *range(100, 4096, 16))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bit", "positions"),
    [
        *(pytest.param(bit, SOME, id=f"some-{bit}") for bit in (0, 7)),
        *(pytest.param(bit, range(4096), marks=pytest.mark.long, id=f"all-{bit}") for bit in range(8)),
    ],
)
def test_one_flipped_bit_of_any_byte_of_the_first_page_is_harmless_or_told_and_ends_nothing(
    bit: int, positions: Sequence[int]
) -> None:
    """4096 bytes. Nothing is lost without a word: all steps are there, or the break is known."""
    quick = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # a disk would be asked to sync 200,000 times
    with tempfile.TemporaryDirectory(dir=quick) as folder:
        state = Path(folder)
        path = state / "journal.db"
        with closing(Journal(path, lambda: STARTED)) as journal:
            writes(journal, STEPS)
        whole = path.read_bytes()
        assert int.from_bytes(whole[16:18], "big") == 4096
        kept_as_it_is = 0
        for position in positions:
            flipped = bytearray(whole)
            flipped[position] ^= 1 << bit
            path.write_bytes(flipped)
            with closing(open_journal(path, now)) as journal:
                assert trouble_of(journal) is None, position
                put_aside = aside(state)
                verdict = journal.verify()
                if put_aside:
                    kept = [(state / name).read_bytes() for name in put_aside]
                    assert [each[4096 : len(whole)] for each in kept] == [whole[4096:]], position
                    assert verdict.broken == UNREADABLE, position
                else:
                    kept_as_it_is += 1
                    assert verdict.broken is not None or verdict.verified == STEPS, position
                uses(journal)
            for left in state.iterdir():
                left.unlink()
        assert 0 < kept_as_it_is < len(positions)


def _is_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _is_a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _is_a_socket(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _is_a_loop_of_links(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _is_empty(path: Path) -> None:
    path.write_bytes(b"")


def _is_noise(path: Path) -> None:
    path.write_bytes(b"\xff" * 8192)


def _is_text(path: Path) -> None:
    path.write_text("nothing to see here\n" * 400, encoding="utf-8")


def _is_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _is_another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)")


def _is_an_empty_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 7")


def _lacks_a_column(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP INDEX message_waiting")
        db.execute("ALTER TABLE message DROP COLUMN body")


def _log_is_a_directory(path: Path) -> None:
    path.with_name("journal.db-wal").mkdir()


def _only_its_log_is_left(path: Path) -> None:
    path.rename(path.with_name("journal.db-wal"))


DAMAGE = (
    _is_a_directory,
    _is_a_fifo,
    _is_a_socket,
    _is_a_loop_of_links,
    _is_empty,
    _is_noise,
    _is_text,
    _is_cut,
    _is_another_programs,
    _is_an_empty_database,
    _lacks_a_column,
    _log_is_a_directory,
    _only_its_log_is_left,
)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_a_journal_that_is_none_is_put_aside_once_whatever_it_is(
    state: Path,
    opens: Callable[[], StandingJournal],
    damage: Callable[[Path], None],
    hand: HandClock,
) -> None:
    damage(state / "journal.db")
    before = {path.lstat().st_ino for path in state.iterdir() if path.name != "kiosk.lock"}
    journal = opens()
    assert trouble_of(journal) is None
    assert JournalGuard(journal).fault is None  # nobody looked yet
    guard = JournalGuard(journal)
    guard.verify()
    assert guard.fault is JOURNAL_BROKEN
    assert journal.verify().broken == UNREADABLE
    assert unfinished_story(journal, now()) == UNKNOWN_STORY
    assert unfinished_story(journal, now()).chip is ChipState.UNKNOWN
    writes(journal, 2)
    journal.close()
    kept = sorted(path.name for path in state.iterdir() if ".unreadable-" in path.name)
    assert before <= {(state / name).lstat().st_ino for name in kept}
    again = opens()
    assert again.trouble is None
    assert sorted(path.name for path in state.iterdir() if ".unreadable-" in path.name) == kept
    assert not list(state.glob("*.making*")) + list(state.glob("*.new*"))


def test_two_journals_that_are_damaged_in_one_second_are_both_kept(
    state: Path, opens: Callable[[], StandingJournal]
) -> None:
    for _ in range(2):
        _is_noise(state / "journal.db")
        opens().close()
    assert len(aside(state)) == 2


def test_a_start_that_was_cut_between_the_two_names_is_finished_and_told(
    state: Path, opens: Callable[[], StandingJournal]
) -> None:
    _is_noise(state / "journal.db")
    opens().close()
    (state / "journal.db").rename(state / "journal.db.new")
    (state / "journal.db.making").write_bytes(b"half")
    assert opens().verify().broken == UNREADABLE


def test_a_first_start_begins_a_journal_and_finds_nothing_broken(tmp_path: Path) -> None:
    with closing(open_journal(tmp_path / "new" / "deep" / "journal.db", now)) as journal:
        assert trouble_of(journal) is None
        assert journal.verify().broken is None
        assert unfinished_story(journal, now()).chip is ChipState.OLD


def test_a_link_to_a_disk_that_is_not_mounted_yet_is_waited_for(
    state: Path, opens: Callable[[], StandingJournal], hand: HandClock
) -> None:
    elsewhere = state.with_name("mounted") / "journal.db"
    (state / "journal.db").rename(state / "moved")
    (state / "journal.db").symlink_to(elsewhere)
    journal = opens()
    assert trouble_of(journal) is STATE_DIRECTORY
    elsewhere.parent.mkdir()
    shutil.copy(state / "moved", elsewhere)
    assert trouble_of(journal) is STATE_DIRECTORY  # it is not tried at every question
    hand.passed_s = 5.0
    assert trouble_of(journal) is None
    assert journal.verify().verified == STEPS
    assert aside(state) == []


def test_what_happens_while_the_journal_is_closed_is_written_when_it_opens(
    state: Path, opens: Callable[[], StandingJournal], hand: HandClock
) -> None:
    (state / "journal.db").rename(state / "moved")
    (state / "journal.db").symlink_to(state / "away" / "journal.db")
    journal = opens()
    step = StepRecord(now(), None, "A", "B", "C", "inside", (), None, {})
    with pytest.raises(JournalFailed) as failed:
        journal.append(step)
    assert failed.value.fault is STATE_DIRECTORY
    journal.keep(step)
    (state / "journal.db").unlink()
    (state / "moved").rename(state / "journal.db")
    hand.passed_s = 5.0
    writes(journal, 1)
    assert journal.verify() == journal.verify()
    assert journal.verify().broken is None
    assert journal.head().number == STEPS + 2


def test_a_journal_that_is_held_by_another_program_is_not_damaged(
    state: Path, opens: Callable[[], StandingJournal], hand: HandClock
) -> None:
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        journal = opens()
        assert trouble_of(journal) is JOURNAL_HELD
        other.execute("ROLLBACK")
    hand.passed_s = 5.0
    assert trouble_of(journal) is None
    assert aside(state) == []


WITHOUT_OVERRIDE = """
import sys, datetime, pathlib
from kiosk.journal.standing import open_journal
journal = open_journal(pathlib.Path(sys.argv[1]), lambda: datetime.datetime.now(datetime.UTC))
print(journal.trouble.code if journal.trouble else "open")
"""


def opened_by_a_user_without_privileges(path: Path) -> str:
    """What a user says of it whom the bits of a file's mode bind; root is bound by them without these capabilities."""
    drop = ["setpriv", f"--bounding-set={NO_OVERRIDE}", "--inh-caps=-all"] if IS_ROOT else []
    done = subprocess.run(
        [*drop, sys.executable, "-c", WITHOUT_OVERRIDE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.strip()


@pytest.mark.skipif(IS_ROOT and shutil.which("setpriv") is None, reason="root is bound by no file's mode")
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("journal.db", 0o000),
        ("journal.db", 0o400),
        (".", 0o500),
        (".", 0o000),
        ("journal.db-wal", 0o000),
    ],
)
def test_what_the_kiosks_user_may_not_write_is_left_where_it_is_and_named(state: Path, name: str, mode: int) -> None:
    (state / "journal.db-wal").touch()
    before = sorted(path.name for path in state.iterdir())
    (state / name).chmod(mode)
    try:
        assert opened_by_a_user_without_privileges(state / "journal.db") == STATE_DIRECTORY.code
    finally:
        (state / name).chmod(0o700)
    assert sorted(path.name for path in state.iterdir()) == before
    assert opened_by_a_user_without_privileges(state / "journal.db") == "open"
    assert aside(state) == []


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a disk without room")
@pytest.mark.parametrize("options", ["size=4k", "nr_inodes=3"])
@pytest.mark.parametrize("was_there", [True, False])
def test_a_disk_without_room_is_waited_for_and_the_journal_left_where_it_is(
    state: Path, tmp_path: Path, options: str, was_there: bool, hand: HandClock
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    journal = None
    try:
        if was_there:
            shutil.copy(state / "journal.db", disk / "journal.db")
        _fills(disk, options)
        journal = StandingJournal(disk / "journal.db", now, monotonic=hand)
        assert trouble_of(journal) is DISK_FULL
        (disk / "filler").unlink(missing_ok=True)
        for path in disk.glob("filler-*"):
            path.unlink()
        hand.passed_s = 5.0
        assert trouble_of(journal) is None
        assert journal.verify().broken is None
        assert journal.head().number == (STEPS if was_there else 0)
        assert aside(disk) == []
    finally:
        if journal is not None:
            journal.close()
        subprocess.run(["umount", str(disk)], check=True)


def _fills(disk: Path, options: str) -> None:
    with suppress(OSError):
        if options.startswith("size"):
            with (disk / "filler").open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 4096)
        for number in range(1000):
            (disk / f"filler-{number}").touch()


def test_a_damaged_time_of_a_waiting_message_makes_it_the_oldest_and_it_is_still_sent(state: Path) -> None:
    for damaged in ("2026-05-20T1x:00:00+00:00", "2026-05-20T10:00:00", "", "9026-05-20T10:00:00+00:00"):
        with closing(sqlite3.connect(state / "journal.db")) as db, db:
            db.execute("UPDATE message SET at = ? WHERE sequence = 1", (damaged,))
        with closing(open_journal(state / "journal.db", now)) as journal:
            message, queue = journal.first_waiting_message(), journal.queue()
            assert message is not None
            assert (message.sequence, message.body, queue.length) == (1, "{}", 2)
            assert queue.oldest_at is not None
            assert queue.oldest_at.tzinfo is not None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE step SET facts = '{\"batch\": ' WHERE number = 3",
        "UPDATE step SET facts = '7' WHERE number = 3",
        "UPDATE step SET effects = '{' WHERE number = 3",
        "UPDATE step SET endorsement_id = 'x' WHERE number = 3",
        "UPDATE step SET at = '2026-05-20' WHERE number = 6",
        "UPDATE step SET at = '' WHERE number = 6",
        'UPDATE step SET facts = \'{"chip": "gold"}\' WHERE number = 3',
        "UPDATE step SET facts = '{\"seal_old\": 7}' WHERE number = 3",
        "UPDATE step SET at = CAST(x'c3' AS TEXT) WHERE number = 6",
    ],
)
def test_a_step_that_makes_no_sense_is_a_fault_of_the_journal_and_nobodys_end(state: Path, change: str) -> None:
    with closing(sqlite3.connect(state / "journal.db")) as db, db:
        db.execute(change)
    with closing(open_journal(state / "journal.db", now)) as journal:
        with pytest.raises(JournalFailed) as failed:
            unfinished_story(journal, now())
        assert failed.value.fault is JOURNAL_BROKEN
        guard = JournalGuard(journal)
        guard.verify()
        assert guard.fault is JOURNAL_BROKEN


def test_a_break_that_is_found_is_told_at_once(state: Path) -> None:
    with closing(sqlite3.connect(state / "journal.db")) as db, db:
        db.execute("UPDATE step SET custody = 'retained' WHERE number = 5")
    told: list[object] = []
    with closing(open_journal(state / "journal.db", now)) as journal:
        JournalGuard(journal, told.append).verify()
    assert told == [JOURNAL_BROKEN]


def test_a_second_kiosk_in_one_state_directory_hears_who_holds_it(state: Path) -> None:
    lock = StateLock.take(state, "the kiosk")
    with pytest.raises(StateHeld, match=rf"in use by the kiosk, process {os.getpid()}$"):
        StateLock.take(state, "the kiosk")
    with closing(open_journal(state / "journal.db", now)) as journal:
        assert trouble_of(journal) is STATE_DIRECTORY
    lock.release()
    with closing(open_journal(state / "journal.db", now)) as journal:
        assert trouble_of(journal) is None


def test_a_journal_that_takes_nothing_more_says_so_until_it_took_what_was_kept(
    state: Path, opens: Callable[[], StandingJournal]
) -> None:
    journal = opens()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    step = StepRecord(now(), None, "A", "B", "C", "inside", (), None, {})
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(JournalFailed):
            journal.append(step)
        journal.keep(step)
        assert trouble_of(journal) is DISK_FULL
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert trouble_of(journal) is None
    assert journal.head().number == STEPS + 1
