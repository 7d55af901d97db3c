"""Reads from the journal, after a restart, what the last visit left open."""

from __future__ import annotations

import math
from datetime import datetime
from uuid import UUID

from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import JOURNAL_BROKEN
from kiosk.journal.boot import Moment
from kiosk.journal.clock_notes import JUMP_S
from kiosk.journal.journal import Journal, JournalFailed, LoggedStep
from kiosk.workflow.visits import ContentHashes, InterruptedVisit, Presence, PutAway

# Central's answers after which it waits for nothing more. A review under way must not be cancelled.
_NOTHING_GRANTED = (
    "EndorsementRefused",
    "EndorsementPending",
    "PermitAlreadyCurrent",
    "ApplicationReceived",
    "NoWorkFound",
)

# States in which central may wait for the report of the ending.
_OPEN = ("AskingPendingRewrites", "AskingCentral", "Applying", "Confirming", "OpeningChipSession", "RewritingFace")

# States in which the unit already had the order to give the permit out.
_GOING_OUT = ("ReturningPermit", "RewritingFace", "RecoveringFace")

_FINAL = (Custody.WITH_HOLDER.value, Custody.RETAINED.value)


UNKNOWN_STORY = InterruptedVisit(None, 0, ChipState.UNKNOWN, FaceState.OLD, 0.0)
"""The story where the journal cannot be read: nothing is finished, the outcome is unknown, the permit goes back."""


def unfinished_story(journal: Journal, now: datetime, moment: Moment | None = None) -> InterruptedVisit:
    """What the last visit left open, by the steps since the machine was last idle. `moment`: the present, like `now`,
    but by a monotonic clock. Raises `JournalFailed`.
    """
    if journal.was_begun_anew():
        return UNKNOWN_STORY
    last_at = journal.last_step_at()
    if last_at is None:
        return InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)
    try:
        return _told(journal, last_at, now, moment)
    except (KeyError, ValueError) as error:
        raise JournalFailed(f"a step makes no sense ({type(error).__name__})", JOURNAL_BROKEN) from error


def _told(journal: Journal, last_at: datetime, now: datetime, moment: Moment | None) -> InterruptedVisit:
    endorsement_id: UUID | None = None
    hashes: ContentHashes | None = None
    sessions = relayed = 0
    is_abandoned = told = was_inside = False
    put_away = PutAway.NO
    chip: ChipState | None = None
    face = FaceState.OLD
    for logged in journal.steps_since_idle():
        effects, facts = logged.effects, logged.facts
        if logged.endorsement_id is not None and logged.state_after in _OPEN:
            endorsement_id = logged.endorsement_id
        sessions += "OpenChipSession" in effects
        is_abandoned = is_abandoned or _is_gone(logged)
        if "RelayBatch" in effects:
            relayed = int(facts["batch"])
        if "seal_old" in facts:
            hashes = ContentHashes(str(facts["seal_old"]), str(facts["seal_new"]))
        if "chip" in facts:
            chip = ChipState(facts["chip"])
            if chip is ChipState.NEW:
                face = FaceState(facts.get("face", FaceState.PENDING.value))
        put_away = _put_away(logged, put_away)
        was_inside = _was_inside(logged, was_inside)
        if logged.event in _NOTHING_GRANTED or "CancelEndorsement" in effects:
            endorsement_id = None
        if "ReportCompletion" in effects:
            told = logged.custody not in _FINAL
            endorsement_id = logged.endorsement_id if told else None
    known = chip if chip is not None else (ChipState.UNKNOWN if relayed else ChipState.OLD)
    stopped_for_s = _stopped_for_s(journal, last_at, now, moment)
    return InterruptedVisit(
        endorsement_id, sessions, known, face, stopped_for_s, hashes, relayed, is_abandoned, put_away, told, was_inside
    )


def _stopped_for_s(journal: Journal, last_at: datetime, now: datetime, moment: Moment | None) -> float:
    """Seconds since the last step; infinite where the clock was set back, because the holder may have gone."""
    last = journal.last_moment()
    if last is not None and moment is not None:
        passed_s = last.seconds_until(moment)
        if passed_s is not None:
            return passed_s
    by_clock_s = (now - last_at).total_seconds()
    if by_clock_s < -JUMP_S:
        return math.inf
    since_boot_s = 0.0 if last is None or moment is None or last.boot_id == moment.boot_id else moment.passed_s
    return max(by_clock_s, since_boot_s, 0.0)


def _put_away(logged: LoggedStep, before: PutAway) -> PutAway:
    if "RetainPermit" in logged.effects:
        return PutAway.ORDERED
    if logged.event == "PermitRetained":
        return PutAway.NO if "ReportCompletion" in logged.effects else PutAway.KNOWN
    return before


def _was_inside(logged: LoggedStep, before: bool) -> bool:
    """Whether the permit was where only a person or the unit's next order could move it."""
    if logged.facts.get("held") is True:
        return True
    if logged.custody == Custody.UNKNOWN.value:
        return before  # keep what was known before
    return logged.custody == Custody.INSIDE.value and logged.state_after not in _GOING_OUT


def _is_gone(logged: LoggedStep) -> bool:
    """Whether the permit's holder was known to be gone at that step."""
    return (
        logged.state_after in ("TakingBack", "Retaining")
        or logged.facts.get("held") is True
        or logged.facts.get("holder") == Presence.GONE.value
    )
