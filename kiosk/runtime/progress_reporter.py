"""How far something long has come, told now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY_S = 1.0


class ProgressReporter:
    """Reports how far something long has come: a line to `tell`, at most one each `every_s` seconds, so that what is
    done sooner is not reported at all. `what`: the things that are counted. It is called as `Progress` is.
    """

    def __init__(
        self, tell: Callable[[str], None], every_s: float = EVERY_S, what: str = "steps looked through"
    ) -> None:
        self._tell = tell
        self._every_s = every_s
        self._what = what
        self._told_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told_at >= self._every_s:
            self._told_at = time.monotonic()
            self._tell(f"{done:,} of {total:,} {self._what}")
