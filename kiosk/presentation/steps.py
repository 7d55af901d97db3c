"""The progress of a visit in steps, as shown to its holder."""

from __future__ import annotations

from kiosk.workflow import states as s

_NOTICE, _ID_CARD, _PERMIT, _DECIDING, _ENDING = range(1, 6)
_TO_ENDORSE, _TO_LOOK, _TO_ASK = 5, 4, 3
"""Numbers of steps. To endorse: notice, identity card, permit, decision, writing. A look at dates has no writing; a
question about an application has neither writing nor permit.
"""


def step_of(state: s.State) -> tuple[int, int]:
    """The present step, from 1, and the number of steps; (0, 0) before the first, after the last, and after a stop."""
    if not isinstance(state, s.InVisit):
        return 0, 0
    match state.visit.purpose.kind:
        case s.VisitKind.PROGRESS:
            steps = _TO_ASK
        case s.VisitKind.STATUS:
            steps = _TO_LOOK
        case _:
            steps = _TO_ENDORSE
    step = _step(state)
    return (min(step, steps), steps) if step else (0, 0)


def _step(state: s.InVisit) -> int:
    match state:
        case s.ShowingNotice():
            return _NOTICE
        case s.ReadingIdCard() | s.ReadingAgentIdCard():
            return _ID_CARD
        case s.AwaitingPermit() | s.ReadingPermit() | s.SearchingApplications():
            return _PERMIT
        case s.Confirming() | s.ShowingProgress() | s.ChoosingCollectionLater():
            return _DECIDING
        case (
            s.OpeningChipSession()
            | s.RelayingBatch()
            | s.SendingChipAnswers()
            | s.ReadingChipBack()
            | s.RewritingFace()
        ):
            return _ENDING
        case _:
            return _DECIDING if isinstance(state, s.Inquiry) else 0
