"""The outcome page: what happened, where the permit is, what is valid now, what to do next, the number to quote."""

from __future__ import annotations

from datetime import date, timedelta
from typing import assert_never

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import CHIP_SILENT
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.areas import area_name
from kiosk.policy.assessment import AssessedOutcome
from kiosk.presentation.context import (
    PresentationContext,
    cited,
    counter_lines,
    face_pending,
    frame_of,
    quote_number,
    receipt_number,
    rules_cited,
)
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import OutcomeScreen, PageKind
from kiosk.presentation.resident.facts import at_counter
from kiosk.texts.words import Citation, LocalText, Text, Words
from kiosk.workflow import states as s

CUSTODY_WORDS = {
    Custody.WITH_HOLDER: "with_you",
    Custody.AT_MOUTH: "at_mouth",
    Custody.INSIDE: "inside",
    Custody.RETAINED: "retained",
    Custody.UNKNOWN: "unknown",
}


_IN_REACH = (Custody.WITH_HOLDER, Custody.AT_MOUTH)
_STAFF_FIRST = (Text("next.staff"), Text("next.quote_number"))
_TRY_AGAIN = Text("next.try_again")

_CANCELLED = frozenset({RefusalCode.HOLDER_CANCELLED, RefusalCode.TIMED_OUT, RefusalCode.SWITCHED_OFF})
_NOTHING_TO_DO = frozenset({RefusalCode.ALREADY_CURRENT, RefusalCode.ALREADY_APPLIED, RefusalCode.NOTHING_TO_RENEW})


def _title(ending: s.Ending, custody: Custody) -> str:
    """The key of the title for an ending. It never contradicts the text below it."""
    match ending:
        case s.Renewed() | s.Interrupted(chip=ChipState.NEW):
            return "renewed"
        case s.BrokenOff() | s.Interrupted():
            return "fault"
        case s.Applied():
            return "pending"
        case s.Informed():
            return "kept" if custody not in _IN_REACH else "cancelled"
        case s.Declined(refusal=refusal) if refusal.code in _CANCELLED:
            return "cancelled"
        case s.Declined(refusal=refusal) if refusal.code in _NOTHING_TO_DO:
            return "nothing_to_do"
        case s.Declined(refusal=refusal) if refusal.code == RefusalCode.PENDING:
            return "pending"
        case s.Declined(refusal=refusal) if refusal.code == RefusalCode.TOO_EARLY:
            return "later"
        case s.Declined(refusal=refusal) if refusal.code in _COUNTER_CODES:
            return "counter"
        case s.Declined():
            return "not_done"
        case _:
            assert_never(ending)


def outcome_page(about: PresentationContext, state: s.ShowingOutcome) -> OutcomeScreen:
    """The page of an ending that was not successful."""
    happened, valid_now, steps, rules = _parts(about, state.ending, state.visit.purpose)
    ending = state.ending
    number = ending.received.review_number if isinstance(ending, s.Applied) else quote_number(state.visit)
    if state.custody not in _IN_REACH:
        # A holder whose permit is out of reach needs staff, not another machine.
        number = receipt_number(s.reference_of(state.visit, ending))  # as in the staff's list of the bin
        steps = (*_STAFF_FIRST, *(step for step in steps if step not in (*_STAFF_FIRST, _TRY_AGAIN)))
    return OutcomeScreen(
        frame=frame_of(about, state, WayOut.NONE),
        kind=PageKind.FAULT if isinstance(state.ending, s.BrokenOff | s.Interrupted) else PageKind.REFUSAL,
        title=Text(f"outcome.title.{_title(ending, state.custody)}"),
        happened=happened,
        permit_is=Text(f"permit_is.{CUSTODY_WORDS[state.custody]}"),
        valid_now=valid_now,
        do_next=steps,
        number=number,
        rules=rules,
        staff_first=state.custody not in _IN_REACH,
    )


def _parts(
    about: PresentationContext,
    ending: s.Ending,
    purpose: s.VisitPurpose,
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
            steps: tuple[Words, ...] = (Text(f"refusal.{key}.next", args), *_of_unreadable(about, refusal.code))
            if refusal.code in _COUNTER_CODES:
                steps = (*steps, *counter_lines(about))
            if refusal.code == RefusalCode.COUNTER_ONLY:
                steps = (*steps, *at_counter(about.region.services.get(purpose.service)))
            rules = rules_cited(about, assessment) or _of_agent(about, refusal.code, purpose)
            return Text(f"refusal.{key}.happened", args), valid, steps, rules
        case s.Applied(received=received):
            # The application was sent, then the permit was not taken: it is in the bin.
            steps = (Text("refusal.pending.next"),)
            if received.expected_on is not None:
                steps = (*steps, Text("next.come_back_on", (("day", received.expected_on),)))
            return Text("refusal.pending.happened"), Text("valid_now.unchanged"), steps, ()
        case s.Informed(permit=permit):
            end = permit.content.valid_to
            valid = Text("valid_now.unchanged") if end is None else Text("valid_now.until", (("end", end),))
            return Text("permit_inside.headline.taking_back"), valid, (), ()
        case s.BrokenOff(fault=fault, chip=chip):
            valid = Text("valid_now.unknown" if chip is ChipState.UNKNOWN else "valid_now.unchanged")
            step = Text("next.staff") if chip is ChipState.UNKNOWN else _TRY_AGAIN
            told = _of_unreadable(about, fault.name)
            steps = (step, *told, Text("next.quote_number"), *counter_lines(about))
            return Text(f"fault.{fault.public}.public"), valid, steps, ()
        case s.Interrupted(chip=ChipState.NEW, face=face, permit=permit, drawable=drawable):
            end = None if permit is None else permit.content.valid_to
            pending = (
                () if face is FaceState.NEW else (face_pending("thank_you.line", about.face_refreshed_at, drawable),)
            )
            return Text("fault.kiosk.public"), _renewed_until(face, end), (*pending, Text("next.quote_number")), ()
        case s.Interrupted(chip=chip):
            valid = Text("valid_now.unchanged" if chip is ChipState.OLD else "valid_now.unknown")
            return Text("fault.kiosk.public"), valid, (_TRY_AGAIN, Text("next.quote_number")), ()
        case s.Renewed(grant=grant, face=face):
            # The permit was endorsed and then not taken: it is in the bin.
            valid = _renewed_until(face, grant.content.valid_to)
            return Text("permit_inside.headline.taking_back"), valid, (), ()
        case _:
            assert_never(ending)


def _of_agent(about: PresentationContext, code: str, purpose: s.VisitPurpose) -> tuple[Citation, ...]:
    """The rule about whom the agent may act for, where the refusal is about that."""
    agent = None if purpose.agent is None else about.region.agents.get(purpose.agent)
    if agent is None or code != RefusalCode.AGENT_NOT_FOR_HOLDER:
        return ()
    return tuple(cited(about, agent.rule.text, reason) for reason in agent.rule.reasons()[:1])


def _renewed_until(face: FaceState, end: date | None) -> Text:
    """What is valid with a new chip. `end`: the last day; None where the chip could not be read again or holds none."""
    if end is None:
        return Text("valid_now.unknown")
    return Text("valid_now.renewed_until" if face is FaceState.NEW else "valid_now.chip_new_face_old", (("end", end),))


UNREADABLE_PERMIT = frozenset({RefusalCode.NO_CHIP.value, CHIP_SILENT.name})
"""Refusals and faults by which a permit could not be read."""


def _of_unreadable(about: PresentationContext, code: str) -> tuple[Words, ...]:
    """What the region does about permits that cannot be read; empty for other refusals and faults."""
    told = about.region.guidance.get("unreadable_permit")
    return (told.rule.text,) if told is not None and code in UNREADABLE_PERMIT else ()


_COUNTER_CODES = frozenset(
    {
        RefusalCode.COUNTER_ONLY,
        RefusalCode.NOT_OFFERED,
        RefusalCode.REAPPLY,
        RefusalCode.CANCELLED,
        RefusalCode.SENSELESS_DATES,
        RefusalCode.ADDRESS_CHANGED,
        RefusalCode.UNKNOWN_PERMIT,
        RefusalCode.CHIP_MISMATCH,
        RefusalCode.REPORTED_LOST,
        RefusalCode.CENTRAL_UNREACHABLE,
        RefusalCode.CENTRAL_GARBAGE,
        RefusalCode.GRANT_REJECTED,
        RefusalCode.NO_CHIP,
        RefusalCode.ID_CARD_NUMBER_INVALID,
        RefusalCode.NAME_DIFFERS,
        RefusalCode.RECORD_MISMATCH,
        RefusalCode.GRANT_IN_USE,
        RefusalCode.UNSPECIFIED,
        RefusalCode.AGENT_NOT_FOR_HOLDER,
        RefusalCode.SERVED_AT_ONCE,
        RefusalCode.COLLECTION_NOT_OFFERED,
        RefusalCode.NOTHING_TO_RENEW,
        RefusalCode.HOLDER_NOT_CONFIRMED,
        RefusalCode.FACE_UNPRINTABLE,
        RefusalCode.CONTENT_UNUSUAL,
    }
)


def _refusal_words(ending: s.Declined) -> tuple[str, tuple[tuple[str, str | int | date | LocalText], ...]]:
    """The key of a refusal's texts and their values; a general key for a reason that this version does not know."""
    match ending.refusal.code:
        case RefusalCode.TOO_EARLY:
            if ending.assessment is None or ending.assessment.opens_on is None:
                return RefusalCode.UNSPECIFIED, ()
            return RefusalCode.TOO_EARLY, (("opens_on", ending.assessment.opens_on),)
        case RefusalCode.OTHER_REGION:
            if ending.permit is None:
                return RefusalCode.UNSPECIFIED, ()
            return RefusalCode.OTHER_REGION, (("region", area_name(ending.permit.region)),)
        case code if code in frozenset(RefusalCode):
            return code, ()
        case _:
            return RefusalCode.UNSPECIFIED, ()
