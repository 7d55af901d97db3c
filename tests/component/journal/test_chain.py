"""The journal's chain: whatever is done to the file behind the program's back is found, and nothing else is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.journal.chain import GENESIS, HASHES, Break, BreakKind, HashName, Head, digest, link
from kiosk.journal.journal import (
    BIN_EMPTIED,
    Journal,
    JournalFailed,
    OutboundMessage,
    StepRecord,
)
from kiosk.journal.retention import NothingPurged, accept, purge
from kiosk.journal.standing import open_journal
from kiosk.journal.verification import verify_file

STARTED = datetime(2026, 5, 20, 10, 0, tzinfo=UTC)
VISIT, ENDORSEMENT = UUID(int=1), UUID(int=2)
STEPS = 12
TOLD = OutboundMessage("completion", "key", ENDORSEMENT, '{"chip":"new"}')


class Book:
    """A journal with a clock, and hands that reach behind its back."""

    def __init__(self, path: Path, algorithm: HashName = "sha256") -> None:
        self.path = path
        self.now = STARTED
        self.algorithm = algorithm
        self.opens()

    def opens(self) -> None:
        self.journal = Journal(self.path, lambda: self.now, self.algorithm)
        # What the disk keeps is not the question here, and every sync costs ten milliseconds.
        assert self.journal._db is not None
        self.journal._db.execute("PRAGMA synchronous=OFF")

    def writes(
        self, steps: int = STEPS, after: str = "Confirming", facts: Mapping[str, str | bool] = {"intent": "go_on"}
    ) -> None:
        """So many steps, a minute apart; every third tells central something."""
        for number in range(steps):
            self.now += timedelta(minutes=1)
            record = StepRecord(
                self.now, VISIT, "Idle", "PersonChose", after, "inside", ("Wipe",), ENDORSEMENT, dict(facts)
            )
            message = replace(TOLD, idempotency_key=f"key {self.now}")
            self.journal.append(record, [message] if number % 3 == 0 else [])

    def sends(self) -> None:
        while (message := self.journal.first_waiting_message()) is not None:
            self.journal.settle_message(message.sequence, "written")

    def is_tampered_with(self, *commands: str) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            for command in commands:
                db.execute(command)

    def column(self, query: str) -> list[object]:
        with closing(sqlite3.connect(self.path)) as db:
            return [row[0] for row in db.execute(query)]

    @property
    def broken(self) -> Break | None:
        return self.journal.verify().broken


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "journal.db")
    made.writes()
    yield made
    made.journal.close()


def test_the_hashes_are_those_of_the_standards() -> None:
    # FIPS 180-4 and GB/T 32905-2016, appendix A: the digests of "abc".
    assert digest("sha256", b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("sm3", b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_link_covers_the_step_before_it_its_number_and_its_messages() -> None:
    row: list[str | int | None] = ["at", None, "Idle"]
    message: list[str | int | None] = [7, "at", "completion", "key", None, "{}"]
    links = {
        link("sha256", GENESIS, 1, row, [message]),
        link("sha256", "1" * 64, 1, row, [message]),
        link("sha256", GENESIS, 2, row, [message]),
        link("sha256", GENESIS, 1, ["at", "None", "Idle"], [message]),
        link("sha256", GENESIS, 1, row, []),
        link("sha256", GENESIS, 1, [*row, *message], []),
    }
    assert len(links) == 6


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_journal_that_nobody_touched_holds_together(tmp_path: Path, algorithm: HashName) -> None:
    book = Book(tmp_path / "journal.db", algorithm)
    assert book.journal.head() == Head(0, algorithm, GENESIS)
    book.writes()
    book.sends()
    book.journal.number_call("endorsements", "key of a call", None)
    verdict = book.journal.verify()
    assert (verdict.broken, verdict.verified, verdict.anchor) == (None, STEPS, 0)
    assert verdict.head == book.journal.head()
    assert (verdict.head.number, verdict.head.algorithm, len(verdict.head.hash)) == (STEPS, algorithm, 64)
    book.journal.close()


def test_the_algorithm_may_change_and_the_chain_goes_on(book: Book) -> None:
    book.journal.close()
    book.algorithm = "sm3"
    book.opens()
    book.writes(3)
    verdict = book.journal.verify()
    assert (verdict.broken, verdict.verified, verdict.head.algorithm) == (None, STEPS + 3, "sm3")


def test_the_chain_goes_on_after_a_restart_and_beside_another_program(book: Book) -> None:
    beside = Journal(book.path, lambda: book.now)
    beside.note("SomethingWasDone", {"by": "staff"})
    beside.close()
    book.writes(3)
    assert (book.broken, book.journal.head().number) == (None, STEPS + 4)


def test_a_step_that_the_disk_did_not_take_leaves_no_mark_in_the_chain(book: Book) -> None:
    book.is_tampered_with("CREATE TRIGGER full BEFORE INSERT ON step BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    with pytest.raises(JournalFailed):
        book.writes(1)
    book.is_tampered_with("DROP TRIGGER full")
    book.writes(1)
    assert (book.broken, book.journal.head().number) == (None, STEPS + 1)


# -- deletion, edit, reorder, cut tail ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, STEPS))
def test_a_deleted_step_is_missed_wherever_it_was(book: Book, number: int) -> None:
    book.is_tampered_with(f"DELETE FROM step WHERE number = {number}")
    assert book.broken == Break(BreakKind.MISSING, number)


@pytest.mark.parametrize("number", [1, 5, STEPS])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-05-20T10:01:01+00:00'"),
        ("visit_id", "NULL"),
        ("state_before", "'Confirming'"),
        ("event", "'X'"),
        ("state_after", "'Idle'"),
        ("custody", "'with_holder'"),
        ("effects", "'[]'"),
        ("endorsement_id", "NULL"),
        ("facts", "'{}'"),
        ("algorithm", "'sm3'"),
        ("algorithm", "'md5'"),
        ("hash", f"'{GENESIS}'"),
    ],
)
def test_an_edited_step_is_found_whatever_was_edited(book: Book, number: int, column: str, value: str) -> None:
    book.is_tampered_with(f"UPDATE step SET {column} = {value} WHERE number = {number}")
    assert book.broken == Break(BreakKind.CHANGED, number)


def test_two_steps_in_another_order_are_found(book: Book) -> None:
    book.is_tampered_with(
        "UPDATE step SET number = -1 WHERE number = 4",
        "UPDATE step SET number = 4 WHERE number = 5",
        "UPDATE step SET number = 5 WHERE number = -1",
    )
    assert book.broken == Break(BreakKind.CHANGED, 4)


def test_steps_that_were_numbered_anew_over_a_gap_are_found(book: Book) -> None:
    book.is_tampered_with("DELETE FROM step WHERE number = 4", "UPDATE step SET number = number - 1 WHERE number > 4")
    assert book.broken == Break(BreakKind.CHANGED, 4)


def test_a_step_that_was_put_in_is_found(book: Book) -> None:
    book.is_tampered_with(
        "INSERT INTO step SELECT 13, at, visit_id, state_before, event, state_after, custody, effects, endorsement_id,"
        " facts, algorithm, hash FROM step WHERE number = 12"
    )
    assert book.broken == Break(BreakKind.CHANGED, 13)


@pytest.mark.parametrize(
    "command",
    [
        "DELETE FROM message WHERE step = 4",
        'UPDATE message SET body = \'{"chip":"old"}\' WHERE step = 4',
        "UPDATE message SET step = 5 WHERE step = 4",
        "UPDATE message SET endorsement_id = NULL WHERE step = 4",
        "INSERT INTO message (at, call, idempotency_key, body, step) VALUES ('', 'completion', 'forged', '{}', 4)",
    ],
)
def test_what_a_step_told_central_cannot_be_changed(book: Book, command: str) -> None:
    book.is_tampered_with(command)
    assert book.broken == Break(BreakKind.CHANGED, 4)


def test_a_message_of_a_step_that_is_yet_to_come_is_found(book: Book) -> None:
    book.is_tampered_with("UPDATE message SET step = 99 WHERE step = 10")
    assert book.broken == Break(BreakKind.CHANGED, 10)


def test_a_cut_tail_is_missed_by_the_file_itself(book: Book) -> None:
    book.is_tampered_with("DELETE FROM step WHERE number > 8", "DELETE FROM message WHERE step > 8")
    assert book.broken == Break(BreakKind.CUT, 9)
    book.writes(1)
    assert book.broken == Break(BreakKind.MISSING, 9)


def test_a_tail_that_was_cut_without_a_trace_is_missed_by_what_central_knows(book: Book) -> None:
    told = book.journal.head()
    book.is_tampered_with(
        "DELETE FROM step WHERE number > 8",
        "DELETE FROM message WHERE step > 8",
        "UPDATE sqlite_sequence SET seq = 8 WHERE name = 'step'",
    )
    assert book.broken is None
    assert book.journal.verify(told).broken == Break(BreakKind.CUT, STEPS)
    assert book.journal.contradiction(told) == Break(BreakKind.CUT, STEPS)
    book.now += timedelta(seconds=1)
    book.writes(6)
    assert book.journal.verify(told).broken == Break(BreakKind.REPLACED, STEPS)
    assert book.journal.contradiction(told) == Break(BreakKind.REPLACED, STEPS)


def test_a_chain_that_was_computed_anew_is_not_the_one_that_central_knows(book: Book) -> None:
    told = book.journal.head()
    forged = Book(book.path.with_name("forged.db"))
    forged.now += timedelta(seconds=1)
    forged.writes(STEPS + 5)
    assert forged.broken is None
    assert forged.journal.verify(told).broken == Break(BreakKind.REPLACED, STEPS)
    forged.journal.close()


def test_an_empty_new_file_is_not_the_one_that_central_knows(book: Book, tmp_path: Path) -> None:
    empty = Book(tmp_path / "new.db")
    assert empty.journal.verify(book.journal.head()).broken == Break(BreakKind.CUT, STEPS)
    empty.journal.close()


def test_what_central_knew_long_ago_still_fits(book: Book) -> None:
    told = book.journal.head()
    book.writes()
    assert book.journal.verify(told).broken is None
    assert book.journal.contradiction(told) is None


def test_a_break_is_passed_by_a_note_and_by_nothing_else(book: Book, tmp_path: Path) -> None:
    book.is_tampered_with("UPDATE step SET custody = 'with_holder' WHERE number = 4")
    book.writes(2)
    assert book.broken == Break(BreakKind.CHANGED, 4)
    accept(book.journal, Break(BreakKind.CHANGED, 4), tmp_path / "copy.db")
    book.writes(2)
    verdict = book.journal.verify()
    assert (verdict.broken, verdict.anchor, verdict.verified) == (None, STEPS + 2, 3)
    assert verify_file(tmp_path / "copy.db", "sha256").broken == Break(BreakKind.CHANGED, 4)
    book.is_tampered_with("DELETE FROM step WHERE event = 'JournalAccepted'")
    assert book.broken == Break(BreakKind.MISSING, STEPS + 3)


def test_an_anchor_that_no_note_explains_is_a_break(book: Book) -> None:
    (hashed,) = book.column("SELECT hash FROM step WHERE number = 6")
    book.is_tampered_with(
        "DELETE FROM step WHERE number <= 6",
        "DELETE FROM message WHERE step <= 6",
        f"INSERT INTO anchor VALUES (1, 6, 'sha256', '{hashed}')",
    )
    assert book.broken == Break(BreakKind.MISSING, 6)


# -- retention --------------------------------------------------------------------------------------------------------


def idle_for(book: Book, days: int) -> None:
    book.writes(1, after="Idle")
    book.sends()
    book.now += timedelta(days=days)


def test_what_is_too_old_is_forgotten_and_the_rest_still_holds_together(book: Book) -> None:
    idle_for(book, 100)
    book.writes(STEPS)
    idle_for(book, 100)
    told = book.journal.head()
    assert purge(book.journal, book.now) == STEPS + 1
    book.writes(2)
    verdict = book.journal.verify(told)
    assert (verdict.broken, verdict.anchor, verdict.verified) == (None, STEPS + 1, STEPS + 1 + 1 + 2)
    assert book.column("SELECT min(step) FROM message") == [STEPS + 2]
    assert purge(book.journal, book.now) == 0
    assert book.journal.head().number == 2 * STEPS + 5


def test_a_later_deletion_behind_the_anchor_is_still_found(book: Book) -> None:
    idle_for(book, 200)
    book.writes(STEPS)
    idle_for(book, 1)
    purge(book.journal, book.now)
    book.is_tampered_with(f"DELETE FROM step WHERE number = {STEPS + 2}")
    assert book.broken == Break(BreakKind.MISSING, STEPS + 2)


def test_a_purge_that_was_stopped_is_taken_up_again_and_leaves_no_break(book: Book) -> None:
    book.writes(250)
    idle_for(book, 200)
    book.writes(1)
    idle_for(book, 1)
    portions = iter([True, False])
    assert purge(book.journal, book.now, may_go_on=lambda: next(portions)) == 200
    assert book.broken is None
    assert purge(book.journal, book.now) == STEPS + 50 + 1
    assert book.broken is None


def test_an_unfinished_visit_is_kept_however_old(book: Book) -> None:
    idle_for(book, 1)
    book.writes(3)
    book.now += timedelta(days=400)
    book.sends()
    assert purge(book.journal, book.now) == STEPS
    assert [step.event for step in book.journal.steps_since_idle()] == ["PersonChose"] * 3


def test_what_central_must_still_get_is_kept_however_old(book: Book) -> None:
    book.writes(1, after="Idle")
    book.now += timedelta(days=400)
    book.writes(1, after="Idle")
    waiting = book.journal.queue().length
    purge(book.journal, book.now)
    assert book.journal.queue().length == waiting
    assert book.journal.first_waiting_message() is not None
    assert book.broken is None


def test_a_permit_in_the_bin_is_remembered_until_staff_say_that_it_is_empty(book: Book) -> None:
    book.writes(1, after="Explaining", facts={"in_bin": True})
    idle_for(book, 200)
    book.writes(1, after="Idle")
    book.sends()
    lies_there = book.journal.permits_in_bin()
    assert len(lies_there) == 1
    assert purge(book.journal, book.now) == STEPS + 2
    assert book.journal.permits_in_bin() == lies_there
    book.journal.note(BIN_EMPTIED, {})
    assert book.journal.permits_in_bin() == ()
    assert book.broken is None


def test_numbers_of_calls_go_with_their_time_and_are_never_given_again(book: Book) -> None:
    number = book.journal.number_call("endorsements", "old key", None)
    idle_for(book, 200)
    book.writes(1, after="Idle")
    book.sends()
    purge(book.journal, book.now)
    assert book.column("SELECT count(*) FROM message WHERE idempotency_key = 'old key'") == [0]
    assert book.journal.number_call("endorsements", "old key", None) > number


def test_a_broken_journal_is_not_purged(book: Book) -> None:
    idle_for(book, 200)
    book.writes(1, after="Idle")
    book.is_tampered_with("DELETE FROM step WHERE number = 3")
    with pytest.raises(NothingPurged, match="missing at step 3"):
        purge(book.journal, book.now)
    assert book.column("SELECT count(*) FROM step") == [STEPS + 1]


def test_a_purge_of_what_is_young_cannot_be_claimed(book: Book) -> None:
    through: dict[str, str | int | bool] = {"through": 6, "before": (book.now - timedelta(days=29)).isoformat()}
    book.journal.note("JournalPurged", through)
    assert book.broken == Break(BreakKind.CHANGED, STEPS + 1)


@pytest.mark.parametrize("facts", [{}, {"through": "many"}, {"kind": "none", "number": 1}, {"number": 1}])
@pytest.mark.parametrize("event", ["JournalPurged", "JournalAccepted", "JournalFoundBroken"])
def test_a_note_that_makes_no_sense_is_a_break_and_no_crash(
    book: Book, event: str, facts: dict[str, str | int | bool]
) -> None:
    book.journal.note(event, facts)
    assert book.broken == Break(BreakKind.CHANGED, STEPS + 1)


# -- notes, old files, damaged files --------------------------------------------------------------------------------


def test_a_note_is_no_step_of_the_machine(book: Book) -> None:
    last, steps = book.journal.last_step_at(), book.journal.steps_since_idle()
    book.now += timedelta(minutes=5)
    book.journal.note(BIN_EMPTIED, {})
    assert (book.journal.last_step_at(), book.journal.steps_since_idle()) == (last, steps)
    assert book.broken is None


def test_a_file_that_is_no_journal_is_put_aside_and_the_new_one_says_so(book: Book) -> None:
    book.journal.close()
    book.path.write_bytes(b"\0" * 4096 + book.path.read_bytes()[4096:])
    book.journal = open_journal(book.path, lambda: book.now)
    assert book.broken == Break(BreakKind.UNREADABLE, 0)
    assert [path.name for path in book.path.parent.glob("*unreadable*")] == [
        f"journal.db.unreadable-{book.now:%Y%m%d%H%M%S}"
    ]
    accept(book.journal, Break(BreakKind.UNREADABLE, 0), book.path.with_name("copy.db"))
    assert book.broken is None


def test_pages_that_turned_to_noise_are_a_break_and_no_crash(book: Book) -> None:
    book.writes(100)
    book.journal.close()
    content = bytearray(book.path.read_bytes())
    pages = len(content) // 4096
    for page in range(3, pages):
        content[page * 4096 : page * 4096 + 16] = b"\xaa" * 16
    book.path.write_bytes(content)
    assert verify_file(book.path, "sha256").broken == Break(BreakKind.UNREADABLE, 0)
    with pytest.raises(sqlite3.DatabaseError):
        book.opens()


def test_a_file_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed):
        verify_file(tmp_path / "journal.db", "sha256")
    assert list(tmp_path.iterdir()) == []


def test_the_facts_of_a_note_are_what_was_said(book: Book) -> None:
    book.journal.note("SomethingWasDone", {"count": 3})
    assert json.loads(str(book.column("SELECT facts FROM step ORDER BY number DESC LIMIT 1")[0])) == {"count": 3}
