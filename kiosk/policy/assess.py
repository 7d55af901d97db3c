"""Applies a region's rules: whether a permit may be endorsed on a day, and to what. Pure; no clock, no files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import BEST_FIRST, AssessedOutcome, Assessment, Channel, EvidenceAsked
from kiosk.policy.permit_year import PermitYear, locate, new_term, start_rule, tier_of
from kiosk.policy.proofs import is_verified
from kiosk.policy.region import Calendar, Measure, Region, Tier
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import (
    AGENTS,
    CHANGES,
    DECLARATIONS,
    IN_PERSON,
    Condition,
    Effect,
    NewDates,
    Rule,
    ServiceRule,
)
from kiosk.policy.services import AgentRole, OfferedService, Place
from kiosk.policy.terms import ONE_DAY

_NOT_ENDORSED = (AssessedOutcome.REAPPLY, AssessedOutcome.CANCELLED)


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where the permit stands on the day. `tier` None: not overdue."""

    year: PermitYear
    calendar: Calendar
    outcome: AssessedOutcome
    tier: Tier | None
    rule: Rule
    effect: Effect
    residence_years: ResidenceYears | None

    @property
    def situations(self) -> tuple[str, ...]:
        return (self.outcome.value,) if self.tier is None else (self.outcome.value, self.tier.rule.code)


@dataclass(frozen=True, slots=True)
class _Applied:
    """A rule that applies, and its effect. `rule` None: the effect is cited to no rule."""

    rule: Rule | None
    effect: Effect


def assess(region: Region, request: AssessmentRequest) -> Assessment:
    """What the region's rules say about one permit on one day.

    Dates that make no sense, and a category that the region does not have, give `outcome` None and the counter. For a
    service that is not bound to the window, `in_window` says that it can be had now; `opens_on` and `closes_on` still
    tell the endorsement's window. A permit whose chip is new and whose face is stale (`face_only`) was decided already:
    its face is rewritten at any kiosk of the region, whatever the day. Raises ValueError for a declaration, evidence,
    agent or new category that is neither the region file's nor known to every region.
    """
    _refuse_strangers(region, request)
    service = region.services.get(request.service)
    stand = _stand(region, request, service)
    if stand is None:
        return _senseless(region)
    if request.service is Service.FACE_ONLY:
        return _face_only(region, stand, request)
    if stand.outcome is AssessedOutcome.TOO_EARLY:
        return _too_early(region, stand, request)
    applied = tuple(_applied(region, stand, service, request))
    start, end, rule = _new_dates(region, stand, applied, request)
    is_unmoved = stand.tier is not None and rule is NewDates.UNCHANGED
    years = None if is_unmoved or service is None else stand.residence_years
    return Assessment(
        outcome=stand.outcome,
        opens_on=stand.year.opens_on,
        closes_on=stand.year.closes_on,
        new_valid_from=start,
        new_valid_to=end,
        residence_years=years,
        channel=_channel(region, applied, request.verified),
        evidence=_evidence(region, applied, request.verified),
        reasons=tuple(reason for each in applied if each.rule for reason in each.rule.reasons()),
        texts=tuple(each.rule.text for each in applied if each.rule for _ in each.rule.cites),
        channel_when_verified=_channel(region, applied, _all_verifiable(region)),
        residence_gap=_gap(years, stand.year.end, request.counted_day),
        is_a_day_apart=stand.year.is_a_day_apart,
        to_confirm=(stand.tier.rule.code,) if stand.tier is not None and stand.tier.resident_confirms else (),
    )


def calendar_rule(region: Region, request: AssessmentRequest) -> tuple[Rule, NewDates | None] | None:
    """Which rule of the window or the tiers the day falls under, and how a new term would be dated on it (None: not).

    None where the permit's dates make no sense.
    """
    service = region.services.get(request.service)
    stand = _stand(region, request, service)
    if stand is None:
        return None
    if stand.outcome is AssessedOutcome.TOO_EARLY or request.service is Service.FACE_ONLY:
        return stand.rule, None
    rule = _new_dates(region, stand, tuple(_applied(region, stand, service, request)), request)[2]
    return stand.rule, None if rule is NewDates.NONE else rule


def _refuse_strangers(region: Region, request: AssessmentRequest) -> None:
    for kind, given, known in (
        ("declaration", request.declared, (*region.declarations, *DECLARATIONS)),
        ("evidence", request.verified, region.evidence),
        ("category", () if request.new_category is None else (request.new_category,), region.categories),
        ("agent", () if request.agent is None else (request.agent,), AGENTS),
    ):
        unknown = [key for key in given if key not in known]
        if unknown:
            raise ValueError(f"unknown {kind}: {', '.join(unknown)}")


def _senseless(region: Region) -> Assessment:
    rule = region.senseless
    return Assessment(
        outcome=None,
        opens_on=None,
        closes_on=None,
        new_valid_from=None,
        new_valid_to=None,
        residence_years=None,
        channel=Channel.COUNTER,
        evidence=EvidenceAsked(),
        reasons=rule.reasons(),
        texts=(rule.text,) * len(rule.cites),
    )


def _too_early(region: Region, stand: _Stand, request: AssessmentRequest) -> Assessment:
    """The assessment before the window: no new dates, no next step. A region without kiosk services says so already."""
    limit = _limit_of_kiosks(region, request)
    rules = [stand.rule] if limit is not Channel.NOT_OFFERED else [region.kiosks.rule, stand.rule]
    return Assessment(
        outcome=AssessedOutcome.TOO_EARLY,
        opens_on=stand.year.opens_on,
        closes_on=stand.year.closes_on,
        new_valid_from=None,
        new_valid_to=None,
        residence_years=stand.residence_years,
        channel=limit if limit is Channel.NOT_OFFERED else None,
        evidence=EvidenceAsked(),
        reasons=tuple(reason for rule in rules for reason in rule.reasons()),
        texts=tuple(rule.text for rule in rules for _ in rule.cites),
    )


def _face_only(region: Region, stand: _Stand, request: AssessmentRequest) -> Assessment:
    """The assessment for a stale face: no decision and no new dates, because the chip holds the content already."""
    limit = _limit_of_kiosks(region, request)
    is_cancelled = stand.outcome is AssessedOutcome.CANCELLED
    at_best = Channel.COUNTER if is_cancelled else Channel.AT_ONCE
    rules = (region.kiosks.rule, stand.rule) if is_cancelled else (region.kiosks.rule,)
    return Assessment(
        outcome=stand.outcome,
        opens_on=stand.year.opens_on,
        closes_on=stand.year.closes_on,
        new_valid_from=None if is_cancelled else request.valid_from,
        new_valid_to=None if is_cancelled else request.valid_to,
        residence_years=None,
        channel=Channel.NOT_OFFERED if limit is Channel.NOT_OFFERED else at_best,
        evidence=EvidenceAsked(),
        reasons=tuple(reason for rule in rules for reason in rule.reasons()),
        texts=tuple(rule.text for rule in rules for _ in rule.cites),
    )


def _stand(region: Region, request: AssessmentRequest, service: OfferedService | None) -> _Stand | None:
    calendar, measure = _calendar(region, request)
    year = locate(region, calendar, request)
    if year is None:
        return None
    rule, day = calendar.window.rule, request.counted_day
    if measure is not None and measure.closes_on is not None:
        year = replace(year, closes_on=max(year.closes_on, measure.closes_on))
        rule = measure.rule
    tier = None
    if _is_permit_over(year, day):
        tier = region.permit_over
    elif day > year.closes_on:
        tier = tier_of(day, year.boundary, calendar, region.term.end_date)
    if tier is not None:
        return _Stand(year, calendar, tier.outcome, tier, tier.rule, tier.effect, tier.residence_years)
    waits_for_window = request.service is Service.FACE_ONLY or (service is not None and service.in_window_only)
    waits = waits_for_window and day < year.opens_on
    outcome = AssessedOutcome.TOO_EARLY if waits else AssessedOutcome.IN_WINDOW
    return _Stand(year, calendar, outcome, None, rule, calendar.window.effect, calendar.window.residence_years)


def _is_permit_over(year: PermitYear, day: date) -> bool:
    """Whether the permit itself has ended, or no term is left of it to endorse for."""
    if year.permit_end is None:
        return False
    return day > year.permit_end or (day >= year.opens_on and year.boundary >= year.permit_end)


def _calendar(region: Region, request: AssessmentRequest) -> tuple[Calendar, Measure | None]:
    """The calendar in force for this permit on the day, and the measure that put it in force; the last one holds."""
    end = request.valid_to
    if region.measures and not region.term.permit_carries_end:
        year = locate(region, region.calendar, request)
        end = None if year is None else year.end
    for measure in reversed(region.measures):
        if measure.holds(request.counted_day, end):
            return measure.calendar, measure
    return region.calendar, None


def _limit_of_kiosks(region: Region, request: AssessmentRequest) -> Channel | None:
    """The best channel that kiosks of this region offer; None: no limit."""
    if region.kiosks.offered:
        return None
    return region.kiosks.pilot if request.pilot and region.kiosks.pilot is not None else Channel.NOT_OFFERED


def _applied(
    region: Region,
    stand: _Stand,
    service: OfferedService | None,
    request: AssessmentRequest,
) -> Iterator[_Applied]:
    """Every rule that applies, the general ones first."""
    counter_only = _Applied(region.undescribed, Effect(channel=Channel.COUNTER, new_dates=NewDates.NONE))
    if service is None:
        yield counter_only
        return
    limit = _limit_of_kiosks(region, request)
    if limit is not None:
        yield _Applied(region.kiosks.rule, Effect(channel=limit))
    if stand.tier is not None or service.in_window_only:
        yield _Applied(stand.rule, stand.effect)
    yield _Applied(None if service.in_window_only else service.rule, service.effect)
    if service.place is not Place.ANY_KIOSK and request.home_area is False:
        yield _Applied(service.rule if service.in_window_only else None, Effect(channel=service.elsewhere))
    yield from _of_agents(region, stand, request)
    yield from (_Applied(each.rule, each.effect) for each in service.rules if _holds(each, stand, request))
    if stand.year.past_term is not None:
        yield _Applied(stand.year.past_term.rule, stand.year.past_term.effect)
    if not _is_category_described(region, request) or _is_change_undescribed(service, request):
        yield counter_only


def _is_category_described(region: Region, request: AssessmentRequest) -> bool:
    """Whether the permit may become the category asked for. A change of category must ask for another one."""
    others = region.categories[request.category].may_become
    if request.service is Service.CHANGE_CATEGORY:
        return request.becomes in others
    return request.becomes in (request.category, *others)


def _is_change_undescribed(service: OfferedService, request: AssessmentRequest) -> bool:
    """Whether a change was declared that is not the service's own and that it has no rule for."""
    heeded = {
        key
        for rule in service.rules
        for condition in (*rule.when, *rule.unless)
        for key in (*condition.declared, *condition.undeclared)
    }
    return any(
        key in request.declared and service.service not in own and key not in heeded for key, own in CHANGES.items()
    )


def _of_agents(region: Region, stand: _Stand, request: AssessmentRequest) -> Iterator[_Applied]:
    """The rules about agents: those who must come, and the one who is here. Without the right one: the counter."""
    for agent in region.agents.values():
        is_for_holder = any(_meets(condition, stand, request) for condition in agent.holders)
        is_here = request.agent == agent.key
        if is_here and is_for_holder:
            yield _Applied(agent.rule, agent.effect)
        elif is_here or (is_for_holder and agent.role is not AgentRole.MAY):
            evidence = agent.effect.evidence if is_for_holder else ()
            yield _Applied(agent.rule, Effect(channel=Channel.COUNTER, evidence=evidence))
    if request.agent is not None and request.agent not in region.agents:
        yield _Applied(region.undescribed, Effect(channel=Channel.COUNTER))


def _holds(rule: ServiceRule, stand: _Stand, request: AssessmentRequest) -> bool:
    day = request.counted_day
    if rule.holds_from is not None and day < rule.holds_from:
        return False
    if rule.holds_until is not None and day > rule.holds_until:
        return False
    if any(_meets(condition, stand, request) for condition in rule.unless):
        return False
    return any(_meets(condition, stand, request) for condition in rule.when)


def _meets(condition: Condition, stand: _Stand, request: AssessmentRequest) -> bool:
    """Whether all parts of the condition are true. An unknown part counts as false."""
    age, authority = request.age, request.issuing_authority
    return (
        request.declared.issuperset(condition.declared)
        and request.declared.isdisjoint(condition.undeclared)
        and (condition.age_below is None or (age is not None and age < condition.age_below))
        and (condition.age_from is None or (age is not None and age >= condition.age_from))
        and (not condition.agent or (request.agent or IN_PERSON) in condition.agent)
        and (not condition.category or request.category in condition.category)
        and (not condition.becomes or request.becomes in condition.becomes)
        and (not condition.situation or any(each in condition.situation for each in stand.situations))
        and (not condition.issuer_contains or any(part in authority for part in condition.issuer_contains))
        and (condition.home_area is None or request.home_area is condition.home_area)
        and (condition.authority_changes is None or request.authority_changes is condition.authority_changes)
    )


def _new_dates(
    region: Region,
    stand: _Stand,
    applied: tuple[_Applied, ...],
    request: AssessmentRequest,
) -> tuple[date | None, date | None, NewDates | None]:
    """Start, end and dating rule of the new term, by the most special rule about dates; a lost permit's by its tier."""
    if stand.outcome in _NOT_ENDORSED and not any(each.effect.new_dates is NewDates.NONE for each in applied):
        how = stand.effect.new_dates
    else:
        how = next((each.effect.new_dates for each in reversed(applied) if each.effect.new_dates is not None), None)
    day, convention = request.counted_day, region.term.end_date
    rule = start_rule(how, day, stand.year.boundary, convention)
    months = region.categories[request.becomes].months
    start, end = new_term(rule, stand.year, months, region.term, stand.calendar, request)
    return start, end, rule


def _all_verifiable(region: Region) -> frozenset[str]:
    return frozenset(key for key, evidence in region.evidence.items() if evidence.central_verifies)


def _channel(region: Region, applied: tuple[_Applied, ...], verified: frozenset[str]) -> Channel:
    """The strictest of all rules that apply."""
    channel = Channel.AT_ONCE
    for effect in (each.effect for each in applied):
        limits = [effect.channel]
        if not all(is_verified(region, key, verified) for key in effect.evidence):
            limits.append(effect.unverified)
        channel = max((channel, *(limit for limit in limits if limit is not None)), key=BEST_FIRST.index)
    return channel


def _evidence(region: Region, applied: tuple[_Applied, ...], verified: frozenset[str]) -> EvidenceAsked:
    """The evidence still to be shown. One group is spelled out in `any_of`; further groups are in `all_of` by name."""
    keys = dict.fromkeys(key for each in applied for key in each.effect.evidence)
    asked = [key for key in keys if not is_verified(region, key, verified)]
    spelled_out = next((key for key in asked if region.evidence[key].any_of), None)
    return EvidenceAsked(
        all_of=tuple(key for key in asked if key != spelled_out),
        any_of=() if spelled_out is None else region.evidence[spelled_out].any_of,
    )


def _gap(years: ResidenceYears | None, end: date, day: date) -> tuple[date, date] | None:
    """The first and last day that are not counted, both inside; None where all are."""
    if years is not ResidenceYears.COUNTED_FROM_MAKE_UP or day <= end + ONE_DAY:
        return None
    return end + ONE_DAY, day - ONE_DAY
