"""A resident calls staff: once, however often the button is touched, and never late.

A call is worth something for as long as somebody waits. So it stands on no disk and in no queue, has no number whose
gap central would ask about, and is given up when nobody could be reached for ten minutes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.domain.clock import Clock
from kiosk.domain.faults import Fault
from kiosk.domain.staff_call import CallState, StaffCalled, WantedStaff
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.names import stored_name
from kiosk.workflow import states as s

ONCE_WITHIN_S = 120.0
"""Whoever touches the button again meanwhile has called already."""

GIVEN_UP_AFTER_S = 600.0
"""Who called has gone by then; it is also for as long that the pages say what became of the call."""


@dataclass(frozen=True, slots=True)
class StaffCall:
    """`made_at_s`: by the monotonic clock."""

    wanted: WantedStaff
    made_at_s: float


class StaffCalls:
    """What the screens know of staff; for any thread. `hand_on(call)` has it delivered, on another thread;
    `changed()`: the pages say something else now.
    """

    def __init__(self, clock: Clock, hand_on: Callable[[StaffCall], None], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._hand_on = hand_on
        self._changed = changed
        self._lock = threading.Lock()
        self._last: tuple[StaffCall, CallState] | None = None

    def call(self, state: s.State) -> None:
        """Somebody calls, from a page of this state."""
        fault = _fault_of(state)
        wanted = WantedStaff(
            self._clock.now(), stored_name(state), s.custody_of(state), None if fault is None else fault.code
        )
        call = StaffCall(wanted, self._clock.monotonic())
        with self._lock:
            if self._last is not None and call.made_at_s - self._last[0].made_at_s < ONCE_WITHIN_S:
                return
            self._last = call, CallState.UNDER_WAY
        self._hand_on(call)
        self._changed()

    def note(self, call: StaffCall, became: CallState) -> None:
        """What became of a call; of an earlier one nobody wants to know any more."""
        with self._lock:
            if self._last is None or self._last[0] is not call or self._last[1] is became:
                return
            self._last = call, became
        log(
            LogEvent.STAFF_CALLED,
            level=logging.INFO if became is CallState.CALLED else logging.WARNING,
            state=call.wanted.page,
            became=became.value,
        )
        self._changed()

    def last_call(self) -> StaffCalled | None:
        """The last call, if it was a short while ago."""
        with self._lock:
            if self._last is None:
                return None
            call, became = self._last
        if self._clock.monotonic() - call.made_at_s > GIVEN_UP_AFTER_S:
            return None
        return StaffCalled(call.wanted.at, became)


def _fault_of(state: s.State) -> Fault | None:
    """What the page is about, where something is broken."""
    match state:
        case (
            s.OutOfService(fault=fault)
            | s.ShowingOutcome(ending=s.BrokenOff(fault=fault))
            | s.ReturningPermit(ending=s.BrokenOff(fault=fault))
            | s.AwaitingRemoval(ending=s.BrokenOff(fault=fault))
            | s.TakingBack(ending=s.BrokenOff(fault=fault))
            | s.Retaining(ending=s.BrokenOff(fault=fault))
        ):
            return fault
        case _:
            return None
