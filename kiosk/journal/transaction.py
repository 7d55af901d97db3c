"""One database transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_one(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A transaction that begins at once, so that nobody else writes meanwhile. An exception rolls it back."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        # Some errors of a full or broken disk end the transaction by themselves (sqlite.org, lang_transaction).
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
