"""Checks a region's rules together: they must leave no day without a rule and give no term that is over already."""

from __future__ import annotations

from kiosk.policy.region import Calendar, CountedFrom, Measure, Region, Tier
from kiosk.policy.rules import Effect, NewDates, ServiceRule, StartRow, StartTable
from kiosk.policy.terms import Span
from kiosk.policy.toml_reader import NO_SPAN, Mistakes


def check_region(region: Region, mistakes: Mistakes) -> None:
    """Note every rule that cannot stand together with the others."""
    _check_window(region, region.calendar, "", mistakes)
    _check_tiers(region, region.calendar, "", mistakes)
    for number, measure in enumerate(region.measures):
        path, calendar = f"measures[{number}].", measure.calendar
        if calendar.window is not region.calendar.window:
            _check_window(region, calendar, path, mistakes)
        if calendar.tiers is not region.calendar.tiers:
            _check_tiers(region, calendar, path, mistakes)
        _check_closing(region, measure, path, mistakes)
    for table in region.start_tables.values():
        _check_rows(table, mistakes)
    _check_categories(region, mistakes)
    _check_term(region, mistakes)
    _check_services(region, mistakes)


def _shortest(region: Region) -> Span | None:
    months = [category.months for category in region.categories.values()]
    return Span(months=min(months)) if months else None


def _check_window(region: Region, calendar: Calendar, path: str, mistakes: Mistakes) -> None:
    window, shortest = calendar.window, _shortest(region)
    opens, how = window.opens_before, window.effect.new_dates
    if opens != NO_SPAN and shortest is not None and not opens.is_certainly_below(shortest):
        mistakes.note(f"{path}window.opens_before", "opens before the term of the shortest category has begun")
    if how in (None, NewDates.UNCHANGED, NewDates.NONE):
        mistakes.note(f"{path}window.new_dates", "must say where the new term starts")
    if region.term.keeps_anniversaries and _starts(window.effect, NewDates.TODAY):
        mistakes.note(f"{path}window.new_dates", "today would move an anniversary that is counted from issue or start")
    _check_anniversary(region, window.effect, f"{path}window", mistakes)
    if isinstance(how, StartTable) and how.rows and _ends_before(how.rows[-1], Span()):
        mistakes.note(f"{path}window.new_dates", f"start_dates.{how.name} ends before the window closes")


def _check_tiers(region: Region, calendar: Calendar, path: str, mistakes: Mistakes) -> None:
    _check_order(calendar.tiers, path, mistakes)
    for number, tier in enumerate(calendar.tiers):
        where = f"{path}overdue[{number}]"
        _check_new_term(tier, where, _shortest(region), mistakes)
        _check_anniversary(region, tier.effect, where, mistakes)
        table = tier.effect.new_dates
        if isinstance(table, StartTable) and table.rows and _ends_before(table.rows[-1], tier.last):
            mistakes.note(f"{where}.new_dates", f"start_dates.{table.name} ends before this tier does")


def _check_anniversary(region: Region, effect: Effect, where: str, mistakes: Mistakes) -> None:
    """Note a term that begins on a late day and ends on an anniversary: it could not be told from a wrong one."""
    if not region.term.keeps_anniversaries and _starts(effect, NewDates.ANNIVERSARY):
        reason = "anniversary needs anniversaries that stay: counted_from = issue, or start with start_stays"
        mistakes.note(f"{where}.new_dates", reason)


def _check_order(tiers: tuple[Tier, ...], path: str, mistakes: Mistakes) -> None:
    for number, tier in enumerate(tiers):
        where = f"{path}overdue[{number}].last"
        is_final = number == len(tiers) - 1
        if tier.last is None and not is_final:
            mistakes.note(where, f"is missing: without it the tier overlaps overdue[{number + 1}]")
        if tier.last is not None and is_final:
            mistakes.note(where, "leaves a gap: the days after it have no rule; the last tier has no last day")
        before = tiers[number - 1].last if number else None
        if before is None or tier.last is None or NO_SPAN in (before, tier.last):
            continue
        if not before.is_certainly_below(tier.last):
            mistakes.note(where, f"overlaps overdue[{number - 1}]: does not always end later")


def _check_new_term(tier: Tier, where: str, shortest: Span | None, mistakes: Mistakes) -> None:
    """Note a tier in which the new term could be over before it is given."""
    how = tier.effect.new_dates
    if how is None and tier.outcome.value == "overdue":
        mistakes.note(f"{where}.new_dates", "is missing: no new term is given in this tier")
    if how is NewDates.UNCHANGED:
        mistakes.note(f"{where}.new_dates", "the old term is over already")
    if shortest is None or tier.last == NO_SPAN:
        return
    for last in _latest_from_old_end(tier):
        if last is None or (last != NO_SPAN and not last.is_certainly_within(shortest)):
            mistakes.note(f"{where}.new_dates", "a new term from the old end date could be over already in this tier")
            return


def _latest_from_old_end(tier: Tier) -> list[Span | None]:
    """How late in the tier a new term may start on the old end date; None: however late."""
    how = tier.effect.new_dates
    if how is NewDates.OLD_END:
        return [tier.last]
    if not isinstance(how, StartTable):
        return []
    edges = [row.edge for row in how.rows if row.starts is NewDates.OLD_END]
    return [edge if edge is not None and _is_earlier(edge, tier.last) else tier.last for edge in edges]


def _is_earlier(edge: Span, last: Span | None) -> bool:
    return last is None or edge == NO_SPAN or edge.is_certainly_within(last)


def _ends_before(final: StartRow, last: Span | None) -> bool:
    """Whether the last row of a table may end before a tier's last day (None: the tier has none)."""
    if final.edge is None or NO_SPAN in (final.edge, last):
        return False
    return last is None or not last.is_certainly_within(final.edge) or (final.edge == last and not final.inside)


def _check_rows(table: StartTable, mistakes: Mistakes) -> None:
    for number, row in enumerate(table.rows):
        where = f"start_dates.{table.name}.rows[{number}]"
        is_final = number == len(table.rows) - 1
        if row.edge is None and not is_final:
            mistakes.note(where, f"has neither last nor before: overlaps rows[{number + 1}]")
        before = table.rows[number - 1] if number else None
        if before is None or before.edge is None or row.edge is None or NO_SPAN in (before.edge, row.edge):
            continue
        is_same = before.edge == row.edge and not before.inside and row.inside
        if not is_same and not before.edge.is_certainly_below(row.edge):
            mistakes.note(where, f"overlaps rows[{number - 1}]: does not always end later")


def _starts(effect: Effect, wanted: NewDates) -> bool:
    how = effect.new_dates
    return how is wanted or (isinstance(how, StartTable) and any(row.starts is wanted for row in how.rows))


def _check_closing(region: Region, measure: Measure, path: str, mistakes: Mistakes) -> None:
    shortest = _shortest(region)
    if measure.closes_on is None or measure.ends_from is None or shortest is None:
        return
    if measure.ends_until is not None and measure.closes_on < measure.ends_until:
        mistakes.note(f"{path}closes_on", "is before ends_until")
    if not Span(days=(measure.closes_on - measure.ends_from).days).is_certainly_within(shortest):
        mistakes.note(f"{path}closes_on", "a new term from the old end date could be over already")


def _check_categories(region: Region, mistakes: Mistakes) -> None:
    for key, category in region.categories.items():
        for other in category.may_become:
            if other not in region.categories or other == key:
                mistakes.note(f"categories.{key}.may_become", f"unknown {other!r}")


def _check_term(region: Region, mistakes: Mistakes) -> None:
    term = region.term
    if term.counted_from is CountedFrom.END and not term.permit_carries_end:
        mistakes.note("term.counted_from", "a permit that carries no end date cannot be counted from it")
    if region.permit_over is not None and term.permit_carries_end:
        mistakes.note("permit_over", "is for permits whose end is not the end of a term (permit_carries_end = false)")
    if region.kiosks.offered and region.kiosks.pilot is not None:
        mistakes.note("kiosks.pilot", "is for a region that offers nothing at kiosks")


def _check_services(region: Region, mistakes: Mistakes) -> None:
    for service in region.services.values():
        where = f"services.{service.service.value}"
        dated = [service.effect, *(rule.effect for rule in service.rules)]
        if not service.in_window_only and all(effect.new_dates is None for effect in dated):
            mistakes.note(f"{where}.new_dates", "is missing: a service outside the window has no dates of its own")
        own = [rule for rule in service.rules if rule not in region.rules_of_several]
        for number, rule in enumerate(own):
            _check_rule(rule, f"{where}.rules[{number}]", mistakes)
    for number, rule in enumerate(region.rules_of_several):
        _check_rule(rule, f"rules[{number}]", mistakes)
    for key, declaration in region.declarations.items():
        if declaration.follows == key:
            mistakes.note(f"declarations.{key}.follows", "follows itself")


def _check_rule(rule: ServiceRule, where: str, mistakes: Mistakes) -> None:
    if rule.effect == Effect():
        mistakes.note(where, "does nothing (served, unverified, evidence or new_dates)")
    if rule.effect.unverified is not None and not rule.effect.evidence:
        mistakes.note(f"{where}.unverified", "needs evidence that could be verified")
