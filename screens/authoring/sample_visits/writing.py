"""Samples from the confirmation to the thanks: the grant, the writing, the permit at the mouth, the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.domain.endorsement import Drawable
from kiosk.domain.faults import PAPER_OUT, PERMIT_UNIT_PROTOCOL, PRINTER_LINK
from kiosk.presentation.models.resident import ScreenModel
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from screens.authoring.sample_visits.beginning import at
from screens.authoring.sample_visits.days import IN_WINDOW, TOO_EARLY, VERY_LATE
from screens.authoring.sample_visits.people import ALONE, FAR_ADDRESS, LONG_ADDRESS, OTHER_AUTHORITY, Party
from screens.authoring.sample_visits.places import Place, region_of
from screens.authoring.sample_visits.playing import Play

DECIDED_ELSEWHERE = UUID(int=0xA2)
MOVED = Party(address=LONG_ADDRESS, authority=OTHER_AUTHORITY)
UNPRINTABLE = replace(
    MOVED,
    drawable=Drawable.CHARACTER_MISSING,
    valid_from=date(2027, 12, 1),
    valid_to=date(2028, 12, 1),
)
TO_LONG = Party(category="long", valid_from=date(2026, 9, 9), valid_to=date(2028, 9, 9), address=FAR_ADDRESS)


def writing(language: str) -> dict[str, ScreenModel]:
    """Models by name."""
    return {**_confirming(language), **_written(language), **_taking(language), **_thanking(language)}


def _confirming(language: str) -> dict[str, ScreenModel]:
    def offered(day: date, party: Party, *, rewrites_face: bool = True) -> ScreenModel:
        place = Place(region_of("shanghai"), rewrites_face=rewrites_face)
        return Play.at(place, language, day, party).until(s.Confirming).screen()

    other = Play.at(Place(region_of("xinjiang")), language, date(2026, 9, 1), TO_LONG)
    face = at("shanghai", language)
    return {
        "confirm": offered(IN_WINDOW, ALONE),
        "confirm_moved": offered(IN_WINDOW, MOVED),
        "confirm_restart": offered(VERY_LATE, MOVED),
        "confirm_chip_only": offered(VERY_LATE, UNPRINTABLE, rewrites_face=False),
        "confirm_unprintable": offered(VERY_LATE, UNPRINTABLE),
        "confirm_other_category": _decided_elsewhere(other, face_only=False).screen(),
        "confirm_face_only": _decided_elsewhere(face, face_only=True).screen(),
    }


def _decided_elsewhere(play: Play, *, face_only: bool) -> Play:
    """Central has work for the permit that was put in."""
    asking = play.until(s.AskingPendingRewrites)
    if not isinstance(asking.state, s.AskingPendingRewrites):
        raise TypeError("it was waited for")
    grant = asking.granted(asking.state.case, DECIDED_ELSEWHERE)
    if face_only:
        grant = replace(grant, content=asking.permit.content, face_only=True)
    return asking.happens(on.WorkFound(grant))


def _written(language: str) -> dict[str, ScreenModel]:
    confirming = at("shanghai", language).until(s.Confirming)
    return {
        "writing_chip": confirming.until(s.OpeningChipSession).screen(),
        "writing_check": confirming.until(s.ReadingChipBack).screen(),
        "writing_face": confirming.until(s.RewritingFace).screen(),
    }


def old_face(play: Play) -> Play:
    """The unit does not rewrite the face, not even when it is asked again."""
    failed = on.FaceNotRewritten(PERMIT_UNIT_PROTOCOL)
    return play.until(s.RewritingFace).happens(failed, failed)


def _taking(language: str) -> dict[str, ScreenModel]:
    renewed = at("shanghai", language).until(s.AwaitingRemoval)
    early = Play.at(Place(region_of("shanghai")), language, TOO_EARLY)
    status = at("shanghai", language).chooses(Intent.OTHER_SERVICES).chooses(Intent.CHOOSE, "status")
    endings = {
        "take_permit": renewed,
        "take_permit_chip_only": old_face(at("shanghai", language)),
        "take_permit_not_accepted": early,
        "take_permit_under_review": at("haikou", language),
        "take_permit_unchanged": status,
        "take_permit_cancelled": at("shanghai", language).until(s.Confirming).chooses(Intent.CANCEL),
    }
    at_mouth = {name: play.until(s.AwaitingRemoval) for name, play in endings.items()}
    reminded = at_mouth["take_permit_unchanged"].happens(on.DeadlinePassed("removal"))
    confirming = at("shanghai", language).until(s.Confirming)
    ending = confirming.happens(on.SwitchOffRequested("SIGTERM"))
    return {
        **{name: play.screen() for name, play in at_mouth.items()},
        "take_permit_urgent": reminded.screen(),
        "take_permit_switching_off": ending.until(s.AwaitingRemoval).screen(),
        "permit_inside": early.until(s.ReturningPermit).screen(),
        "permit_inside_switching_off": ending.screen(),
        "permit_inside_kept": reminded.happens(on.DeadlinePassed("removal")).screen(),
        "permit_inside_retaining": reminded.happens(on.DeadlinePassed("removal")).until(s.Retaining).screen(),
    }


def _thanking(language: str) -> dict[str, ScreenModel]:
    late = Play.at(Place(region_of("shanghai")), language, VERY_LATE)
    unprintable = Play.at(Place(region_of("shanghai")), language, VERY_LATE, UNPRINTABLE)
    no_face_here = Play.at(Place(region_of("beijing"), rewrites_face=False), language, IN_WINDOW)
    printing = at("shanghai", language).until(s.PrintingReceipt)
    no_paper = on.ReceiptNotPrinted(PAPER_OUT)
    applying = at("haikou", language).until(s.PrintingSlip)
    lost = at("xinjiang", language).chooses(Intent.OTHER_SERVICES)
    lost = lost.chooses(Intent.CHOOSE, "permit_troubled", "lost").until(s.PrintingSlip)
    return {
        "receipt": printing.screen(),
        "thank_you": printing.goes_on().screen(),
        "thank_you_beijing": at("beijing", language).until(s.Thanking).screen(),
        "thank_you_troubled": old_face(late).until(s.PrintingReceipt).happens(no_paper).screen(),
        "thank_you_unprintable": unprintable.until(s.PrintingReceipt).happens(no_paper).screen(),
        "thank_you_face_elsewhere": no_face_here.until(s.PrintingReceipt)
        .happens(on.ReceiptNotPrinted(PRINTER_LINK))
        .screen(),
        "application": applying.screen(),
        "application_printed": applying.goes_on().screen(),
        "application_without_paper": applying.happens(no_paper).screen(),
        "application_lost": lost.screen(),
    }
