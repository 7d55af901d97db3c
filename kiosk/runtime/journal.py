"""What was ordered and what came of it, on disk before anything is done. No personal data: references and hashes only.

One SQLite file. Every step of the machine is a row, chained to the one before (`chain.py`); messages that central must
get are rows of the outbox until it took note. `synchronous=FULL`: a row that was appended survives the loss of power.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from kiosk.log_events import LogEvent, log
from kiosk.runtime import chain
from kiosk.runtime.bin_rows import BIN_EMPTIED as BIN_EMPTIED
from kiosk.runtime.bin_rows import IN_BIN, RETAINED, STILL_IN_BIN, in_bin
from kiosk.runtime.boot import Moment
from kiosk.runtime.chain import Break, BreakKind, HashName, Head
from kiosk.runtime.clock_watch import CLOCK_CONFIRMED, CLOCK_JUMPED
from kiosk.runtime.journal_place import HELD_S, Patience
from kiosk.runtime.journal_records import JournalFailed as JournalFailed
from kiosk.runtime.journal_records import KeptPermit as KeptPermit
from kiosk.runtime.journal_records import LoggedStep as LoggedStep
from kiosk.runtime.journal_records import OutboundMessage as OutboundMessage
from kiosk.runtime.journal_records import Queue as Queue
from kiosk.runtime.journal_records import StepRecord as StepRecord
from kiosk.runtime.journal_records import WaitingMessage as WaitingMessage
from kiosk.runtime.journal_records import failed_by

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    visit_id TEXT,
    state_before TEXT NOT NULL,
    event TEXT NOT NULL,
    state_after TEXT NOT NULL,
    custody TEXT NOT NULL,
    effects TEXT NOT NULL,
    endorsement_id TEXT,
    facts TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    call TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    endorsement_id TEXT,
    body TEXT,
    settled_at TEXT,
    outcome TEXT,
    step INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS message_waiting ON message (sequence) WHERE settled_at IS NULL AND body IS NOT NULL;
CREATE INDEX IF NOT EXISTS step_of_bin ON step (number) WHERE event = '{BIN_EMPTIED}' OR {RETAINED};
CREATE INDEX IF NOT EXISTS step_of_clock ON step (number) WHERE event IN ('{CLOCK_JUMPED}', '{CLOCK_CONFIRMED}');
CREATE TABLE IF NOT EXISTS last_moment (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    step INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    passed_s REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS anchor (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
"""

_NUMBER_MESSAGE = (
    "INSERT INTO message (at, call, idempotency_key, endorsement_id, body, step) VALUES (?,?,?,?,?,?)"
    " ON CONFLICT (idempotency_key) DO NOTHING"
)
_ADD_STEP = f"INSERT INTO step (number, {chain.STEP_COLUMNS}, algorithm, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
_WAITING = "settled_at IS NULL AND body IS NOT NULL"

_OVERTAKEN = (
    f"SELECT min(at) FROM message WHERE {_WAITING} AND sequence <"
    " (SELECT max(sequence) FROM message WHERE settled_at IS NOT NULL AND body IS NOT NULL)"
)

# A note is a row of the chain that is no step of the machine: it has no states.
_A_STEP = "state_after != ''"


class Journal:
    """The journal file; usable from any thread. Close it when done. `algorithm`: what new steps are hashed with.

    Raises `sqlite3.DatabaseError` for a file that is none.
    """

    def __init__(self, path: Path, now: Callable[[], datetime], algorithm: HashName = "sha256") -> None:
        self._now = now
        self.path = path
        self.algorithm: HashName = algorithm
        self._lock = threading.Lock()
        self._unwritten: list[tuple[StepRecord, tuple[OutboundMessage, ...]]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=HELD_S, isolation_level=None, check_same_thread=False)
        self._patience = Patience(self._db)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            if _is_unchained(self._db):
                self._chain_what_is_there()
            self._db.executescript(_SCHEMA)
        except sqlite3.Error:
            self._db.close()
            raise

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._patience.failed(error) from error

    @contextmanager
    def as_one(self) -> Iterator[sqlite3.Connection]:
        """One transaction, for those who look after the file; all others wait. Raises `JournalFailed`."""
        with self._written() as db, _as_one(db):
            yield db

    def append(self, record: StepRecord, messages: Sequence[OutboundMessage] = ()) -> None:
        """Write one step and the messages it sends, as one with those that were `kept`, and wait until they are on
        disk. Raises `JournalFailed`.
        """
        with self._written() as db:
            with _as_one(db):
                for kept, late in self._unwritten:
                    self._add_step(db, kept, late)
                self._add_step(db, record, messages)
            self._unwritten.clear()
            self._patience.worked()

    def keep(self, record: StepRecord, messages: Sequence[OutboundMessage] = ()) -> None:
        """Remember a step that the disk did not take: what reads the journal reads it too, and the next step that the
        disk takes is written behind it. Steps of an earlier visit that sent nothing and retained nothing are forgotten.
        """
        with self._lock:
            self._unwritten.append((record, tuple(messages)))
            if record.state_after == "Idle":
                self._unwritten = [
                    (kept, late) for kept, late in self._unwritten if late or IN_BIN in kept.facts or kept is record]

    def _add_step(self, db: sqlite3.Connection, record: StepRecord, messages: Sequence[OutboundMessage]) -> None:
        at, number = record.at.isoformat(), chain.next_number(db)
        sent = []
        for message in messages:
            row = (at, message.call, message.idempotency_key, str(message.endorsement_id), message.body)
            cursor = db.execute(_NUMBER_MESSAGE, (*row, number))
            if cursor.rowcount == 1:
                sent.append((cursor.lastrowid, *row))
        self._add(db, number, (
            at, _text(record.visit_id), record.state_before, record.event, record.state_after, record.custody,
            json.dumps(record.effects), _text(record.endorsement_id), json.dumps(record.facts, sort_keys=True),
        ), sent)
        if record.moment is not None:
            db.execute(
                "INSERT OR REPLACE INTO last_moment VALUES (1, ?, ?, ?)",
                (number, record.moment.boot_id, record.moment.passed_s))

    def note(self, event: str, facts: dict[str, str | int | bool]) -> None:
        """Write what is no step of the machine into the chain: what staff did, what was found. Raises
        `JournalFailed`.
        """
        with self.as_one() as db:
            self.add_note(db, event, facts)

    def add_note(self, db: sqlite3.Connection, event: str, facts: dict[str, str | int | bool]) -> None:
        """The same inside a transaction of `as_one`."""
        self._add(db, chain.next_number(db), (
            self._now().isoformat(), None, "", event, "", "", "[]", None, json.dumps(facts, sort_keys=True)), [])

    def _add(
        self, db: sqlite3.Connection, number: int, step: Sequence[chain.Value], sent: Sequence[Sequence[chain.Value]]
    ) -> None:
        previous = chain.head_of(db, self.algorithm).hash
        db.execute(_ADD_STEP, (
            number, *step, self.algorithm, chain.link(self.algorithm, previous, number, step, sent)))

    def _chain_what_is_there(self) -> None:
        """A journal from before the chain: its steps are chained as they stand."""
        with _as_one(self._db) as db:
            for column in ("algorithm", "hash"):
                db.execute(f"ALTER TABLE step ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
            db.execute("ALTER TABLE message ADD COLUMN step INTEGER")
            previous = chain.GENESIS
            steps = db.execute(f"SELECT number, {chain.STEP_COLUMNS} FROM step ORDER BY number").fetchall()
            for number, *step in steps:
                previous = chain.link(self.algorithm, previous, number, step, [])
                db.execute(
                    "UPDATE step SET algorithm = ?, hash = ? WHERE number = ?", (self.algorithm, previous, number))

    def head(self) -> Head:
        """The newest step, and the hash that stands for the whole journal."""
        with self._written() as db:
            return chain.head_of(db, self.algorithm)

    def verify(self, told: Head | None = None) -> chain.Verdict:
        """Look through the whole chain on a connection of its own, so that nothing waits for it. `told`: what central
        was told last. Raises `JournalFailed` where the file cannot be read now.
        """
        return verify_file(self.path, self.algorithm, told)

    def contradiction(self, told: Head) -> Break | None:
        """How this journal differs from the head that central was told of, looked up without verifying the rest."""
        with self._written() as db:
            return chain.contradiction(db, told)

    def copy(self, to: Path) -> None:
        """Write everything into another file. Raises `JournalFailed`."""
        with self._written() as db, closing(sqlite3.connect(to)) as other:
            db.backup(other)

    def number_call(self, call: str, idempotency_key: str, endorsement_id: UUID | None) -> int:
        """The rising sequence number of a call to central that is made at once; the same one again for the same key.

        Its body may be personal, so only the number and the key are kept.
        """
        with self._written() as db:
            db.execute(
                _NUMBER_MESSAGE, (self._now().isoformat(), call, idempotency_key, _text(endorsement_id), None, None))
            row = db.execute("SELECT sequence FROM message WHERE idempotency_key = ?", (idempotency_key,)).fetchone()
            return int(row[0])

    def settle_message(self, sequence: int, outcome: str) -> None:
        """Central took note (or will never): `outcome` is a stable word."""
        with self._written() as db:
            db.execute(
                "UPDATE message SET settled_at = ?, outcome = ? WHERE sequence = ?",
                (self._now().isoformat(), outcome, sequence))

    def first_waiting_message(self, after: int = 0) -> WaitingMessage | None:
        """The oldest message that central must still get, of those with a sequence number above `after`."""
        with self._written() as db:
            row = db.execute(
                "SELECT sequence, call, idempotency_key, endorsement_id, body, at FROM message"
                f" WHERE {_WAITING} AND sequence > ? ORDER BY sequence LIMIT 1", (after,)).fetchone()
        if row is None:
            return None
        sequence, call, key, endorsement_id, body, at = row
        return WaitingMessage(sequence, call, key, UUID(endorsement_id), body, datetime.fromisoformat(at))

    def queue(self) -> Queue:
        """How many messages central must still get, how old the oldest is, and the oldest that was overtaken."""
        with self._written() as db:
            length, oldest_at, oldest = db.execute(
                f"SELECT count(*), (SELECT at FROM message WHERE {_WAITING} ORDER BY sequence LIMIT 1), min(sequence)"
                f" FROM message WHERE {_WAITING}").fetchone()
            (overtaken_at,) = db.execute(_OVERTAKEN).fetchone() if length else (None,)
        return Queue(length, _moment(oldest_at), _moment(overtaken_at), oldest)

    def last_step_at(self) -> datetime | None:
        """When the newest step happened; None: there is none."""
        with self._written() as db:
            if self._unwritten:
                return self._unwritten[-1][0].at
            row = db.execute(f"SELECT at FROM step WHERE {_A_STEP} ORDER BY number DESC LIMIT 1").fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def last_moment(self) -> Moment | None:
        """The same as a moment of its boot; None where that is not known."""
        with self._written() as db:
            if self._unwritten:
                return self._unwritten[-1][0].moment
            row = db.execute(
                "SELECT boot_id, passed_s FROM last_moment"
                f" WHERE step = (SELECT max(number) FROM step WHERE {_A_STEP})").fetchone()
        return None if row is None else Moment(*row)

    def clock_doubted_at(self) -> tuple[datetime, int] | None:
        """When the clock was set last, by its own word, and by how many seconds; None where central confirmed it
        since, or nobody set it.
        """
        with self._written() as db:
            row = db.execute(
                "SELECT event, at, facts FROM step WHERE event IN (?, ?) ORDER BY number DESC LIMIT 1",
                (CLOCK_JUMPED, CLOCK_CONFIRMED)).fetchone()
        if row is None or row[0] == CLOCK_CONFIRMED:
            return None
        return datetime.fromisoformat(row[1]), int(json.loads(row[2])["by_s"])

    def permits_in_bin(self) -> tuple[KeptPermit, ...]:
        """What was put there, or may have been, since staff said last that they had emptied it, oldest first."""
        with self._written() as db:
            kept = in_bin(db)
            unwritten = [step for step, _ in self._unwritten if IN_BIN in step.facts]
        return (
            *(KeptPermit(datetime.fromisoformat(row.since), None if row.endorsement_id is None else
                         UUID(row.endorsement_id), row.is_certain) for row in kept),
            *(KeptPermit(step.at, step.endorsement_id, step.facts[IN_BIN] is True) for step in unwritten))

    def carry_bin_over(self, db: sqlite3.Connection, through: int) -> None:
        """Inside a transaction of `as_one`: note anew, at the end of the chain, which permits lie in the bin by steps
        up to `through`, so that these can be forgotten.
        """
        for row in in_bin(db):
            if row.number <= through:
                facts = {IN_BIN: row.is_certain, "step": row.number, "since": row.since}
                self._add(db, chain.next_number(db), (
                    self._now().isoformat(), None, "", STILL_IN_BIN, "", "", "[]", row.endorsement_id,
                    json.dumps(facts, sort_keys=True)), [])

    def steps_since_idle(self) -> tuple[LoggedStep, ...]:
        """Every step after the machine was last idle, oldest first."""
        with self._written() as db:
            rows = db.execute(
                "SELECT event, state_after, custody, effects, endorsement_id, facts FROM step WHERE number >"
                f" (SELECT coalesce(max(number), 0) FROM step WHERE state_after = 'Idle') AND {_A_STEP}"
                " ORDER BY number").fetchall()
            unwritten = [step for step, _ in self._unwritten]
        steps = [
            LoggedStep(
                event, state_after, custody, frozenset(json.loads(effects)),
                None if endorsement_id is None else UUID(endorsement_id), json.loads(facts))
            for event, state_after, custody, effects, endorsement_id, facts in rows]
        for step in unwritten:
            if step.state_after == "Idle":
                steps.clear()
            else:
                steps.append(LoggedStep(
                    step.event, step.state_after, step.custody, frozenset(step.effects), step.endorsement_id,
                    step.facts))
        return tuple(steps)

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            self._db.close()


def open_journal(path: Path, now: Callable[[], datetime], algorithm: HashName = "sha256") -> Journal:
    """The journal at `path`. A file that is damaged beyond opening is put aside under a name with the time, and the new
    one says so in its first line: what stood in it is not known, but the machine can start and say why it does not
    serve.
    """
    try:
        return Journal(path, now, algorithm)
    except sqlite3.OperationalError:
        raise                   # no room, no right, busy: the file itself is as it was
    except sqlite3.DatabaseError as error:
        log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
    for ending in ("", "-wal", "-shm"):
        file = path.with_name(path.name + ending)
        if file.exists():
            file.rename(path.with_name(f"{path.name}{ending}.unreadable-{now():%Y%m%d%H%M%S}"))
    journal = Journal(path, now, algorithm)
    journal.note(chain.FOUND_BROKEN, {"kind": BreakKind.UNREADABLE.value, "number": 0})
    return journal


def verify_file(
    path: Path, algorithm: HashName, told: Head | None = None, progress: chain.Progress = lambda done, total: None
) -> chain.Verdict:
    """The same as `Journal.verify` for a file that need not be open. Raises `JournalFailed`."""
    try:
        # Opened for reading alone, SQLite would leave files beside it that the last one to write takes away.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA query_only=ON")
            return chain.verify(db, algorithm, told, progress)
    except sqlite3.Error as error:
        raise failed_by(error) from error


def _is_unchained(db: sqlite3.Connection) -> bool:
    columns = {row[1] for row in db.execute("PRAGMA table_info(step)")}
    return bool(columns) and "hash" not in columns


@contextmanager
def _as_one(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        # Some errors of a full or broken disk end the transaction by themselves (sqlite.org, lang_transaction).
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(number: UUID | None) -> str | None:
    return None if number is None else str(number)
