"""The page that explains a service before anything is read: how it works, what it costs, what to bring, where to go."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.policy.region import Region
from kiosk.policy.rules import Rule
from kiosk.policy.service_availability import ServiceAvailability, availability_of
from kiosk.policy.services import OfferedService
from kiosk.presentation.context import PresentationContext, frame_of
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import ServiceScreen
from kiosk.presentation.resident.choices import service_name
from kiosk.presentation.resident.facts import at_counter, photo
from kiosk.presentation.resident.offices import office_lines
from kiosk.texts.words import Citation, CitedDocument, LocalText, NamedList, Sentences, Words
from kiosk.workflow import states as s
from kiosk.workflow.choosing import may_check_dates

MOST_LINES = 5
"""At most so many lines; more would not fit the smallest display at a readable size."""


def service_page(about: PresentationContext, state: s.ExplainingService) -> ServiceScreen:
    region, purpose = about.region, state.visit.purpose
    availability = availability_of(region, purpose.service, agent=purpose.agent, pilot=about.pilot)
    offered = region.services.get(purpose.service)
    here = availability.is_served_here
    told = _told(availability, offered, purpose.agent)
    brief = () if offered is None else tuple(part.rule for part in (offered.promise, offered.fee) if part is not None)
    if purpose.service.value in region.deadlines:
        brief = (region.deadlines[purpose.service.value][0], *brief)
    besides = tuple(each.rule for each in region.guidance.values() if purpose.service in each.services)
    facts = () if here or purpose.agent is not None else at_counter(offered)  # for an agent the rule says it
    lines: dict[Words, None] = dict.fromkeys(
        (*(rule.text for rule in told), *_joined(brief, facts), *(rule.text for rule in besides))
    )
    return ServiceScreen(
        frame=frame_of(about, state, WayOut.CANCEL),
        headline=service_name(region, purpose.service),
        lines=tuple(lines)[:MOST_LINES],
        bring=(*_bring(about, offered, purpose.agent), *photo(region, offered)),
        where=() if here else office_lines(region),
        rules=_sources(region, (*told, *brief, *besides)),
        can_go_on=here,
        can_check_dates=not here and may_check_dates(purpose),
    )


def _told(availability: ServiceAvailability, offered: OfferedService | None, agent: str | None) -> tuple[Rule, ...]:
    """The rules to show, the deciding one first. Unless served here, the online way is next (not for agents)."""
    if offered is None:
        return availability.rules[:1]
    deciding = tuple(rule for rule in availability.rules if rule != offered.rule)[:1]
    online = (offered.online,) if offered.online is not None and agent is None else ()
    if not availability.is_served_here:
        return (*deciding, *online, offered.rule)
    review = (offered.review.rule,) if offered.review is not None else ()
    return (*deciding, offered.rule, *review, *online)


def _joined(rules: tuple[Rule, ...], facts: tuple[Sentences, ...]) -> tuple[Sentences, ...]:
    """Rules and facts, with short sentences joined into one line."""
    parts = (*(rule.text for rule in rules), *(part for each in facts for part in each.parts))
    return (Sentences(parts),) if parts else ()


def _bring(about: PresentationContext, offered: OfferedService | None, agent: str | None) -> tuple[Words, ...]:
    acting = about.region.agents.get(agent) if agent is not None else None
    keys = () if offered is None else (*offered.bring, *offered.effect.evidence)
    if acting is not None:
        keys = (*keys, *acting.effect.evidence)
    return tuple(_paper(about.region, key) for key in dict.fromkeys(keys))


def _paper(region: Region, key: str) -> LocalText | NamedList:
    """The name of a paper, or of a group with the papers in it."""
    evidence = region.evidence[key]
    members = tuple(region.evidence[each].name for each in (*evidence.any_of, *evidence.all_of))
    return NamedList(evidence.name, members) if members else evidence.name


def _sources(region: Region, rules: Iterable[Rule]) -> tuple[Citation, ...]:
    """The documents behind `rules` and the region's legal bases, each once, with all cited sections. The texts of the
    rules are not repeated, because they are the lines of the page.
    """
    sections: dict[str, dict[str, None]] = {}
    for cite in (*(cite for rule in rules for cite in rule.cites), *region.legal_bases):
        sections.setdefault(cite.file, {})[cite.section] = None
    titles = {source.file: source.title for source in region.sources.values()}
    return tuple(
        Citation(titles[file], (CitedDocument(None, tuple(found)),))
        for file, found in sections.items()
        if file in titles
    )
