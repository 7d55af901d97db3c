"""The years whose holidays a region file lacks. The State Council's notice for a year comes in the November before.
From then on the next year counts as missing too, so that it is added before January.
"""

from __future__ import annotations

from datetime import date

from kiosk.policy.office_days import DayKind
from kiosk.policy.region import Region

NOTICE_MONTH = 11


def missing_years(region: Region, on: date) -> tuple[int, ...]:
    """The years whose holidays the file should have on this day and lacks; empty where nothing depends on them."""
    if not _depends_on_holidays(region):
        return ()
    years = (on.year, on.year + 1) if on.month >= NOTICE_MONTH else (on.year,)
    return tuple(year for year in years if year not in region.holidays.years)


def in_words(year: int) -> str:
    """A line that says what is missing, what follows from it, and what to do."""
    return (
        f"holidays.{year} is missing: no day is told that depends on working days of {year}; add the State "
        "Council's holiday notice of that year"
    )


def _depends_on_holidays(region: Region) -> bool:
    promises = (service.promise for service in region.services.values() if service.promise is not None)
    hours = (office.hours for office in region.offices.values() if office.hours is not None)
    return (
        bool(region.holidays.years)
        or any(deadline.working for _, deadline in region.deadlines.values())
        or any(promise.working_days > 0 for promise in promises)
        or any(each.on(DayKind.HOLIDAY) for each in hours)
    )
