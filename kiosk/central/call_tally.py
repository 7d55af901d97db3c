"""Counts the exchanges with central: how each ended, and how long it took."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from kiosk.central.errors import CentralError, CentralRefusedCall, CentralUnreachable
from kiosk.central.repeating import Call
from kiosk.domain.distribution import Distribution

ANSWERED, REFUSED, UNREACHABLE, GARBAGE = "answered", "refused", "unreachable", "garbage"
OUTCOMES = (ANSWERED, REFUSED, UNREACHABLE, GARBAGE)
"""How an exchange ends: with an answer, a problem document, no answer, or an answer outside the contract."""

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Seconds. The longest exchange ends after 20 (`CallTimes`)."""


class CallTally:
    """Counts over all connections since the program started. Usable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], Distribution] = {}

    @contextmanager
    def timed(self, call: Call, clock: Callable[[], float]) -> Iterator[None]:
        """Count the exchange that is made within. `clock`: seconds."""
        began, outcome = clock(), ANSWERED
        try:
            yield
        except CentralError as error:
            outcome = _outcome_of(error)
            raise
        finally:
            took_s = clock() - began
            with self._lock:
                before = self._counts.get((call.value, outcome), Distribution(BOUNDS_S))
                self._counts[call.value, outcome] = before.with_value(took_s)

    def seconds(self) -> Mapping[tuple[str, str], Distribution]:
        """How long exchanges took, by call and outcome; nothing for a pair that never was."""
        with self._lock:
            return dict(self._counts)


def _outcome_of(error: CentralError) -> str:
    if isinstance(error, CentralRefusedCall):
        return REFUSED
    return UNREACHABLE if isinstance(error, CentralUnreachable) else GARBAGE
