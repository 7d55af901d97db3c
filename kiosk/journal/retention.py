"""How long the journal is kept, and what a technician may do with one that does not hold together."""

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
"""Half a year: longer than anybody takes to ask what became of a permit, shorter than a small disk lasts."""

PORTION = 200
"""Steps forgotten at a time: some milliseconds, in which a visit's next step would wait."""


class NothingPurged(Exception):
    """A journal that does not hold together is kept as it is: the steps to be forgotten may be the evidence."""

    def __init__(self, broken: Break) -> None:
        super().__init__(f"nothing was purged: the journal is {broken}")
        self.broken = broken


def purge(journal: Journal, now: datetime, keep: timedelta = KEPT, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Forget steps and settled messages that are older than `keep` (30 days at least); how many steps went.

    `now` must be right: whoever calls has it confirmed. What is still needed stays however old: an unfinished visit, a
    message that central must still get, and which permits lie in the bin (noted anew at the end of the chain). What
    was written by a clock that was set is as old as the moment at which central confirmed it again.
    `may_go_on` is asked between portions; what is left goes the next time.
    Raises `NothingPurged`, and `JournalFailed`.
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
    """Believe the journal again from here on, after its break was looked at. What stood there is copied to `copy_to`
    first, and the chain says that this was done. Raises `JournalFailed`.
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
    """The last step that may be forgotten."""
    first_kept = (
        # Young, or said to be: what central confirmed the clock behind is older than that, whatever its stamp.
        "SELECT number FROM step WHERE julianday(at) >= julianday(:before) AND number > ("
        "  SELECT coalesce(max(number), 0) FROM step WHERE event = :confirmed AND julianday(at) < julianday(:before))"
        " ORDER BY number LIMIT 1",
        # Stamped by a clock that was set; only a confirmation behind it says how old it can be at most.
        "SELECT min(number) FROM step WHERE event = :jumped AND number > ("
        "  SELECT coalesce(max(number), 0) FROM step WHERE event = :confirmed AND julianday(at) < julianday(:before))",
        "SELECT max(number) FROM step WHERE state_after = 'Idle'",
        "SELECT min(step) FROM message WHERE settled_at IS NULL AND body IS NOT NULL",
    )
    names = {"before": before.isoformat(), "jumped": CLOCK_JUMPED, "confirmed": CLOCK_CONFIRMED}
    if db.execute("SELECT max(number) FROM step WHERE state_after = 'Idle'").fetchone()[0] is None:
        return 0  # never idle yet: there is no visit of which one could tell that it is over
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
