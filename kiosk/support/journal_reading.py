"""How another user than the kiosk's may read its journal without leaving a file beside it."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.journal import file as journal_file
from kiosk.journal.state_lock import StateLock, demand_own


def is_left_alone(journal: Path) -> bool:
    """Whether nobody writes to the journal, so that SQLite needs no file beside it. Raises `OSError`: there is none, or
    reading it would leave files that the kiosk's user could not use.
    """
    if journal.stat().st_uid == os.geteuid():
        return False
    if journal_file.has_log(journal):
        if not journal.with_name(f"{journal.name}-shm").exists():
            demand_own(journal)
        return False
    return StateLock.is_free(journal.parent)
