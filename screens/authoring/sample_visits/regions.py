"""Samples of each shipped region: its assessments through a permit's year, and every question that it asks."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.domain.applications import EvidenceResult
from kiosk.domain.endorsement import Service
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.service_availability import agents_offered, availability_of
from kiosk.presentation.models.resident import ScreenModel
from kiosk.workflow import states as s
from kiosk.workflow.choosing import GROUPS
from kiosk.workflow.deciding import first_question
from kiosk.workflow.intents import Intent
from kiosk.workflow.verdict import can_go_on
from screens.authoring.sample_visits.days import IN_WINDOW
from screens.authoring.sample_visits.people import ADULT, STARTS, WITH_CHILD, WITH_OLD_PERSON, Party, permit_of
from screens.authoring.sample_visits.places import MOST_STEPS, Place, region_of
from screens.authoring.sample_visits.playing import Play

_DECIDED = s.Confirming | s.ReturningPermit | s.PrintingSlip | s.ShowingOutcome
RESULTS = (EvidenceResult.VERIFIED, EvidenceResult.NOT_VERIFIED)


def regions(language: str) -> dict[str, ScreenModel]:
    """Models by kind, region, and content. In a region that only tries kiosks, the trial is on."""
    found: dict[str, Play] = {}
    for code in shipped_regions():
        place = Place(region_of(code), pilot=region_of(code).kiosks.pilot is not None)
        for name, play in (*_through_the_year(place, language), *_asked(place, language)):
            found.setdefault(name, play)
    return {name: play.screen() for name, play in found.items()}


def _through_the_year(place: Place, language: str) -> Iterator[tuple[str, Play]]:
    """The first day of each period of the rules, from the permit's first day on."""
    content = permit_of(place.region, ADULT).content
    request = AssessmentRequest(
        on=STARTS,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        category=content.category,
        issued_on=STARTS,
        issuing_authority=content.issuing_authority,
        pilot=place.pilot,
    )
    for number, period in enumerate(permit_calendar(place.region, request).periods, start=1):
        outcome = period.assessment.outcome
        if outcome is not None:
            party = Party(category=content.category)
            told = Play.at(place, language, period.first, party).until(s.ShowingAssessment)
            yield f"assessment_{place.region.code}_{outcome.value}_{number}", told


def _asked(place: Place, language: str) -> Iterator[tuple[str, Play]]:
    """Every question, with every answer to those before it, and the services that are then only at the counter."""
    for play in _beginnings(place, language):
        for _ in range(MOST_STEPS):
            yield from _told(play)
            if isinstance(play.state, _DECIDED):
                break
            play = play.goes_on()


def _told(play: Play) -> Iterator[tuple[str, Play]]:
    code, state = play.place.region.code, play.state
    match state:
        case s.Declaring() | s.DeclaringForHolder():
            yield f"question_{code}_{state.question}", play
        case s.ShowingAssessment():
            question = first_question(play.place.region, state)
            if question is not None:
                yield f"assessment_{code}_asks_{question}", play
            elif not can_go_on(state.matter):
                yield f"assessment_{code}_counter", play
        case _:
            pass


def _beginnings(place: Place, language: str) -> Iterator[Play]:
    for party in _parties(place.region):
        yield Play.at(place, language, IN_WINDOW, party)
        for group, services in GROUPS.items():
            for service in services:
                if availability_of(place.region, service, pilot=place.pilot).is_served_here:
                    choosing = Play.at(place, language, IN_WINDOW, party).chooses(Intent.OTHER_SERVICES)
                    yield choosing.chooses(Intent.CHOOSE, group, service.value)
    for kind in agents_offered(place.region):
        if not availability_of(place.region, Service.ENDORSE, agent=kind, pilot=place.pilot).is_served_here:
            continue
        for acting in (WITH_CHILD, WITH_OLD_PERSON):
            choosing = Play.at(place, language, IN_WINDOW, acting).chooses(Intent.OTHER_SERVICES)
            yield choosing.chooses(Intent.CHOOSE, "for_another", kind, "endorse")


def _parties(region: Region) -> Iterator[Party]:
    """A holder who says no to everything, who says yes to one question, or to all of them."""
    keys = tuple(region.declarations)
    for yes in (frozenset[str](), *(frozenset({key}) for key in keys), frozenset(keys)):
        for licence in RESULTS if yes else RESULTS[:1]:
            yield Party(yes=yes, licence=licence)
