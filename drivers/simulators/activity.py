"""Records when simulated devices, lines and people were busy: the part of a visit's time that no program can shorten.

Instants are `time.monotonic()` (one clock for all processes of a machine), so that a bench can subtract these intervals
from a visit measured in another process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Cause = Literal["line", "device", "human"]


@dataclass(frozen=True, slots=True)
class Busy:
    """One interval: what was busy (`who`: id_reader, permit_unit, …), why, and doing what."""

    who: str
    cause: Cause
    doing: str
    began: float
    ended: float


class ActivityLog:
    """Collects intervals from any thread."""

    def __init__(self) -> None:
        self._busy: list[Busy] = []
        self._lock = threading.Lock()

    def add(self, who: str, cause: Cause, doing: str, began: float, ended: float) -> None:
        with self._lock:
            self._busy.append(Busy(who, cause, doing, began, ended))

    @contextmanager
    def during(self, who: str, cause: Cause, doing: str) -> Iterator[None]:
        """Record the time spent inside the `with` block."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(who, cause, doing, began, time.monotonic())

    def drain(self) -> list[Busy]:
        """All intervals so far; the log is empty afterwards."""
        with self._lock:
            busy, self._busy = self._busy, []
        return busy
