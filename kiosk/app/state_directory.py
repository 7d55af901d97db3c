"""What the kiosk takes possession of before anything is written: its state directory, and the journal in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kiosk.config import Config
from kiosk.runtime.journal import Journal, open_journal
from kiosk.runtime.state_lock import StateLock


def take_state(config: Config, now: Callable[[], datetime]) -> tuple[StateLock, Journal]:
    """The lock on the state directory, and the journal that it stands for; release the one behind closing the other.

    Raises `StateHeld`, and what `open_journal` raises.
    """
    lock = StateLock.take(config.state_dir, "the kiosk")
    try:
        return lock, open_journal(config.state_dir / "journal.db", now, config.journal.hash)
    except BaseException:
        lock.release()
        raise
