"""The best channel of a service here, before a permit is read or where there is none. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.domain.endorsement import Service
from kiosk.policy.assess import assess
from kiosk.policy.assessment import BEST_FIRST, Assessment, Channel
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS, IN_PERSON, Condition, Rule, ServiceRule
from kiosk.policy.services import Agent
from kiosk.policy.terms import term_end


@dataclass(frozen=True, slots=True)
class ServiceAvailability:
    """Whether and how a service is available here. `channel`: the best one; `rules`: why, the strictest first."""

    channel: Channel
    rules: tuple[Rule, ...]

    @property
    def is_served_here(self) -> bool:
        """Whether a resident may go on at a kiosk."""
        return self.channel in (Channel.AT_ONCE, Channel.AFTER_REVIEW)


def availability_of(
    region: Region, service: Service, *, agent: str | None = None, pilot: bool = False
) -> ServiceAvailability:
    """The best availability at a kiosk of this region, whatever the permit says. `agent`: who acts for the holder
    ("guardian", …).
    """
    said = [*_of_kiosks(region, pilot), *_of_service(region, service, agent), *_of_agent(region, agent)]
    said.sort(key=lambda each: BEST_FIRST.index(each[0]), reverse=True)
    channel = said[0][0] if said else Channel.AT_ONCE
    return ServiceAvailability(channel, tuple(dict.fromkeys(rule for _, rule in said)))


def _of_kiosks(region: Region, pilot: bool) -> list[tuple[Channel, Rule]]:
    kiosks = region.kiosks
    if kiosks.offered:
        return []
    return [(kiosks.pilot if pilot and kiosks.pilot is not None else Channel.NOT_OFFERED, kiosks.rule)]


def _of_service(region: Region, service: Service, agent: str | None) -> list[tuple[Channel, Rule]]:
    offered = region.services.get(service)
    if offered is None:
        # A stale face needs no new decision: any kiosk that rewrites faces prints what the chip holds.
        return [] if service is Service.FACE_ONLY else [(Channel.COUNTER, region.undescribed)]
    said = [(offered.effect.channel or Channel.AT_ONCE, offered.rule)]
    said += [
        (each.effect.channel, each.rule)
        for each in offered.rules
        if each.effect.channel is not None and _holds_anyway(each, agent)
    ]
    return said


def _of_agent(region: Region, kind: str | None) -> list[tuple[Channel, Rule]]:
    if kind is None:
        return []
    agent = region.agents.get(kind)
    if agent is None:
        return [(Channel.COUNTER, region.undescribed)]
    return [(agent.effect.channel or Channel.AT_ONCE, agent.rule)]


def _holds_anyway(rule: ServiceRule, agent: str | None) -> bool:
    """Whether a rule applies to every permit on every day, because its condition asks only about the agent."""
    if rule.unless or rule.holds_from is not None or rule.holds_until is not None:
        return False
    return any(
        replace(condition, agent=()) == Condition() and (not condition.agent or (agent or IN_PERSON) in condition.agent)
        for condition in rule.when
    )


def assess_unseen(region: Region, request: AssessmentRequest) -> Assessment:
    """The assessment of a permit that cannot be read (lost): channel and proofs, as for a permit that has just begun.
    It has no days, because only central's record knows them.
    """
    day, category = request.counted_day, next(iter(region.categories.values()))
    begun = replace(
        request,
        category=category.key,
        valid_from=day,
        valid_to=term_end(day, category.months, region.term.end_date),
        issued_on=day,
    )
    return replace(
        assess(region, begun),
        opens_on=None,
        closes_on=None,
        new_valid_from=None,
        new_valid_to=None,
        residence_years=None,
        residence_gap=None,
    )


def agents_offered(region: Region) -> tuple[str, ...]:
    """The kinds of agent that the region file describes, always in the same order; no others may act for a holder."""
    return tuple(kind for kind in AGENTS if kind in region.agents)


def may_act_for(agent: Agent, age: int) -> bool:
    """Whether this agent may act for a holder of that age (completed years), as far as the age decides. Declarations
    about the holder are asked later.
    """
    return any(
        (condition.age_below is None or age < condition.age_below)
        and (condition.age_from is None or age >= condition.age_from)
        for condition in agent.holders
    )


def asked_of_agent(agent: Agent) -> tuple[str, ...]:
    """The declarations about a holder that decide whether this agent may act, in the file's order."""
    return tuple(dict.fromkeys(key for condition in agent.holders for key in condition.declared))
