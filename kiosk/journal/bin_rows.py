"""The permits in the bin, by the journal: the steps that put them there, or the notes that replaced those steps.

The fact `in_bin` is true where the unit said that a permit went in. It is false where the unit had the order, did not
answer, and the path was found empty later. Staff then look into the bin and record what they found.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

BIN_EMPTIED = "BinEmptied"
"""Note: staff emptied the bin. Permits that were retained before are no longer in it."""

BIN_LOOKED_INTO = "BinLookedInto"
"""Note: staff looked for the permit of step `step`; `in_bin`: whether it is there."""

PUT_INTO_BIN = "PutIntoBin"
"""Note: staff put a permit into the bin themselves, by hand or with the unit's own command."""

STILL_IN_BIN = "StillInBin"
"""Note: the permit that step `step` put into the bin at `since` is still there. Written when that step is purged."""

IN_BIN = "in_bin"

RETAINED = f"facts LIKE '%\"{IN_BIN}\"%'"
"""SQL condition: a permit was put into the bin at this step. SQLite uses the index only for this exact text."""


class BinRow(NamedTuple):
    """A step that put a permit into the bin, or the note that replaced it. `since`: when the permit was put there."""

    number: int
    since: str
    endorsement_id: str | None
    is_certain: bool


def in_bin(db: sqlite3.Connection) -> list[BinRow]:
    """The permits in the bin, oldest first. A step and its note, after an interrupted purge, count once."""
    rows = db.execute(
        f"SELECT number, event, at, endorsement_id, facts FROM step WHERE event = '{BIN_EMPTIED}' OR {RETAINED}"
        " ORDER BY number DESC"
    ).fetchall()
    found, noted = [], set()
    seen: dict[int, bool] = {}  # by step: what staff found when they looked last
    for number, event, at, endorsement_id, text in takewhile(lambda row: row[1] != BIN_EMPTIED, rows):
        facts = json.loads(text)
        if event == BIN_LOOKED_INTO:
            seen.setdefault(facts["step"], facts[IN_BIN])
            continue
        if number in noted:
            noted.add(facts.get("step"))
            continue
        if event == STILL_IN_BIN:
            noted.add(facts["step"])
            at = facts["since"]
        is_there = seen.get(number, facts[IN_BIN])
        if is_there or number not in seen:
            found.append(BinRow(number, at, endorsement_id, is_there))
    return sorted(found, key=lambda row: datetime.fromisoformat(row.since))
