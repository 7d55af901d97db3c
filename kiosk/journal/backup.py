"""Backup and restore of the journal. A backup is consistent even while visits run.

A backup is one file, without a log beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from kiosk.journal import chain
from kiosk.journal import file as journal_file
from kiosk.journal.chain import Break, HashName, Verdict
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.journal.verification import verify_file

_ENDINGS = ("-wal", "-shm")


class NotRestored(Exception):
    """The backup's chain is broken. The journal was not changed."""

    def __init__(self, broken: Break) -> None:
        super().__init__(f"nothing was restored: the backup is {broken}")


def back_up(path: Path, to: Path, algorithm: HashName, *, is_alone: bool = False) -> Verdict:
    """Copy the journal at `path` into the new file `to`, in the state of one moment, also while a kiosk writes. Returns
    the verdict of a verification of the copy. `is_alone`: see `journal_file.open_to_read`.

    Raises `FileExistsError` and other `OSError`s, `sqlite3.Error`, `JournalFailed`.
    """
    has_log = journal_file.has_log(path)
    with closing(journal_file.open_to_read(path, is_alone=is_alone)) as db:
        journal_file.copy(db, to, is_whole=has_log)
    return verify_file(to, algorithm, is_alone=True)


def restore(backup: Path, path: Path, now: Callable[[], datetime], algorithm: HashName) -> Path | None:
    """Replace the journal at `path` by a copy of the file `backup`, and note that in the chain. Returns the path to
    which the old journal was moved, None if there was none. The caller holds the lock on the state directory.

    Raises `NotRestored`, `OSError`, `sqlite3.Error`, `JournalFailed`.
    """
    new = path.with_name(f"{path.name}.restoring")
    for left in (new, *(new.with_name(new.name + ending) for ending in _ENDINGS)):
        left.unlink(missing_ok=True)  # of a restore that was interrupted
    verdict = back_up(backup, new, algorithm, is_alone=True)
    if verdict.broken is not None:
        new.unlink()
        raise NotRestored(verdict.broken)
    with closing(Journal(new, now, algorithm)) as journal:
        journal.note(chain.RESTORED, {"head": verdict.head.number})
    journal_file.sync(new)
    aside = _put_aside(path, now())
    new.replace(path)
    journal_file.sync(path.parent)
    return aside


def _put_aside(path: Path, at: datetime) -> Path | None:
    """Give the journal a second name, and move its log to that name, because SQLite would apply it to the next journal.

    Returns None where there was no journal; a log that is left of one is moved all the same.
    """
    aside = path.with_name(f"journal-replaced-{at:%Y%m%d%H%M%S}.db")
    was_there = path.exists()
    if was_there:
        try:
            with closing(Journal(path, lambda: at)) as journal:
                journal.take_over()  # its close brings the log into the file
        except (sqlite3.Error, JournalFailed):
            pass  # damaged, or of a later version: put aside unchanged, with its log
        aside.hardlink_to(path)
    for ending in _ENDINGS:
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + ending))
    return aside if was_there else None
