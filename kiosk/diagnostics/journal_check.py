"""The check of the journal: whether its chain is valid, and how long messages wait for central."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, skipped, together, warning
from kiosk.diagnostics.time_allowance import TimeAllowance
from kiosk.domain.clock import Clock
from kiosk.domain.faults import JOURNAL_BROKEN
from kiosk.journal.chain import Progress, Verdict
from kiosk.journal.faults import fault_of
from kiosk.journal.journal import Journal, JournalFailed, Queue
from kiosk.journal.state_lock import name_of
from kiosk.journal.verification import verify_file
from kiosk.runtime.progress_reporter import ProgressReporter
from kiosk.services.central.outbox import alarm_of

SLOWEST_STEPS_PER_S = 10_000
"""A slower verification counts as hanging. On two busy cores of a server it was ten times as fast (`make bench`)."""

LONGEST_S = 600.0
"""The most seconds for a verification, whatever the number of steps."""


def journal(config: Config, clock: Clock, patience: TimeAllowance) -> Findings:
    """Verify the whole chain, and look at the queue. A missing journal is not created.

    Asks for more time according to the journal's length.
    """
    path = config.state_dir / "journal.db"
    if not path.is_file():
        return [ok("no journal yet")]
    if (strange := _of_another_user(path)) is not None:
        return [strange]
    try:
        with closing(Journal.to_read(path, clock.now, config.journal.hash)) as opened:
            verdict = verify_file(path, config.journal.hash, progress=_patiently(patience))
            queue, clock_doubted_at = opened.queue(), opened.clock_doubted_at()
    except JournalFailed as error:
        return [failed(f"the journal does not open: {error}", error.fault)]
    except sqlite3.OperationalError as error:
        return [failed(f"the journal does not open: {error}", fault_of(error))]
    except sqlite3.DatabaseError as error:
        return [failed(f"the journal is damaged: {error}", JOURNAL_BROKEN)]
    doubts = [] if clock_doubted_at is None else [_in_doubt(*clock_doubted_at)]
    return [together(_chain(verdict), _waiting(queue, clock.now()), *doubts)]


def _of_another_user(path: Path) -> Finding | None:
    """The finding if the journal belongs to another user: it is not opened, because SQLite would create files of ours
    beside it. `journal_rights` reports files whose owner is not the directory's.
    """
    kiosk = path.parent.stat().st_uid
    if kiosk != os.geteuid():
        return warning(
            f"belongs to user {name_of(kiosk)}: not looked at; ask as that user (runuser -u {name_of(kiosk)} -- …)"
        )
    beside = (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm")))
    strange = [file.name for file in beside if file.exists() and file.stat().st_uid != kiosk]
    return skipped(f"not looked at: {strange[0]} is another user's") if strange else None


def _patiently(patience: TimeAllowance) -> Progress:
    told = ProgressReporter(lambda line: patience.tell(f"journal: {line}"))

    def progress(done: int, total: int) -> None:
        if done == 0:
            patience.ask_for(min(total / SLOWEST_STEPS_PER_S, LONGEST_S))
        told(done, total)

    return progress


def _chain(verdict: Verdict) -> Finding:
    said = f"{verdict.verified} steps hold together"
    return ok(said) if verdict.broken is None else failed(f"{said}; {verdict.broken}", JOURNAL_BROKEN)


def _in_doubt(at: datetime, by_s: int) -> Finding:
    return warning(f"the clock moved by {by_s:+d} s ({at:%Y-%m-%d %H:%M}), and central has not confirmed it since")


def _waiting(queue: Queue, now: datetime) -> Finding:
    if queue.oldest_at is None:
        return ok("no message waits for central")
    hours = (now - queue.oldest_at).total_seconds() / 3600
    said = f"{queue.length} messages wait for central, the oldest for {hours:.1f} h"
    alarm = alarm_of(queue, now)
    return ok(said) if alarm is None else failed(said, alarm)
