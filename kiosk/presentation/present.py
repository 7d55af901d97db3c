"""`present(about, state)`: the model of a state's screen. A pure function; texts stay keys and dates stay dates."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.documents import IdDocument, PermitContent
from kiosk.domain.endorsement import ChipState, Custody, Drawable, FaceState, ResidenceYears, Service
from kiosk.domain.personal import Personal, masked_name, masked_number
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.region import Region
from kiosk.policy.service_availability import availability_of
from kiosk.presentation.context import (
    PresentationContext,
    counter_lines,
    face_pending,
    frame_of,
    machine_lines,
    next_window,
    receipt_number,
)
from kiosk.presentation.models.frame import StaffButton, WayOut
from kiosk.presentation.models.resident import (
    AskingScreen,
    ConfirmScreen,
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
    ThankYouScreen,
    WelcomeScreen,
    WritingScreen,
)
from kiosk.presentation.resident import choices
from kiosk.presentation.resident.application_page import application_page, progress_page
from kiosk.presentation.resident.assessment_page import assessment_page
from kiosk.presentation.resident.help_page import with_help
from kiosk.presentation.resident.hours_page import hours_page
from kiosk.presentation.resident.outcome_page import outcome_page
from kiosk.presentation.resident.service_page import service_page
from kiosk.presentation.resident.status_page import status_page
from kiosk.texts.words import LocalText, Sentences, Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import deadline_of

WRITING_STAGES = (Text("writing.stage.chip"), Text("writing.stage.check"), Text("writing.stage.face"))


def present(
    about: PresentationContext,
    state: s.ResidentState,
    *,
    without_paper: bool = False,
    without_central: bool = False,
    staff: StaffButton | None = None,
) -> ScreenModel:
    """The screen of `state`. `without_paper`: nothing can be printed now; `without_central`: nothing can be endorsed
    now; `staff`: the button that calls staff, None where nobody can be called.
    """
    page = with_help(about, state, _page(about, state, without_paper, without_central))
    return replace(page, frame=replace(page.frame, staff=staff))


def _page(
    about: PresentationContext, state: s.ResidentState, without_paper: bool, without_central: bool
) -> ScreenModel:
    match state:
        case (
            s.Recovering(switching_off=True)
            | s.Idle(switching_off=True)
            | s.OutOfHours(switching_off=True)
            | s.OutOfService(switching_off=True, custody=Custody.WITH_HOLDER)
        ):
            return OutOfServiceScreen(
                frame_of(about, state, WayOut.NONE), Text("out_of_service.switching_off"), "", counter_lines(about)
            )
        case s.Recovering():
            return OutOfServiceScreen(frame_of(about, state, WayOut.NONE), Text("out_of_service.starting"), "", ())
        case s.Idle():
            return _welcome(about, state, without_paper, without_central)
        case s.OutOfHours():
            return hours_page(about, state)
        case s.OutOfService(fault=fault, custody=custody):
            inside = (Text("out_of_service.permit_inside"),) if custody is not Custody.WITH_HOLDER else ()
            return OutOfServiceScreen(
                frame_of(about, state, WayOut.NONE),
                Text(f"fault.{fault.public}.public"),
                fault.code,
                (*inside, *machine_lines(about), *counter_lines(about)),
                staff_first=bool(inside),
            )
        case s.ChoosingService():
            return choices.service_choice(about, state)
        case s.ChoosingAgent():
            return choices.agent_choice(about, state)
        case s.ExplainingService():
            return service_page(about, state)
        case s.ShowingNotice():
            return NoticeScreen(frame_of(about, state, WayOut.CANCEL))
        case s.ReadingIdCard() | s.ReadingAgentIdCard():
            return _id_card(about, state)
        case s.SearchingApplications():
            return AskingScreen(frame_of(about, state, WayOut.CANCEL))
        case s.RecordingCollection():
            return AskingScreen(frame_of(about, state, WayOut.NONE))
        case s.ShowingProgress():
            return progress_page(about, state)
        case s.ChoosingCollectionLater():
            return choices.later_collection_choice(about, state)
        case s.AwaitingPermit():
            return InsertPermitScreen(frame_of(about, state, WayOut.CANCEL))
        case s.WithdrawingOffer():
            return _inside(about, state, "returning", "hands_off")
        case s.ReadingPermit():
            return ReadingScreen(frame_of(about, state, WayOut.RETURN_PERMIT))
        case s.Confirming():
            return _confirm(about, state)
        case s.OpeningChipSession() | s.RelayingBatch() | s.SendingChipAnswers():
            return _writing(about, state, 0)
        case s.ReadingChipBack():
            return _writing(about, state, 1)
        case s.RewritingFace():
            return _writing(about, state, 2)
        case s.RecoveringChip() | s.RecoveringGrant():
            return _inside(about, state, "recovering", "safe")
        case s.AwaitingHolder():
            return PermitInsideScreen(
                frame_of(about, state, WayOut.RETURN_PERMIT),
                Text("permit_inside.headline.holder_wanted"),
                Text(
                    "permit_inside.detail.touch_before_the_end"
                    if state.visit.switching_off
                    else "permit_inside.detail.touch_to_have_it"
                ),
            )
        case s.RecoveringFace():
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
                frame_of(about, state, WayOut.NONE), number, about.receipt_link + number, _term(renewed.grant.content)
            )
        case s.Thanking():
            return _thanks(about, state)
        case s.PrintingSlip() | s.ShowingApplication():
            return application_page(about, state)
        case s.ShowingOutcome():
            return outcome_page(about, state)
        case _:
            return _inquiring(about, state)


def _inquiring(about: PresentationContext, state: s.Inquiry) -> ScreenModel:
    frame = frame_of(about, state, choices.way_out(state))
    match state:
        case s.Assessing(shown=None) | s.AskingPendingRewrites() | s.LookingAhead():
            return ReadingScreen(frame)
        case s.Assessing() | s.VerifyingEvidence() | s.AskingCentral() | s.Applying():
            return AskingScreen(frame)
        case s.ShowingStatus():
            return status_page(about, state)
        case s.ChoosingCategory():
            return choices.category_choice(about, state)
        case s.ShowingAssessment():
            return assessment_page(about, state)
        case s.Declaring() | s.DeclaringForHolder():
            return choices.question_screen(about, state)
        case s.ChoosingProof():
            return choices.proof_choice(about, state)
        case s.AwaitingAttendant() | s.CheckingAttendant():
            return choices.attendant(about, state)
        case s.ReadingLicenceCode():
            return choices.licence_code(about, state)
        case s.ChoosingCollection():
            return choices.collection_choice(about, state)
        case s.EnteringTelephone():
            return choices.telephone(about, state)
        case _:
            assert_never(state)


def _welcome(about: PresentationContext, state: s.Idle, without_paper: bool, without_central: bool) -> WelcomeScreen:
    here = availability_of(about.region, Service.ENDORSE, pilot=about.pilot).is_served_here
    return WelcomeScreen(
        frame_of(about, state, WayOut.NONE),
        about.region.name,
        about.languages,
        not_offered=not here,
        without_paper=without_paper,
        without_central=without_central,
        when=_when(about.region) if here else (),
    )


def _when(region: Region) -> tuple[Words, ...]:
    """Lines that say from when a permit may be endorsed and that it is free, where the region file says so."""
    span = region.calendar.window.opens_before
    offered = region.services.get(Service.ENDORSE)
    when: list[Text | LocalText] = [
        Text("welcome.opens_days", (("days", span.days),))
        if span.days
        else Text("welcome.opens_months", (("months", span.months),))
    ]
    if offered is not None and offered.fee is not None and offered.fee.yuan == 0:
        when.append(Text("welcome.no_fee"))
    return (Sentences(tuple(when)),)


def _id_card(about: PresentationContext, state: s.ReadingIdCard | s.ReadingAgentIdCard) -> IdCardScreen:
    problem = Text("id_card.problem.lift_and_lay_again") if state.unreadable else None
    return IdCardScreen(
        frame_of(about, state, WayOut.CANCEL),
        problem,
        of_agent=isinstance(state, s.ReadingAgentIdCard),
        for_another=state.visit.purpose.agent is not None,
    )


def _inside(about: PresentationContext, state: s.InVisit, headline: str, detail: str) -> PermitInsideScreen:
    if state.visit.switching_off and headline == "returning":
        detail = "switching_off"
    return PermitInsideScreen(
        frame_of(about, state, WayOut.NONE),
        Text(f"permit_inside.headline.{headline}"),
        Text(f"permit_inside.detail.{detail}"),
    )


def _writing(about: PresentationContext, state: s.State, stage: int) -> WritingScreen:
    return WritingScreen(frame_of(about, state, WayOut.WRITING), WRITING_STAGES, stage, about.writing_usually_s)


def _term(content: PermitContent) -> Term:
    return Term(content.valid_from, content.valid_to)


def _residence_note(renewed_years: ResidenceYears | None, content: PermitContent, prefix: str) -> tuple[Text, ...]:
    match renewed_years:
        case ResidenceYears.RESTART if content.valid_from is not None:
            return (Text(f"{prefix}.restart", (("start", content.valid_from),)),)
        case ResidenceYears.COUNTED_FROM_MAKE_UP:
            return (Text(f"{prefix}.counted_from_make_up"),)
        case _:
            return ()


def _confirm(about: PresentationContext, state: s.Confirming) -> ConfirmScreen:
    old, new = state.case.permit.content, state.grant.content
    notes = _residence_note(state.grant.residence_years, new, "confirm.note")
    if state.grant.face_only:
        notes = (Text("confirm.note.face_only"), *notes)
    elif about.face_refreshed_at is not None:
        notes = (Text("confirm.note.chip_only", (("place", about.face_refreshed_at),)), *notes)
    elif state.grant.drawable is not Drawable.WHOLE:
        notes = (Text("confirm.note.face_at_counter"), *notes)
    if state.grant.drawable is Drawable.CHARACTER_MISSING:
        notes = (*notes, Text("confirm.note.character_missing"))
    if _is_dated_otherwise(state):
        notes = (Text("confirm.note.other_dates"), *notes)
    return ConfirmScreen(
        frame=frame_of(about, state, WayOut.RETURN_PERMIT),
        old_term=_term(old),
        new_term=_term(new),
        address=new.address,
        address_changes=new.address != old.address,
        issuing_authority=new.issuing_authority,
        authority_changes=new.issuing_authority != old.issuing_authority,
        old_authority=old.issuing_authority if new.issuing_authority != old.issuing_authority else "",
        categories=_categories(about, old.category, new.category),
        notes=notes,
        holder=_masked(state.case.holder),
    )


def _masked(holder: IdDocument) -> Personal[str]:
    """Masked name and number: the holder recognises them, and a bystander learns little."""
    return Personal(f"{masked_name(holder.name)}  {masked_number(holder.number)}")


def _categories(about: PresentationContext, old: str, new: str) -> tuple[LocalText, ...]:
    """The names of two categories; empty where both are the same. A category that the region does not describe is shown
    as on the chip.
    """
    known = about.region.categories
    return (
        ()
        if old == new
        else tuple(known[key].name if key in known else LocalText((("zh-Hans", key),)) for key in (old, new))
    )


def _is_dated_otherwise(state: s.Confirming) -> bool:
    """Whether central granted other dates than the holder saw, after midnight or because central knows more."""
    told, granted = state.assessed, state.grant.content
    return told is not None and (told.new_valid_from, told.new_valid_to) != (granted.valid_from, granted.valid_to)


def _take_permit(about: PresentationContext, state: s.AwaitingRemoval) -> TakePermitScreen:
    headline, detail = _removal_words(about, state.ending)
    if state.visit.switching_off:
        detail = Text("take_permit.detail.switching_off")
    elif state.reminded:
        detail = Text("take_permit.detail.take_now")
    return TakePermitScreen(
        frame_of(about, state, WayOut.NONE),
        Text(f"take_permit.headline.{headline}"),
        detail,
        state.reminded,
        int(deadline_of(state).seconds),
    )


def _removal_words(about: PresentationContext, ending: s.Ending) -> tuple[str, Text | None]:
    match ending:
        case s.Renewed(face=FaceState.NEW):
            return "renewed", Text("take_permit.detail.receipt_follows")
        case s.Renewed(grant=grant):
            return "chip_only", face_pending("take_permit.detail", about.face_refreshed_at, grant.drawable)
        case s.Declined(refusal=refusal) if refusal.code == RefusalCode.SWITCHED_OFF:
            return "switched_off", None
        case s.Declined(refusal=refusal) if refusal.code in (RefusalCode.HOLDER_CANCELLED, RefusalCode.TIMED_OUT):
            return "cancelled", None
        case s.Declined():
            return "not_accepted", Text("take_permit.detail.explained_next")
        case s.Applied():
            return "under_review", Text("take_permit.detail.slip_follows")
        case s.Informed():
            return "unchanged", None
        case s.BrokenOff(chip=ChipState.OLD):
            return "fault", Text("take_permit.detail.explained_next")
        case s.Interrupted(chip=ChipState.OLD):
            return "unchanged", None
        case s.Interrupted(chip=ChipState.NEW, face=FaceState.NEW):
            return "renewed", Text("take_permit.detail.explained_next")
        case s.Interrupted(chip=ChipState.NEW, drawable=drawable):
            return "chip_only", face_pending("take_permit.detail", about.face_refreshed_at, drawable)
        case s.BrokenOff() | s.Interrupted():
            return "unknown", Text("take_permit.detail.unknown")
        case _:
            assert_never(ending)


def _thanks(about: PresentationContext, state: s.Thanking) -> ThankYouScreen:
    renewed = state.renewed
    content = renewed.grant.content
    lines: list[Words] = []
    if state.paper_trouble is not None:
        paper = "paper_out" if state.paper_trouble.public == "paper_out" else "printer_trouble"
        lines.append(Text(f"thank_you.line.{paper}"))
    if renewed.face is FaceState.PENDING:
        lines.append(face_pending("thank_you.line", about.face_refreshed_at, renewed.grant.drawable))
        if about.face_refreshed_at is None and renewed.grant.drawable is not Drawable.WHOLE:
            lines.extend(counter_lines(about))
    lines.extend(_residence_note(renewed.grant.residence_years, content, "thank_you.line"))
    window = next_window(about.region, content)
    if window is not None:
        lines.append(Text("thank_you.line.next_window", (("opens_on", window[0]), ("closes_on", window[1]))))
    number = receipt_number(renewed.grant.endorsement_id)
    return ThankYouScreen(
        frame_of(about, state, WayOut.NONE),
        number,
        _term(content),
        tuple(lines),
        with_receipt=state.paper_trouble is None,
    )
