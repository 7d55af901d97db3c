"""A clock that is moved by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.domain.clock import SHANGHAI


class HandClock:
    """Stands still until `pass_time`; starts at noon of an ordinary day in Shanghai."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)) -> None:
        self._start = start
        self._passed_s = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        return self._passed_s

    def pass_time(self, seconds: float) -> None:
        self._passed_s += seconds
