"""A permit's year: which anniversary is due, when its window is, and the dates of a new term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kiosk.policy.region import Calendar, CountedFrom, PastTerm, Region, Term, Tier
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import HowDated, NewDates, StartTable
from kiosk.policy.terms import (
    ONE_DAY,
    EndDate,
    Span,
    add_months,
    boundary_after,
    is_plausible,
    last_day,
    term_end,
)

_LEAP_YEARS_APART = 8  # at most, across a century's end


@dataclass(frozen=True, slots=True)
class PermitYear:
    """The term that is running out, or ran out.

    `boundary`: the day on which the next term starts; windows and tiers are counted from it. `base`: the day from which
    anniversaries are counted; None: each term is counted from the end of the one before. `number`: which anniversary of
    `base` this is. `permit_end`: the permit's own end, where that is not the end of a term. `is_a_day_apart`: the
    printed term is not one of the region's, but one day from it; the window is then that of every such reading
    together.
    """

    opens_on: date
    closes_on: date
    end: date
    boundary: date
    months: int
    base: date | None
    number: int
    permit_end: date | None = None
    past_term: PastTerm | None = None
    is_a_day_apart: bool = False


def tier_of(day: date, boundary: date, calendar: Calendar, convention: EndDate) -> Tier:
    """The tier of a day after the end date. The last tier has no end, which the check of the file ensures."""
    for tier in calendar.tiers:
        if tier.last is None or day <= last_day(boundary, tier.last, convention):
            return tier
    raise ValueError("the tiers of a checked region have no end")


def locate(region: Region, calendar: Calendar, request: AssessmentRequest) -> PermitYear | None:
    """The permit's year, or None where its dates make no sense in this region.

    Other software writes terms that are a day shorter or longer than this region's: a year from 29 February, or an end
    that is included where here it is not. Such a term is accepted; central's record decides what it becomes.
    """
    category = region.categories.get(request.category)
    given = (
        request.on,
        request.counted_day,
        request.valid_from,
        request.valid_to,
        request.issued_on,
        request.last_endorsed_on,
        request.last_make_up_on,
    )
    if category is None or not all(is_plausible(day) for day in given if day is not None):
        return None
    if not _are_in_order(request, _windows_so_far(region, request.counted_day)):
        return None
    past = _past_term(region, request)
    if past is not None and request.valid_to is not None:
        return _past_year(region.term, calendar, request.valid_to, past)
    return _as_printed(region, calendar, request, category.months) or _a_day_apart(
        region, calendar, request, category.months
    )


# In this order, so that the new term does not begin before the printed end if possible.
_ONE_DAY_OTHERWISE = ((0, 1), (1, 0), (-1, 0), (0, -1))


def _a_day_apart(region: Region, calendar: Calendar, request: AssessmentRequest, months: int) -> PermitYear | None:
    """The year of a term whose start or end is one day from what the region counts."""
    start, end = request.valid_from, request.valid_to
    if start is None or end is None:
        return None
    readings = [
        year
        for early, late in _ONE_DAY_OTHERWISE
        if (
            year := _as_printed(
                region,
                calendar,
                replace(request, valid_from=start + early * ONE_DAY, valid_to=end + late * ONE_DAY),
                months,
            )
        )
        is not None
    ]
    if not readings:
        return None
    readings.append(_year(region.term, calendar, end, months, None, 1))  # as if the printed end were right
    return replace(
        readings[0],
        opens_on=min(year.opens_on for year in readings),
        closes_on=max(year.closes_on for year in readings),
        is_a_day_apart=True,
    )


def _as_printed(region: Region, calendar: Calendar, request: AssessmentRequest, months: int) -> PermitYear | None:
    if not region.term.permit_carries_end:
        year = _year_without_end(region.term, calendar, request, months)
        return year if year is None or region.permit_over is None else replace(year, permit_end=request.valid_to)
    if request.valid_to is None or request.valid_from is None:
        return None
    return _year_with_end(region.term, calendar, request, months, request.valid_from, request.valid_to)


def _windows_so_far(region: Region, day: date) -> tuple[Span, ...]:
    """The windows in which a permit may have been endorsed early: the usual one, and those of measures until now."""
    measures = (each for each in region.measures if each.holds_from is None or each.holds_from <= day)
    return region.calendar.window.opens_before, *(each.calendar.window.opens_before for each in measures)


def _are_in_order(request: AssessmentRequest, windows: tuple[Span, ...]) -> bool:
    """Start before end; a start at most one window ahead; nothing that happened lies in the future."""
    start, end, day = request.valid_from, request.valid_to, request.counted_day
    if start is not None and end is not None and end <= start:
        return False
    if start is not None and all(window.before(start) > day for window in windows):
        return False
    past = (request.issued_on, request.last_endorsed_on, request.last_make_up_on)
    return all(happened <= day for happened in past if happened is not None)


def _past_term(region: Region, request: AssessmentRequest) -> PastTerm | None:
    for past in region.past_terms:
        if not any(part in request.issuing_authority for part in past.issuer_contains):
            continue
        issued = request.issued_on or request.valid_from
        if past.issued_until is not None and (issued is None or issued > past.issued_until):
            continue
        lengths = past.months or tuple(category.months for category in region.categories.values())
        if _has_length(request, lengths, region.term.end_date) is bool(past.months):
            return past
    return None


def _has_length(request: AssessmentRequest, lengths: tuple[int, ...], convention: EndDate) -> bool:
    """Whether the printed term is one of so many months, within the day that other software counts otherwise."""
    start, end = request.valid_from, request.valid_to
    if start is None or end is None:
        return False
    return any(abs(end - term_end(start, months, convention)) <= ONE_DAY for months in lengths)


def _past_year(term: Term, calendar: Calendar, end: date, past: PastTerm) -> PermitYear:
    boundary = boundary_after(end, term.end_date)
    opens = calendar.window.opens_before.before(boundary)
    return PermitYear(opens, end, end, boundary, 0, None, 1, past_term=past)


def _year(term: Term, calendar: Calendar, end: date, months: int, base: date | None, number: int) -> PermitYear:
    boundary = boundary_after(end, term.end_date)
    return PermitYear(calendar.window.opens_before.before(boundary), end, end, boundary, months, base, number)


def _year_with_end(
    term: Term,
    calendar: Calendar,
    request: AssessmentRequest,
    months: int,
    start: date,
    end: date,
) -> PermitYear | None:
    """The year of a permit with an end date, which says the due anniversary; None if the region counts no such one."""
    if not term.keeps_anniversaries:
        ends = (
            _chain(start, months, term.end_date, until=end)
            if term.start_stays
            else iter([term_end(start, months, term.end_date)])
        )
        return _year(term, calendar, end, months, None, 1) if end in ends else None
    for base in _bases(term, calendar, request, months):
        number = _number_of(end, base, months, term.end_date)
        if number is None:
            continue
        if not term.start_stays and not _can_start(start, base, number, months, term, calendar):
            continue
        return _year(term, calendar, end, months, base, number)
    return None


def _chain(start: date, months: int, convention: EndDate, until: date) -> Iterator[date]:
    """The end of each term, each counted from the end of the one before."""
    while start < until:
        end = term_end(start, months, convention)
        yield end
        start = boundary_after(end, convention)


def _bases(term: Term, calendar: Calendar, request: AssessmentRequest, months: int) -> Iterator[date]:
    """The days from which anniversaries may be counted: the issue (or start), or a make-up that re-anchored them."""
    start = request.valid_from
    first = start if term.counted_from is CountedFrom.START else request.issued_on
    if first is None:
        return
    yield first
    if gives(calendar, NewDates.TODAY):
        yield from (day for day in (request.last_make_up_on, request.last_endorsed_on, start) if day is not None)
        if start is not None:
            yield from (day for day in _forgotten_bases(start, months) if day >= first)


def _forgotten_bases(start: date, months: int) -> Iterator[date]:
    """Days at a month's end on which a make-up can have re-anchored, where a clamped anniversary hides it."""
    for clamped in (start, start - ONE_DAY):
        if (clamped + ONE_DAY).day != 1:
            continue
        for ahead in range(1, _LEAP_YEARS_APART * 12 // months + 1):
            first_of_month = add_months(clamped.replace(day=1), -months * ahead)
            days = (first_of_month + timedelta(days=number) for number in range(28, 31))
            yield from (day for day in days if day.month == first_of_month.month and day.day > clamped.day)


def gives(calendar: Calendar, wanted: NewDates) -> bool:
    """Whether the calendar dates any new term by this rule. By TODAY a make-up re-anchors later anniversaries."""
    for effect in (calendar.window.effect, *(tier.effect for tier in calendar.tiers)):
        how = effect.new_dates
        if how is wanted or (isinstance(how, StartTable) and any(row.starts is wanted for row in how.rows)):
            return True
    return False


def _number_of(end: date, base: date, months: int, convention: EndDate) -> int | None:
    """Which anniversary of `base` the term that ends on `end` leads to; None: none of them."""
    number = round((end.toordinal() - base.toordinal()) / (months * 30.436875))
    if number >= 1 and term_end(base, months * number, convention) == end:
        return number
    return None


def _can_start(start: date, base: date, number: int, months: int, term: Term, calendar: Calendar) -> bool:
    """Whether a term that ends on anniversary `number` can have this start.

    It starts on the anniversary before, or where terms may be dated by ANNIVERSARY, on any day since its window opened.
    """
    if number == 1:
        return start == base
    before = boundary_after(term_end(base, months * (number - 1), term.end_date), term.end_date)
    if gives(calendar, NewDates.ANNIVERSARY):
        return start >= calendar.window.opens_before.before(before)
    return start == before


def _year_without_end(
    term: Term,
    calendar: Calendar,
    request: AssessmentRequest,
    months: int,
) -> PermitYear | None:
    """The year of a permit without an end date: the due anniversary is the first whose window was not open at the last
    endorsement.
    """
    base = request.valid_from if term.counted_from is CountedFrom.START else request.issued_on
    if base is None:
        return None
    window = calendar.window.opens_before
    happened = [day for day in (request.last_endorsed_on, request.last_make_up_on) if day is not None]
    if any(day < base for day in happened):
        return None
    number = 1
    if happened:
        endorsed, made_up = max(happened), request.last_make_up_on
        if _re_anchored(made_up or endorsed, base, made_up is not None, months, term, calendar):
            base = made_up or endorsed
        number = first_not_open(endorsed, base, months, term.end_date, window)
    return _year(term, calendar, term_end(base, months * number, term.end_date), months, base, number)


def _re_anchored(day: date, base: date, is_make_up: bool, months: int, term: Term, calendar: Calendar) -> bool:
    """Whether an endorsement on `day` re-anchored: late, in a tier that dates terms from the day itself.

    Late for the last anniversary whose window was open, or where it is known to have been a make-up, the one before.
    """
    number = first_not_open(day, base, months, term.end_date, calendar.window.opens_before) - 1
    for due in range(number, max(0, number - (2 if is_make_up else 1)), -1):
        end = term_end(base, months * due, term.end_date)
        if day > end:
            boundary = boundary_after(end, term.end_date)
            tier = tier_of(day, boundary, calendar, term.end_date)
            return start_rule(tier.effect.new_dates, day, boundary, term.end_date) is NewDates.TODAY
    return False


def first_not_open(day: date, base: date, months: int, convention: EndDate, window: Span) -> int:
    """The number of the first anniversary of `base` whose window opens after `day`."""
    number = max(1, int((day.toordinal() - base.toordinal()) / (months * 31)) - 1)
    while window.before(boundary_after(term_end(base, months * number, convention), convention)) <= day:
        number += 1
    return number


def start_rule(how: HowDated | None, day: date, boundary: date, convention: EndDate) -> NewDates | None:
    """The rule for the new start on this day: of a table, the row that the day lies in."""
    if not isinstance(how, StartTable):
        return how
    for row in how.rows:
        if row.edge is None:
            return row.starts
        edge = last_day(boundary, row.edge, convention) if row.inside else row.edge.after(boundary) - ONE_DAY
        if day <= edge:
            return row.starts
    return None


def new_term(
    rule: NewDates | None,
    year: PermitYear,
    months: int,
    term: Term,
    calendar: Calendar,
    request: AssessmentRequest,
) -> tuple[date | None, date | None]:
    """Start and end of the term that an endorsement now gives; `months`: the length of the new category."""
    day = request.counted_day
    match rule:
        case NewDates.UNCHANGED:
            return request.valid_from, request.valid_to
        case NewDates.TODAY:
            start, end = day, term_end(day, months, term.end_date)
        case NewDates.OLD_END:
            start, end = year.boundary, _next_end(year, 1, months, term.end_date)
        case NewDates.ANNIVERSARY:
            start, end = _running_term(year, day, months, term.end_date, calendar.window.opens_before)
        case _:
            return None, None
    if term.start_stays and rule is not NewDates.TODAY and request.valid_from is not None:
        start = request.valid_from
    if year.permit_end is not None:
        end = min(end, year.permit_end)
    return start, end


def _next_end(year: PermitYear, ahead: int, months: int, convention: EndDate) -> date:
    """The end of the term `ahead` terms after the one that runs out."""
    if year.base is not None and months == year.months:
        return term_end(year.base, months * (year.number + ahead), convention)
    start = year.boundary
    for _ in range(ahead - 1):
        start = boundary_after(term_end(start, months, convention), convention)
    return term_end(start, months, convention)


def _running_term(year: PermitYear, day: date, months: int, convention: EndDate, window: Span) -> tuple[date, date]:
    """The term from the previous anniversary to the first whose window is not open yet, never from a future day."""
    ahead, start = 1, year.boundary
    end = _next_end(year, ahead, months, convention)
    while window.before(boundary_after(end, convention)) <= day:
        ahead, start = ahead + 1, boundary_after(end, convention)
        end = _next_end(year, ahead, months, convention)
    return (min(start, day) if day > year.closes_on else start), end
