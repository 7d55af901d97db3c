"""The arithmetic of terms: calendar months that are never stretched upward, and the two ways to print an end date."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1949, 2999  # other days are no dates of a permit
ONE_DAY = timedelta(days=1)


class EndDate(Enum):
    """Which day is printed as the end of a term."""

    SAME_DAY = "same_day"  # the anniversary itself; the next term starts on it
    DAY_BEFORE = "day_before"  # the day before the anniversary; the next term starts on the day after the end


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: days, or calendar months (one of the two is 0). Negative: before."""

    days: int = 0
    months: int = 0

    def after(self, day: date) -> date:
        """The day this long after `day`."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The day this long before `day`."""
        return add_months(day, -self.months) - timedelta(days=self.days)

    def range_days(self) -> tuple[int, int]:
        """The fewest and the most days that this can be, over all days it may be counted from."""
        low, high = _months_in_days(self.months)
        return low + self.days, high + self.days

    def is_certainly_below(self, other: Span) -> bool:
        """Whether this ends before `other` whatever day both are counted from."""
        if not self.days and not other.days:
            return self.months < other.months
        return self.range_days()[1] < other.range_days()[0]

    def is_certainly_within(self, other: Span) -> bool:
        """Whether this never ends after `other`, whatever day both are counted from."""
        if not self.days and not other.days:
            return self.months <= other.months
        return self.range_days()[1] <= other.range_days()[0]


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def term_end(start: date, months: int, convention: EndDate) -> date:
    """The end date of a term that starts on `start`.

    In the day-before convention, where the anniversary had to be clamped, the end date is that last day of the month.
    """
    anniversary = add_months(start, months)
    if convention is EndDate.SAME_DAY or anniversary.day != start.day:
        return anniversary
    return anniversary - ONE_DAY


def boundary_after(end: date, convention: EndDate) -> date:
    """The day on which the next term starts, and from which windows and tiers are counted."""
    return end if convention is EndDate.SAME_DAY else end + ONE_DAY


def last_day(boundary: date, span: Span, convention: EndDate) -> date:
    """The last day of a tier: `span` after the boundary, inside in the same-day convention, else the day before it."""
    day = span.after(boundary)
    return day if convention is EndDate.SAME_DAY else day - ONE_DAY


def age_on(birth: date, on: date) -> int:
    """Completed years of age on `on`; a year is reached on the birthday (born on 29 February: on the 28th, else)."""
    years = on.year - birth.year
    return years if add_months(birth, years * 12) <= on else years - 1


def is_plausible(day: date) -> bool:
    """Whether a permit of this kind can carry the day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


@lru_cache(maxsize=256)
def _months_in_days(months: int) -> tuple[int, int]:
    """Fewest and most days of a number of calendar months, over a whole cycle of leap years and a century's end."""
    if not months:
        return 0, 0
    # Within a month the length is the same for all days but those whose day the other month lacks: these come last.
    firsts = [date(year, month, 1) for year in range(2095, 2103) for month in range(1, 13)]
    lasts = [add_months(first, 1) - ONE_DAY for first in firsts]
    lengths = [(add_months(start, months) - start).days for start in (*firsts, *lasts)]
    return min(lengths), max(lengths)
