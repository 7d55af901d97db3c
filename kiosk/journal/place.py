"""Where the journal's file stands: whether it is still there, can be written, and how long others may hold it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kiosk.domain.faults import JOURNAL_HELD
from kiosk.journal.chain import Head
from kiosk.journal.faults import fault_of
from kiosk.journal.records import JournalFailed

HELD_S = 15.0
"""How long another program may hold the file before a record counts as failed: a copy on a slow disk takes as long."""

HELD_AGAIN_S = 1.0
"""The same for the records after one that failed for it, so that a permit inside goes back nevertheless."""


class TimeAllowance:
    """How long the journal's one connection waits for other programs; it begins with `HELD_S`."""

    def __init__(self) -> None:
        self._is_short = False

    def failed(self, db: sqlite3.Connection | None, error: sqlite3.Error) -> JournalFailed:
        """What an error of the connection means; where another program holds the file, the next wait is short."""
        failed = JournalFailed(str(error), fault_of(error))
        if failed.fault is JOURNAL_HELD and db is not None:
            self._wait(db, is_short=True)
        return failed

    def worked(self, db: sqlite3.Connection) -> None:
        """A record was taken: the next wait may be long again."""
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
        """Whether the files that are written still stand under their names: a file that was deleted or replaced goes on
        taking records, and all of them are lost with the program.
        """
        return self._found() == self._files

    def try_to_write(self) -> None:
        """Take the right to write and give it back, on a connection of its own. Raises `JournalFailed`: another program
        has it for too long, or the file cannot be written.
        """
        uri = f"{self.path.absolute().as_uri()}?mode=rw"  # makes no file
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=HELD_S, isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise JournalFailed(str(error), fault_of(error)) from error

    def name_of_copy(self, head: Head) -> Path:
        """Where a copy that ends there may stand beside the journal."""
        return self.path.with_name(f"{self.path.name}.copy-{head.number}")

    def _found(self) -> tuple[tuple[int, int] | None, ...]:
        """Which files stand under the names of the journal and of its log (`-wal`: sqlite.org, wal)."""
        found: list[tuple[int, int] | None] = []
        for name in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                status = name.stat()
            except FileNotFoundError:
                found.append(None)
            else:
                found.append((status.st_dev, status.st_ino))
        return tuple(found)
