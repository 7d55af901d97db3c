"""What a region says of a service, of an application and of the year ahead, in words: for screens and slips. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kiosk.domain.applications import Application, ApplicationState, ReceivedApplication
from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome, Assessment, LocalText
from kiosk.policy.office_days import DayKind, OpeningHours
from kiosk.policy.permit_calendar import Period, PermitCalendar
from kiosk.policy.region import Office, Region
from kiosk.policy.rules import Rule
from kiosk.policy.services import Collection, CollectionWay, OfferedService, OldPermit
from kiosk.screen_models import Citation, ProgressLine, Text, Words

MOST_OFFICES = 2        # the nearest kinds of counter; a third would hide the first
MOST_LINES = 6          # more would not fit the smallest display in a size that can be read
TOLD_BY = ("message", "online", "counter", "kiosk", "telephone", "notice")
RESULTS = ("accept", "agree", "return")


@dataclass(frozen=True, slots=True)
class ServiceGuidance:
    """How a service is had: in words, what to bring, where; and the documents that it rests on."""

    lines: tuple[Words, ...]
    bring: tuple[Words, ...]
    where: tuple[Words, ...]
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AfterApplying:
    """How the result is told, how the permit is had then, and what to bring for it."""

    told: tuple[Words, ...]
    collect: tuple[Words, ...]
    bring: tuple[Words, ...]

    @property
    def lines(self) -> tuple[Words, ...]:
        """All of it, as it is read on a screen."""
        brought = tuple(Text("guidance.bring", (("name", each),)) if isinstance(each, LocalText) else each
                        for each in self.bring)
        return (*self.told, *self.collect, *brought)


def service_guidance(
    region: Region, service: Service, rules: Iterable[Rule], language: str, agent: str | None = None
) -> ServiceGuidance:
    """`rules`: what decides how the service is had here, the strictest first (see `kiosk.policy.foresight`). Where the
    first of them is the region's rule about kiosks, the way that needs none is told next.
    """
    offered = region.services.get(service)
    told = [*rules]
    brief: list[Rule] = []
    if offered is not None:
        online = [offered.online] if offered.online is not None else []
        online += [offered.post.rule] if offered.post is not None else []
        reviewed = [offered.review.rule] if offered.review is not None else []
        if told[:1] == [region.kiosks.rule]:
            told = [told[0], *online, *told[1:], offered.rule]
        else:
            told = [*told, offered.rule, *reviewed, *online]
        brief = [part.rule for part in (offered.promise, offered.fee) if part is not None]
    besides = [each.rule for each in region.guidance.values() if not each.services or service in each.services]
    lines = dict.fromkeys((*(rule.text for rule in told), *_joined(brief), *(rule.text for rule in besides)))
    return ServiceGuidance(
        lines=tuple(lines)[:MOST_LINES],
        bring=_to_bring(region, offered, agent),
        where=office_lines(region),
        sources=sources_of(region, (*told, *brief, *besides), language),
    )


def sources_of(region: Region, rules: Iterable[Rule], language: str) -> tuple[Citation, ...]:
    """The documents behind `rules`, each once, with all sections that are cited."""
    sections: dict[str, list[str]] = {}
    for cite in (cite for rule in rules for cite in rule.cites):
        found = sections.setdefault(cite.file, [])
        if cite.section not in found:
            found.append(cite.section)
    titles = {source.file: source.title for source in region.sources.values()}
    between = "、" if language.startswith("zh") else ", "
    return tuple(Citation(titles[file], between.join(found)) for file, found in sections.items() if file in titles)


def office_lines(region: Region) -> tuple[Words, ...]:
    """Where it is done at a counter, when that is open, and whom to call."""
    offices = [office for office in region.offices.values() if office.does_business][:MOST_OFFICES]
    lines = [line for office in offices for line in _office(office)]
    contact = region.contact
    if contact is not None and contact.telephones:
        lines.append(Text("next.call", (("phone", contact.telephones[0]),)))
    return tuple(dict.fromkeys(lines))


def after_applying(region: Region, service: Service, chosen: str | None) -> AfterApplying:
    """`chosen`: the way of collection that the applicant chose, if there was a choice."""
    offered = region.services.get(service)
    if offered is None:
        return AfterApplying((), (), ())
    told = offered.review.told_by if offered.review is not None else ()
    way = way_of(offered.collection, chosen)
    collect: tuple[Words, ...] = ()
    bring: tuple[str, ...] = way.bring if way is not None else ()
    if way is not None:
        collect = (way.rule.text,)
    elif offered.collection is not None:
        collect = (offered.collection.rule.text,)
    elif offered.old_permit is OldPermit.REWRITTEN:
        collect = (Text("guidance.rewritten_at_kiosk"),)
        bring = tuple(key for key in ("id_card", "permit") if key in region.evidence)
    if offered.collection is not None and offered.collection.unclaimed is not None:
        collect = (*collect, offered.collection.unclaimed.text)
    return AfterApplying(
        told=tuple(Text(f"guidance.told.{each}") for each in told if each in TOLD_BY),
        collect=collect,
        bring=tuple(region.evidence[key].name for key in bring),
    )


def way_of(collection: Collection | None, chosen: str | None) -> CollectionWay | None:
    """The chosen way of collection; the only one, where there is no choice."""
    ways = collection.ways if collection is not None else ()
    if chosen is None:
        return ways[0] if len(ways) == 1 else None
    return next((way for way in ways if way.way == chosen), None)


def received_lines(received: ReceivedApplication) -> tuple[Words, ...]:
    """When central received it, and when it expects to have decided, if it says so."""
    lines: list[Words] = [Text("guidance.received_on", (("day", received.received_on),))]
    if received.expected_on is not None:
        lines.append(Text("guidance.expected_on", (("day", received.expected_on),)))
    return tuple(lines)


def progress_line(region: Region, application: Application) -> ProgressLine:
    """One application as its holder may read how far it has come."""
    offered = region.services.get(application.service)
    lines: list[Words] = [Text("guidance.received_on", (("day", application.received_on),))]
    lines.extend(_stage(offered, application))
    match application.state:
        case ApplicationState.IN_REVIEW if application.expected_on is not None:
            lines.append(Text("guidance.expected_on", (("day", application.expected_on),)))
        case ApplicationState.RETURNED:
            lines.append(Text("guidance.returned"))
            lines.extend(office_lines(region))
        case ApplicationState.APPROVED | ApplicationState.MADE:
            lines.extend(_ready(offered, application))
        case _:
            pass
    return ProgressLine(
        number=application.review_number,
        service=offered.name if offered is not None else Text("guidance.other_service"),
        state=Text(f"progress.state.{application.state.value}"),
        lines=tuple(dict.fromkeys(lines)),
        can_choose_collection=application.may_choose_collection,
    )


def year_ahead(assessment: Assessment, calendar: PermitCalendar, on: date) -> tuple[Words, ...]:
    """When a permit may be endorsed, and what happens if that is late."""
    opens_on, closes_on = assessment.opens_on, assessment.closes_on
    if opens_on is None or closes_on is None:
        return ()
    window = Text("assessment.line.window", (("opens_on", opens_on), ("closes_on", closes_on)))
    lines: list[Words] = []
    match assessment.outcome:
        case AssessedOutcome.TOO_EARLY:
            lines += [Text("assessment.line.opens_on", (("day", opens_on), ("days", (opens_on - on).days))), window]
        case AssessedOutcome.IN_WINDOW:
            lines += [window, Text("assessment.line.days_left", (("days", (closes_on - on).days),))]
        case _:
            lines.append(Text("assessment.line.late_days", (("days", (on - closes_on).days),)))
    lines.extend(_if_late(calendar, on))
    return tuple(lines)


def _if_late(calendar: PermitCalendar, on: date) -> Iterable[Text]:
    if calendar.suspended_from is not None:
        key = "suspended_now" if calendar.suspended_from <= on else "suspended_from"
        yield Text(f"guidance.{key}", (("day", calendar.suspended_from),))
    restarts = next((period for period in calendar.periods if _restarts(period) and period.first > on), None)
    if restarts is not None:
        yield Text("guidance.restarts_from", (("day", restarts.first),))
    if calendar.reapply_from is not None and calendar.reapply_from > on:
        yield Text("guidance.reapply_from", (("day", calendar.reapply_from),))
    if calendar.cancelled_from is not None and calendar.cancelled_from > on:
        yield Text("guidance.cancelled_from", (("day", calendar.cancelled_from),))


def _restarts(period: Period) -> bool:
    return period.assessment.residence_years is ResidenceYears.RESTART \
        and period.assessment.outcome is AssessedOutcome.OVERDUE


def _office(office: Office) -> Iterable[Words]:
    yield office.address
    if office.hours is not None:
        yield from _hours(office.hours)


def _hours(hours: OpeningHours) -> Iterable[Text]:
    for kind in DayKind:
        spans = hours.on(kind)
        if spans:
            spoken = " ".join(f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans)
            yield Text(f"guidance.hours.{kind.value}", (("hours", spoken),))


def _to_bring(region: Region, offered: OfferedService | None, agent: str | None) -> tuple[Words, ...]:
    keys = [*offered.bring, *offered.effect.evidence] if offered is not None else []
    if agent is not None and agent in region.agents:
        keys += region.agents[agent].effect.evidence
    return tuple(_paper(region, key) for key in dict.fromkeys(keys))


def _paper(region: Region, key: str) -> LocalText:
    """The name of a paper; of a group, and what belongs to it."""
    evidence = region.evidence[key]
    members = [region.evidence[each].name for each in (*evidence.any_of, *evidence.all_of)]
    if not members:
        return evidence.name
    return LocalText(tuple(
        (language, _listed(language, name, [each.in_language(language) for each in members]))
        for language, name in evidence.name.by_language))


def _joined(rules: list[Rule]) -> tuple[LocalText, ...]:
    """Short sentences in one line."""
    if not rules:
        return ()
    languages = [language for language, _ in rules[0].text.by_language]
    return (LocalText(tuple(
        (language, ("" if language.startswith("zh") else " ").join(rule.text.in_language(language) for rule in rules))
        for language in languages)),)


def _listed(language: str, name: str, members: list[str]) -> str:
    return f"{name}：{'；'.join(members)}" if language.startswith("zh") else f"{name}: {'; '.join(members)}"


def _stage(offered: OfferedService | None, application: Application) -> Iterable[Words]:
    review = offered.review if offered is not None else None
    stage = next((each for each in review.stages if each.key == application.stage), None) if review else None
    if stage is None:
        return
    result = application.stage_result if application.stage_result in RESULTS else "done"
    yield Text(f"guidance.result.{result}", (("stage", stage.name),))


def _ready(offered: OfferedService | None, application: Application) -> Iterable[Words]:
    if application.at_kiosk:
        yield Text("guidance.rewritten_at_kiosk")
    way = way_of(offered.collection if offered is not None else None, application.collection)
    if way is not None and not (way.way == "kiosk" and application.at_kiosk):
        yield way.rule.text
    if application.station is not None:
        yield Text("guidance.station", (("station", application.station),))
    if application.ready_from is not None:
        yield Text("guidance.ready_from", (("day", application.ready_from),))
