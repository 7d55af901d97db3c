"""Samples of other endings: every refusal, faults, recovery after a restart, out of service."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from kiosk.domain import faults
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.endorsement import ChipState, Custody, Drawable, FaceState, Grant, Refusal
from kiosk.domain.faults import CATALOGUE, Fault, Severity
from kiosk.domain.holder_check import CheckWay, HolderCheckRule
from kiosk.domain.refusals import RefusalCode
from kiosk.presentation.models.resident import ScreenModel
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import ContentHashes, InterruptedVisit, Visit
from screens.authoring.sample_visits.beginning import at, recording_collection
from screens.authoring.sample_visits.days import IN_WINDOW, TOO_EARLY, VERY_LATE
from screens.authoring.sample_visits.people import ADULT, WITH_CHILD, permit_of
from screens.authoring.sample_visits.places import IDS, Place, beginning_with, region_of
from screens.authoring.sample_visits.playing import Play
from screens.authoring.sample_visits.writing import old_face

OF_THE_ID_CARD = (
    RefusalCode.ID_CARD_EXPIRED,
    RefusalCode.ID_CARD_KIND_HMT,
    RefusalCode.ID_CARD_KIND_FOREIGN,
    RefusalCode.ID_CARD_NUMBER_INVALID,
)
OF_THE_CHIP = (
    RefusalCode.NO_CHIP,
    RefusalCode.NOT_A_PERMIT,
    RefusalCode.FOREIGN_EPASSPORT,
    RefusalCode.FOREIGN_BANK,
    RefusalCode.CONTENT_UNUSUAL,
)
OF_CENTRAL = (
    RefusalCode.UNKNOWN_PERMIT,
    RefusalCode.CHIP_MISMATCH,
    RefusalCode.NAME_DIFFERS,
    RefusalCode.REPORTED_LOST,
    RefusalCode.CANCELLED,
    RefusalCode.ADDRESS_CHANGED,
    RefusalCode.RECORD_MISMATCH,
    RefusalCode.COUNTER_ONLY,
    RefusalCode.NOT_OFFERED,
    RefusalCode.GRANT_IN_USE,
    RefusalCode.UNSPECIFIED,
)
OF_APPLICATIONS = (RefusalCode.SERVED_AT_ONCE, RefusalCode.ALREADY_APPLIED)
HASHES = ContentHashes("old", "new")


def ending(language: str) -> dict[str, ScreenModel]:
    """Models by name."""
    return {
        **_refused(language),
        **_broken_off(language),
        **_interrupted(language),
        **_in_the_bin(language),
        **_out_of_service(language),
        **_out_of_hours(language),
    }


def _refused(language: str) -> dict[str, ScreenModel]:
    shanghai = at("shanghai", language)
    reading_id_card, reading = shanghai.until(s.ReadingIdCard), shanghai.until(s.ReadingPermit)
    asking = shanghai.until(s.AskingCentral)
    found: dict[str, Play] = {}
    found |= {code: reading_id_card.happens(on.IdCardRefused(Refusal(code))) for code in OF_THE_ID_CARD}
    found |= {code: reading.happens(on.PermitNotRecognised(code)) for code in OF_THE_CHIP}
    found |= {code: asking.happens(on.EndorsementRefused(Refusal(code))) for code in OF_CENTRAL}
    applying = at("haikou", language).until(s.Applying)
    found |= {code: applying.happens(on.EndorsementRefused(Refusal(code))) for code in OF_APPLICATIONS}
    found |= {
        fault.name: asking.happens(on.CentralFailed(fault))
        for fault in (faults.CENTRAL_UNREACHABLE, faults.CENTRAL_GARBAGE, faults.GRANT_REJECTED)
    }
    found |= {
        RefusalCode.ALREADY_CURRENT: asking.happens(on.PermitAlreadyCurrent(VERY_LATE)),
        RefusalCode.HOLDER_CANCELLED: asking.chooses(Intent.CANCEL),
        RefusalCode.TIMED_OUT: shanghai.until(s.Confirming).happens(on.DeadlinePassed("confirmation")),
        RefusalCode.SWITCHED_OFF: shanghai.until(s.Confirming).happens(on.SwitchOffRequested("SIGTERM")),
        RefusalCode.NOT_YOUR_PERMIT: reading.happens(
            on.PermitRead(permit_of(region_of("shanghai"), WITH_CHILD.holder))
        ),
        RefusalCode.OTHER_REGION: reading.happens(
            on.PermitRead(permit_of(region_of("beijing"), shanghai.party.holder))
        ),
        RefusalCode.REAPPLY: _on(language, "beijing", VERY_LATE).until(s.ShowingAssessment).goes_on(),
        RefusalCode.AGENT_NOT_FOR_HOLDER: _acting(at("shanghai", language)).goes_on(),
        RefusalCode.NOTHING_TO_RENEW: _with_old_face(shanghai).goes_on(),
        RefusalCode.FACE_UNPRINTABLE: _with_old_face(shanghai).happens(on.WorkFound(_unprintable_face(shanghai))),
        RefusalCode.HOLDER_NOT_CONFIRMED: _attended(language).chooses(Intent.NO_ATTENDANT),
        RefusalCode.SENSELESS_DATES: _with_senseless_dates(language).until(s.ShowingAssessment).goes_on(),
        RefusalCode.COLLECTION_NOT_OFFERED: recording_collection(language).happens(
            on.EndorsementRefused(Refusal(RefusalCode.COLLECTION_NOT_OFFERED))
        ),
    }
    return {
        "outcome_refusal": _on(language, "shanghai", TOO_EARLY).until(s.ShowingOutcome).screen(),
        **{f"outcome_refusal_{code}": play.until(s.ShowingOutcome).screen() for code, play in found.items()},
    }


def _on(language: str, code: str, day: date) -> Play:
    return Play.at(Place(region_of(code)), language, day)


def _acting(play: Play) -> Play:
    """A person wants to act as guardian for an adult holder."""
    choosing = play.chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, "for_another", "guardian", "endorse")
    return choosing.until(s.ReadingIdCard)


def _with_old_face(play: Play) -> Play:
    choosing = play.chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, "permit_troubled", "face_only")
    return choosing.until(s.AskingPendingRewrites)


def _unprintable_face(play: Play) -> Grant:
    """A grant that changes nothing, with a character that no font here has."""
    case = s.CaseWithPermit(play.party.holder, play.permit)
    return replace(play.granted(case), content=play.permit.content, face_only=True, drawable=Drawable.CHARACTER_MISSING)


def _attended(language: str) -> Play:
    place = Place(region_of("shanghai"), holder_check=HolderCheckRule(CheckWay.ATTENDANT, required=True))
    return Play.at(place, language, IN_WINDOW).until(s.AwaitingAttendant)


def _with_senseless_dates(language: str) -> Play:
    """The permit ends before it begins."""
    region = region_of("shanghai")
    permit = permit_of(region, ADULT)
    content = replace(permit.content, valid_from=permit.content.valid_to, valid_to=permit.content.valid_from)
    return Play.at(Place(region), language, IN_WINDOW, permit=replace(permit, content=content))


def _broken_off(language: str) -> dict[str, ScreenModel]:
    shanghai = at("shanghai", language)
    reading, relaying = shanghai.until(s.ReadingPermit), shanghai.until(s.RelayingBatch)
    no_bin = Play.at(Place(region_of("shanghai"), has_retain_bin=False), language, IN_WINDOW)
    unknown = no_bin.until(s.RelayingBatch).happens(on.DeviceFailed(faults.CHIP_SILENT), on.ChipReadBack(None))
    return {
        "outcome_fault": unknown.until(s.ShowingOutcome).screen(),
        "outcome_fault_retained": relaying.happens(on.DeviceFailed(faults.CHIP_SILENT), on.ChipReadBack(None))
        .until(s.ShowingOutcome)
        .screen(),
        "outcome_fault_permit_unreadable": reading.happens(on.DeviceFailed(faults.CHIP_SILENT))
        .until(s.ShowingOutcome)
        .screen(),
        "outcome_fault_id_reader": shanghai.until(s.ReadingIdCard)
        .happens(on.DeviceFailed(faults.ID_READER_PROTOCOL))
        .until(s.ShowingOutcome)
        .screen(),
        "outcome_fault_central": shanghai.until(s.OpeningChipSession)
        .happens(on.CentralFailed(faults.CENTRAL_UNREACHABLE))
        .until(s.ShowingOutcome)
        .screen(),
        "outcome_fault_kiosk": reading.happens(on.DeviceFailed(faults.DISK_FULL)).until(s.ShowingOutcome).screen(),
        "take_permit_unknown": unknown.until(s.AwaitingRemoval).screen(),
        "take_permit_fault": reading.happens(on.DeviceFailed(faults.CHIP_SILENT)).until(s.AwaitingRemoval).screen(),
    }


def _not_taken(play: Play) -> Play:
    """Nobody takes the permit, so it goes into the bin."""
    waiting = play.until(s.AwaitingRemoval)
    late = on.DeadlinePassed("removal")
    return waiting.happens(late, late).until(s.ShowingOutcome)


def _in_the_bin(language: str) -> dict[str, ScreenModel]:
    shanghai = at("shanghai", language)
    asking = shanghai.until(s.AskingCentral)
    status = shanghai.chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, "status")
    lost = asking.happens(on.EndorsementRefused(Refusal(RefusalCode.REPORTED_LOST, retain=True)))
    broken = shanghai.until(s.ReadingPermit).happens(on.DeviceFailed(faults.CHIP_SILENT))
    return {
        "outcome_kept_renewed": _not_taken(shanghai).screen(),
        "outcome_kept_old_face": _not_taken(old_face(shanghai)).screen(),
        "outcome_kept_pending": _not_taken(at("haikou", language)).screen(),
        "outcome_kept_informed": _not_taken(status).screen(),
        "outcome_kept_cancelled": _not_taken(asking.chooses(Intent.CANCEL)).screen(),
        "outcome_kept_reported_lost": lost.until(s.ShowingOutcome).screen(),
        "outcome_kept_fault": _not_taken(broken).screen(),
    }


def _story(chip: ChipState, face: FaceState, *, hashes: ContentHashes | None = HASHES) -> InterruptedVisit:
    return InterruptedVisit(IDS.endorsement, 1, chip, face, 5.0, hashes, relayed=1)


def _interrupted(language: str) -> dict[str, ScreenModel]:
    starting = _nobody_chose(language, "shanghai")
    started = starting.started_anew()
    visit = Visit(IDS.visit, IDS.endorsement, language)
    nothing = InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 5.0)

    def found(custody: Custody, story: InterruptedVisit) -> Play:
        return started.happens(on.PathInspected(custody, story, visit))

    examining = found(Custody.INSIDE, _story(ChipState.UNKNOWN, FaceState.OLD))
    renewed = on.ChipExamined(starting.renewed_permit(), ChipState.NEW)
    silent = examining.happens(on.ChipExamined(None, ChipState.UNKNOWN))
    unread = silent.happens(on.CentralFailed(faults.CENTRAL_UNREACHABLE))
    touched = examining.happens(renewed).chooses(Intent.CANCEL)
    plays = {
        "outcome_interrupted": found(Custody.AT_MOUTH, nothing),
        "outcome_interrupted_renewed": touched,
        "outcome_interrupted_old_face": touched.happens(*[on.FaceNotRewritten(faults.PERMIT_UNIT_PROTOCOL)] * 2),
        "outcome_interrupted_unread": unread.chooses(Intent.CANCEL),
    }
    return {
        "out_of_service_starting": started.screen(),
        "permit_inside_recovering": examining.screen(),
        "permit_inside_asked_after": unread.screen(),
        "permit_inside_asked_before_the_end": unread.happens(on.SwitchOffRequested("SIGTERM")).screen(),
        "writing_face_after_restart": touched.screen(),
        **{name: play.until(s.ShowingOutcome).screen() for name, play in plays.items()},
        **{name.replace("outcome", "outcome_kept"): _not_taken(play).screen() for name, play in plays.items()},
    }


def _nobody_chose(language: str, code: str, day: date = IN_WINDOW) -> Play:
    """A site with this first language, while no visit is under way."""
    return Play.at(Place(region_of(code), languages=beginning_with(language)), language, day)


def _out_of_service(language: str) -> dict[str, ScreenModel]:
    shanghai = _nobody_chose(language, "shanghai")

    def broken(fault: Fault) -> Play:
        return shanghai.happens(on.DeviceFailed(fault))

    closing = {fault.public: fault for fault in CATALOGUE.values() if fault.severity is Severity.OUT_OF_SERVICE}
    early = _nobody_chose(language, "shanghai", TOO_EARLY)
    inside = early.until(s.ReturningPermit).happens(on.DeviceFailed(faults.PERMIT_JAMMED))
    ending = shanghai.until(s.ReadingIdCard).happens(on.SwitchOffRequested("SIGTERM"))
    return {
        "out_of_service": broken(faults.PERMIT_UNIT_REPAIR).screen(),
        **{f"out_of_service_{public}": broken(fault).screen() for public, fault in sorted(closing.items())},
        "out_of_service_permit_inside": inside.screen(),
        "out_of_service_switching_off": ending.screen(),
        "out_of_service_xinjiang": _nobody_chose(language, "xinjiang")
        .happens(on.DeviceFailed(faults.UNIT_COVER_OPEN))
        .screen(),
    }


def _out_of_hours(language: str) -> dict[str, ScreenModel]:
    """In the evening of a working day, before long holidays, and where nobody knows when it opens."""
    evening, opens = date(2026, 9, 29), time(8, 30)
    opens_at = {
        "out_of_hours": datetime.combine(date(2026, 9, 30), opens, SHANGHAI),
        "out_of_hours_date": datetime.combine(date(2026, 10, 8), opens, SHANGHAI),
        "out_of_hours_unknown": None,
    }
    shanghai = _nobody_chose(language, "shanghai")
    return {name: shanghai.happens(on.HoursEnded(evening, moment)).screen() for name, moment in opens_at.items()}
