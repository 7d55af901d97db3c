"""What the journal tells after a restart: what the last visit left open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kiosk.domain.endorsement import ChipState, FaceState
from kiosk.runtime.journal import Journal
from kiosk.workflow.events import UnfinishedStory

# Central's answers after which it waits for nothing more; above all, a review under way is not to be cancelled.
_NOTHING_GRANTED = ("EndorsementRefused", "EndorsementPending", "PermitAlreadyCurrent", "ApplicationReceived")


def unfinished_story(journal: Journal, now: datetime) -> UnfinishedStory:
    """What the last visit left open, read forwards from the moment that the machine was last idle."""
    last_at = journal.last_step_at()
    if last_at is None:
        return UnfinishedStory(None, False, ChipState.OLD, FaceState.OLD, 0.0)
    endorsement_id: UUID | None = None
    session_opened = relayed = False
    chip: ChipState | None = None
    face = FaceState.OLD
    for logged in journal.steps_since_idle():
        effects, facts = logged.effects, logged.facts
        if logged.endorsement_id is not None and {"RequestEndorsement", "Apply", "OpenChipSession"} & effects:
            endorsement_id = logged.endorsement_id
        session_opened = session_opened or "OpenChipSession" in effects
        relayed = relayed or "RelayBatch" in effects
        if "chip" in facts:
            chip = ChipState(facts["chip"])
            if chip is ChipState.NEW:
                face = FaceState(facts.get("face", FaceState.PENDING.value))
        if logged.event in _NOTHING_GRANTED or {"ReportCompletion", "CancelEndorsement"} & effects:
            endorsement_id = None
    known = chip if chip is not None else (ChipState.UNKNOWN if relayed else ChipState.OLD)
    return UnfinishedStory(
        endorsement_id, session_opened, known, face, max((now - last_at).total_seconds(), 0.0))
