"""Verification of a journal's file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kiosk.journal import chain
from kiosk.journal import file as journal_file
from kiosk.journal.chain import Break, BreakKind, HashName, Head
from kiosk.journal.faults import fault_of, may_pass
from kiosk.journal.file import NotAJournal
from kiosk.journal.records import JournalFailed


def verify_file(
    path: Path,
    algorithm: HashName,
    told: Head | None = None,
    progress: chain.Progress = lambda done, total: None,
    *,
    is_alone: bool = False,
) -> chain.Verdict:
    """Verify the whole chain of the file at `path`. The verdict also says if its log is missing. `told`: the head that
    central was told last. `is_alone`: see `journal_file.open_to_read`. Raises `JournalFailed`.
    """
    has_log = journal_file.has_log(path)
    try:
        with closing(journal_file.open_to_read(path, is_alone=is_alone)) as db:
            verdict = chain.verify(db, algorithm, told, progress)
            lacks_log = journal_file.is_in_use(db) and not has_log
    except (sqlite3.Error, ValueError, TypeError) as error:
        if may_pass(error) or isinstance(error, NotAJournal):
            raise JournalFailed(str(error), fault_of(error)) from error
        return chain.Verdict(Head(0, algorithm, chain.GENESIS), 0, 0, Break(BreakKind.UNREADABLE, 0))
    if verdict.broken is None and lacks_log:
        return replace(verdict, broken=Break(BreakKind.LOG_MISSING, verdict.head.number + 1))
    return verdict
