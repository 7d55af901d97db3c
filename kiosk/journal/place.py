"""The place of the journal's file: whether it still exists and can be written, and how long others may lock it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.domain.faults import JOURNAL_HELD
from kiosk.journal.chain import Head
from kiosk.journal.faults import fault_of
from kiosk.journal.records import JournalFailed

HELD_S = 15.0
"""Seconds for which another program may lock the file before a record fails; a copy on a slow disk takes as long."""

HELD_AGAIN_S = 1.0
"""The same for records after one that failed for this reason, so that a permit inside still goes back soon."""


class TimeAllowance:
    """How long the journal's connection waits for other programs; it begins with `HELD_S`."""

    def __init__(self) -> None:
        self._is_short = False

    def failed(self, db: sqlite3.Connection | None, error: sqlite3.Error) -> JournalFailed:
        """The failure that an error of the connection means. After a lock by another program the next wait is short."""
        failed = JournalFailed(str(error), fault_of(error))
        if failed.fault is JOURNAL_HELD and db is not None:
            self._wait(db, is_short=True)
        return failed

    def worked(self, db: sqlite3.Connection) -> None:
        """Note that a record was written, so the next wait may be long again."""
        self._wait(db, is_short=False)

    def _wait(self, db: sqlite3.Connection, *, is_short: bool) -> None:
        if is_short != self._is_short:
            self._is_short = is_short
            db.execute(f"PRAGMA busy_timeout={int(1000 * (HELD_AGAIN_S if is_short else HELD_S))}")


class JournalPlace:
    """The files of a journal that was just opened at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = self._found()

    @property
    def is_kept(self) -> bool:
        """Whether the open files still have their names. A file that was deleted or replaced still takes records, which
        are lost when the program ends.
        """
        return self._found() == self._files

    def try_to_write(self) -> None:
        """Lock the file for writing and release it, on a separate connection. Raises `JournalFailed` where another
        program locks it for too long, or it cannot be written.
        """
        uri = f"{self.path.absolute().as_uri()}?mode=rw"  # does not create a file
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=HELD_S, isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise JournalFailed(str(error), fault_of(error)) from error

    def name_of_copy(self, head: Head) -> Path:
        """The path, beside the journal, for a copy that ends with `head`."""
        return self.path.with_name(f"{self.path.name}.copy-{head.number}")

    def _found(self) -> tuple[tuple[int, int] | None, ...]:
        """The identities of the files with the names of the journal and of its log (`-wal`: sqlite.org, wal)."""
        found: list[tuple[int, int] | None] = []
        for name in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                status = name.stat()
            except FileNotFoundError:
                found.append(None)
            else:
                found.append((status.st_dev, status.st_ino))
        return tuple(found)
