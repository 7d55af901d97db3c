"""What is true of every region, every permit and every day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.policy.assess import assess
from kiosk.policy.permit_year import locate, tier_of
from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import boundary_after, term_end
from tests.unit.region_cases import CANCELLED, IN_WINDOW, INVENTED, OVERDUE, REAPPLY, TOO_EARLY, region_named

REGIONS = ("shanghai", *INVENTED)
STARTS = st.dates(date(1990, 1, 1), date(2040, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1), date(2023, 8, 31), date(2023, 12, 31), date(2024, 1, 31)])
ORDER = (TOO_EARLY, IN_WINDOW, OVERDUE, REAPPLY, CANCELLED)


def permit(region: Region, start: date, category: str, on: date) -> AssessmentRequest:
    """A permit as the region issues it on `start`."""
    end = term_end(start, region.categories[category].months, region.term.end_date)
    carries = region.term.permit_carries_end
    return AssessmentRequest(
        on=on, valid_from=start if carries else None, valid_to=end if carries else None, category=category,
        issued_on=start if region.term.counted_from is CountedFrom.ISSUE else None)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Region, AssessmentRequest]:
    region = region_named(draw(st.sampled_from(REGIONS)))
    category = draw(st.sampled_from(sorted(region.categories)))
    start = draw(STARTS)
    months = region.categories[category].months
    return region, permit(region, start, category, start + timedelta(days=draw(st.integers(0, months * 30 + 900))))


@given(case=requests())
def test_assessing_twice_says_the_same(case) -> None:
    region, request = case
    assert assess(region, request) == assess(region, request)


@given(case=requests())
def test_a_permit_that_the_region_issued_always_makes_sense_and_its_window_has_days(case) -> None:
    region, request = case
    found = assess(region, request)
    assert found.outcome is not None
    assert found.opens_on is not None
    assert found.closes_on is not None
    assert found.opens_on < found.closes_on
    assert found.reasons
    assert len(found.texts) == len(found.reasons)


@given(case=requests())
def test_new_dates_are_given_whole_last_beyond_the_day_and_never_while_too_early(case) -> None:
    region, request = case
    found = assess(region, request)
    assert (found.new_valid_from is None) == (found.new_valid_to is None)
    if found.outcome is TOO_EARLY:
        assert found.new_valid_from is None
    if found.new_valid_from is not None and found.new_valid_to is not None:
        assert found.new_valid_from < found.new_valid_to
        assert request.on <= found.new_valid_to


@given(case=requests(), later=st.integers(1, 500))
def test_a_later_day_never_leads_back(case, later) -> None:
    region, request = case
    if region.measures:     # a measure may reopen a window on purpose
        region = replace(region, measures=())
    now, then = assess(region, request), assess(region, replace(request, on=request.on + timedelta(days=later)))
    assert now.outcome is not None
    assert then.outcome is not None
    assert ORDER.index(now.outcome) <= ORDER.index(then.outcome)


@given(case=requests())
def test_every_day_after_the_end_lies_in_exactly_one_tier(case) -> None:
    region, request = case
    year = locate(region, region.calendar, request)
    assert year is not None
    tiers, seen = region.calendar.tiers, []
    for ahead in range(1, 800, 7):
        tier = tier_of(year.end + timedelta(days=ahead), year.boundary, region.calendar, region.term.end_date)
        seen.append(tiers.index(tier))
    assert seen == sorted(seen)


@pytest.mark.slow
@settings(max_examples=200)
@given(case=requests(), delays=st.lists(st.integers(0, 420), min_size=1, max_size=6))
def test_what_an_endorsement_produces_is_accepted_by_the_next_assessment(case, delays) -> None:
    """Endorsed again and again, each time so many days after the window opened."""
    region, request = case
    for delay in delays:
        year = locate(region, region.calendar, request)
        assert year is not None
        day = max(year.opens_on + timedelta(days=delay), request.on)
        found = assess(region, replace(request, on=day))
        if found.outcome not in (IN_WINDOW, OVERDUE) or found.new_valid_from is None:
            return
        carries = region.term.permit_carries_end
        request = replace(
            request, on=day, last_endorsed_on=day,
            valid_from=found.new_valid_from if carries else None, valid_to=found.new_valid_to if carries else None)
        after = assess(region, request)
        assert after.outcome is TOO_EARLY
        assert after.closes_on == found.new_valid_to
        assert after.opens_on is not None
        assert after.opens_on > day


@given(
    region=st.sampled_from(REGIONS),
    days=st.lists(st.none() | st.dates(), min_size=6, max_size=6),
    category=st.sampled_from(["standard", "short", "long", "none"]),
)
def test_no_dates_whatever_raise_anything(region, days, category) -> None:
    valid_from, valid_to, issued, endorsed, made_up, on = days
    found = assess(region_named(region), AssessmentRequest(
        on=on or date(2026, 5, 1), valid_from=valid_from, valid_to=valid_to, issued_on=issued,
        last_endorsed_on=endorsed, last_make_up_on=made_up, category=category))
    assert (found.outcome is None) == (found.opens_on is None)


@given(region=st.sampled_from(REGIONS), start=STARTS, ahead=st.integers(1, 70))
def test_a_start_is_accepted_up_to_one_window_ahead(region, start, ahead) -> None:
    rules = replace(region_named(region), measures=())
    category = min(rules.categories, key=lambda key: rules.categories[key].months)
    if rules.term.counted_from is not CountedFrom.END:
        return
    on = start - timedelta(days=ahead)
    found = assess(rules, permit(rules, start, category, on))
    is_near = rules.calendar.window.opens_before.before(start) <= on
    assert found.outcome is (TOO_EARLY if is_near else None)


def test_the_next_term_follows_on_the_last_in_every_region() -> None:
    for name in REGIONS:
        region = region_named(name)
        category = min(region.categories)
        request = permit(region, date(2023, 5, 17), category, date(2023, 5, 17))
        year = locate(region, region.calendar, request)
        assert year is not None
        assert year.boundary == boundary_after(year.end, region.term.end_date)


def test_what_the_region_file_does_not_know_is_our_mistake() -> None:
    request = permit(region_named("shanghai"), date(2023, 5, 17), "standard", date(2024, 5, 1))
    unknown = frozenset({"x"})
    for change in ({"declared": unknown}, {"verified": unknown}, {"agent": "x"}, {"new_category": "x"}):
        with pytest.raises(ValueError, match="unknown"):
            assess(region_named("shanghai"), replace(request, **change))
