"""Samples before a permit is taken in: welcome, services, notice, identity card, progress of applications."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from kiosk.domain.applications import Application, ApplicationState
from kiosk.domain.endorsement import Service
from kiosk.presentation.models.resident import ScreenModel
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from screens.authoring.sample_visits.days import IN_WINDOW, LATE
from screens.authoring.sample_visits.people import ALONE, STATION, WITH_CHILD, Party
from screens.authoring.sample_visits.places import Place, region_of
from screens.authoring.sample_visits.playing import Play

NUMBERS = ("4127-7351", "4127-7360", "4127-7379")
FIRST, SECOND, THIRD = NUMBERS


def beginning(language: str) -> dict[str, ScreenModel]:
    """Models by name."""
    return {**_welcome(language), **_choosing(language), **_id_cards(language), **_applications(language)}


def at(code: str, language: str, party: Party = ALONE) -> Play:
    """A visit in the window of a yearly permit, if the region endorses at kiosks."""
    return Play.at(Place(region_of(code)), language, IN_WINDOW, party)


def _welcome(language: str) -> dict[str, ScreenModel]:
    idle = at("shanghai", language)
    return {
        "welcome": idle.screen(),
        "welcome_without_paper": idle.screen(without_paper=True),
        "welcome_without_central": idle.screen(without_central=True),
        "welcome_not_offered": at("xuchang", language).screen(),
        **{f"welcome_{code}": at(code, language).screen() for code in ("beijing", "haikou", "xinjiang")},
        "notice": idle.until(s.ShowingNotice).screen(),
    }


def _choosing(language: str) -> dict[str, ScreenModel]:
    def choosing(code: str, *keys: str) -> ScreenModel:
        return at(code, language).chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, *keys).screen()

    return {
        "choice_for_whom": choosing("xuchang", "for_another"),
        "choice_for_whom_of_two": choosing("shanghai", "for_another"),
        "choice_service": at("shanghai", language).chooses(Intent.OTHER_SERVICES).screen(),
        "choice_something_changed": choosing("xinjiang", "something_changed"),
        "choice_permit_troubled": choosing("haikou", "permit_troubled"),
        "choice_for_another": choosing("shanghai", "for_another", "guardian"),
        "service": choosing("haikou", "something_changed", "change_address"),
        "service_lost": choosing("xinjiang", "permit_troubled", "lost"),
        "service_at_counter": choosing("beijing", "something_changed", "change_identity"),
        "service_undescribed": choosing("shanghai", "permit_troubled", "damaged"),
        "service_for_another": choosing("beijing", "for_another", "close_relative", "endorse"),
        "service_for_nobody_else": choosing("haikou", "for_another"),
        "service_not_offered": at("xuchang", language).until(s.ExplainingService).screen(),
    }


def _id_cards(language: str) -> dict[str, ScreenModel]:
    reading = at("shanghai", language).until(s.ReadingIdCard)
    acting = at("shanghai", language, WITH_CHILD).chooses(Intent.OTHER_SERVICES)
    acting = acting.chooses(Intent.CHOOSE, "for_another", "guardian", "endorse").until(s.ReadingIdCard)
    return {
        "id_card": reading.screen(),
        "id_card_again": reading.happens(on.IdCardNotReadable()).screen(),
        "id_card_holder": acting.screen(),
        "id_card_agent": acting.until(s.ReadingAgentIdCard).screen(),
        "insert_permit": reading.until(s.AwaitingPermit).screen(),
        "reading": reading.until(s.ReadingPermit).screen(),
        "permit_inside_withdrawn": reading.until(s.AwaitingPermit).chooses(Intent.CANCEL).screen(),
    }


def _applications(language: str) -> dict[str, ScreenModel]:
    searching = _searching(language)
    made = _made()
    three = (
        replace(_application(FIRST, Service.CHANGE_ADDRESS, ApplicationState.IN_REVIEW), expected_on=LATE),
        replace(made, review_number=SECOND, state=ApplicationState.APPROVED),
        replace(_application(THIRD, Service.DAMAGED, ApplicationState.RETURNED), return_code="papers_incomplete"),
    )
    rest = (
        replace(_application(FIRST, Service.ENDORSE, ApplicationState.APPROVED), at_kiosk=True),
        replace(made, review_number=SECOND, collection="counter", may_choose_collection=False),
        _application(THIRD, Service.ENDORSE, ApplicationState.COLLECTED),
    )
    found = searching.happens(on.ApplicationsFound((made,)))
    return {
        "asking_applications": searching.screen(),
        "progress": found.screen(),
        "progress_three": searching.happens(on.ApplicationsFound(three)).screen(),
        "progress_decided": searching.happens(on.ApplicationsFound(rest)).screen(),
        "progress_none": searching.happens(on.ApplicationsFound(())).screen(),
        "choice_collect": found.chooses(Intent.CHOOSE, FIRST).screen(),
        "asking_collection": recording_collection(language).screen(),
    }


def _searching(language: str) -> Play:
    choosing = at("haikou", language).chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, "progress")
    return choosing.until(s.SearchingApplications)


def recording_collection(language: str) -> Play:
    """The holder has chosen how to collect the permit, and central is being told."""
    found = _searching(language).happens(on.ApplicationsFound((_made(),)))
    return found.chooses(Intent.CHOOSE, FIRST, "counter")


def _made() -> Application:
    made = _application(FIRST, Service.LOST, ApplicationState.MADE)
    return replace(made, may_choose_collection=True, station=STATION, ready_from=LATE)


def _application(number: str, service: Service, state: ApplicationState) -> Application:
    return Application(
        application_id=UUID(int=int(number.replace("-", ""))),
        review_number=number,
        service=service,
        received_on=IN_WINDOW,
        expected_on=None,
        state=state,
        stage=None,
        stage_result=None,
        return_code=None,
        collection=None,
        may_choose_collection=False,
        station=None,
        ready_from=None,
        at_kiosk=False,
    )
