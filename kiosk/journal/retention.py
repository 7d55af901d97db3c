"""How long the journal is kept, and how a technician accepts one whose chain is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.journal import chain
from kiosk.journal.chain import Break
from kiosk.journal.clock_notes import CLOCK_CONFIRMED, CLOCK_JUMPED
from kiosk.journal.journal import Journal

KEPT = timedelta(days=180)
"""Half a year: longer than people take to ask about a permit, and little enough for a small disk."""

PORTION = 200
"""Steps purged at a time, in a few milliseconds for which a visit's next step may have to wait."""


class NothingPurged(Exception):
    """Nothing was purged because the chain is broken: the old steps may be evidence."""

    def __init__(self, broken: Break) -> None:
        super().__init__(f"nothing was purged: the journal is {broken}")
        self.broken = broken


def purge(journal: Journal, now: datetime, keep: timedelta = KEPT, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete steps and settled messages that are older than `keep` (30 days at least); returns the number of steps.

    `now` must be a confirmed time. Records that are still needed stay however old: an unfinished visit, and messages
    that central must still get. Which permits are in the bin is noted again at the end of the chain. Records that were
    written while the clock was in doubt count as old as the moment at which central confirmed the clock again.
    `may_go_on` is asked between portions; the rest is purged next time. Raises `NothingPurged`, and `JournalFailed`.
    """
    before = now - max(keep, chain.LEAST_KEPT)
    with journal.as_one() as db:
        through, lowest = _through(db, before), _lowest(db)
    if through >= lowest:
        broken = journal.verify().broken
        if broken is not None:
            raise NothingPurged(broken)
        with journal.as_one() as db:
            journal.carry_bin_over(db, through)
            journal.add_note(db, chain.PURGED, {"through": through, "before": before.isoformat()})
    gone = 0
    while lowest + gone <= through and may_go_on():
        with journal.as_one() as db:
            gone += _forget(db, through)
    with journal.as_one() as db:
        db.execute(
            "DELETE FROM message WHERE step IS NULL AND julianday(at) < julianday(?)"
            " AND (body IS NULL OR settled_at IS NOT NULL)",
            (before.isoformat(),),
        )
    return gone


def accept(journal: Journal, broken: Break, copy_to: Path) -> None:
    """Accept the journal with its break `broken`, after a technician looked at it. The journal is copied to `copy_to`
    first, and a note in the chain says that it was accepted. Raises `JournalFailed`.
    """
    journal.copy(copy_to)
    with journal.as_one() as db:
        head, through = chain.head_of(db, journal.algorithm), chain.next_number(db) - 1
        _set_anchor(db, through, head.algorithm, head.hash)
        journal.add_note(db, chain.ACCEPTED, {"through": through, "kind": broken.kind.value, "number": broken.number})


def _lowest(db: sqlite3.Connection) -> int:
    lowest = db.execute("SELECT min(number) FROM step").fetchone()[0]
    return 1 if lowest is None else int(lowest)


def _through(db: sqlite3.Connection, before: datetime) -> int:
    """The last step that may be purged."""
    first_kept = (
        # Young by its time stamp. A step before a confirmation of the clock is older than that, whatever its stamp.
        "SELECT number FROM step WHERE julianday(at) >= julianday(:before) AND number > ("
        "  SELECT coalesce(max(number), 0) FROM step WHERE event = :confirmed AND julianday(at) < julianday(:before))"
        " ORDER BY number LIMIT 1",
        # Stamped by a clock that was set. Only a later confirmation bounds its age.
        "SELECT min(number) FROM step WHERE event = :jumped AND number > ("
        "  SELECT coalesce(max(number), 0) FROM step WHERE event = :confirmed AND julianday(at) < julianday(:before))",
        "SELECT max(number) FROM step WHERE state_after = 'Idle'",
        "SELECT min(step) FROM message WHERE settled_at IS NULL AND body IS NOT NULL",
    )
    names = {"before": before.isoformat(), "jumped": CLOCK_JUMPED, "confirmed": CLOCK_CONFIRMED}
    if db.execute("SELECT max(number) FROM step WHERE state_after = 'Idle'").fetchone()[0] is None:
        return 0  # never idle yet: no visit is known to be over
    found = [db.execute(query, names).fetchone() for query in first_kept]
    return min(int(row[0]) for row in found if row is not None and row[0] is not None) - 1


def _forget(db: sqlite3.Connection, through: int) -> int:
    rows = db.execute(
        "SELECT number, algorithm, hash FROM step WHERE number <= ? ORDER BY number LIMIT ?", (through, PORTION)
    ).fetchall()
    if not rows:
        return 0
    number, algorithm, hashed = rows[-1]
    db.execute("DELETE FROM message WHERE step <= ?", (number,))
    db.execute("DELETE FROM step WHERE number <= ?", (number,))
    anchor = db.execute("SELECT number FROM anchor").fetchone()
    if anchor is None or anchor[0] < number:
        _set_anchor(db, number, algorithm, hashed)
    return len(rows)


def _set_anchor(db: sqlite3.Connection, number: int, algorithm: str, hashed: str) -> None:
    db.execute("INSERT OR REPLACE INTO anchor VALUES (1, ?, ?, ?)", (number, algorithm, hashed))
