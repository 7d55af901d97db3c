"""Kinds of day, opening hours and deadlines in calendar or working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import Enum

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class DayKind(Enum):
    """The kind of a day for an office's hours."""

    WORKDAY = "workday"  # Monday to Friday, and weekend days that a holiday was exchanged for
    REST_DAY = "rest_day"  # Saturday and Sunday
    HOLIDAY = "holiday"  # days off by the year's holiday notice


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """One year of the State Council's holiday notice: days off, and weekend days worked instead."""

    off: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The holiday years of a region file. A day of any other year has no kind."""

    years: Mapping[int, HolidayYear] = field(default_factory=dict)

    def kind_of(self, day: date) -> DayKind | None:
        """What kind of day it is; None where the year's notice is missing."""
        year = self.years.get(day.year)
        if year is None:
            return None
        if day in year.off:
            return DayKind.HOLIDAY
        if day in year.worked or day.weekday() < SATURDAY:
            return DayKind.WORKDAY
        return DayKind.REST_DAY

    def working_day_after(self, day: date, working_days: int) -> date | None:
        """The day on which the `working_days`-th working day after `day` falls; None where a year is missing."""
        while working_days > 0:
            day += ONE_DAY
            kind = self.kind_of(day)
            if kind is None:
                return None
            working_days -= kind is DayKind.WORKDAY
        return day


@dataclass(frozen=True, slots=True)
class Deadline:
    """A number of days, calendar or working, after an event; the event's own day is not counted."""

    days: int
    working: bool

    def last_day(self, event: date, holidays: HolidayCalendar) -> date | None:
        """The last day in time; None where working days of an unknown year would have to be counted."""
        if not self.working:
            return event + timedelta(days=self.days)
        return holidays.working_day_after(event, self.days)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from `opens` to `closes` on one kind of day, local time."""

    on: DayKind
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """All hours of an office; a kind of day without an entry is closed."""

    hours: tuple[Hours, ...]

    def on(self, kind: DayKind) -> tuple[Hours, ...]:
        """The hours on one kind of day, in the order of the file."""
        return tuple(each for each in self.hours if each.on is kind)
