"""`present(about, state)`: which screen stands and what is on it. Pure; texts are keys, dates are dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import assert_never

from kiosk.about import About, counter_lines, frame_of, next_window, receipt_number, rules_cited
from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import ChipState, Custody, FaceState, ResidenceYears
from kiosk.explanation import explanation
from kiosk.policy.assessment import AssessedOutcome, Assessment, Served
from kiosk.screen_models import (
    AskingScreen,
    AssessmentScreen,
    ConfirmScreen,
    DeclarationScreen,
    IdCardScreen,
    InsertPermitScreen,
    NoticeScreen,
    OutOfServiceScreen,
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
from kiosk.workflow.deciding import can_go_on

WRITING_STAGES = (Text("writing.stage.chip"), Text("writing.stage.check"), Text("writing.stage.face"))


def present(about: About, state: s.State) -> ScreenModel:
    """The screen of `state`."""
    match state:
        case s.Recovering():
            return OutOfServiceScreen(frame_of(about, state, WayOut.NONE), Text("out_of_service.starting"), "", ())
        case s.Idle():
            return WelcomeScreen(frame_of(about, state, WayOut.NONE), about.region.name, about.languages)
        case s.OutOfService(fault=fault, custody=custody):
            inside = (Text("out_of_service.permit_inside"),) if custody is not Custody.WITH_HOLDER else ()
            return OutOfServiceScreen(
                frame_of(about, state, WayOut.NONE), Text(f"fault.{fault.public}.public"), fault.code,
                (*inside, *counter_lines(about)))
        case s.ShowingNotice():
            return NoticeScreen(frame_of(about, state, WayOut.CANCEL))
        case s.ReadingIdCard(unreadable=unreadable):
            problem = Text("id_card.problem.lift_and_lay_again") if unreadable else None
            return IdCardScreen(frame_of(about, state, WayOut.CANCEL), problem)
        case s.AwaitingPermit():
            return InsertPermitScreen(frame_of(about, state, WayOut.CANCEL))
        case s.WithdrawingOffer():
            return _inside(about, state, "returning", "hands_off")
        case s.ReadingPermit() | s.AskingPendingRewrites() | s.Assessing():
            return ReadingScreen(frame_of(about, state, WayOut.RETURN_PERMIT))
        case s.ShowingAssessment():
            return _assessment(about, state)
        case s.Declaring(case=case):
            return DeclarationScreen(frame_of(about, state, WayOut.RETURN_PERMIT), case.permit.content.address)
        case s.AskingCentral():
            return AskingScreen(frame_of(about, state, WayOut.RETURN_PERMIT))
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
                frame_of(about, state, WayOut.NONE), number, about.receipt_link + number, _term(renewed.grant.content))
        case s.Thanking():
            return _thanks(about, state)
        case s.Explaining():
            return explanation(about, state)
        case _:
            assert_never(state)


def _inside(about: About, state: s.State, headline: str, detail: str) -> PermitInsideScreen:
    return PermitInsideScreen(
        frame_of(about, state, WayOut.NONE), Text(f"permit_inside.headline.{headline}"),
        Text(f"permit_inside.detail.{detail}"))


def _writing(about: About, state: s.State, stage: int) -> WritingScreen:
    return WritingScreen(frame_of(about, state, WayOut.WRITING), WRITING_STAGES, stage, about.writing_usually_s)


def _term(content: PermitContent) -> Term:
    return Term(content.valid_from, content.valid_to)


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
        frame=frame_of(about, state, WayOut.RETURN_PERMIT),
        headline=Text(f"assessment.headline.{_headline(assessment)}"),
        lines=(*_lines(about, assessment, present_term, state.on, going_on), *silence),
        rules=rules_cited(about, assessment, state.visit.language),
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
        lines.extend(counter_lines(about))
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
        frame=frame_of(about, state, WayOut.RETURN_PERMIT),
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
        frame_of(about, state, WayOut.NONE), Text(f"take_permit.headline.{headline}"), detail, state.reminded)


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
    return ThankYouScreen(frame_of(about, state, WayOut.NONE), number, _term(content), tuple(lines))
