"""A service explained before anything is read: how it is had, what it costs, what to bring, where to go."""

from __future__ import annotations

from kiosk.about import About, cited, frame_of
from kiosk.pages.choices import service_name
from kiosk.pages.offices import office_lines
from kiosk.policy.foresight import foresee
from kiosk.policy.rules import Rule
from kiosk.policy.services import OfferedService
from kiosk.screen_models import Citation, ServiceScreen, WayOut, Words
from kiosk.workflow import states as s
from kiosk.workflow.choosing import may_check_dates

MOST_RULES = 3
"""More than a page can hold beside its other parts, and more than anybody reads standing."""


def service_page(about: About, state: s.ExplainingService) -> ServiceScreen:
    region, purpose = about.region, state.visit.purpose
    foreseen = foresee(region, purpose.service, agent=purpose.agent, pilot=about.pilot)
    offered = region.services.get(purpose.service)
    here = foreseen.is_served_here
    deciding = tuple(rule for rule in foreseen.rules if offered is None or rule != offered.rule)
    lines = [*(rule.text for rule in deciding[:1]), *_lines(offered)]
    if not here and offered is not None and offered.online is not None:
        lines.insert(1 if deciding else 0, offered.online.text)
    return ServiceScreen(
        frame=frame_of(about, state, WayOut.CANCEL),
        headline=service_name(region, purpose.service),
        lines=tuple(dict.fromkeys(lines)),
        bring=_bring(about, offered, purpose.agent),
        where=() if here else office_lines(region),
        rules=_rules(about, foreseen.rules, state.visit.language),
        can_go_on=here,
        can_check_dates=not here and may_check_dates(purpose),
    )


def _lines(offered: OfferedService | None) -> list[Words]:
    if offered is None:
        return []
    rules = (offered.rule, *(part.rule for part in (offered.fee, offered.promise) if part is not None))
    return [rule.text for rule in rules]


def _bring(about: About, offered: OfferedService | None, agent: str | None) -> tuple[Words, ...]:
    acting = about.region.agents.get(agent) if agent is not None else None
    keys = () if offered is None else (*offered.bring, *offered.effect.evidence)
    if acting is not None:
        keys = (*keys, *acting.effect.evidence)
    return tuple(about.region.evidence[key].name for key in dict.fromkeys(keys))


def _rules(about: About, rules: tuple[Rule, ...], language: str) -> tuple[Citation, ...]:
    found = [cited(about, rule.text, reason, language) for rule in rules for reason in rule.reasons()[:1]]
    return tuple(found[:MOST_RULES])
