"""Screens with what the shipped regions really say: the longest texts that a resident is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from assets import ASSETS
from kiosk.domain.applications import ApplicationState
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.endorsement import Custody, Refusal, Service
from kiosk.domain.faults import CHIP_SILENT
from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region, shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS
from kiosk.policy.service_availability import agents_offered
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.present import present
from kiosk.workflow import states as s
from kiosk.workflow.choosing import GROUPS
from kiosk.workflow.evidence import NOT_VERIFIED
from screens.authoring.samples import LANGUAGES
from tests.unit.workflow.machine_samples import CASE, MADE, RECEIVED, VISIT

REGIONS_DIR = ASSETS / "regions"
STARTS = date(2026, 3, 9)
DAYS = (date(2026, 4, 20), date(2026, 9, 1), date(2027, 2, 20), date(2027, 4, 2), date(2027, 7, 1), date(2028, 1, 5))


@cache
def _regions() -> tuple[Region, ...]:
    return tuple(load_region(REGIONS_DIR / f"{code}.toml") for code in shipped_regions())


@cache
def region_samples(language: str) -> dict[str, ScreenModel]:
    """Models by kind, region, service and way of collection."""
    return {
        f"{name}/{region.code}": model for region in _regions() for name, model in models_of(region, language).items()
    }


def models_of(region: Region, language: str) -> dict[str, ScreenModel]:
    about = PresentationContext(region, LANGUAGES, True, "https://kiosk.example/r/", 25)
    return {name: present(about, state) for name, state in _states(region, replace(VISIT, language=language))}


def _states(region: Region, visit: s.Visit) -> Iterator[tuple[str, s.ResidentState]]:
    yield "services", s.ChoosingService(visit, ("endorse", "status", "for_another", "progress", *GROUPS))
    for group, services in GROUPS.items():
        yield f"services/{group}", s.ChoosingService(visit, tuple(each.value for each in services))
    if region.agents:
        yield "agents", s.ChoosingAgent(visit)
    for agent in agents_offered(region):
        acting = replace(visit, purpose=s.VisitPurpose(agent=agent))
        refused = s.Declined(Refusal("agent_not_for_holder"))
        yield f"agent/{agent}", s.ShowingOutcome(acting, refused, Custody.WITH_HOLDER)
    for acts in (None, *AGENTS):
        for service in Service if acts is None else (Service.ENDORSE,):
            purpose = s.VisitPurpose(service=service, agent=acts)
            yield f"service/{service.value}/{acts}", s.ExplainingService(replace(visit, purpose=purpose))
    for day in DAYS:
        yield from _on(region, visit, day)
    matter, case = matter_of(region, DAYS[1]), _case(region)
    for question in region.declarations:
        yield f"question/{question}", s.Declaring(visit, matter, question)
    for key, evidence in region.evidence.items():
        if evidence.any_of:
            yield f"proof/{key}", s.ChoosingProof(visit, matter, evidence.any_of)
        yield f"licence/{key}", s.ReadingLicenceCode(visit, matter, key, NOT_VERIFIED)
    for service, offered in region.services.items():
        asking = replace(visit, purpose=s.VisitPurpose(service=service))
        if offered.collection is not None:
            yield f"collection/{service.value}", s.ChoosingCollection(asking, matter)
        ways = offered.collection.ways if offered.collection is not None else ()
        for way in (None, *(each.way for each in ways)):
            applied = s.Applied(matter.case, service, RECEIVED, way)
            yield f"application/{service.value}/{way}", s.PrintingSlip(asking, applied)
    yield (
        "progress",
        s.ShowingProgress(
            visit,
            tuple(
                replace(MADE, service=service, state=state, collection="counter")
                for service, state in zip(region.services, ApplicationState, strict=False)
            ),
        ),
    )
    for service in region.services:
        yield (
            f"progress/{service.value}",
            s.ShowingProgress(visit, (replace(MADE, service=service, state=ApplicationState.IN_REVIEW),)),
        )
        asking = replace(visit, purpose=s.VisitPurpose(service=service))
        declined = s.Declined(Refusal("counter_only"), case.permit, matter.assessment)
        yield f"counter_only/{service.value}", s.ShowingOutcome(asking, declined, Custody.WITH_HOLDER)
    for tier in (tier for tier in region.calendar.tiers if tier.resident_confirms):
        to_confirm = replace(matter, assessment=replace(matter.assessment, to_confirm=(tier.rule.code,)))
        yield f"confirm/{tier.rule.code}", s.Declaring(visit, to_confirm, tier.rule.code)
    for key, category in region.categories.items():
        if category.may_become:
            content = replace(case.permit.content, category=key)
            other = replace(case, permit=replace(case.permit, content=content))
            yield f"category/{key}", s.ChoosingCategory(visit, other, s.Answers(), False)
    yield "out_of_service", s.OutOfService(CHIP_SILENT, Custody.WITH_HOLDER)
    yield "out_of_hours", s.OutOfHours(date(2026, 9, 29), datetime(2026, 9, 30, 8, 30, tzinfo=SHANGHAI))


def _on(region: Region, visit: s.Visit, day: date) -> Iterator[tuple[str, s.ResidentState]]:
    matter = matter_of(region, day)
    yield f"assessment/{day}", s.ShowingAssessment(visit, matter, central_silent=True)
    yield f"status/{day}", s.ShowingStatus(visit, matter, permit_calendar(region, _request(region, day)))
    if region.term.permit_carries_end:
        printed = replace(_request(region, day), valid_to=_ends(region) - timedelta(days=1))
        a_day_apart = replace(matter, assessment=assess(region, printed))
        yield f"a_day_apart/{day}", s.ShowingAssessment(visit, a_day_apart, central_silent=True)


def matter_of(region: Region, day: date) -> s.AssessedCase:
    return s.AssessedCase(_case(region), s.Answers(), assess(region, _request(region, day)), day)


def _case(region: Region) -> s.CaseWithPermit:
    return replace(
        CASE,
        permit=replace(
            CASE.permit,
            content=replace(
                CASE.permit.content, category=next(iter(region.categories)), valid_from=STARTS, valid_to=_ends(region)
            ),
        ),
    )


def _request(region: Region, day: date) -> AssessmentRequest:
    return AssessmentRequest(
        on=day, valid_from=STARTS, valid_to=_ends(region), category=next(iter(region.categories)), home_area=True
    )


def _ends(region: Region) -> date:
    months = next(iter(region.categories.values())).months
    return date(STARTS.year + (STARTS.month + months - 1) // 12, (STARTS.month + months - 1) % 12 + 1, STARTS.day)
