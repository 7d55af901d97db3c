"""Central's time: an aware clock that can be replaced, and the local date that grants are dated with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

# China keeps one time without summer time since 1991.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The date in China at `moment`."""
    return moment.astimezone(CHINA).date()
