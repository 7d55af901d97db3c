"""When a site is open, and from when on no visit is begun any more. Local time in Shanghai, without summer time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from kiosk.domain.clock import SHANGHAI

_ONE_DAY = timedelta(days=1)
LOOKS_AHEAD = 60
"""Days; the longest holidays are over by then, and any weekday has come."""


class SpecialDay(Enum):
    """A day that does not go by its weekday: off by the holiday notice, or a weekend day that is worked instead."""

    HOLIDAY = "holiday"
    WORKED_WEEKEND = "worked_weekend"


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `opens` to `closes`, in minutes of the day; 1440 is midnight, the day's end."""

    opens: int
    closes: int


DayHours = tuple[Span, ...]
"""In order, not overlapping; none: closed all day."""


@dataclass(frozen=True)
class SiteHours:
    """`weekdays`: seven, from Monday on. `special`: of days that are special there; others go by their weekday.
    `special_day(day)`: what is special about it. `last_visit_min`: no visit begins in so many minutes before the hall
    closes, so that whoever began is done by then; a visit that goes on for longer is finished all the same.
    """

    weekdays: tuple[DayHours, ...]
    special: Mapping[SpecialDay, DayHours] = field(default_factory=dict)
    last_visit_min: int = 0
    special_day: Callable[[date], SpecialDay | None] = lambda _day: None

    def serves(self, now: datetime) -> bool:
        """Whether a visit may begin: it is open, and stays so for `last_visit_min` minutes."""
        now = now.astimezone(SHANGHAI)
        for opens, closes in self._stretches(now.date() - _ONE_DAY):
            if opens > now:
                return False
            if now < closes:
                return now < closes - timedelta(minutes=self.last_visit_min)
        return False

    def opens_next(self, now: datetime) -> datetime | None:
        """When a visit may begin again, of a moment at which none may; None: not within `LOOKS_AHEAD` days."""
        now = now.astimezone(SHANGHAI)
        return next((opens for opens, _ in self._stretches(now.date()) if opens > now and self.serves(opens)), None)

    def _stretches(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        """Beginning and end of each time that it is open without a break, over midnight too."""
        began: datetime | None = None
        ended: datetime | None = None
        for number in range(LOOKS_AHEAD):
            day = first + number * _ONE_DAY
            for span in self._on(day):
                opens, closes = _moment(day, span.opens), _moment(day, span.closes)
                if began is None or ended is None:
                    began = opens
                elif opens > ended:
                    yield began, ended
                    began = opens
                ended = closes
        if began is not None and ended is not None:
            yield began, ended

    def _on(self, day: date) -> DayHours:
        special = self.special_day(day)
        if special is not None and special in self.special:
            return self.special[special]
        return self.weekdays[day.weekday()]


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute)
