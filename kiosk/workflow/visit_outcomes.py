"""What a visit is for and what came of it, as stable words: journal, metrics and statistics spell them alike."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.endorsement import Service
from kiosk.workflow import states as s

KINDS = (*(service.value for service in Service), s.VisitKind.STATUS.value, s.VisitKind.PROGRESS.value)
"""What a visit may be for."""

LEFT, OUT_OF_SERVICE = "left", "out_of_service"
_ENDINGS: Mapping[type[s.Ending], str] = {
    s.Renewed: "renewed",
    s.Declined: "declined",
    s.Applied: "applied",
    s.Informed: "informed",
    s.BrokenOff: "broken_off",
    s.Interrupted: "interrupted",
}
OUTCOMES = (*_ENDINGS.values(), LEFT, OUT_OF_SERVICE)
"""The endings of a visit; one without is left (nobody was there any more, or somebody went), or the machine closed."""


def kind_of(purpose: s.VisitPurpose) -> str:
    """The word for what a visit is for."""
    return purpose.service.value if purpose.kind is s.VisitKind.SERVICE else purpose.kind.value


def ending_of(state: s.State) -> s.Ending | None:
    """The ending that this state brings a permit's way to, or None."""
    match state:
        case (
            s.ReturningPermit(ending=ending)
            | s.TakingBack(ending=ending)
            | s.Retaining(ending=ending)
            | s.AwaitingRemoval(ending=ending)
            | s.ShowingOutcome(ending=ending)
            | s.AwaitingHolder(ending=ending)
            | s.RecoveringFace(ending=ending)
        ):
            return ending
        case _:
            return None


def outcome_of(state: s.State) -> str | None:
    """What this state says of the visit's ending, or None."""
    if (ending := ending_of(state)) is not None:
        return _ENDINGS[type(ending)]
    match state:
        case s.PrintingReceipt() | s.Thanking():
            return _ENDINGS[s.Renewed]
        case s.PrintingSlip() | s.ShowingApplication():
            return _ENDINGS[s.Applied]
        case s.ShowingStatus() | s.ShowingProgress():
            return _ENDINGS[s.Informed]
        case _:
            return None
