"""The chain over the journal: each step's hash covers the step, the messages it sent, and the hash before it.

Deleted, edited or reordered steps break the chain. A cut at the end is found because the file stores the highest number
that it gave, and because central was told the newest hash. A person who may write the file can compute a whole new
chain, which differs only from what central was told before.

Verification begins behind the *anchor*: a step and its hash, up to which records were purged when too old, or accepted
by a technician. A note inside the chain says which and how far; an anchor without such a note is a break.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from kiosk.journal.faults import may_pass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import Hash

HashName = Literal["sha256", "sm3"]
HASHES: tuple[HashName, ...] = get_args(HashName)

PURGED = "JournalPurged"
"""Note: steps up to `through` were purged because of their age."""

ACCEPTED = "JournalAccepted"
"""Note: a technician accepted the break. The chain is valid again behind step `through`."""

FOUND_BROKEN = "JournalFoundBroken"
"""Note: a break was found that the chain itself does not show (central knew a later step, the file was unreadable)."""

RESTORED = "JournalRestored"
"""Note: a backup replaced the journal; `head` is the number of the backup's last step."""

NOTES = (PURGED, ACCEPTED, FOUND_BROKEN)

LEAST_KEPT = timedelta(days=30)
"""No younger record is ever purged. A note that says otherwise was not written by this program."""

GENESIS = "0" * 64
"""Takes the place of the hash before the first step."""

STEP_COLUMNS = "at, visit_id, state_before, event, state_after, custody, effects, endorsement_id, facts"
_MESSAGE_COLUMNS = "sequence, at, call, idempotency_key, endorsement_id, body"

PORTION = 5000
"""A verification reports its progress after every so many steps."""

Value = str | int | None

Progress = Callable[[int, int], None]
"""Called with the number of verified steps and of all steps, at the beginning and after each portion."""

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BreakKind(Enum):
    """How the journal differs from what was written."""

    CHANGED = "changed"  # a step, its messages or their order do not match the hash
    MISSING = "missing"  # steps are gone from the beginning or the middle
    CUT = "cut"  # the newest steps are gone
    REPLACED = "replaced"  # the chain is valid, but is not the one that central was told of
    UNREADABLE = "unreadable"  # the file is damaged
    LOG_MISSING = "log_missing"  # it was in use, and its log with the newest steps is missing


@dataclass(frozen=True, slots=True)
class Head:
    """The newest step: its number (0: there is none yet) and its hash in lower-case hex."""

    number: int
    algorithm: HashName
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.algorithm}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first break of the chain, at the step `number`."""

    kind: BreakKind
    number: int

    def __str__(self) -> str:
        return f"{self.kind.value} at step {self.number}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification. `verified`: how many steps behind step `anchor` are valid."""

    head: Head
    anchor: int
    verified: int
    broken: Break | None


def digest(algorithm: HashName, data: bytes) -> str:
    """The hash in lower-case hex. SHA-256: FIPS 180-4; SM3: GB/T 32905."""
    if algorithm == "sha256":
        return hashlib.sha256(data).hexdigest()
    sm3 = _empty_sm3().copy()
    sm3.update(data)
    return sm3.finalize().hex()


@cache
def _empty_sm3() -> Hash:
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    return Hash(SM3())


def link(
    algorithm: HashName, previous: str, number: int, step: Sequence[Value], messages: Sequence[Sequence[Value]]
) -> str:
    """The hash of one step. `previous`: the hash before it; `step`: as in `STEP_COLUMNS`; `messages`: those that it
    sent, each (sequence, at, call, key, endorsement, body).
    """
    row = _encoded([number, *step, *map(list, messages)])
    return digest(algorithm, f"{previous}\n{row}".encode())


def head_of(db: sqlite3.Connection, algorithm: HashName) -> Head:
    """The newest step of the journal. For an empty journal `algorithm` is that of the head."""
    anchor = _anchor(db)
    row = db.execute("SELECT number, algorithm, hash FROM step ORDER BY number DESC LIMIT 1").fetchone()
    number, hashed_by, hashed = anchor if row is None or row[0] <= anchor[0] else row
    return Head(number, _known(hashed_by) or algorithm, hashed)


def next_number(db: sqlite3.Connection) -> int:
    """The number of the next step. No number is given twice, even if its step was deleted."""
    return _counted(db) + 1


def contradiction(db: sqlite3.Connection, told: Head) -> Break | None:
    """How the journal differs from the head that central was told; None if it agrees, or the head was purged."""
    if told.number <= _anchor(db)[0]:
        return None
    row = db.execute("SELECT hash FROM step WHERE number = ?", (told.number,)).fetchone()
    if row is None:
        return Break(BreakKind.CUT, told.number)
    return None if row[0] == told.hash else Break(BreakKind.REPLACED, told.number)


def verify(
    db: sqlite3.Connection, algorithm: HashName, told: Head | None = None, progress: Progress = lambda done, total: None
) -> Verdict:
    """Verify the whole chain, in one state of the file. `told`: the head that central says it was told last.

    The time grows with the number of steps (`make bench` measures it). Nothing waits for it if `db` is a separate
    connection.
    """
    try:
        db.execute("BEGIN")
        try:
            return _verify(db, algorithm, told, progress)
        finally:
            db.execute("ROLLBACK")
    except (sqlite3.DatabaseError, TypeError, ValueError, AttributeError) as error:
        if may_pass(error):
            raise
        return Verdict(Head(0, algorithm, GENESIS), 0, 0, Break(BreakKind.UNREADABLE, 0))


def _verify(db: sqlite3.Connection, algorithm: HashName, told: Head | None, progress: Progress) -> Verdict:
    anchor, _, previous = _anchor(db)
    head = head_of(db, algorithm)
    number, covered = anchor, 0
    noted: Break | None = None
    sent = _Messages(db, anchor)
    total = max(0, _counted(db) - anchor)
    progress(0, total)

    def verdict(broken: Break | None) -> Verdict:
        return Verdict(head, anchor, number - anchor, broken)

    steps: Iterator[tuple[int, str, str, Sequence[Value]]] = (
        (row[0], row[1], row[2], row[3:])
        for row in db.execute(
            f"SELECT number, algorithm, hash, {STEP_COLUMNS} FROM step WHERE number > ? ORDER BY number", (anchor,)
        )
    )
    for found, hashed_by, hashed, step in steps:
        if found != number + 1:
            return verdict(Break(BreakKind.MISSING, number + 1))
        name = _known(hashed_by)
        if name is None or link(name, previous, found, step, sent.of(found)) != hashed:
            return verdict(Break(BreakKind.CHANGED, found))
        number, previous = found, hashed
        if (number - anchor) % PORTION == 0:
            progress(number - anchor, total)
        if step[3] in NOTES:
            note = _note(step, noted)
            if note is None:
                return verdict(Break(BreakKind.CHANGED, found))
            through, noted = note
            covered = max(covered, through)
    if sent.are_left():
        return verdict(Break(BreakKind.CHANGED, number + 1))
    if _counted(db) > number:
        return verdict(Break(BreakKind.CUT, number + 1))
    if anchor > covered:
        return verdict(Break(BreakKind.MISSING, anchor))
    return verdict(contradiction(db, told) if noted is None and told is not None else noted)


class _Messages:
    """The messages that steps behind the anchor sent, in the order of the steps."""

    def __init__(self, db: sqlite3.Connection, anchor: int) -> None:
        self._rows = db.execute(
            f"SELECT step, {_MESSAGE_COLUMNS} FROM message WHERE step > ? ORDER BY step, sequence", (anchor,)
        )
        self._next = self._rows.fetchone()

    def of(self, number: int) -> list[Sequence[Value]]:
        """The messages of one step, with any before it whose step does not exist."""
        found = []
        while self._next is not None and self._next[0] <= number:
            found.append(self._next[1:])
            self._next = self._rows.fetchone()
        return found

    def are_left(self) -> bool:
        return self._next is not None


def _anchor(db: sqlite3.Connection) -> tuple[int, str, str]:
    row = db.execute("SELECT number, algorithm, hash FROM anchor").fetchone()
    return (0, "", GENESIS) if row is None else (row[0], row[1], row[2])


def _counted(db: sqlite3.Connection) -> int:
    """The highest number that this file ever gave to a step."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'step'").fetchone()
    return 0 if row is None else int(row[0])


def _known(algorithm: str) -> HashName | None:
    return next((name for name in HASHES if name == algorithm), None)


def _note(step: Sequence[Value], noted: Break | None) -> tuple[int, Break | None] | None:
    """The meaning of one of `NOTES`: the step up to which nothing is verified any more (0: the note does not say), and
    the break that is open after it. None for a note that the program never writes.
    """
    try:
        facts = json.loads(str(step[8]))
        if step[3] == FOUND_BROKEN:
            return 0, Break(BreakKind(facts["kind"]), int(facts["number"]))
        if step[3] == ACCEPTED:
            return int(facts["through"]), None
        kept = datetime.fromisoformat(str(step[0])) - datetime.fromisoformat(facts["before"])
        return (int(facts["through"]), noted) if kept >= LEAST_KEPT else None
    except (KeyError, TypeError, ValueError):
        return None
