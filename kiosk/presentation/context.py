"""What screens and papers say of this site and of a visit; shared by the presenter and the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import Drawable
from kiosk.domain.technician import LANGUAGES
from kiosk.policy.assess import assess
from kiosk.policy.assessment import Assessment, Reason
from kiosk.policy.region import Office, Region
from kiosk.policy.request import AssessmentRequest
from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import Term
from kiosk.presentation.steps import step_of
from kiosk.texts.words import SOURCE_LANGUAGE, Citation, CitedDocument, LocalText, Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import WARNING_S, deadline_of
from kiosk.workflow.going_back import can_go_back


@dataclass(frozen=True, slots=True)
class PresentationContext:
    """What the screens say of this place. `receipt_link` ends where the receipt number is to be put;
    `writing_usually_s`: what chip and face take together on this machine; `pilot`: the region's trial is on here;
    `face_refreshed_at`: where to go with an old face, at a kiosk that rewrites none; None at one that does;
    `nearest_machine`: where the next kiosk is; None: nobody said; `has_service_cards`: technicians have cards here.
    """

    region: Region
    languages: tuple[str, ...]
    simulation: bool
    receipt_link: str
    writing_usually_s: int
    pilot: bool = False
    face_refreshed_at: LocalText | None = None
    nearest_machine: LocalText | None = None
    has_service_cards: bool = False


def receipt_number(endorsement_id: UUID) -> str:
    """The number on the receipt, for the resident to quote: eight characters of the random endorsement number."""
    return _spelled(endorsement_id)


def face_pending(group: str, refreshed_at: LocalText | None, drawable: Drawable) -> Text:
    """What to do about a face that is still the old one, in the words of `group` ("receipt", "thank_you.line").
    `drawable`: whether a kiosk can print it; a face that none can print is made at the counter.
    """
    if refreshed_at is not None:
        return Text(f"{group}.face_elsewhere", (("place", refreshed_at),))
    if drawable is Drawable.WHOLE:
        return Text(f"{group}.face_pending")
    return Text(f"{group}.face_at_counter")


def quote_number(visit: s.Visit) -> str:
    """The number to quote where there is no receipt."""
    return _spelled(visit.id)


def _spelled(number: UUID) -> str:
    text = number.hex[:8].upper()
    return f"{text[:4]}-{text[4:]}"


def next_window(region: Region, content: PermitContent) -> tuple[date, date] | None:
    """The first and last day for the next endorsement of a permit with `content`; None where the rules do not say."""
    if content.valid_from is None:
        return None
    later = assess(
        region,
        AssessmentRequest(
            on=content.valid_from, valid_from=content.valid_from, valid_to=content.valid_to, category=content.category
        ),
    )
    if later.opens_on is None or later.closes_on is None:
        return None
    return later.opens_on, later.closes_on


def term_of(case: s.AnyCase) -> Term:
    """The present validity of the permit. Without a permit it has no dates."""
    if isinstance(case, s.CaseWithoutPermit):
        return Term(None, None)
    return Term(case.permit.content.valid_from, case.permit.content.valid_to)


def frame_of(about: PresentationContext, state: s.State, way_out: WayOut) -> Frame:
    """The frame of a state's screen: language, way out, remaining idle time."""
    visit = s.visit_of(state)
    if isinstance(state, s.Idle | s.InServiceMode):
        language = state.language
    else:
        language = visit.language if visit else about.languages[0]
    offered = LANGUAGES if isinstance(state, s.InServiceMode) else about.languages
    deadline = deadline_of(state)
    step, steps = step_of(state)
    return Frame(
        language=language,
        way_out=way_out,
        countdown_s=int(deadline.seconds) if deadline.shown else None,
        simulation=about.simulation,
        languages=offered if s.awaits_person(state) and not s.is_switching_off(state) else (),
        can_go_back=can_go_back(state),
        warning_s=WARNING_S if deadline.shown else 0,
        step=step,
        steps=steps,
    )


def counter_lines(about: PresentationContext) -> tuple[Words, ...]:
    """Lines about where to go instead: the region's counter and its telephone."""
    offices = [office for office in about.region.offices.values() if office.does_business]
    lines: list[Words] = [counter_of(offices[0])] if offices else []
    contact = about.region.contact
    if contact is not None and contact.telephones:
        lines.append(Text("next.call", (("phone", contact.telephones[0]),)))
    return tuple(lines)


def machine_lines(about: PresentationContext) -> tuple[Words, ...]:
    """Where the next kiosk is, if somebody said."""
    return () if about.nearest_machine is None else (Text("next.machine", (("place", about.nearest_machine),)),)


def counter_of(office: Office) -> Text:
    """Which counter, and where it is."""
    if office.address is None:
        return Text("next.counter", (("place", office.name),))
    return Text("next.counter_at", (("name", office.name), ("place", office.address)))


def rules_cited(about: PresentationContext, assessment: Assessment | None) -> tuple[Citation, ...]:
    """The rules that were applied, each once, with the documents and sections that it rests on."""
    places: dict[LocalText, dict[LocalText, list[str]]] = {}
    if assessment is not None:
        for text, reason in zip(assessment.texts, assessment.reasons, strict=True):
            sections = places.setdefault(text, {}).setdefault(_title(about, reason), [])
            if reason.section not in sections:
                sections.append(reason.section)
    return tuple(
        Citation(text, tuple(CitedDocument(title, tuple(sections)) for title, sections in documents.items()))
        for text, documents in places.items()
    )


def cited(about: PresentationContext, text: LocalText, reason: Reason) -> Citation:
    """One rule with the title and the section of the document it rests on."""
    return Citation(text, (CitedDocument(_title(about, reason), (reason.section,)),))


def _title(about: PresentationContext, reason: Reason) -> LocalText:
    """The title of the document, or its file's name where the region file does not list it."""
    sources = about.region.sources.values()
    title = next((source.title for source in sources if source.file == reason.source), None)
    return title or LocalText(((SOURCE_LANGUAGE, reason.source),))
