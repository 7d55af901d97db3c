"""The two clocks a kiosk needs, injected so that tests never sleep."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The regions' time zone, whatever zone the kiosk's own clock is set to."""


class Clock(Protocol):
    """Wall time for records and rules; monotonic seconds for deadlines, which do not change when the clock is set."""

    def now(self) -> datetime:
        """Local time in Asia/Shanghai, with offset."""

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(SHANGHAI)

    def monotonic(self) -> float:
        """Seconds since the machine was switched on, including those in which it was suspended (clock_gettime(2))."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def today(clock: Clock) -> date:
    """The local date by which rules are applied."""
    return clock.now().date()
