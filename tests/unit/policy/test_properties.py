"""What is true of every region, every permit and every day."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.policy.assess import assess, calendar_rule
from kiosk.policy.permit_calendar import after_endorsing, periods
from kiosk.policy.permit_year import locate, tier_of
from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.region_file import shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS, DECLARATIONS, Condition
from kiosk.policy.terms import ONE_DAY, boundary_after, term_end
from tests.sampling import long_but
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    AT_ONCE,
    CANCELLED,
    COUNTER,
    IN_WINDOW,
    INVENTED,
    NOT_OFFERED,
    OVERDUE,
    REAPPLY,
    TOO_EARLY,
    Service,
    region_named,
)

REGIONS = (*shipped_regions(), *INVENTED)
STARTS = st.dates(date(1990, 1, 1), date(2040, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1), date(2023, 8, 31), date(2023, 12, 31), date(2024, 1, 31)]
)
STRICTNESS = (None, AT_ONCE, AFTER_REVIEW, COUNTER, NOT_OFFERED)
ORDER = (TOO_EARLY, IN_WINDOW, OVERDUE, REAPPLY, CANCELLED)


def permit(region: Region, start: date, category: str, on: date) -> AssessmentRequest:
    """A permit as the region issues it on `start`."""
    end = term_end(start, region.categories[category].months, region.term.end_date)
    carries = region.term.permit_carries_end
    return AssessmentRequest(
        on=on,
        valid_from=start if carries else None,
        valid_to=end if carries else None,
        category=category,
        issued_on=start if region.term.counted_from is CountedFrom.ISSUE else None,
    )


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, AssessmentRequest]:
    name = draw(st.sampled_from(REGIONS))
    region = region_named(name)
    category = draw(st.sampled_from(sorted(region.categories)))
    start = draw(STARTS)
    months = region.categories[category].months
    return name, permit(region, start, category, start + timedelta(days=draw(st.integers(0, months * 30 + 900))))


@given(case=requests())
def test_assessing_twice_says_the_same(case: tuple[str, AssessmentRequest]) -> None:
    region, request = region_named(case[0]), case[1]
    assert assess(region, request) == assess(region, request)


@given(case=requests())
def test_a_permit_that_the_region_issued_always_makes_sense_and_its_window_has_days(
    case: tuple[str, AssessmentRequest],
) -> None:
    region, request = region_named(case[0]), case[1]
    found = assess(region, request)
    assert found.outcome is not None
    assert found.opens_on is not None
    assert found.closes_on is not None
    assert found.opens_on < found.closes_on
    assert found.reasons
    assert len(found.texts) == len(found.reasons)


@given(case=requests())
def test_new_dates_are_given_whole_last_beyond_the_day_and_never_while_too_early(
    case: tuple[str, AssessmentRequest],
) -> None:
    region, request = region_named(case[0]), case[1]
    found = assess(region, request)
    assert (found.new_valid_from is None) == (found.new_valid_to is None)
    if found.outcome is TOO_EARLY:
        assert found.new_valid_from is None
    if found.new_valid_from is not None and found.new_valid_to is not None:
        assert found.new_valid_from < found.new_valid_to
        assert request.on <= found.new_valid_to


@given(case=requests(), later=st.integers(1, 500))
def test_a_later_day_never_leads_back(case: tuple[str, AssessmentRequest], later: int) -> None:
    region, request = region_named(case[0]), case[1]
    if region.measures:  # a measure may reopen a window on purpose
        region = replace(region, measures=())
    now, then = assess(region, request), assess(region, replace(request, on=request.on + timedelta(days=later)))
    assert now.outcome is not None
    assert then.outcome is not None
    assert ORDER.index(now.outcome) <= ORDER.index(then.outcome)


@given(case=requests())
def test_every_day_after_the_end_lies_in_exactly_one_tier(case: tuple[str, AssessmentRequest]) -> None:
    region, request = region_named(case[0]), case[1]
    year = locate(region, region.calendar, request)
    assert year is not None
    tiers, seen = region.calendar.tiers, []
    for ahead in range(1, 800, 7):
        tier = tier_of(year.end + timedelta(days=ahead), year.boundary, region.calendar, region.term.end_date)
        seen.append(tiers.index(tier))
    assert seen == sorted(seen)


def _some_of(keys: set[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(keys)), max_size=4) if keys else st.just(frozenset())


@st.composite
def any_requests(draw: st.DrawFn) -> tuple[str, AssessmentRequest]:
    """A permit that makes sense, and anything that may be asked, declared, shown or answered beside it."""
    name, request = draw(requests())
    region = region_named(name)
    facts: dict[str, Any] = {
        "service": draw(st.sampled_from(Service)),
        "declared": draw(_some_of({*region.declarations, *DECLARATIONS})),
        "verified": draw(_some_of(set(region.evidence))),
        "agent": draw(st.none() | st.sampled_from(AGENTS)),
        "age": draw(st.none() | st.integers(0, 110)),
        "new_category": draw(st.none() | st.sampled_from(sorted(region.categories))),
        "home_area": draw(st.none() | st.booleans()),
        "authority_changes": draw(st.booleans()),
        "pilot": draw(st.booleans()),
    }
    return name, replace(request, **facts)


@settings(max_examples=50)
@given(case=any_requests())
def test_every_answer_has_a_next_step_and_cites_rules_of_the_file(case: tuple[str, AssessmentRequest]) -> None:
    region, request = region_named(case[0]), case[1]
    found = assess(region, request)
    assert found == assess(region, request)
    assert found.channel is not None or found.outcome is TOO_EARLY
    assert found.reasons
    assert len(found.texts) == len(found.reasons)
    listed = {(source.file, section) for source in region.sources.values() for section in source.sections}
    for reason, text in zip(found.reasons, found.texts, strict=True):
        assert (reason.source, reason.section) in listed
        assert region.rule(reason.code).text == text
    assert (found.new_valid_from is None) == (found.new_valid_to is None)


@settings(max_examples=50)
@given(case=any_requests())
def test_what_central_verifies_never_makes_it_harder(case: tuple[str, AssessmentRequest]) -> None:
    region, request = region_named(case[0]), case[1]
    nothing = assess(region, replace(request, verified=frozenset()))
    some, everything = assess(region, request), assess(region, replace(request, verified=frozenset(region.evidence)))
    order = [STRICTNESS.index(found.channel) for found in (everything, some, nothing)]
    assert order == sorted(order)
    assert everything.evidence.all_of == everything.evidence.any_of == ()


@settings(max_examples=50)
@given(case=any_requests())
def test_nobody_is_served_at_once_by_a_rule_that_is_not_there(case: tuple[str, AssessmentRequest]) -> None:
    region, request = region_named(case[0]), case[1]
    found = assess(region, request)
    is_described = request.service is Service.FACE_ONLY or request.service in region.services
    is_stranger = request.agent is not None and request.agent not in region.agents
    if not is_described or (is_stranger and request.service is not Service.FACE_ONLY):
        assert found.channel in (None, COUNTER, NOT_OFFERED)
    if not region.kiosks.offered and not request.pilot and found.outcome is not None:
        assert found.channel is (NOT_OFFERED if is_described or found.outcome is TOO_EARLY else COUNTER)


def test_no_rule_can_ask_for_sex_ethnicity_or_origin() -> None:
    assert {each.name for each in fields(Condition)} == {
        "declared",
        "undeclared",
        "age_below",
        "age_from",
        "agent",
        "category",
        "becomes",
        "situation",
        "issuer_contains",
        "home_area",
        "authority_changes",
    }
    assert {each.name for each in fields(AssessmentRequest)} == {
        "on",
        "valid_from",
        "valid_to",
        "service",
        "category",
        "new_category",
        "issued_on",
        "last_endorsed_on",
        "last_make_up_on",
        "received_on",
        "declared",
        "age",
        "agent",
        "issuing_authority",
        "authority_changes",
        "home_area",
        "verified",
        "pilot",
    }


def _treated(region: Region, request: AssessmentRequest) -> tuple[object, ...]:
    """How a day is treated, apart from dates that move with it."""
    found, ruled = assess(region, request), calendar_rule(region, request)
    assert ruled is not None
    return found.outcome, ruled[0].code, ruled[1], found.channel, found.residence_years, found.evidence, found.closes_on


@given(case=requests(), ahead=st.integers(0, 2600))
def test_the_periods_of_a_permit_hold_every_day_once_and_treat_it_as_it_is_assessed(
    case: tuple[str, AssessmentRequest], ahead: int
) -> None:
    region, request = region_named(case[0]), case[1]
    first = request.valid_from or request.issued_on
    assert first is not None
    told = list(periods(region, request, first))
    assert told[0].first == first
    assert told[-1].last is None
    assert all(one.last == other.first - ONE_DAY for one, other in pairwise(told))
    day = first + timedelta(days=ahead)
    (period,) = (each for each in told if each.first <= day and (each.last is None or day <= each.last))
    assert _treated(region, replace(request, on=day)) == _treated(region, replace(request, on=period.first))


@pytest.mark.slow
@pytest.mark.parametrize("name", long_but(shipped_regions(), REGIONS))
def test_each_day_of_three_years_around_the_end_has_one_outcome_and_one_rule(name: str) -> None:
    region = region_named(name)
    for category in region.categories:
        for start in (date(2023, 2, 28), date(2024, 2, 29), date(2025, 8, 31)):
            request = permit(region, start, category, start)
            year = locate(region, region.calendar, request)
            assert year is not None
            told = list(periods(region, request, start))
            for ahead in range(-400, 700):
                day = year.end + timedelta(days=ahead)
                if day < start:
                    continue
                (period,) = (each for each in told if each.first <= day and (each.last is None or day <= each.last))
                assert _treated(region, replace(request, on=day)) == _treated(region, replace(request, on=period.first))


@settings(max_examples=60)
@given(case=requests(), delays=st.lists(st.integers(0, 420), min_size=1, max_size=6))
def test_what_an_endorsement_produces_is_accepted_by_the_next_assessment(
    case: tuple[str, AssessmentRequest], delays: list[int]
) -> None:
    """Endorsed again and again, each time so many days after the window opened."""
    region, request = region_named(case[0]), case[1]
    for delay in delays:
        year = locate(region, region.calendar, request)
        assert year is not None
        day = max(year.opens_on + timedelta(days=delay), request.on)
        request = replace(request, on=day)
        found = assess(region, request)
        if found.new_valid_from is None:
            return
        request = after_endorsing(region, request, found)
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
def test_no_dates_whatever_raise_anything(region: str, days: list[date | None], category: str) -> None:
    valid_from, valid_to, issued, endorsed, made_up, on = days
    found = assess(
        region_named(region),
        AssessmentRequest(
            on=on or date(2026, 5, 1),
            valid_from=valid_from,
            valid_to=valid_to,
            issued_on=issued,
            last_endorsed_on=endorsed,
            last_make_up_on=made_up,
            category=category,
        ),
    )
    assert (found.outcome is None) == (found.opens_on is None)


@given(region=st.sampled_from(REGIONS), start=STARTS, ahead=st.integers(1, 70))
def test_a_start_is_accepted_up_to_one_window_ahead(region: str, start: date, ahead: int) -> None:
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
