"""A journal as long as a test wants it, written in one go: the same rows as `Journal.append` writes, synced once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from kiosk.journal import chain
from kiosk.journal.chain import HashName
from kiosk.journal.journal import Journal

STEPS_PER_VISIT = 20
BETWEEN_STEPS = timedelta(seconds=25)
_MESSAGE = (
    "INSERT INTO message (at, call, idempotency_key, endorsement_id, body, step, settled_at, outcome)"
    " VALUES (?,?,?,?,?,?,?,'taken')"
)
_STEP = f"INSERT INTO step (number, {chain.STEP_COLUMNS}, algorithm, hash) VALUES ({','.join('?' * 12)})"


def write_long_journal(path: Path, steps: int, end: datetime, algorithm: HashName = "sha256") -> None:
    """Visits of twenty steps, each with a completion that central took; the last step at `end`."""
    with closing(Journal(path, lambda: end, algorithm)):
        pass
    with closing(sqlite3.connect(path)) as db, db:
        previous = chain.GENESIS
        for number in range(1, steps + 1):
            visit, endorsement = (str(UUID(int=2 * (number // STEPS_PER_VISIT) + k)) for k in (0, 1))
            at = (end - BETWEEN_STEPS * (steps - number)).isoformat()
            sent: list[tuple[chain.Value, ...]] = []
            if number % STEPS_PER_VISIT == 0:
                body = json.dumps({"chip": "new", "face": "new", "custody": "with_holder", "head": previous})
                row = (at, "completion", f"completion-{number}", endorsement, body)
                sent.append((db.execute(_MESSAGE, (*row, number, at)).lastrowid, *row))
            step = (
                at,
                visit,
                "RelayingBatch",
                "ChipBatchReceived",
                "SendingChipAnswers",
                "in_unit",
                '["SendChipAnswers", "SetDeadline"]',
                endorsement,
                '{"batch": 2}',
            )
            previous = chain.link(algorithm, previous, number, step, sent)
            db.execute(_STEP, (number, *step, algorithm, previous))
