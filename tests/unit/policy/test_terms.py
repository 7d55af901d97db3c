"""The arithmetic of terms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.policy.terms import EndDate, Span, add_months, age_on, boundary_after, last_day, term_end
from tests.unit.policy.region_cases import day

DAYS = st.dates(date(1960, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(-120, 120)
SPANS = st.one_of(st.builds(Span, days=st.integers(-400, 400)), st.builds(Span, months=st.integers(-24, 24)))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2019-06-09", 12, "2020-06-09"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2096-02-29", 48, "2100-02-28"),
        ("2026-01-31", 0, "2026-01-31"),
    ],
)
def test_months_are_clamped_to_the_last_day_and_never_stretched(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("start", "convention", "end", "next_start"),
    [
        ("2018-06-09", EndDate.SAME_DAY, "2019-06-09", "2019-06-09"),
        ("2018-06-10", EndDate.DAY_BEFORE, "2019-06-09", "2019-06-10"),
        ("2018-03-01", EndDate.DAY_BEFORE, "2019-02-28", "2019-03-01"),
        ("2019-03-01", EndDate.DAY_BEFORE, "2020-02-29", "2020-03-01"),
        ("2024-02-29", EndDate.SAME_DAY, "2025-02-28", "2025-02-28"),
        ("2024-02-29", EndDate.DAY_BEFORE, "2025-02-28", "2025-03-01"),
        ("2018-01-01", EndDate.DAY_BEFORE, "2018-12-31", "2019-01-01"),
    ],
)
def test_a_term_ends_as_the_convention_prints_it(start: str, convention: EndDate, end: str, next_start: str) -> None:
    assert term_end(day(start), 12, convention) == day(end)
    assert boundary_after(day(end), convention) == day(next_start)


def test_a_tier_ends_inside_in_one_convention_and_the_day_before_in_the_other() -> None:
    assert last_day(day("2019-06-09"), Span(days=60), EndDate.SAME_DAY) == day("2019-08-08")
    assert last_day(day("2019-06-10"), Span(days=60), EndDate.DAY_BEFORE) == day("2019-08-08")
    assert last_day(day("2019-08-31"), Span(months=6), EndDate.SAME_DAY) == day("2020-02-29")


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2010-05-10", "2026-05-09", 15),
        ("2010-05-10", "2026-05-10", 16),
        ("2012-02-29", "2028-02-28", 15),
        ("2012-02-29", "2028-02-29", 16),
        ("2012-02-29", "2027-02-28", 15),
        ("2026-05-10", "2026-05-10", 0),
    ],
)
def test_an_age_is_reached_on_the_birthday(birth: str, on: str, age: int) -> None:
    assert age_on(day(birth), day(on)) == age


@given(start=DAYS, months=MONTHS)
def test_a_month_later_lies_in_the_right_month_and_not_after_the_day(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@given(start=DAYS, months=st.integers(1, 120), convention=st.sampled_from(EndDate))
def test_the_next_term_starts_where_the_last_ended_or_the_day_after(
    start: date, months: int, convention: EndDate
) -> None:
    end = term_end(start, months, convention)
    assert start < end
    assert (boundary_after(end, convention) - end).days == (0 if convention is EndDate.SAME_DAY else 1)


@given(one=SPANS, other=SPANS, start=DAYS)
def test_what_is_certainly_below_or_within_is_so_on_every_day(one: Span, other: Span, start: date) -> None:
    if one.is_certainly_below(other):
        assert one.after(start) < other.after(start)
    if one.is_certainly_within(other):
        assert one.after(start) <= other.after(start)


@pytest.mark.parametrize("months", [-25, -12, -1, 1, 2, 6, 11, 12, 13, 25, 60, 120])
def test_the_days_of_months_are_bounded_by_every_day_they_may_be_counted_from(months: int) -> None:
    starts = [date(2095, 1, 1) + timedelta(days=n) for n in range(366 * 8)]
    lengths = [(add_months(start, months) - start).days for start in starts]
    assert Span(months=months).range_days() == (min(lengths), max(lengths))
