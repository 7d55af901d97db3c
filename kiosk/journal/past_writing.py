"""How long the last writings of this machine took, as its journal has them: numbers alone, of nobody."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.journal import file as journal_file
from kiosk.journal.faults import fault_of
from kiosk.journal.records import JournalFailed

WRITING_MS = "writing_ms"
"""The fact of the step that ends a writing: how long chip and face took, by seconds that no setting of the clock
moves."""

LOOKED_BACK = 5000
"""So many steps are looked at: two hundred visits, in a few milliseconds however long the journal is."""


def last_writings_ms(path: Path, most: int) -> list[int]:
    """The last `most` of the journal at `path`, oldest first, on a connection of its own. Raises `JournalFailed`."""
    try:
        with closing(journal_file.open_to_read(path)) as db:
            rows = db.execute(
                "SELECT facts FROM step WHERE number > (SELECT coalesce(max(number), 0) FROM step) - ?"
                f" AND facts LIKE '%\"{WRITING_MS}\"%' ORDER BY number DESC LIMIT ?",
                (LOOKED_BACK, most),
            ).fetchall()
            told = [json.loads(facts)[WRITING_MS] for (facts,) in reversed(rows)]
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise JournalFailed(str(error), fault_of(error)) from error
    return [each for each in told if type(each) is int]
