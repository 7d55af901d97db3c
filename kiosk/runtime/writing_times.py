"""How long chip and face usually take on this machine: the middle of its own last visits."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from statistics import median

from kiosk.domain.distribution import Distribution
from kiosk.domain.endorsement import FaceState
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.past_writing import WRITING_MS, last_writings_ms
from kiosk.journal.records import JournalFailed
from kiosk.workflow import states as s

ENOUGH = 5
"""Fewer say little: one visit whose face was tried twice would be half of them."""

LAST = 20
"""A unit that grows slow, or was exchanged, is told of by its newest visits."""

BOUNDS_S = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 60.0, 90.0, 120.0, 300.0)
"""Seconds by which writings are counted for monitoring."""

LEAST_S, MOST_S = 1, 600
"""What was measured beyond these is no writing: the machine slept, or stood still."""

_UNDER_WAY = s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers | s.ReadingChipBack | s.RewritingFace


class WritingTimes:
    """`configured_s`: what is told until there are enough. `monotonic`: seconds that no setting of the clock moves.
    `rewrites_face`: whether the unit here does, so that a writing is over with the face. Not `learns`: what is
    configured is told always, and the measures only stand in the journal.

    `measured` is called on the machine's thread, the others on any.
    """

    def __init__(
        self, configured_s: int, monotonic: Callable[[], float], *, rewrites_face: bool, learns: bool = True
    ) -> None:
        self._configured_s = configured_s
        self._monotonic = monotonic
        self._rewrites_face = rewrites_face
        self._learns = learns
        self._began_at: float | None = None  # of a writing that is under way from its first session on
        self._lock = threading.Lock()
        self._seconds: deque[float] = deque(maxlen=LAST)
        self._measured = Distribution(BOUNDS_S)  # by this program

    @property
    def usually_s(self) -> int:
        """What is told to whoever waits."""
        with self._lock:
            if not self._learns or len(self._seconds) < ENOUGH:
                return self._configured_s
            return math.ceil(median(self._seconds))

    @property
    def distribution(self) -> Distribution:
        """How long the writings took that this program measured, in seconds."""
        with self._lock:
            return self._measured

    def measured(self, before: s.State, after: s.State) -> dict[str, int]:
        """What the journal keeps of this step: how long chip and face took, where it ends a writing that did both."""
        if isinstance(before, s.Confirming) and isinstance(after, s.OpeningChipSession):
            self._began_at = self._monotonic()
            return {}
        if isinstance(after, _UNDER_WAY):
            return {}
        began_at, self._began_at = self._began_at, None
        if began_at is None or not self._is_whole(after):
            return {}
        seconds = self._monotonic() - began_at
        if not LEAST_S <= seconds <= MOST_S:
            return {}
        with self._lock:
            self._seconds.append(seconds)
            self._measured = self._measured.with_value(seconds)
        return {WRITING_MS: round(seconds * 1000)}

    def _is_whole(self, after: s.State) -> bool:
        if not isinstance(after, s.ReturningPermit | s.AwaitingRemoval) or not isinstance(after.ending, s.Renewed):
            return False
        return after.ending.face is FaceState.NEW or not self._rewrites_face

    def recall(self, journal: Path) -> None:
        """Take what earlier programs measured; without their journal, the machine learns anew."""
        try:
            past_ms = last_writings_ms(journal, LAST)
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.WARNING, error=str(error), fault=error.fault.code)
            return
        with self._lock:
            self._seconds.clear()  # what this program measured stands in the journal too
            self._seconds.extend(ms / 1000 for ms in past_ms if LEAST_S <= ms / 1000 <= MOST_S)
