"""Counts visits by what they were for and what came of them, from the states that the machine enters."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

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


class VisitTally:
    """Counts since the program started. `entered` is for the machine's thread, `counts` for any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._present: UUID | None = None
        self._kind, self._outcome = "", LEFT

    def entered(self, state: s.State) -> None:
        """Take note of a state that was entered. Entering it again changes nothing."""
        visit = s.visit_of(state)
        if self._present is not None and (visit is None or visit.id != self._present):
            closed = isinstance(state, s.OutOfService) and self._outcome == LEFT
            with self._lock:
                self._counts[self._kind, OUT_OF_SERVICE if closed else self._outcome] += 1
            self._outcome = LEFT
        self._present = None if visit is None else visit.id
        if visit is not None:
            self._kind = _kind_of(visit.purpose)
            self._outcome = _outcome_of(state) or self._outcome

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Visits that ended, by kind and outcome; nothing for a pair that never was."""
        with self._lock:
            return dict(self._counts)


def _kind_of(purpose: s.VisitPurpose) -> str:
    return purpose.service.value if purpose.kind is s.VisitKind.SERVICE else purpose.kind.value


def _outcome_of(state: s.State) -> str | None:
    """What this state says of the visit's ending, or None."""
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
            return _ENDINGS[type(ending)]
        case s.PrintingReceipt() | s.Thanking():
            return _ENDINGS[s.Renewed]
        case s.PrintingSlip() | s.ShowingApplication():
            return _ENDINGS[s.Applied]
        case s.ShowingStatus() | s.ShowingProgress():
            return _ENDINGS[s.Informed]
        case _:
            return None
