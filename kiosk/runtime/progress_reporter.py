"""How far something long has come, told now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from kiosk.journal.chain import Progress

EVERY_S = 1.0


def told_progress(
    tell: Callable[[str], None], every_s: float = EVERY_S, what: str = "steps looked through"
) -> Progress:
    """Hand a line to `tell`, not more often than every `every_s` seconds: what takes no longer is not told at all."""
    said_at = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= every_s:
            said_at = time.monotonic()
            tell(f"{done:,} of {total:,} {what}")

    return progress
