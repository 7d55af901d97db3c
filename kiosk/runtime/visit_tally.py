"""Counts visits by what they were for and what came of them, from the states that the machine enters."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from kiosk.workflow import states as s
from kiosk.workflow.visit_outcomes import LEFT, OUT_OF_SERVICE, kind_of, outcome_of


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
            self._kind = kind_of(visit.purpose)
            self._outcome = outcome_of(state) or self._outcome

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Visits that ended, by kind and outcome; nothing for a pair that never was."""
        with self._lock:
            return dict(self._counts)
