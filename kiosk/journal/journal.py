"""The journal of steps: each is on disk before its effects begin. It holds references and hashes, no personal data.

One SQLite file. Every step of the machine is a row, chained to the one before (`chain.py`). Messages to central are
rows of the outbox until central has confirmed them. `synchronous=FULL`: an appended row survives a loss of power.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from kiosk.domain.faults import JOURNAL_BROKEN, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal import chain, clock_notes, outgoing
from kiosk.journal import file as journal_file
from kiosk.journal.bin_rows import BIN_EMPTIED as BIN_EMPTIED
from kiosk.journal.bin_rows import IN_BIN, STILL_IN_BIN, in_bin
from kiosk.journal.boot import Moment
from kiosk.journal.chain import Break, BreakKind, HashName, Head
from kiosk.journal.file import JournalTooNew as JournalTooNew
from kiosk.journal.place import JournalPlace, TimeAllowance
from kiosk.journal.records import JournalFailed as JournalFailed
from kiosk.journal.records import KeptPermit as KeptPermit
from kiosk.journal.records import LoggedStep as LoggedStep
from kiosk.journal.records import NumberedCall as NumberedCall
from kiosk.journal.records import OutboundMessage as OutboundMessage
from kiosk.journal.records import Queue as Queue
from kiosk.journal.records import StepRecord as StepRecord
from kiosk.journal.records import WaitingMessage as WaitingMessage
from kiosk.journal.records import moment_of
from kiosk.journal.transaction import as_one
from kiosk.journal.verification import verify_file

_ADD_STEP = f"INSERT INTO step (number, {chain.STEP_COLUMNS}, algorithm, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
# A note is a row of the chain that is no step of the machine: it has no states.
_A_STEP = "state_after != ''"


class Journal:
    """The journal file; usable from any thread. Close it when done. `algorithm`: the hash for new steps.

    Raises `JournalTooNew`, and `sqlite3.DatabaseError` for a file that is no journal.
    """

    def __init__(self, path: Path, now: Callable[[], datetime], algorithm: HashName = "sha256") -> None:
        self._now = now
        self.path = path
        self.algorithm: HashName = algorithm
        self._lock = threading.Lock()
        self._unwritten: list[tuple[StepRecord, tuple[OutboundMessage, ...]]] = []
        self._had_log = self._wants_mark = self._is_marked = False
        self._patience = TimeAllowance()
        self.place: JournalPlace | None = None  # set once a kiosk's journal is open
        self._db = self._opened()

    @staticmethod
    def to_read(
        path: Path, now: Callable[[], datetime], algorithm: HashName = "sha256", *, is_alone: bool = False
    ) -> Journal:
        """An existing journal, to read only: writing raises `JournalFailed`. See `file.open_to_read`."""
        return _ReadJournal(path, now, algorithm, is_alone)

    def _opened(self) -> sqlite3.Connection | None:
        """The file, open and with every table. Raises OSError, `sqlite3.Error`, `JournalTooNew` and, for damaged names,
        ValueError.
        """
        self._had_log = journal_file.has_log(self.path)
        return journal_file.open_to_write(self.path, self.algorithm)

    @property
    def trouble(self) -> Fault | None:
        """Why nothing can be written now; None while the file is open."""
        return None

    def _connection(self) -> sqlite3.Connection:
        """The open connection; call under the lock. Raises `JournalFailed` where the journal is not open."""
        if self._db is None:
            raise JournalFailed("the journal is not open")
        return self._db

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time. Raises `JournalFailed`, also for a damaged row."""
        with self._lock:
            try:
                yield self._connection()
            except sqlite3.Error as error:
                raise self._patience.failed(self._db, error) from error
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                raise JournalFailed(f"a row makes no sense ({type(error).__name__})", JOURNAL_BROKEN) from error

    @contextmanager
    def as_one(self) -> Iterator[sqlite3.Connection]:
        """One transaction, for maintenance of the file; all other users wait. Raises `JournalFailed`."""
        with self._written() as db:
            self._mark(db)
            with as_one(db):
                yield db

    def append(
        self, record: StepRecord, messages: Sequence[OutboundMessage] = (), calls: Sequence[NumberedCall] = ()
    ) -> None:
        """Write a step, its messages and its calls' numbers to disk, after any kept steps. Raises `JournalFailed`."""
        with self._written() as db:
            self._mark(db)
            with as_one(db):
                self._add_kept(db)
                self._add_step(db, record, messages)
                for call in calls:
                    outgoing.number(db, record.at, call.call, call.idempotency_key, call.endorsement_id)
            self._unwritten.clear()
            self._patience.worked(db)

    def write_kept(self) -> None:
        """Write the kept steps, if there are any. Raises `JournalFailed`."""
        with self._written() as db:
            if self._unwritten:
                self._mark(db)
                with as_one(db):
                    self._add_kept(db)
                self._unwritten.clear()

    def _add_kept(self, db: sqlite3.Connection) -> None:
        for kept, late in self._unwritten:
            self._add_step(db, kept, late)

    def keep(self, record: StepRecord, messages: Sequence[OutboundMessage] = ()) -> None:
        """Keep in memory a step that could not be written. Readers of the journal see it, and it is written before the
        next step that the disk takes. Kept steps of an earlier visit are dropped if they sent and retained nothing.
        """
        with self._lock:
            self._unwritten.append((record, tuple(messages)))
            if record.state_after == "Idle":
                self._unwritten = [
                    (kept, late) for kept, late in self._unwritten if late or IN_BIN in kept.facts or kept is record
                ]

    def _add_step(self, db: sqlite3.Connection, record: StepRecord, messages: Sequence[OutboundMessage]) -> None:
        at, number = record.at.isoformat(), chain.next_number(db)
        sent = []
        for message in messages:
            row = (at, message.call, message.idempotency_key, str(message.endorsement_id), message.body)
            cursor = db.execute(outgoing.NUMBER_MESSAGE, (*row, number))
            if cursor.rowcount == 1:
                sent.append((cursor.lastrowid, *row))
        self._add(
            db,
            number,
            (
                at,
                _text(record.visit_id),
                record.state_before,
                record.event,
                record.state_after,
                record.custody,
                json.dumps(record.effects),
                _text(record.endorsement_id),
                json.dumps(record.facts, sort_keys=True),
            ),
            sent,
        )
        if record.moment is not None:
            db.execute(
                "INSERT OR REPLACE INTO last_moment VALUES (1, ?, ?, ?)",
                (number, record.moment.boot_id, record.moment.passed_s),
            )

    def note(self, event: str, facts: dict[str, str | int | bool]) -> None:
        """Write a note into the chain: something that is no step of the machine, such as what staff did. Raises
        `JournalFailed`.
        """
        with self.as_one() as db:
            self.add_note(db, event, facts)

    def add_note(self, db: sqlite3.Connection, event: str, facts: dict[str, str | int | bool]) -> None:
        """Write a note inside a transaction of `as_one`."""
        self._add(
            db,
            chain.next_number(db),
            (self._now().isoformat(), None, "", event, "", "", "[]", None, json.dumps(facts, sort_keys=True)),
            [],
        )

    def _add(
        self, db: sqlite3.Connection, number: int, step: Sequence[chain.Value], sent: Sequence[Sequence[chain.Value]]
    ) -> None:
        previous = chain.head_of(db, self.algorithm).hash
        db.execute(_ADD_STEP, (number, *step, self.algorithm, chain.link(self.algorithm, previous, number, step, sent)))

    def head(self) -> Head:
        """The newest step, and the hash that stands for the whole journal."""
        with self._written() as db:
            return chain.head_of(db, self.algorithm)

    def verify(self, told: Head | None = None) -> chain.Verdict:
        """Verify the whole chain on a separate connection, so that nothing waits for it. `told`: the head that central
        was told last. Raises `JournalFailed` where the file cannot be read now.
        """
        return verify_file(self.path, self.algorithm, told)

    def contradiction(self, told: Head) -> Break | None:
        """How this journal differs from the head that central was told of; the rest is not verified."""
        with self._written() as db:
            return chain.contradiction(db, told)

    def copy(self, to: Path) -> None:
        """Write everything into a new file. Raises `FileExistsError` and other `OSError`s, `JournalFailed`."""
        with self._written() as db:
            journal_file.copy(db, to, is_whole=True)

    def number_call(self, call: str, idempotency_key: str, endorsement_id: UUID | None) -> int:
        """The rising number of a call that is made at once; a key always gets the same one. See `NumberedCall`."""
        with self._written() as db:
            return outgoing.number(db, self._now(), call, idempotency_key, endorsement_id)

    def settle_message(self, sequence: int, outcome: str) -> None:
        """Record that central confirmed the message, or never will. `outcome`: a stable word."""
        with self._written() as db:
            outgoing.settle(db, self._now(), sequence, outcome)

    def first_waiting_message(self, after: int = 0) -> WaitingMessage | None:
        """The oldest message that central must still get, of those with a sequence number above `after`."""
        with self._written() as db:
            return outgoing.first_waiting(db, after)

    def queue(self) -> Queue:
        """The messages that central must still get: their count, the oldest, and the oldest that was overtaken."""
        with self._written() as db:
            return outgoing.queue(db)

    def last_step_at(self) -> datetime | None:
        """When the newest step happened; None: there is none."""
        with self._written() as db:
            if self._unwritten:
                return self._unwritten[-1][0].at
            row = db.execute(f"SELECT at FROM step WHERE {_A_STEP} ORDER BY number DESC LIMIT 1").fetchone()
            return None if row is None else moment_of(row[0])

    def was_begun_anew(self) -> bool:
        """Whether steps after the last one may be missing: the file was damaged, restored, or has lost its log."""
        with self._written() as db:
            rows = db.execute(
                "SELECT event, facts FROM step WHERE event IN (?, ?) AND number >"
                f" (SELECT coalesce(max(number), 0) FROM step WHERE {_A_STEP})",
                (chain.RESTORED, chain.FOUND_BROKEN),
            )
            lost = (BreakKind.UNREADABLE.value, BreakKind.LOG_MISSING.value)
            return any(event == chain.RESTORED or json.loads(facts)["kind"] in lost for event, facts in rows)

    def last_moment(self) -> Moment | None:
        """The moment of the newest step by the monotonic clock of its boot; None where that is not known."""
        with self._written() as db:
            if self._unwritten:
                return self._unwritten[-1][0].moment
            row = db.execute(
                f"SELECT boot_id, passed_s FROM last_moment WHERE step = (SELECT max(number) FROM step WHERE {_A_STEP})"
            ).fetchone()
        return None if row is None else Moment(*row)

    def clock_doubted_at(self) -> tuple[datetime, int] | None:
        """When, by the clock itself, the clock was last set, and by how many seconds; None where central has confirmed
        it since, or it was never set.
        """
        with self._written() as db:
            return clock_notes.doubted_at(db)

    def permits_in_bin(self) -> tuple[KeptPermit, ...]:
        """The permits that were, or may have been, put into the bin since staff last emptied it, oldest first."""
        with self._written() as db:
            unwritten = [step for step, _ in self._unwritten if IN_BIN in step.facts]
            return (
                *(
                    KeptPermit(
                        moment_of(row.since),
                        None if row.endorsement_id is None else UUID(row.endorsement_id),
                        row.is_certain,
                    )
                    for row in in_bin(db)
                ),
                *(KeptPermit(step.at, step.endorsement_id, step.facts[IN_BIN] is True) for step in unwritten),
            )

    def carry_bin_over(self, db: sqlite3.Connection, through: int) -> None:
        """Inside a transaction of `as_one`: note at the end of the chain which permits are in the bin by steps up to
        `through`, so that these steps can be purged.
        """
        for row in in_bin(db):
            if row.number <= through:
                facts = {IN_BIN: row.is_certain, "step": row.number, "since": row.since}
                self._add(
                    db,
                    chain.next_number(db),
                    (
                        self._now().isoformat(),
                        None,
                        "",
                        STILL_IN_BIN,
                        "",
                        "",
                        "[]",
                        row.endorsement_id,
                        json.dumps(facts, sort_keys=True),
                    ),
                    [],
                )

    def steps_since_idle(self) -> tuple[LoggedStep, ...]:
        """Every step after the machine was last idle, oldest first."""
        with self._written() as db:
            rows = db.execute(
                "SELECT event, state_after, custody, effects, endorsement_id, facts FROM step WHERE number >"
                f" (SELECT coalesce(max(number), 0) FROM step WHERE state_after = 'Idle') AND {_A_STEP}"
                " ORDER BY number"
            ).fetchall()
            unwritten = [step for step, _ in self._unwritten]
            steps = [
                LoggedStep(
                    event,
                    state_after,
                    custody,
                    frozenset(json.loads(effects)),
                    None if endorsement_id is None else UUID(endorsement_id),
                    dict(json.loads(facts)),
                )
                for event, state_after, custody, effects, endorsement_id, facts in rows
            ]
        for step in unwritten:
            if step.state_after == "Idle":
                steps.clear()
            else:
                steps.append(
                    LoggedStep(
                        step.event,
                        step.state_after,
                        step.custody,
                        frozenset(step.effects),
                        step.endorsement_id,
                        step.facts,
                    )
                )
        return tuple(steps)

    def take_over(self) -> None:
        """Become the only writer, protected by the lock on the state directory. The file is marked as in use until
        `close`. A log that was lost since the last run is noted in the chain. Raises `JournalFailed`.
        """
        self._wants_mark = True
        with self._written() as db:
            self._mark(db)

    def _mark(self, db: sqlite3.Connection) -> None:
        """Mark the file as in use, before the first row of a run, if this journal is to do so."""
        if not self._wants_mark:
            return
        if journal_file.is_in_use(db) and not self._had_log:
            with as_one(db):
                self.add_note(
                    db, chain.FOUND_BROKEN, {"kind": BreakKind.LOG_MISSING.value, "number": chain.next_number(db)}
                )
            self._had_log = True
        journal_file.mark_in_use(db)
        self._wants_mark, self._is_marked = False, True

    def close(self) -> None:
        """Close the file, and remove the mark that `take_over` set; may be called twice."""
        with self._lock:
            if self._db is None:
                return
            try:
                if self._is_marked:
                    self._is_marked = False
                    journal_file.mark_complete(self._db)
            except sqlite3.Error as error:
                # The log stays beside the file, and the mark says that it is needed: the next start reads both.
                log(LogEvent.JOURNAL_FAILED, level=logging.WARNING, error=str(error))
            finally:
                self._db.close()


class _ReadJournal(Journal):
    """A journal that is only read."""

    def __init__(self, path: Path, now: Callable[[], datetime], algorithm: HashName, is_alone: bool) -> None:
        self._is_alone = is_alone
        super().__init__(path, now, algorithm)

    def _opened(self) -> sqlite3.Connection:
        return journal_file.open_to_read(self.path, is_alone=self._is_alone)


def _text(number: UUID | None) -> str | None:
    return None if number is None else str(number)
