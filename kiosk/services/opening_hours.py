"""Is the site open? Asked on the machine's own thread at every look around while nobody is served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.domain.opening_hours import SiteHours, SpecialDay
from kiosk.policy.office_days import SATURDAY, DayKind, HolidayCalendar
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.services.effect_dispatch import Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on


class OpeningHoursService:
    """Answers `LookAtHours`. By a clock of which central never told a time since the start nobody is sent away: it may
    be any day. From then on the time is right whatever becomes of the clock.
    """

    def __init__(self, hours: SiteHours, clock: WatchedClock) -> None:
        self._hours = hours
        self._clock = clock

    def look(self, _: do.LookAtHours, post: Post) -> None:
        if not self._clock.is_heard:
            return
        now = self._clock.now()
        if self._hours.serves(now):
            post(on.HoursBegan())
        else:
            post(on.HoursEnded(now.date(), self._hours.opens_next(now)))


def hours_by(hours: SiteHours, holidays: HolidayCalendar) -> SiteHours:
    """The same hours, with the days that are special by the region's holiday notices. A day of a year without one goes
    by its weekday.
    """

    def special_day(day: date) -> SpecialDay | None:
        match holidays.kind_of(day):
            case DayKind.HOLIDAY:
                return SpecialDay.HOLIDAY
            case DayKind.WORKDAY if day.weekday() >= SATURDAY:
                return SpecialDay.WORKED_WEEKEND
            case _:
                return None

    return replace(hours, special_day=special_day)
