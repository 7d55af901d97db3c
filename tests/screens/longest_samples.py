"""Pages with the longest values that the border lets in (`kiosk.domain.text_kinds`): before confirming, and asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.domain.endorsement import Drawable, ResidenceYears
from kiosk.domain.personal import Personal
from kiosk.domain.text_kinds import ADDRESS, AUTHORITY, CATEGORY, PLACE_IN_A_SENTENCE
from kiosk.policy.region_file import load_region
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.present import present
from kiosk.texts.words import LocalText
from kiosk.workflow import states as s
from screens.authoring.samples import LANGUAGES
from tests.screens.region_samples import REGIONS_DIR, matter_of
from tests.unit.workflow.machine_samples import CASE, GRANT, VISIT

FILLINGS = {
    "ideographs": "路",
    "letters": "W",
    "rare": "𠮷",
    "words": "Wangjing ",
    "uyghur": "ئۈرۈمچى ",
    "missing": "\U0002ebf0",
}
THREE_EM = "⸻"  # the one character that no page has room for 80 of
SHANGHAI = load_region(REGIONS_DIR / "shanghai.toml")
TOLD = matter_of(SHANGHAI, date(2027, 2, 20)).assessment


def filled(filling: str, longest: int) -> str:
    """A text of the greatest length."""
    return (filling * longest)[:longest]


def longest_samples(language: str) -> dict[str, ScreenModel]:
    """Models by `longest/<filling>/<kind of notes>`: every note that can stand there at once; and `…/assessment`,
    `…/question`: the address beside the question about it.
    """
    asking = {
        f"longest/{name}/{kind}": present(_about(None), state)
        for name, filling in FILLINGS.items()
        for kind, state in _asking(filling, language).items()
    }
    return asking | {
        f"longest/{name}/{notes}": present(about, _confirming(filling, drawable, language))
        for name, filling in (*FILLINGS.items(), ("three_em", THREE_EM))
        for notes, about, drawable in (
            ("chip_only", _about(filling), Drawable.CHARACTER_MISSING),
            ("unprintable", _about(None), Drawable.CHARACTER_MISSING),
        )
    }


def _about(filling: str | None) -> PresentationContext:
    place = None if filling is None else filled(filling, PLACE_IN_A_SENTENCE.longest)
    told = None if place is None else LocalText(tuple((language, place) for language in LANGUAGES))
    return PresentationContext(SHANGHAI, LANGUAGES, True, "https://kiosk.example/r/", 25, face_refreshed_at=told)


def _asking(filling: str, language: str) -> dict[str, s.ResidentState]:
    visit, matter = replace(VISIT, language=language), matter_of(SHANGHAI, date(2027, 2, 20))
    assert isinstance(matter.case, s.CaseWithPermit)
    permit = matter.case.permit
    content = replace(permit.content, address=Personal(filled(filling, ADDRESS.longest)))
    far = replace(matter, case=replace(matter.case, permit=replace(permit, content=content)))
    return {
        "assessment": s.ShowingAssessment(visit, far, central_silent=True),
        "question": s.Declaring(visit, far, "address_changed"),
    }


def _confirming(filling: str, drawable: Drawable, language: str) -> s.Confirming:
    authority, category = filled(filling, AUTHORITY.longest), filled(filling, CATEGORY.longest)
    old = replace(CASE.permit.content, issuing_authority=f"原{authority[1:]}", category=f"原{category[1:]}")
    content = replace(
        GRANT.content,
        address=Personal(filled(filling, ADDRESS.longest)),
        issuing_authority=authority,
        category=category,
        valid_from=date(2027, 11, 30),
        valid_to=date(2028, 11, 30),
    )
    grant = replace(GRANT, content=content, residence_years=ResidenceYears.RESTART, drawable=drawable)
    case = replace(CASE, permit=replace(CASE.permit, content=old))
    return s.Confirming(replace(VISIT, language=language), case, grant, TOLD)
