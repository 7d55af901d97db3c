"""What a region says of a service reaches the resident: the deadline before it, and what follows it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from kiosk.domain.applications import ReceivedApplication
from kiosk.domain.endorsement import Service
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.resident.application_page import to_collect
from kiosk.presentation.resident.service_page import service_page
from kiosk.texts.words import LocalText, Sentences
from kiosk.workflow import states as s
from kiosk.workflow.visits import CaseWithoutPermit
from tests.unit.policy.region_cases import region_named
from tests.unit.workflow.machine_samples import HOLDER

NUMBER = UUID(int=7)


def said_of(region: str, service: Service) -> str:
    """All lines of the page that explains a service, in English."""
    about = PresentationContext(
        region_named(region), ("zh-Hans", "en"), simulation=False, receipt_link="", writing_usually_s=30
    )
    state = s.ExplainingService(s.Visit(NUMBER, NUMBER, "en", s.VisitPurpose(service=service)))
    lines = service_page(about, state).lines
    parts = [part for line in lines for part in (line.parts if isinstance(line, Sentences) else (line,))]
    return " ".join(part.in_language("en") for part in parts if isinstance(part, LocalText))


@pytest.mark.parametrize(
    ("region", "service", "deadline"),
    [
        ("haikou", Service.CHANGE_ADDRESS, "within 30 days"),
        ("xinjiang", Service.CHANGE_ADDRESS, "within 3 working days"),
        ("xinjiang", Service.CHANGE_IDENTITY, "within 3 working days"),
    ],
)
def test_until_when_a_change_is_to_be_reported_is_said_with_the_service(
    region: str, service: Service, deadline: str
) -> None:
    assert deadline in said_of(region, service)
    assert deadline not in said_of(region, Service.LOST)


def test_what_becomes_of_a_new_permit_that_nobody_collects_is_said_with_how_to_collect_it() -> None:
    applied = s.Applied(
        CaseWithoutPermit(HOLDER),
        Service.LOST,
        ReceivedApplication(NUMBER, "1234-5674", date(2026, 7, 1), None),
        "counter",
    )
    lines = [
        words.in_language("en")
        for words in to_collect(region_named("xinjiang"), applied)
        if isinstance(words, LocalText)
    ]
    assert lines == [
        "Take the collection slip to the reception point; you get the new permit there.",
        "A permit that nobody collects is kept by the reception point and destroyed one year after its end date.",
    ]
    assert len(to_collect(region_named("haikou"), applied)) == 1
