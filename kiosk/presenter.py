"""`present(about, state)`: which screen stands and what is on it. Pure; texts are keys, dates are dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never
from uuid import UUID

from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import ChipState, Custody, FaceState, ResidenceYears
from kiosk.policy.areas import area_name
from kiosk.policy.assess import assess
from kiosk.policy.assessment import AssessedOutcome, Assessment, LocalText, Reason, Served
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.screen_models import (
    AskingScreen,
    AssessmentScreen,
    Citation,
    ConfirmScreen,
    DeclarationScreen,
    FivePartsScreen,
    Frame,
    IdCardScreen,
    InsertPermitScreen,
    NoticeScreen,
    OutOfServiceScreen,
    PageKind,
    PermitInsideScreen,
    ReadingScreen,
    ReceiptScreen,
    ScreenModel,
    TakePermitScreen,
    Term,
    Text,
    ThankYouScreen,
    WayOut,
    WelcomeScreen,
    Words,
    WritingScreen,
)
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of
from kiosk.workflow.deciding import can_go_on

WRITING_STAGES = (Text("writing.stage.chip"), Text("writing.stage.check"), Text("writing.stage.face"))


@dataclass(frozen=True, slots=True)
class About:
    """What the screens say of this place. `receipt_link` ends where the receipt number is to be put;
    `writing_usually_s`:
    what chip and face take together on this machine."""

    region: Region
    languages: tuple[str, ...]
    simulation: bool
    receipt_link: str
    writing_usually_s: int


def receipt_number(endorsement_id: UUID) -> str:
    """The number on the receipt, for the resident to quote: eight characters of the random endorsement number."""
    return _spelled(endorsement_id)


def quote_number(visit: s.Visit) -> str:
    """The number to quote where there is no receipt."""
    return _spelled(visit.id)


def _spelled(number: UUID) -> str:
    text = number.hex[:8].upper()
    return f"{text[:4]}-{text[4:]}"


def next_window(region: Region, content: PermitContent) -> tuple[date, date] | None:
    """When a permit with `content` may be endorsed next, by the region's rules; None where they do not tell."""
    if content.valid_from is None:
        return None
    later = assess(region, AssessmentRequest(
        on=content.valid_from, valid_from=content.valid_from, valid_to=content.valid_to, category=content.category))
    if later.opens_on is None or later.closes_on is None:
        return None
    return later.opens_on, later.closes_on


def present(about: About, state: s.State) -> ScreenModel:
    """The screen of `state`."""
    match state:
        case s.Recovering():
            return OutOfServiceScreen(_frame(about, state, WayOut.NONE), Text("out_of_service.starting"), "", ())
        case s.Idle():
            return WelcomeScreen(_frame(about, state, WayOut.NONE), about.region.name, about.languages)
        case s.OutOfService(fault=fault, custody=custody):
            inside = (Text("out_of_service.permit_inside"),) if custody is not Custody.WITH_HOLDER else ()
            return OutOfServiceScreen(
                _frame(about, state, WayOut.NONE), Text(f"fault.{fault.public}.public"), fault.code,
                (*inside, *_counter(about)))
        case s.ShowingNotice():
            return NoticeScreen(_frame(about, state, WayOut.CANCEL))
        case s.ReadingIdCard(unreadable=unreadable):
            problem = Text("id_card.problem.lift_and_lay_again") if unreadable else None
            return IdCardScreen(_frame(about, state, WayOut.CANCEL), problem)
        case s.AwaitingPermit():
            return InsertPermitScreen(_frame(about, state, WayOut.CANCEL))
        case s.WithdrawingOffer():
            return _inside(about, state, "returning", "hands_off")
        case s.ReadingPermit() | s.AskingPendingRewrites() | s.Assessing():
            return ReadingScreen(_frame(about, state, WayOut.RETURN_PERMIT))
        case s.ShowingAssessment():
            return _assessment(about, state)
        case s.Declaring(case=case):
            return DeclarationScreen(_frame(about, state, WayOut.RETURN_PERMIT), case.permit.content.address)
        case s.AskingCentral():
            return AskingScreen(_frame(about, state, WayOut.RETURN_PERMIT))
        case s.Confirming():
            return _confirm(about, state)
        case s.OpeningChipSession() | s.RelayingBatch() | s.SendingChipAnswers():
            return _writing(about, state, 0)
        case s.ReadingChipBack():
            return _writing(about, state, 1)
        case s.RewritingFace():
            return _writing(about, state, 2)
        case s.ReturningPermit():
            return _inside(about, state, "returning", "hands_off")
        case s.TakingBack():
            return _inside(about, state, "taking_back", "safe")
        case s.Retaining():
            return _inside(about, state, "retaining", "safe")
        case s.AwaitingRemoval():
            return _take_permit(about, state)
        case s.PrintingReceipt(renewed=renewed):
            number = receipt_number(renewed.grant.endorsement_id)
            return ReceiptScreen(
                _frame(about, state, WayOut.NONE), number, about.receipt_link + number, _term(renewed.grant.content))
        case s.Thanking():
            return _thanks(about, state)
        case s.Explaining():
            return _explanation(about, state)
        case _:
            assert_never(state)


def _frame(about: About, state: s.State, way_out: WayOut) -> Frame:
    visit = s.visit_of(state)
    language = visit.language if visit else state.language if isinstance(state, s.Idle) else about.languages[0]
    deadline = deadline_of(state)
    return Frame(language, way_out, int(deadline.seconds) if deadline.shown else None, about.simulation)


def _inside(about: About, state: s.State, headline: str, detail: str) -> PermitInsideScreen:
    return PermitInsideScreen(
        _frame(about, state, WayOut.NONE), Text(f"permit_inside.headline.{headline}"),
        Text(f"permit_inside.detail.{detail}"))


def _writing(about: About, state: s.State, stage: int) -> WritingScreen:
    return WritingScreen(_frame(about, state, WayOut.WRITING), WRITING_STAGES, stage, about.writing_usually_s)


def _term(content: PermitContent) -> Term:
    return Term(content.valid_from, content.valid_to)


def _counter(about: About) -> tuple[Words, ...]:
    """Where to go instead: the region's counter and its telephone."""
    offices = [office for office in about.region.offices.values() if office.does_business]
    lines: list[Words] = [Text("next.counter", (("place", offices[0].address),))] if offices else []
    contact = about.region.contact
    if contact is not None and contact.telephones:
        lines.append(Text("next.call", (("phone", contact.telephones[0]),)))
    return tuple(lines)


def _headline(assessment: Assessment) -> str:
    match assessment.outcome:
        case None:
            return "senseless"
        case AssessedOutcome.IN_WINDOW | AssessedOutcome.OVERDUE:
            match assessment.served:
                case Served.AT_ONCE | None:
                    return str(assessment.outcome.value)
                case _:
                    return str(assessment.served.value)
        case _:
            return str(assessment.outcome.value)


def _assessment(about: About, state: s.ShowingAssessment) -> AssessmentScreen:
    assessment = state.assessment
    going_on = can_go_on(assessment)
    present_term = _term(state.case.permit.content)
    new_term = Term(assessment.new_valid_from, assessment.new_valid_to) if going_on else None
    silence = (Text("assessment.line.central_silent"),) if state.central_silent else ()
    return AssessmentScreen(
        frame=_frame(about, state, WayOut.RETURN_PERMIT),
        headline=Text(f"assessment.headline.{_headline(assessment)}"),
        lines=(*_lines(about, assessment, present_term, state.on, going_on), *silence),
        rules=_rules(about, assessment, state.visit.language),
        present_term=present_term,
        new_term=new_term,
        can_go_on=going_on,
    )


def _lines(about: About, assessment: Assessment, term: Term, on: date, going_on: bool) -> tuple[Words, ...]:
    lines: list[Words] = []
    opens_on, closes_on = assessment.opens_on, assessment.closes_on
    if opens_on is not None and closes_on is not None:
        match assessment.outcome:
            case AssessedOutcome.TOO_EARLY:
                lines.append(Text("assessment.line.opens_on", (("day", opens_on), ("days", (opens_on - on).days))))
                lines.append(_window(opens_on, closes_on))
            case AssessedOutcome.IN_WINDOW:
                lines.append(_window(opens_on, closes_on))
                lines.append(Text("assessment.line.days_left", (("days", (closes_on - on).days),)))
            case AssessedOutcome.OVERDUE | AssessedOutcome.REAPPLY | AssessedOutcome.CANCELLED:
                lines.append(Text("assessment.line.late_days", (("days", (on - closes_on).days),)))
                if assessment.outcome is AssessedOutcome.OVERDUE:
                    since = closes_on + timedelta(days=1)
                    lines.append(Text("assessment.line.suspended", (("since", since),)))
            case None:
                pass
    if going_on and assessment.new_valid_to is not None:
        lines.append(Text("assessment.line.new_term", (("end", assessment.new_valid_to),)))
        lines.extend(_residence(assessment, term))
    if not going_on and assessment.outcome is not AssessedOutcome.TOO_EARLY:
        lines.extend(_counter(about))
    return tuple(lines)


def _window(opens_on: date, closes_on: date) -> Text:
    return Text("assessment.line.window", (("opens_on", opens_on), ("closes_on", closes_on)))


def _residence(assessment: Assessment, term: Term) -> tuple[Text, ...]:
    start = assessment.new_valid_from
    match assessment.residence_years:
        case ResidenceYears.RESTART if start is not None:
            return (Text("assessment.line.restart", (("start", start),)),)
        case ResidenceYears.COUNTED_FROM_MAKE_UP if start is not None and term.valid_to is not None:
            return (
                Text("assessment.line.counted_from_make_up", (("start", start),)),
                Text("assessment.line.gap", (("start", term.valid_to + timedelta(days=1)), ("end", start))),
            )
        case ResidenceYears.CONTINUOUS if assessment.outcome is AssessedOutcome.OVERDUE:
            return (Text("assessment.line.continuous"),)
        case _:
            return ()


def _rules(about: About, assessment: Assessment | None, language: str) -> tuple[Citation, ...]:
    """The rules that were applied, each with the title and the section of the document it rests on."""
    if assessment is None:
        return ()
    cited = zip(assessment.texts, assessment.reasons, strict=True)
    return tuple(Citation(text, _source(about, reason, language)) for text, reason in cited)


def _source(about: About, reason: Reason, language: str) -> str:
    sources = about.region.sources.values()
    title = next((source.title for source in sources if source.file == reason.source), None)
    return f"{title.in_language(language) if title else reason.source} {reason.section}"


def _residence_note(renewed_years: ResidenceYears | None, content: PermitContent, prefix: str) -> tuple[Text, ...]:
    match renewed_years:
        case ResidenceYears.RESTART if content.valid_from is not None:
            return (Text(f"{prefix}.restart", (("start", content.valid_from),)),)
        case ResidenceYears.COUNTED_FROM_MAKE_UP:
            return (Text(f"{prefix}.counted_from_make_up"),)
        case _:
            return ()


def _confirm(about: About, state: s.Confirming) -> ConfirmScreen:
    old, new = state.case.permit.content, state.grant.content
    notes = _residence_note(state.grant.residence_years, new, "confirm.note")
    if state.grant.face_only:
        notes = (Text("confirm.note.face_only"), *notes)
    return ConfirmScreen(
        frame=_frame(about, state, WayOut.RETURN_PERMIT),
        old_term=_term(old),
        new_term=_term(new),
        address=new.address,
        address_changes=new.address != old.address,
        issuing_authority=new.issuing_authority,
        notes=notes,
    )


def _take_permit(about: About, state: s.AwaitingRemoval) -> TakePermitScreen:
    headline, detail = _removal_words(state.ending)
    if state.reminded:
        detail = Text("take_permit.detail.take_now")
    return TakePermitScreen(
        _frame(about, state, WayOut.NONE), Text(f"take_permit.headline.{headline}"), detail, state.reminded)


def _removal_words(ending: s.Ending) -> tuple[str, Text | None]:
    match ending:
        case s.Renewed(face=FaceState.NEW):
            return "renewed", Text("take_permit.detail.receipt_follows")
        case s.Renewed():
            return "chip_only", Text("take_permit.detail.face_pending")
        case s.Declined(refusal=refusal) if refusal.code in ("holder_cancelled", "timed_out"):
            return "cancelled", None
        case s.Declined():
            return "not_accepted", Text("take_permit.detail.explained_next")
        case s.UnderReview():
            return "under_review", Text("take_permit.detail.explained_next")
        case s.BrokenOff(chip=ChipState.OLD):
            return "fault", Text("take_permit.detail.explained_next")
        case s.Interrupted(chip=ChipState.OLD):
            return "unchanged", None
        case s.BrokenOff() | s.Interrupted():
            return "unknown", Text("take_permit.detail.unknown")
        case _:
            assert_never(ending)


def _thanks(about: About, state: s.Thanking) -> ThankYouScreen:
    renewed = state.renewed
    content = renewed.grant.content
    lines: list[Words] = []
    if state.paper_trouble is not None:
        paper = "paper_out" if state.paper_trouble.public == "paper_out" else "printer_trouble"
        lines.append(Text(f"thank_you.line.{paper}"))
    if renewed.face is FaceState.PENDING:
        lines.append(Text("thank_you.line.face_pending"))
    lines.extend(_residence_note(renewed.grant.residence_years, content, "thank_you.line"))
    window = next_window(about.region, content)
    if window is not None:
        lines.append(Text("thank_you.line.next_window", (("opens_on", window[0]), ("closes_on", window[1]))))
    number = receipt_number(renewed.grant.endorsement_id)
    return ThankYouScreen(_frame(about, state, WayOut.NONE), number, _term(content), tuple(lines))


_CUSTODY_WORDS = {
    Custody.WITH_HOLDER: "with_you",
    Custody.AT_MOUTH: "at_mouth",
    Custody.INSIDE: "inside",
    Custody.RETAINED: "retained",
    Custody.UNKNOWN: "unknown",
}


def _explanation(about: About, state: s.Explaining) -> FivePartsScreen:
    happened, valid_now, steps, rules = _parts(about, state.ending, state.visit.language)
    number = quote_number(state.visit)
    if state.custody is Custody.RETAINED:
        steps = (Text("next.staff"), Text("next.quote_number"), *steps)
    return FivePartsScreen(
        frame=_frame(about, state, WayOut.NONE),
        kind=PageKind.FAULT if isinstance(state.ending, s.BrokenOff | s.Interrupted) else PageKind.REFUSAL,
        happened=happened,
        permit_is=Text(f"permit_is.{_CUSTODY_WORDS[state.custody]}"),
        valid_now=valid_now,
        do_next=steps,
        number=number,
        rules=rules,
    )


def _parts(
    about: About, ending: s.Ending, language: str
) -> tuple[Text, Text, tuple[Words, ...], tuple[Citation, ...]]:
    """What happened, what is valid now, what to do next, and the rules behind it."""
    match ending:
        case s.Declined(refusal=refusal, permit=permit, assessment=assessment):
            key, args = _refusal_words(ending)
            valid = Text("valid_now.unchanged")
            if permit is not None and permit.content.valid_to is not None:
                valid = Text("valid_now.until", (("end", permit.content.valid_to),))
                if assessment is not None and assessment.outcome is AssessedOutcome.OVERDUE:
                    valid = Text("valid_now.suspended", (("since", permit.content.valid_to + timedelta(days=1)),))
            steps: tuple[Words, ...] = (Text(f"refusal.{key}.next", args),)
            if refusal.code in _COUNTER_CODES:
                steps = (*steps, *_counter(about))
            return Text(f"refusal.{key}.happened", args), valid, steps, _rules(about, assessment, language)
        case s.UnderReview(expected_on=expected_on):
            steps = (Text("refusal.pending.next"),)
            if expected_on is not None:
                steps = (*steps, Text("next.come_back_on", (("day", expected_on),)))
            return Text("refusal.pending.happened"), Text("valid_now.unchanged"), steps, ()
        case s.BrokenOff(fault=fault, chip=chip):
            valid = Text("valid_now.unknown" if chip is ChipState.UNKNOWN else "valid_now.unchanged")
            step = Text("next.staff" if chip is ChipState.UNKNOWN else "next.try_again")
            return Text(f"fault.{fault.public}.public"), valid, (step, Text("next.quote_number"), *_counter(about)), ()
        case s.Interrupted(chip=chip):
            valid = Text("valid_now.unchanged" if chip is ChipState.OLD else "valid_now.unknown")
            return Text("fault.kiosk.public"), valid, (Text("next.try_again"), Text("next.quote_number")), ()
        case s.Renewed(grant=grant, face=face):
            # Renewed and then not taken: the permit is in the bin.
            key = "renewed_until" if face is FaceState.NEW else "chip_new_face_old"
            end = grant.content.valid_to
            valid = Text(f"valid_now.{key}", (("end", end),)) if end is not None else Text("valid_now.unknown")
            return Text("permit_inside.headline.taking_back"), valid, (), ()
        case _:
            assert_never(ending)


_COUNTER_CODES = frozenset({
    "counter_only", "not_offered", "reapply", "cancelled", "senseless_dates", "address_changed", "unknown_permit",
    "chip_mismatch", "reported_lost", "central_unreachable", "central_garbage", "grant_rejected", "no_chip",
    "id_card_number_invalid", "name_differs", "record_mismatch", "grant_in_use", "unspecified",
})
KNOWN_REFUSALS = _COUNTER_CODES | {
    "id_card_expired", "id_card_kind_hmt", "id_card_kind_foreign", "not_a_permit", "foreign_epassport", "foreign_bank",
    "not_your_permit", "other_region", "too_early", "already_current", "pending", "timed_out", "holder_cancelled",
}


def _refusal_words(ending: s.Declined) -> tuple[str, tuple[tuple[str, str | int | date | LocalText], ...]]:
    """The key of a refusal's texts and what fills them; central may know reasons that this version does not."""
    match ending.refusal.code:
        case "too_early":
            if ending.assessment is None or ending.assessment.opens_on is None:
                return "unspecified", ()
            return "too_early", (("opens_on", ending.assessment.opens_on),)
        case "other_region":
            if ending.permit is None:
                return "unspecified", ()
            return "other_region", (("region", area_name(ending.permit.region)),)
        case code if code in KNOWN_REFUSALS:
            return code, ()
        case _:
            return "unspecified", ()
