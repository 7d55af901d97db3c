"""When visits may begin, and when they may again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.opening_hours import DayHours, SiteHours, Span, SpecialDay

MORNING, AFTERNOON = Span(8 * 60 + 30, 11 * 60 + 30), Span(13 * 60 + 30, 17 * 60)
NIGHT_AND_DAY = Span(0, 24 * 60)
WORKDAYS = SiteHours(((MORNING, AFTERNOON),) * 5 + ((),) * 2, last_visit_min=10)
ALWAYS = SiteHours(((NIGHT_AND_DAY,),) * 7, last_visit_min=10)
LATE = SiteHours(((Span(0, 120), Span(22 * 60, 24 * 60)),) * 7, last_visit_min=10)
"""From ten in the evening until two."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "serves"),
    [
        ("2026-11-23 08:29:59", False),  # a Monday
        ("2026-11-23 08:30", True),
        ("2026-11-23 11:19:59", True),
        ("2026-11-23 11:20", False),
        ("2026-11-23 12:30", False),
        ("2026-11-23 13:30", True),
        ("2026-11-23 16:50", False),
        ("2026-11-23 17:00", False),
        ("2026-11-22 10:00", False),  # a Sunday
    ],
)
def test_visits_begin_while_it_is_open_until_shortly_before_it_closes(now: str, serves: bool) -> None:
    assert WORKDAYS.serves(at(now)) is serves


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23 00:00", "2026-11-23 08:30"),
        ("2026-11-23 11:25", "2026-11-23 13:30"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 16:55", "2026-11-24 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30"),  # Friday evening
    ],
)
def test_it_is_told_when_visits_may_begin_again(now: str, opens: str) -> None:
    assert WORKDAYS.opens_next(at(now)) == at(opens)


@pytest.mark.parametrize("now", ["2026-11-22 23:55", "2026-11-23 00:00", "2026-12-31 23:59:59", "2026-11-23 12:00"])
def test_who_is_open_night_and_day_does_not_close_at_midnight(now: str) -> None:
    assert ALWAYS.serves(at(now))


@pytest.mark.parametrize(
    ("now", "serves"),
    [
        ("2026-11-22 21:59", False),
        ("2026-11-22 23:55", True),
        ("2026-11-23 00:05", True),
        ("2026-11-23 01:50", False),
    ],
)
def test_an_evening_goes_on_over_midnight(now: str, serves: bool) -> None:
    assert LATE.serves(at(now)) is serves


def test_special_days_have_hours_of_their_own_where_the_site_says_so() -> None:
    holiday, worked = date(2026, 10, 1), date(2026, 10, 10)
    special = {holiday: SpecialDay.HOLIDAY, worked: SpecialDay.WORKED_WEEKEND}
    usual = SiteHours(WORKDAYS.weekdays, {}, 10, special.get)
    assert usual.serves(at("2026-10-01 10:00"))  # a Thursday
    assert not usual.serves(at("2026-10-10 10:00"))  # a Saturday
    own: dict[SpecialDay, DayHours] = {SpecialDay.HOLIDAY: (), SpecialDay.WORKED_WEEKEND: (MORNING,)}
    told = SiteHours(WORKDAYS.weekdays, own, 10, special.get)
    assert not told.serves(at("2026-10-01 10:00"))
    assert told.opens_next(at("2026-10-01 10:00")) == at("2026-10-02 08:30")
    assert told.serves(at("2026-10-10 10:00"))
    assert not told.serves(at("2026-10-10 14:00"))


def test_nothing_is_promised_beyond_the_next_weeks() -> None:
    shut = SiteHours(WORKDAYS.weekdays, {SpecialDay.HOLIDAY: ()}, 10, lambda _day: SpecialDay.HOLIDAY)
    assert shut.opens_next(at("2026-11-23 10:00")) is None
    assert not shut.serves(at("2026-11-23 10:00"))


def test_the_hours_are_those_of_shanghai_whatever_zone_the_clock_is_in() -> None:
    assert WORKDAYS.serves(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))
    assert not WORKDAYS.serves(datetime(2026, 11, 23, 8, 55, tzinfo=UTC))


def test_what_is_told_to_open_does_at_that_moment_and_not_before() -> None:
    for hours in (WORKDAYS, LATE):
        now = at("2026-11-22 00:00")
        for _ in range(8 * 24 * 4):
            if not hours.serves(now):
                opens = hours.opens_next(now)
                assert opens is not None
                assert opens > now
                assert hours.serves(opens)
                assert not hours.serves(opens - timedelta(seconds=1))
            now += timedelta(minutes=15)
