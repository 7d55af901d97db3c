"""No key of a region file is dead: change its value, and something that a resident, a paper or a rule says changes.

The values of a region are walked, not the text of its file, so that a key that is added later is asked for too. A field
counts when changing one of its values, in any shipped region or in one of the tests' own, changes what is seen.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import chain, product, zip_longest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assets import ASSETS
from kiosk.domain.applications import ApplicationState
from kiosk.domain.endorsement import FaceState, ResidenceYears, Service
from kiosk.papers.receipt_text import ReceiptText
from kiosk.papers.slip_text import SlipText
from kiosk.papers.slips import Slips
from kiosk.policy.assess import assess, calendar_rule
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region, parse_region, shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS, DECLARATIONS
from kiosk.policy.service_availability import assess_unseen, availability_of
from kiosk.policy.terms import add_months
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.present import present
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.evidence import seek
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site
from tests.screens.region_samples import matter_of, models_of
from tests.unit.workflow.machine_samples import CASE, GRANT, MADE, RECEIVED, VISIT

ROOT = Path(__file__).resolve().parents[3]
FILES = (
    *(ASSETS / "regions" / f"{name}.toml" for name in shipped_regions()),
    *sorted((ROOT / "tests" / "data" / "regions").glob("*.toml")),
    ROOT / "tests" / "data" / "everything_asked.toml",
)
LANGUAGE = "zh-Hans"
TRANSLATION = Translation.load(ASSETS / "locale", LANGUAGE)
NOON = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


class _Noon:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


# What no other file has: a rule of some days and some authorities, terms of the past by their length, a measure.
WITH_RARE_KEYS = (
    (ROOT / "tests" / "data" / "everything_asked.toml").read_text(encoding="utf-8")
    + """
[[rules]]
code = "of_some_days"
when = { issuer_contains = ["某某"], age_from = 20 }
holds_from = 2026-01-01
holds_until = 2027-03-31
served = "counter"
cite = "page/all"
text = { zh-Hans = "到窗口。", en = "At the counter." }

[[past_terms]]
code = "earlier"
issuer_contains = ["从前"]
months = [18]
issued_until = 2026-06-30
served = "counter"
new_dates = "none"
cite = "page/all"
text = { zh-Hans = "从前的证。", en = "Earlier permits." }

[[measures]]
code = "relief"
holds_from = 2027-01-01
holds_until = 2027-06-30
ends_from = 2027-03-01
ends_until = 2027-03-31
closes_on = 2027-05-31
cite = "page/all"
text = { zh-Hans = "宽限。", en = "More time." }
"""
)


# -- what is seen --------------------------------------------------------------------------------------------------


def seen(region: Region, requests: list[AssessmentRequest]) -> Iterator[object]:
    """Everything that a region's file has an effect on. `requests`: what the rules are asked, always the same."""
    return chain(_pages(region), _papers(region), _ways(region), _rules(region, requests))


def _pages(region: Region) -> Iterator[object]:
    yield sorted((name, repr(model)) for name, model in models_of(region, LANGUAGE).items())


def _papers(region: Region) -> Iterator[object]:
    about = PresentationContext(region, (LANGUAGE,), False, "https://r.example/", 25)
    text = SlipText(region, lambda _, words: TRANSLATION.words(words), "https://r.example/", "kiosk-1", _Noon())
    slips, visit = Slips(about, text), VISIT
    for service, offered in region.services.items():
        ways = () if offered.collection is None else offered.collection.ways
        for way in (None, *(each.way for each in ways)):
            received = replace(RECEIVED, expected_on=date(2026, 11, 30))
            yield slips.compose(do.PrintApplicationSlip(visit, s.Applied(CASE, service, received, way)))
    for day in (date(2026, 4, 20), date(2027, 2, 20)):
        matter = matter_of(region, day)
        assert isinstance(matter.case, s.CaseWithPermit)
        content = matter.case.permit.content
        calendar = permit_calendar(
            region,
            AssessmentRequest(
                on=day, valid_from=content.valid_from, valid_to=content.valid_to, category=content.category
            ),
        )
        yield slips.compose(do.PrintStatusSlip(visit, matter, calendar))
    receipts = ReceiptText(region, lambda _, words: TRANSLATION.words(words), "https://r.example/", "kiosk-1", _Noon())
    content = replace(GRANT.content, category=next(iter(region.categories)))
    grant = replace(GRANT, content=content, residence_years=ResidenceYears.RESTART)
    for service in region.services:
        asked = replace(visit, purpose=s.VisitPurpose(service=service))
        yield receipts.compose(asked, s.Renewed(CASE, grant, FaceState.NEW))


def _requests(region: Region) -> Iterator[AssessmentRequest]:
    issuers = ("", *(part for past in region.past_terms for part in past.issuer_contains), *_issuers(region))
    declared = (
        frozenset[str](),
        *(frozenset({key}) for key in (*region.declarations, *DECLARATIONS)),
        frozenset({*region.declarations, *DECLARATIONS}),
    )
    days = (
        date(2026, 3, 1),
        date(2026, 12, 1),
        date(2027, 2, 20),
        date(2027, 3, 9),
        date(2027, 4, 1),
        date(2027, 7, 1),
        date(2027, 9, 30),
        date(2028, 9, 1),
    )
    begun = date(2026, 3, 9)
    for category, service, day in product(region.categories, region.services, days):
        months = region.categories[category].months
        ends = {
            date(begun.year + (begun.month - 1 + months) // 12, (begun.month - 1 + months) % 12 + 1, 9),
            date(2027, 3, 9),
            *_ends(region),
        }
        usual = AssessmentRequest(
            on=day,
            valid_from=begun,
            valid_to=date(2027, 3, 9),
            service=service,
            category=category,
            issued_on=begun,
            age=30,
            home_area=True,
        )
        yield from (replace(usual, declared=each) for each in declared)
        yield from (replace(usual, valid_to=end) for end in sorted(ends))
        yield from (
            replace(usual, agent=kind, age=age, declared=each)
            for kind in AGENTS
            for age in (10, 30, 70)
            for each in (declared[0], declared[-1])
        )
        yield from (replace(usual, age=age) for age in (0, 10, 15, 16, 17, 64, 65, 70))
        yield from (replace(usual, home_area=each) for each in (False, None))
        yield from (
            replace(usual, issuing_authority=issuer, age=age, valid_to=end)
            for issuer in issuers
            for age in (10, 30)
            for end in sorted(ends)
        )
        yield from (replace(usual, new_category=each) for each in region.categories)
        yield replace(usual, authority_changes=True)
        yield replace(usual, pilot=True)
        yield replace(usual, verified=frozenset(region.evidence))
        yield replace(usual, last_endorsed_on=date(2026, 5, 1), last_make_up_on=date(2026, 5, 1))


def _issuers(region: Region) -> set[str]:
    conditions = [
        condition
        for service in region.services.values()
        for rule in service.rules
        for condition in (*rule.when, *rule.unless)
    ]
    return {part for condition in conditions for part in condition.issuer_contains}


def _ends(region: Region) -> set[date]:
    ends = {day for measure in region.measures for day in (measure.ends_from, measure.ends_until) if day is not None}
    return {*ends, *(add_months(date(2026, 3, 9), months) for past in region.past_terms for months in past.months)}


def _rules(region: Region, requests: list[AssessmentRequest]) -> Iterator[object]:
    yield [region.recognises(area) for area in ("110000", "310000", "460100", "411003", "650000", "650100", "000000")]
    for request in requests:
        yield assess(region, request)
        yield calendar_rule(region, request)
    for service, agent, pilot in product(Service, (None, *AGENTS), (False, True)):
        yield availability_of(region, service, agent=agent, pilot=pilot)
    for service in region.services:
        request = AssessmentRequest(
            on=date(2026, 11, 22),
            valid_from=None,
            valid_to=None,
            service=service,
            category=next(iter(region.categories)),
        )
        yield assess_unseen(region, request)
    for day in (date(2026, 1, 1), date(2026, 1, 4), date(2026, 11, 22), date(2026, 10, 1), date(2027, 5, 5)):
        yield region.holidays.kind_of(day)
        yield region.holidays.working_day_after(day, 3)


def _ways(region: Region) -> Iterator[object]:
    """What the machine asks and offers: questions, proofs, telephone, collection, stages of a review."""
    at = Site(region, True, True, LANGUAGE, (LANGUAGE,), has_code_scanner=True)
    matter = matter_of(region, date(2027, 2, 20))
    for service, agent in product(region.services, (None, *region.agents)):
        visit = replace(VISIT, purpose=s.VisitPurpose(service=service, agent=agent))
        for day in (date(2027, 2, 20), date(2027, 9, 30)):
            told = replace(matter_of(region, day), answers=s.Answers(is_evidence_settled=True))
            yield _followed(at, s.ShowingAssessment(visit, told, False))
        yield seek(at, visit, matter)
        review = region.services[service].review
        for stage in () if review is None else review.stages:
            yield [_stage_page(region, visit, stage.key, result) for result in stage.results]


def _stage_page(region: Region, visit: s.Visit, stage: str, result: str) -> str:
    application = replace(
        MADE, service=visit.purpose.service, state=ApplicationState.IN_REVIEW, stage=stage, stage_result=result
    )
    about = PresentationContext(region, (LANGUAGE,), False, "https://r.example/", 25)
    return repr(present(about, s.ShowingProgress(visit, (application,))))


def _followed(at: Site, state: s.State) -> list[object]:
    """The screens that come when one goes on and says yes to every question, then no to every one."""
    ways: list[object] = []
    for answer in (Intent.ANSWER_YES, Intent.ANSWER_NO):
        taken = step(at, state, on.PersonChose(Intent.GO_ON))
        for _ in range(8):
            ways.append(repr(taken))
            if taken is None or not isinstance(taken.state, s.Declaring):
                break
            taken = step(at, taken.state, on.PersonChose(answer))
    return ways


# -- what is changed -----------------------------------------------------------------------------------------------

OTHER_WORDS: dict[str, Callable[[str], str]] = {
    "way": lambda way: "post" if way == "counter" else "counter",
    "pays": lambda who: "station" if who == "resident" else "resident",
    "chosen": lambda when: "when_made" if when == "at_application" else "at_application",
    "told_by": lambda way: "counter" if way != "counter" else "kiosk",
    "area_prefixes": lambda _: "99",
}


def _others(field: str, value: object) -> Iterator[object]:
    """Other values of the same kind."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            yield value * 2 + 40
        case Enum():
            yield from (each for each in type(value) if each is not value)
        case datetime():
            return
        case date():
            yield value + timedelta(days=400)
            yield value - timedelta(days=400)
        case time():
            yield value.replace(minute=(value.minute + 7) % 60)
        case LocalText():
            yield LocalText(tuple((language, text + "※") for language, text in value.by_language))
        case str():
            change = OTHER_WORDS.get(field)
            yield value + "9" if change is None else change(value)
        case frozenset():
            yield frozenset()


def _changed(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    """`value` with one thing in it changed, each with the name of the field that was changed."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from ((name, {**value, key: other}) for name, other in _changed(field, inner))
    elif isinstance(value, tuple):
        if value:
            yield field, value[:-1]
        for at, inner in enumerate(value):
            yield from ((name, (*value[:at], other, *value[at + 1 :])) for name, other in _changed(field, inner))
    elif is_dataclass(value) and not isinstance(value, type | LocalText):
        for each in fields(value):
            name = f"{type(value).__name__}.{each.name}"
            if name not in NOT_CHANGED:
                yield from (
                    (found, replace(value, **{each.name: other}))
                    for found, other in _changed(name, getattr(value, each.name))
                )
    else:
        yield from ((field, other) for other in _others(field.rpartition(".")[2], value))


NOT_CHANGED = {
    # Names by which one part of the file refers to another; a reader checks every reference.
    "Rule.code",
    "Category.key",
    "Evidence.key",
    "Declaration.key",
    "Agent.key",
    "Office.key",
    "Guidance.key",
    "ReviewStage.key",
    "OfferedService.service",
    "Source.sections",
    "Source.file",
    "Citation.file",
    "StartTable.name",
    # Indexes over what stands elsewhere in the region, made by the reader.
    "Region.rules",
    "Region.texts",
    "Region.rules_of_several",
    # For whom wrote the file: which part no document settles. It stands in the table of assets/regions/README.md.
    "Rule.ours",
    # The file's own name in the configuration.
    "Region.code",
}


def _is_seen(changed: Region, requests: list[AssessmentRequest], before: list[object]) -> bool:
    try:
        return any(now != then for now, then in zip_longest(seen(changed, requests), before))
    except (KeyError, ValueError):
        return True  # something looked for what was there


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_value_of_a_region_file_changes_what_somebody_is_told_or_what_a_rule_says() -> None:
    found: set[str] = set()
    tried: set[str] = set()
    for region in (*(load_region(path) for path in FILES), parse_region(WITH_RARE_KEYS, "rare_keys.toml")):
        requests = list(_requests(region))
        before = list(seen(region, requests))
        for name, changed in _changed("Region", region):
            tried.add(name)
            if name not in found and _is_seen(changed, requests, before):
                found.add(name)
    assert sorted(tried - found) == []
    assert sorted(_fields(Region, set()) - tried) == []


def _fields(kind: type, known: set[type]) -> set[str]:
    """Every field of the values that a region is made of, by the classes that its annotations name."""
    known.add(kind)
    names: set[str] = set()
    for name, annotation in typing.get_type_hints(kind).items():
        inner = [each for each in _classes(annotation) if is_dataclass(each) and each is not LocalText]
        if f"{kind.__name__}.{name}" in NOT_CHANGED:
            continue
        if not inner:
            names.add(f"{kind.__name__}.{name}")
        for each in inner:
            if each not in known:
                names |= _fields(each, known)
    return names


def _classes(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for each in typing.get_args(annotation):
        yield from _classes(each)
