"""What was ordered and what came of it, on disk before anything is done. No personal data: references and hashes only.

One SQLite file. Every step of the machine is a row; messages that central must get are rows of the outbox until it took
note. `synchronous=FULL`: a row that was appended survives the loss of power.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

_SCHEMA = """
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
    facts TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    call TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    endorsement_id TEXT,
    body TEXT,
    settled_at TEXT,
    outcome TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS message_waiting ON message (sequence) WHERE settled_at IS NULL AND body IS NOT NULL;
"""


_NUMBER_MESSAGE = (
    "INSERT INTO message (at, call, idempotency_key, endorsement_id, body) VALUES (?,?,?,?,?)"
    " ON CONFLICT (idempotency_key) DO NOTHING"
)


class JournalFailed(Exception):
    """The disk did not take the record; nothing may be begun that the journal does not know of."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step: names of states, event and effects; `facts`: further references and codes, never anything personal."""

    at: datetime
    visit_id: UUID | None
    state_before: str
    event: str
    state_after: str
    custody: str
    effects: tuple[str, ...]
    endorsement_id: UUID | None
    facts: dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message that central must get, however long it takes. `body`: its JSON, with nothing personal in it."""

    call: str
    idempotency_key: str
    endorsement_id: UUID
    body: str


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message for central that it has not yet taken note of. `body` is its JSON."""

    sequence: int
    call: str
    idempotency_key: str
    endorsement_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedStep:
    """A step as it stands in the journal: what a restart reads."""

    event: str
    state_after: str
    custody: str
    effects: frozenset[str]
    endorsement_id: UUID | None
    facts: dict[str, str | int | bool]


class Journal:
    """The journal file; usable from any thread. Close it when done."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise JournalFailed(str(error)) from error

    def append(self, record: StepRecord, messages: Sequence[OutboundMessage] = ()) -> None:
        """Write one step and the messages it sends, as one, and wait until they are on disk. Raises `JournalFailed`."""
        with self._written() as db, _as_one(db):
            for message in messages:
                db.execute(
                    _NUMBER_MESSAGE,
                    (
                        record.at.isoformat(), message.call, message.idempotency_key, str(message.endorsement_id),
                        message.body,
                    ),
                )
            db.execute(
                "INSERT INTO step (at, visit_id, state_before, event, state_after, custody, effects, endorsement_id,"
                " facts) VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    record.at.isoformat(), _text(record.visit_id), record.state_before, record.event,
                    record.state_after, record.custody, json.dumps(record.effects), _text(record.endorsement_id),
                    json.dumps(record.facts, sort_keys=True),
                ),
            )

    def number_call(self, call: str, idempotency_key: str, endorsement_id: UUID | None) -> int:
        """The rising sequence number of a call to central that is made at once; the same one again for the same key.

        Its body may be personal, so only the number and the key are kept.
        """
        with self._written() as db:
            db.execute(
                _NUMBER_MESSAGE, (self._now().isoformat(), call, idempotency_key, _text(endorsement_id), None))
            row = db.execute("SELECT sequence FROM message WHERE idempotency_key = ?", (idempotency_key,)).fetchone()
            return int(row[0])

    def settle_message(self, sequence: int, outcome: str) -> None:
        """Central took note (or will never): `outcome` is a stable word."""
        with self._written() as db:
            db.execute(
                "UPDATE message SET settled_at = ?, outcome = ? WHERE sequence = ?",
                (self._now().isoformat(), outcome, sequence))

    def first_waiting_message(self) -> WaitingMessage | None:
        """The oldest message that central must still get."""
        with self._written() as db:
            row = db.execute(
                "SELECT sequence, call, idempotency_key, endorsement_id, body, at FROM message"
                " WHERE settled_at IS NULL AND body IS NOT NULL ORDER BY sequence LIMIT 1").fetchone()
        if row is None:
            return None
        sequence, call, key, endorsement_id, body, at = row
        return WaitingMessage(sequence, call, key, UUID(endorsement_id), body, datetime.fromisoformat(at))

    def waiting_messages(self) -> int:
        """How many messages central must still get."""
        with self._written() as db:
            row = db.execute("SELECT count(*) FROM message WHERE settled_at IS NULL AND body IS NOT NULL").fetchone()
            return int(row[0])

    def last_step_at(self) -> datetime | None:
        """When the newest step was written; None: there is none."""
        with self._written() as db:
            row = db.execute("SELECT at FROM step ORDER BY number DESC LIMIT 1").fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def steps_since_idle(self) -> tuple[LoggedStep, ...]:
        """Every step after the machine was last idle, oldest first."""
        with self._written() as db:
            rows = db.execute(
                "SELECT event, state_after, custody, effects, endorsement_id, facts FROM step WHERE number >"
                " (SELECT coalesce(max(number), 0) FROM step WHERE state_after = 'Idle') ORDER BY number").fetchall()
        return tuple(
            LoggedStep(
                event, state_after, custody, frozenset(json.loads(effects)),
                None if endorsement_id is None else UUID(endorsement_id), json.loads(facts))
            for event, state_after, custody, effects, endorsement_id, facts in rows)

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            self._db.close()


@contextmanager
def _as_one(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _text(number: UUID | None) -> str | None:
    return None if number is None else str(number)
