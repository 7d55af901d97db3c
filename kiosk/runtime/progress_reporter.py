"""Progress reports of long tasks."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY_S = 1.0


class ProgressReporter:
    """Reports the progress of a long task: at most one line to `tell` every `every_s` seconds. A task that ends sooner
    is not reported. `what`: the things that are counted. Called as `Progress` is.
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
