"""A morning that several processes share: each reads it from the machine's one monotonic clock."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from kiosk.domain.clock import SHANGHAI

MORNING = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


class SharedClock:
    """`began`: when it was ten in the morning, on the machine's monotonic clock; `jumped_s`: skipped since then."""

    def __init__(self, began: float | None = None, jumped_s: float = 0.0) -> None:
        self.began = time.monotonic() if began is None else began
        self.jumped_s = jumped_s

    def reset(self) -> None:
        """It is ten in the morning."""
        self.began, self.jumped_s = time.monotonic(), 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.jumped_s

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.monotonic() - self.began)

    def jump(self, seconds: float) -> None:
        self.jumped_s += seconds
