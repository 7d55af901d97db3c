"""A resident calls staff: once, however often the button is touched, and never late.

A call is worth something for as long as somebody waits. So it stands on no disk and in no queue, has no number whose
gap central would ask about, and is given up when nobody could be reached for ten minutes.
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
"""Whoever touches the button again meanwhile about the same has called already."""

GIVEN_UP_AFTER_S = 600.0
"""Who called has gone by then; it is also for as long that the pages say what became of the call."""


@dataclass(frozen=True, slots=True)
class StaffCall:
    """`made_at_s`: by the monotonic clock. `visit_id`: in which visit; central is not told."""

    wanted: WantedStaff
    made_at_s: float
    visit_id: UUID | None = None


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
        wanted = WantedStaff(self._clock.now(), stored_name(state), s.custody_of(state), _fault_code_of(state))
        call = StaffCall(wanted, self._clock.monotonic(), _visit_id_of(state))
        with self._lock:
            if self._last is not None and _has_called(*self._last, call):
                return
            self._last = call, CallState.UNDER_WAY
        self._hand_on(call)
        self._changed()

    def note(self, call: StaffCall, became: CallState) -> None:
        """What became of a call. The pages tell of the last one alone."""
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
        """Nobody delivers calls any more: what was not delivered has failed."""
        with self._lock:
            last = self._last
        if last is not None and last[1] in (CallState.UNDER_WAY, CallState.KEPT):
            self.note(last[0], CallState.FAILED)

    def last_call(self, state: s.State) -> StaffCalled | None:
        """The last call, if it was a short while ago and about what the page of this state is about: whoever stands
        here next has not called.
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
    """Whether `call` is the same as the last one, touched again; what failed may be tried again at once."""
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
    """What the page is about, where something is broken."""
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
