"""The rows of calls and messages to central: their numbers, and which of them central must still get."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from uuid import UUID

from kiosk.journal.records import Queue, WaitingMessage, since

NUMBER_MESSAGE = (
    "INSERT INTO message (at, call, idempotency_key, endorsement_id, body, step) VALUES (?,?,?,?,?,?)"
    " ON CONFLICT (idempotency_key) DO NOTHING"
)
_WAITING = "settled_at IS NULL AND body IS NOT NULL"

_OVERTAKEN = (
    f"SELECT min(at) FROM message WHERE {_WAITING} AND sequence <"
    " (SELECT max(sequence) FROM message WHERE settled_at IS NOT NULL AND body IS NOT NULL)"
)


def number(db: sqlite3.Connection, at: datetime, call: str, idempotency_key: str, endorsement_id: UUID | None) -> int:
    """See `Journal.number_call`."""
    row = db.execute("SELECT sequence FROM message WHERE idempotency_key = ?", (idempotency_key,)).fetchone()
    if row is not None:
        return int(row[0])
    endorsement = None if endorsement_id is None else str(endorsement_id)
    written = db.execute(NUMBER_MESSAGE, (at.isoformat(), call, idempotency_key, endorsement, None, None))
    return int(written.lastrowid or 0)


def settle(db: sqlite3.Connection, at: datetime, sequence: int, outcome: str) -> None:
    """See `Journal.settle_message`."""
    db.execute("UPDATE message SET settled_at = ?, outcome = ? WHERE sequence = ?", (at.isoformat(), outcome, sequence))


def first_waiting(db: sqlite3.Connection, after: int) -> WaitingMessage | None:
    """See `Journal.first_waiting_message`."""
    row = db.execute(
        "SELECT sequence, call, idempotency_key, endorsement_id, body, at FROM message"
        f" WHERE {_WAITING} AND sequence > ? ORDER BY sequence LIMIT 1",
        (after,),
    ).fetchone()
    if row is None:
        return None
    sequence, call, key, endorsement_id, body, at = row
    return WaitingMessage(sequence, call, key, UUID(endorsement_id), body, since(at))


def queue(db: sqlite3.Connection) -> Queue:
    """See `Journal.queue`."""
    length, oldest_at, oldest = db.execute(
        f"SELECT count(*), (SELECT at FROM message WHERE {_WAITING} ORDER BY sequence LIMIT 1), min(sequence)"
        f" FROM message WHERE {_WAITING}"
    ).fetchone()
    (overtaken_at,) = db.execute(_OVERTAKEN).fetchone() if length else (None,)
    return Queue(
        length,
        None if oldest_at is None else since(oldest_at),
        None if overtaken_at is None else since(overtaken_at),
        oldest,
    )
