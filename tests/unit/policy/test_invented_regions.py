"""Regions that hypothesis invents: whatever passes the check of a file keeps what every region promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kiosk.policy.assess import assess
from kiosk.policy.assessment import AssessedOutcome
from kiosk.policy.permit_calendar import after_endorsing, periods
from kiosk.policy.permit_year import gives
from kiosk.policy.region import Calendar, CountedFrom, Region
from kiosk.policy.region_checks import check_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import Effect, HowDated, NewDates, StartRow, StartTable
from kiosk.policy.terms import ONE_DAY, EndDate, Span, term_end
from kiosk.policy.toml_reader import Mistakes
from tests.unit.policy.region_cases import CANCELLED, IN_WINDOW, OVERDUE, REAPPLY, TOO_EARLY, region_named

SPANS = st.builds(Span, days=st.integers(1, 90)) | st.builds(Span, months=st.integers(1, 11))
STARTS = st.dates(date(2015, 1, 1), date(2035, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2023, 2, 28), date(2023, 8, 31), date(2023, 12, 31), date(2024, 1, 31)]
)
DATED = (NewDates.OLD_END, NewDates.TODAY, NewDates.ANNIVERSARY)


@st.composite
def dated(draw: st.DrawFn) -> HowDated:
    if draw(st.integers(0, 3)):
        return draw(st.sampled_from(DATED))
    rows = [
        StartRow(span, draw(st.booleans()), draw(st.sampled_from(DATED)))
        for span in sorted(draw(st.lists(SPANS, max_size=2)), key=lambda span: span.range_days())
    ]
    return StartTable("invented", (*rows, StartRow(None, True, draw(st.sampled_from(DATED)))))


@dataclass(frozen=True)
class Recipe:
    """How a region differs from Qinghe. `tiers`: last day, outcome and new dates of each."""

    months: int
    counted_from: CountedFrom
    end_date: EndDate
    carries_end: bool
    opens_before: Span
    in_time: HowDated
    tiers: tuple[tuple[Span | None, AssessedOutcome, HowDated], ...]

    def region(self) -> Region:
        base = region_named("qinghe")
        tier = base.calendar.tiers[0]
        window = replace(base.calendar.window, opens_before=self.opens_before, effect=Effect(new_dates=self.in_time))
        tiers = tuple(
            replace(
                tier,
                rule=replace(tier.rule, code=f"tier_{number}"),
                last=last,
                outcome=outcome,
                effect=Effect(new_dates=how),
            )
            for number, (last, outcome, how) in enumerate(self.tiers)
        )
        return replace(
            base,
            calendar=Calendar(window, tiers),
            measures=(),
            term=replace(
                base.term, counted_from=self.counted_from, end_date=self.end_date, permit_carries_end=self.carries_end
            ),
            categories={"standard": replace(base.categories["standard"], months=self.months)},
        )


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Recipes of regions that the check of a file lets pass."""
    counted_from = draw(st.sampled_from(CountedFrom))
    lasts = [*sorted(draw(st.lists(SPANS, max_size=2)), key=lambda span: span.range_days()), None]
    outcomes = st.sampled_from((OVERDUE, OVERDUE, REAPPLY, CANCELLED))
    recipe = Recipe(
        months=draw(st.sampled_from((6, 12, 24, 36))),
        counted_from=counted_from,
        end_date=draw(st.sampled_from(EndDate)),
        carries_end=counted_from is CountedFrom.END or draw(st.booleans()),
        opens_before=draw(SPANS),
        in_time=draw(dated()),
        tiers=tuple((last, draw(outcomes), draw(dated())) for last in lasts),
    )
    mistakes = Mistakes("invented")
    region = recipe.region()
    check_region(region, mistakes)
    assume(not mistakes.in_file_order())
    # Late in both ways, a permit shows neither the anniversary nor the day from which it was counted.
    assume(not (gives(region.calendar, NewDates.TODAY) and gives(region.calendar, NewDates.ANNIVERSARY)))
    return recipe


def first_permit(region: Region, start: date) -> AssessmentRequest:
    months = region.categories["standard"].months
    return AssessmentRequest(
        on=start,
        valid_from=start,
        valid_to=term_end(start, months, region.term.end_date) if region.term.permit_carries_end else None,
        issued_on=start if region.term.counted_from is CountedFrom.ISSUE else None,
    )


invented = settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], max_examples=60)


@pytest.mark.slow
@invented
@given(recipe=recipes(), start=STARTS, delays=st.lists(st.integers(0, 900), min_size=1, max_size=5))
def test_what_an_endorsement_produces_is_accepted_by_the_next_assessment(
    recipe: Recipe, start: date, delays: list[int]
) -> None:
    """A permit without a yearly end date tells by its last make-up alone: it is not known for which anniversary one was
    that came more than a term late, nor from what day it was counted if there was another before.
    """
    region = recipe.region()
    request = first_permit(region, start)
    for delay in delays:
        opens_on = assess(region, request).opens_on
        assert opens_on is not None
        request = replace(request, on=max(opens_on + timedelta(days=delay), request.on))
        if not recipe.carries_end and request.on >= Span(months=recipe.months).after(opens_on):
            return
        found = assess(region, request)
        if not recipe.carries_end and request.last_make_up_on and found.outcome is not IN_WINDOW:
            return
        assert found.outcome not in (None, TOO_EARLY)
        if found.new_valid_to is None:
            return
        assert found.new_valid_to >= request.on
        made_up: dict[str, Any] = {} if found.outcome is IN_WINDOW else {"last_make_up_on": request.on}
        request = replace(after_endorsing(region, request, found), **made_up)
        after = assess(region, request)
        assert after.outcome in (TOO_EARLY, IN_WINDOW)  # made up late, the next window may be open already
        assert after.closes_on == found.new_valid_to


@pytest.mark.slow
@invented
@given(recipe=recipes(), start=STARTS, ahead=st.integers(0, 1500), later=st.integers(1, 400))
def test_every_day_lies_in_one_period_and_a_later_day_never_leads_back_into_the_window(
    recipe: Recipe, start: date, ahead: int, later: int
) -> None:
    region = recipe.region()
    request = first_permit(region, start)
    told = list(periods(region, request, start))
    assert (told[0].first, told[-1].last) == (start, None)
    assert [each.first for each in told[1:]] == [each.last + ONE_DAY for each in told[:-1] if each.last]
    outcomes = [each.assessment.outcome for each in told]
    assert outcomes[0] is TOO_EARLY
    assert IN_WINDOW in outcomes
    after_window = outcomes[len(outcomes) - outcomes[::-1].index(IN_WINDOW) :]
    assert set(after_window) <= {OVERDUE, REAPPLY, CANCELLED}
    day = start + timedelta(days=ahead)
    now, then = (assess(region, replace(request, on=on)).outcome for on in (day, day + timedelta(days=later)))
    in_time = (TOO_EARLY, IN_WINDOW)
    assert now in in_time or then not in in_time
