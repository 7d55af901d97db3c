"""The journal's notes about the clock."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from kiosk.journal.records import moment_of

JUMP_S = 2.0
"""The smallest jump in seconds between two looks at the clock. Slewing (adjtime(3): 0.5 ms a second) and a leap second
stay below it.
"""

CLOCK_JUMPED = "ClockJumped"
"""Note: the time of day moved by `by_s` seconds that did not pass; `why`: "set", "slept" (the machine was suspended) or
"behind_journal" (found at the start).
"""

CLOCK_CONFIRMED = "ClockConfirmed"
"""Note: central confirmed the clock after a jump."""


def doubted_at(db: sqlite3.Connection) -> tuple[datetime, int] | None:
    """See `Journal.clock_doubted_at`."""
    row = db.execute(
        "SELECT event, at, facts FROM step WHERE event IN (?, ?) ORDER BY number DESC LIMIT 1",
        (CLOCK_JUMPED, CLOCK_CONFIRMED),
    ).fetchone()
    if row is None or row[0] == CLOCK_CONFIRMED:
        return None
    return moment_of(row[1]), int(json.loads(row[2])["by_s"])
