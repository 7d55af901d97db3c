"""The calendar of a permit: which rule each coming day falls under, when use is suspended, when the next window is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from kiosk.policy.assess import assess, calendar_rule
from kiosk.policy.assessment import AssessedOutcome, Assessment
from kiosk.policy.permit_year import PermitYear, gives, locate
from kiosk.policy.region import Calendar, Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import NewDates, Rule, StartTable
from kiosk.policy.terms import ONE_DAY, boundary_after, is_plausible, last_day, term_end

_TERMS_AHEAD = 12  # how many further anniversaries are computed where terms are dated by them


@dataclass(frozen=True, slots=True)
class Period:
    """Days that are treated alike, first and last inside; `last` None: every later day.

    `assessment` is that of the first day. `dated_by` TODAY: a new term would start on the day itself, not on that of
    the first day; None: no new dates are given.
    """

    first: date
    last: date | None
    rule: Rule
    dated_by: NewDates | None
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class PermitCalendar:
    """The coming days of a permit. Days are None where they never come, or where the permit's dates make no sense.

    `next_window`: the coming one while it is too early, otherwise that of the term which an endorsement now gives.
    `periods`: from the day asked about, without end.
    """

    next_window: tuple[date, date] | None
    suspended_from: date | None
    reapply_from: date | None
    cancelled_from: date | None
    residence_gap: tuple[date, date] | None
    periods: tuple[Period, ...]


def permit_calendar(region: Region, request: AssessmentRequest) -> PermitCalendar:
    """The calendar of one permit, as `request` asks about it. Raises ValueError as `assess` does."""
    found = assess(region, request)
    if found.opens_on is None or found.closes_on is None:
        return PermitCalendar(None, None, None, None, None, ())
    day = request.counted_day
    all_of_them = tuple(periods(region, request, min(found.opens_on, day)))
    return PermitCalendar(
        next_window=_next_window(region, request, found),
        suspended_from=found.closes_on + ONE_DAY,
        reapply_from=_first_day(all_of_them, AssessedOutcome.REAPPLY),
        cancelled_from=_first_day(all_of_them, AssessedOutcome.CANCELLED),
        residence_gap=found.residence_gap,
        periods=tuple(
            _from(region, request, period, day) for period in all_of_them if period.last is None or period.last >= day
        ),
    )


def periods(region: Region, request: AssessmentRequest, first: date) -> Iterator[Period]:
    """The days from `first` on, in periods that are treated alike; each is assessed as if it were today.

    Days on which the permit's dates make no sense, such as those long before its term, are left out.
    """
    open_period: Period | None = None
    for day in sorted({first, *(edge for edge in _edges(region, request) if edge > first and is_plausible(edge))}):
        on_day = _on(request, day)
        ruled = calendar_rule(region, on_day)
        if ruled is None:
            continue
        following = Period(day, None, ruled[0], ruled[1], assess(region, on_day))
        if open_period is not None:
            if _alike(open_period) == _alike(following):
                continue
            yield replace(open_period, last=day - ONE_DAY)
        open_period = following
    if open_period is not None:
        yield open_period


def _from(region: Region, request: AssessmentRequest, period: Period, day: date) -> Period:
    """A period without its days before `day`."""
    if period.first >= day:
        return period
    return replace(period, first=day, assessment=assess(region, _on(request, day)))


def after_endorsing(region: Region, request: AssessmentRequest, assessment: Assessment) -> AssessmentRequest:
    """The permit that an endorsement with these new dates gives, asked about on the same day.

    A permit that carries no yearly end keeps its own dates; its year then follows from the endorsement's day.
    """
    carries_end = region.term.permit_carries_end
    return replace(
        request,
        on=request.counted_day,
        received_on=None,
        last_endorsed_on=request.counted_day,
        category=request.becomes,
        new_category=None,
        valid_from=assessment.new_valid_from if carries_end else request.valid_from,
        valid_to=assessment.new_valid_to if carries_end else request.valid_to,
    )


def _on(request: AssessmentRequest, day: date) -> AssessmentRequest:
    return replace(request, on=day, received_on=None)


def _next_window(region: Region, request: AssessmentRequest, found: Assessment) -> tuple[date, date] | None:
    ruled = calendar_rule(region, request)
    if found.outcome is not AssessedOutcome.TOO_EARLY and ruled is not None and ruled[1] is not NewDates.UNCHANGED:
        if found.new_valid_from is None:
            return None
        found = assess(region, after_endorsing(region, request, found))
    if found.opens_on is None or found.closes_on is None or found.closes_on < request.counted_day:
        return None
    return found.opens_on, found.closes_on


def _first_day(ahead: tuple[Period, ...], outcome: AssessedOutcome) -> date | None:
    return next((period.first for period in ahead if period.assessment.outcome is outcome), None)


def _alike(period: Period) -> tuple[object, ...]:
    """The values that must be equal for two days to belong to one period."""
    found, closes = period.assessment, period.assessment.closes_on
    start, end = found.new_valid_from, found.new_valid_to
    if period.dated_by is NewDates.TODAY:
        start = end = None
    elif closes is not None and closes < period.first == start and period.dated_by is NewDates.ANNIVERSARY:
        start = None  # late for the anniversary: from the day itself
    return (
        found.outcome,
        period.rule.code,
        found.channel,
        found.residence_years,
        found.evidence,
        period.dated_by,
        start,
        end,
        closes,
        tuple(reason.code for reason in found.reasons),
    )


def _edges(region: Region, request: AssessmentRequest) -> Iterator[date]:
    """Every day on which another rule may begin to apply."""
    for measure in region.measures:
        yield from (day for day in (measure.holds_from, measure.ends_from) if day is not None)
        yield from (day + ONE_DAY for day in (measure.holds_until, measure.closes_on) if day is not None)
    for rule in (rule for service in region.services.values() for rule in service.rules):
        if rule.holds_from is not None:
            yield rule.holds_from
        if rule.holds_until is not None:
            yield rule.holds_until + ONE_DAY
    for calendar in (region.calendar, *(measure.calendar for measure in region.measures)):
        year = locate(region, calendar, request)
        if year is not None:
            yield from _edges_of_year(region, calendar, year)


def _edges_of_year(region: Region, calendar: Calendar, year: PermitYear) -> Iterator[date]:
    convention = region.term.end_date
    yield year.opens_on
    yield year.closes_on + ONE_DAY
    if year.permit_end is not None:
        yield year.permit_end + ONE_DAY
    for tier in calendar.tiers:
        if tier.last is not None:
            yield last_day(year.boundary, tier.last, convention) + ONE_DAY
    for effect in (calendar.window.effect, *(tier.effect for tier in calendar.tiers)):
        if isinstance(effect.new_dates, StartTable):
            for row in effect.new_dates.rows:
                if row.edge is not None:
                    inside = last_day(year.boundary, row.edge, convention) + ONE_DAY
                    yield inside if row.inside else row.edge.after(year.boundary)
    if gives(calendar, NewDates.ANNIVERSARY) and year.base is not None:
        for number in range(year.number, year.number + _TERMS_AHEAD):
            boundary = boundary_after(term_end(year.base, year.months * number, convention), convention)
            yield calendar.window.opens_before.before(boundary)
            yield boundary
            yield boundary + ONE_DAY
