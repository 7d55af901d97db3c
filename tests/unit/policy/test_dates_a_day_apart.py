"""Terms that other software printed: a day shorter or longer than the region's way to count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region_file import shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import term_end
from tests.unit.policy.region_cases import (
    COUNTER,
    IN_WINDOW,
    INVENTED,
    OVERDUE,
    TOO_EARLY,
    ask,
    day,
    new_term_of,
    region_named,
)

ONE_DAY = timedelta(days=1)
PRINTED = [
    ("2024-02-29", "2025-03-01", ("2025-03-01", "2026-03-01")),  # a year from 29 February, rolled over
    ("2023-03-01", "2024-02-29", ("2024-03-01", "2025-03-01")),  # the end is inside
    ("2025-12-05", "2026-12-04", ("2026-12-05", "2027-12-05")),
    ("2023-02-28", "2024-02-29", ("2024-02-28", "2025-02-28")),  # to the month's end
    ("2018-06-10", "2019-06-09", ("2019-06-10", "2020-06-10")),  # the day after the end before
]


@pytest.mark.parametrize(("start", "end", "term"), PRINTED)
def test_a_term_of_other_software_is_endorsed(start: str, end: str, term: tuple[str, str]) -> None:
    found = ask("shanghai", end, start, end)
    assert (found.outcome, found.is_a_day_apart, new_term_of(found)) == (IN_WINDOW, True, term)


@pytest.mark.parametrize(("start", "end", "_"), PRINTED)
def test_the_window_is_open_whichever_day_it_is_counted_from(start: str, end: str, _: object) -> None:
    last = day(end)
    found = ask("shanghai", end, start, end)
    assert found.opens_on is not None
    assert found.closes_on is not None
    assert found.opens_on <= last - timedelta(days=30)
    assert last <= found.closes_on <= last + ONE_DAY
    for on, outcome in (
        (found.opens_on - ONE_DAY, TOO_EARLY),
        (found.opens_on, IN_WINDOW),
        (found.closes_on, IN_WINDOW),
        (found.closes_on + ONE_DAY, OVERDUE),
    ):
        assert ask("shanghai", on.isoformat(), start, end).outcome is outcome


def test_a_term_as_the_region_counts_it_is_not_a_day_apart() -> None:
    found = ask("shanghai", "2026-12-01", "2025-12-05", "2026-12-05")
    assert (found.is_a_day_apart, found.opens_on, found.closes_on) == (False, date(2026, 11, 5), date(2026, 12, 5))


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2025-12-05", "2026-12-03", "2026-12-01"),
        ("2025-12-05", "2026-12-07", "2026-12-01"),
        ("2026-12-05", "2026-12-05", "2026-12-05"),
        ("2026-12-05", "2026-12-04", "2026-12-04"),
        ("2026-12-05", "2027-12-04", "2026-11-04"),
        (None, "2026-12-04", "2026-12-01"),
    ],
)
def test_other_dates_that_make_no_sense_still_lead_to_the_counter(start: str | None, end: str, on: str) -> None:
    found = ask("shanghai", on, start, end)
    assert (found.outcome, found.channel, found.is_a_day_apart) == (None, COUNTER, False)


def test_a_trial_permit_a_day_apart_from_todays_term_is_no_permit_of_another_term() -> None:
    facts = {"category": "short", "issuing_authority": "巴音郭楞蒙古自治州公安局"}
    found = ask("xinjiang", "2026-07-01", "2026-01-15", "2026-07-14", **facts)
    assert (found.outcome, found.is_a_day_apart) == (IN_WINDOW, True)
    assert "bayingolin_trial" not in {reason.code for reason in found.reasons}


@given(
    name=st.sampled_from((*shipped_regions(), *INVENTED)),
    start=st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    shift=st.sampled_from((-1, 1)),
    ahead=st.integers(-40, 40),
)
def test_a_day_more_or_less_sends_nobody_away_in_any_region(name: str, start: date, shift: int, ahead: int) -> None:
    region = region_named(name)
    if not region.term.permit_carries_end:
        return
    category = min(region.categories)
    end = term_end(start, region.categories[category].months, region.term.end_date)
    right = AssessmentRequest(
        on=end + timedelta(days=ahead), valid_from=start, valid_to=end, category=category, issued_on=start
    )
    printed = AssessmentRequest(
        on=right.on, valid_from=start, valid_to=end + shift * ONE_DAY, category=category, issued_on=start
    )
    found, rightly = assess(region, printed), assess(region, right)
    assert found.outcome is not None
    assert found.opens_on is not None
    assert rightly.opens_on is not None
    assert found.opens_on <= rightly.opens_on
    if rightly.outcome is IN_WINDOW:
        assert found.outcome is IN_WINDOW
    assert permit_calendar(region, printed).periods
