"""Samples of explanations and questions while the permit is inside and nothing is written."""

from __future__ import annotations

from datetime import date

from kiosk.domain.applications import EvidenceResult
from kiosk.domain.faults import CENTRAL_UNREACHABLE, PAPER_OUT
from kiosk.domain.holder_check import CheckWay, HolderCheckRule
from kiosk.domain.personal import Personal
from kiosk.presentation.models.resident import ScreenModel
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from screens.authoring.sample_visits.beginning import at
from screens.authoring.sample_visits.days import IN_WINDOW, LATE, TOO_EARLY, VERY_LATE
from screens.authoring.sample_visits.people import ADULT, ALONE, LONG_ADDRESS, Party, permit_of
from screens.authoring.sample_visits.places import Place, region_of
from screens.authoring.sample_visits.playing import Play
from screens.authoring.sample_visits.usual import ATTENDANTS_CODE

MOVED = Party(yes=frozenset({"address_changed"}), licence=EvidenceResult.NOT_VERIFIED)
ATTENDED, MUST_BE_ATTENDED = HolderCheckRule(CheckWay.ATTENDANT), HolderCheckRule(CheckWay.ATTENDANT, required=True)


def deciding(language: str) -> dict[str, ScreenModel]:
    """Models by name."""
    return {
        **_assessments(language),
        **_statuses(language),
        **_evidence(language),
        **_applying(language),
        **_attendants(language),
    }


def shanghai(language: str, day: date, party: Party = ALONE) -> Play:
    """A visit in Shanghai, where most endorsements are written at once."""
    return Play.at(Place(region_of("shanghai")), language, day, party)


def _assessments(language: str) -> dict[str, ScreenModel]:
    def told(day: date) -> ScreenModel:
        return shanghai(language, day).until(s.ShowingAssessment).screen()

    region = region_of("shanghai")
    far = Play.at(Place(region), language, IN_WINDOW, permit=permit_of(region, ADULT, address=LONG_ADDRESS))
    reviewed = at("beijing", language, Party(yes=frozenset({"address_changed"})))
    reviewed = reviewed.until(s.Declaring).goes_on()
    silent = shanghai(language, IN_WINDOW).until(s.AskingPendingRewrites)
    silent = silent.happens(on.CentralFailed(CENTRAL_UNREACHABLE, of_pending_rewrites=True))
    return {
        "assessment_in_window": told(IN_WINDOW),
        "assessment_long_address": far.until(s.ShowingAssessment).screen(),
        "assessment_late": told(LATE),
        "assessment_overdue": told(VERY_LATE),
        "assessment_too_early": told(TOO_EARLY),
        "assessment_after_review": reviewed.screen(),
        "assessment_central_silent": silent.screen(),
        "question": at("beijing", language).until(s.Declaring).screen(),
        "question_confirm_rule": _confirming_rule(language).screen(),
        "asking": shanghai(language, IN_WINDOW).until(s.AskingCentral).screen(),
        "choice_category": Play.at(Place(region_of("xinjiang")), language, date(2026, 9, 1))
        .until(s.ChoosingCategory)
        .screen(),
    }


def _confirming_rule(language: str) -> Play:
    play = shanghai(language, VERY_LATE).until(s.ShowingAssessment)
    while not (isinstance(play.state, s.Declaring) and play.state.confirms_rule):
        play = play.goes_on()
    return play


def _statuses(language: str) -> dict[str, ScreenModel]:
    def looking(code: str, day: date) -> Play:
        play = Play.at(Place(region_of(code)), language, day).chooses(Intent.OTHER_SERVICES)
        return play.chooses(Intent.CHOOSE, "status").until(s.ShowingStatus)

    printing = looking("beijing", VERY_LATE).chooses(Intent.PRINT_SLIP)
    return {
        "status": looking("shanghai", TOO_EARLY).screen(),
        "status_in_window": looking("haikou", IN_WINDOW).screen(),
        "status_overdue": looking("shanghai", VERY_LATE).screen(),
        "status_not_offered": looking("xuchang", LATE).screen(),
        "status_printing": printing.screen(),
        "status_printed": printing.happens(on.ReceiptPrinted()).screen(),
        "status_without_paper": printing.happens(on.ReceiptNotPrinted(PAPER_OUT)).screen(),
    }


def _evidence(language: str) -> dict[str, ScreenModel]:
    choosing = shanghai(language, IN_WINDOW, MOVED).until(s.ChoosingProof)
    code = choosing.chooses(Intent.CHOOSE, "registered_lease")
    verifying = code.happens(on.LicenceCodeRead(Personal(ATTENDANTS_CODE)))
    return {
        "choice_proof": choosing.screen(),
        "licence_code": code.screen(),
        "licence_code_again": code.happens(on.LicenceCodeNotReadable()).screen(),
        "licence_code_not_verified": verifying.goes_on().screen(),
        "asking_evidence": verifying.screen(),
        "assessment_not_verified": choosing.until(s.ShowingAssessment).screen(),
    }


def _applying(language: str) -> dict[str, ScreenModel]:
    typing = at("haikou", language).until(s.EnteringTelephone)
    return {
        "telephone": typing.screen(),
        "telephone_again": typing.chooses(Intent.ENTER_TELEPHONE, "139").screen(),
        "asking_application": typing.until(s.Applying).screen(),
    }


def _attendants(language: str) -> dict[str, ScreenModel]:
    def fetching(rule: HolderCheckRule) -> Play:
        place = Place(region_of("shanghai"), holder_check=rule)
        return Play.at(place, language, IN_WINDOW).until(s.AwaitingAttendant)

    checking = fetching(ATTENDED).until(s.CheckingAttendant)
    must = fetching(MUST_BE_ATTENDED).until(s.CheckingAttendant)
    return {
        "attendant": fetching(ATTENDED).screen(),
        "attendant_required": fetching(MUST_BE_ATTENDED).screen(),
        "attendant_wrong": must.happens(on.AttendantNotConfirmed(locked=False)).screen(),
        "attendant_locked": checking.happens(on.AttendantNotConfirmed(locked=True)).screen(),
        "attendant_checking": checking.screen(),
    }
