"""Calls for staff by residents. Repeated touches of the button make one call.

A call is useful only while the resident waits. So it is not stored, not queued and not numbered, and is given up if it
could not be delivered within ten minutes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from kiosk.domain.clock import Clock
from kiosk.domain.staff_call import CallState, StaffCalled, WantedStaff
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.names import stored_name
from kiosk.workflow import states as s

ONCE_WITHIN_S = 120.0
"""Seconds in which another touch about the same matter makes no new call."""

GIVEN_UP_AFTER_S = 600.0
"""Seconds after which the caller has probably gone. Pages show the result of a call for as long."""


@dataclass(frozen=True, slots=True)
class StaffCall:
    """A call. `made_at_s`: by the monotonic clock; `visit_id`: the visit, which central is not told."""

    wanted: WantedStaff
    made_at_s: float
    visit_id: UUID | None = None


class StaffCalls:
    """The calls for staff, for any thread. `hand_on(call)` has a call delivered on another thread; `changed()` is
    called when the pages change.
    """

    def __init__(self, clock: Clock, hand_on: Callable[[StaffCall], None], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._hand_on = hand_on
        self._changed = changed
        self._lock = threading.Lock()
        self._last: tuple[StaffCall, CallState] | None = None

    def call(self, state: s.State) -> None:
        """Call staff, from a page of this state."""
        wanted = WantedStaff(self._clock.now(), stored_name(state), s.custody_of(state), _fault_code_of(state))
        call = StaffCall(wanted, self._clock.monotonic(), _visit_id_of(state))
        with self._lock:
            if self._last is not None and _has_called(*self._last, call):
                return
            self._last = call, CallState.UNDER_WAY
        self._hand_on(call)
        self._changed()

    def note(self, call: StaffCall, became: CallState) -> None:
        """Note the result of a call. Pages show only that of the last call."""
        with self._lock:
            is_last = self._last is not None and self._last[0] is call
            if is_last and self._last == (call, became):
                return
            if is_last:
                self._last = call, became
        log(
            LogEvent.STAFF_CALLED,
            level=logging.INFO if became is CallState.CALLED else logging.WARNING,
            state=call.wanted.page,
            became=became.value,
        )
        if is_last:
            self._changed()

    def give_up(self) -> None:
        """Mark an undelivered call as failed, because nothing delivers calls any more."""
        with self._lock:
            last = self._last
        if last is not None and last[1] in (CallState.UNDER_WAY, CallState.KEPT):
            self.note(last[0], CallState.FAILED)

    def last_call(self, state: s.State) -> StaffCalled | None:
        """The last call, if it is recent and about the same visit and fault as this page; else None. The next resident
        has not called.
        """
        with self._lock:
            if self._last is None:
                return None
            call, became = self._last
        visits = {call.visit_id, _visit_id_of(state)} - {None}
        if len(visits) > 1 or call.wanted.fault != _fault_code_of(state):
            return None
        if self._clock.monotonic() - call.made_at_s > GIVEN_UP_AFTER_S:
            return None
        return StaffCalled(call.wanted.at, became)


def _has_called(last: StaffCall, became: CallState, call: StaffCall) -> bool:
    """Whether `call` repeats the last one. A failed call may be repeated at once."""
    is_same = (last.visit_id, last.wanted.custody, last.wanted.fault) == (
        call.visit_id,
        call.wanted.custody,
        call.wanted.fault,
    )
    return is_same and became is not CallState.FAILED and call.made_at_s - last.made_at_s < ONCE_WITHIN_S


def _visit_id_of(state: s.State) -> UUID | None:
    visit = s.visit_of(state)
    return None if visit is None else visit.id


def _fault_code_of(state: s.State) -> str | None:
    """The code of the fault that the page is about, or None."""
    match state:
        case s.OutOfService(fault=fault):
            return fault.code
        case (
            s.WithdrawingOffer(ending=ending)
            | s.ShowingOutcome(ending=ending)
            | s.ReturningPermit(ending=ending)
            | s.AwaitingRemoval(ending=ending)
            | s.TakingBack(ending=ending)
            | s.Retaining(ending=ending)
        ):
            return ending.fault.code if isinstance(ending, s.BrokenOff) else None
        case _:
            return None
