"""Which permits lie in the bin, by the journal: the steps that put them there, or the notes that took their place."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

BIN_EMPTIED = "BinEmptied"
"""Note: staff took the permits out of the bin; what was retained before is not missed any more."""

STILL_IN_BIN = "StillInBin"
"""Note: the permit that step `step` put into the bin at `since` lies there still; written when that step is purged."""

IN_BIN = "in_bin"

RETAINED = f"facts LIKE '%\"{IN_BIN}\"%'"
"""Condition in SQL: at this step a permit was put into the bin. An index has it in these words, or it is not used."""


class BinRow(NamedTuple):
    """A step that put a permit into the bin, or the note that took its place. `since`: when it was put there."""

    number: int
    since: str
    endorsement_id: str | None


def in_bin(db: sqlite3.Connection) -> list[BinRow]:
    """Oldest first. A step and the note that took its place stand both where a purge was cut short: that is one permit.
    """
    rows = db.execute(
        f"SELECT number, event, at, endorsement_id, facts FROM step WHERE event = '{BIN_EMPTIED}' OR {RETAINED}"
        " ORDER BY number DESC").fetchall()
    found, noted = [], set()
    for number, event, at, endorsement_id, text in takewhile(lambda row: row[1] != BIN_EMPTIED, rows):
        facts = json.loads(text)
        if number in noted:
            noted.add(facts.get("step"))
            continue
        if event == STILL_IN_BIN:
            noted.add(facts["step"])
            at = facts["since"]
        found.append(BinRow(number, at, endorsement_id))
    return sorted(found, key=lambda row: datetime.fromisoformat(row.since))
