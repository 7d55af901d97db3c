"""Reads the journal's steps one after the other, for people who ask what happened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.faults import JOURNAL_BROKEN
from kiosk.journal import file as journal_file
from kiosk.journal.chain import STEP_COLUMNS
from kiosk.journal.records import JournalFailed, moment_of

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class PastStep:
    """One step of the machine. `at`: local time in Asia/Shanghai; the numbers of visit and endorsement as text."""

    number: int
    at: datetime
    visit_id: str | None
    state_before: str
    event: str
    state_after: str
    custody: str
    effects: tuple[str, ...]
    endorsement_id: str | None
    facts: Mapping[str, Fact]

    def as_json(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "visit": self.visit_id,
            "state_before": self.state_before,
            "event": self.event,
            "state_after": self.state_after,
            "custody": self.custody,
            "effects": list(self.effects),
            "endorsement": self.endorsement_id,
            "facts": dict(self.facts),
        }


def past_steps(
    path: Path, since: datetime | None = None, *, is_alone: bool = False, with_notes: bool = False
) -> Iterator[PastStep]:
    """The steps of the machine in this journal, oldest first; `since`: only younger ones; `with_notes`: also the notes,
    which have no states. `is_alone`: nobody writes to the file. Raises `JournalFailed`, also for a row that makes no
    sense; `sqlite3.Error`.
    """
    with closing(journal_file.open_to_read(path, is_alone=is_alone)) as db:
        rows = db.execute(
            f"SELECT number, {STEP_COLUMNS} FROM step WHERE (:notes OR state_after != '')"
            " AND (:since IS NULL OR julianday(at) >= julianday(:since)) ORDER BY number",
            {"notes": with_notes, "since": None if since is None else since.isoformat()},
        )
        for row in rows:
            yield _step(row)


def kept_since(path: Path, *, is_alone: bool = False) -> datetime | None:
    """When the oldest step happened that this journal still has; None for an empty one. Raises as `past_steps`."""
    return next((step.at for step in past_steps(path, is_alone=is_alone)), None)


def _step(row: sqlite3.Row) -> PastStep:
    number, at, visit_id, before, event, after, custody, effects, endorsement_id, facts = row
    try:
        return PastStep(
            number,
            moment_of(at).astimezone(SHANGHAI),
            visit_id,
            before,
            event,
            after,
            custody,
            tuple(json.loads(effects)),
            endorsement_id,
            dict(json.loads(facts)),
        )
    except (TypeError, ValueError) as error:
        raise JournalFailed(f"step {number} makes no sense ({type(error).__name__})", JOURNAL_BROKEN) from error
