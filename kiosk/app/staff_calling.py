"""The thread that calls staff. Visits go on without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.domain.clock import Clock
from kiosk.domain.staff_call import CallState
from kiosk.runtime.crew import Crew
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.job_times import STAFF_CALL as LONGEST
from kiosk.services.staff_calls import StaffCall, StaffCalls

STAFF_CALL = "staff_call"
"""The thread's name."""


def staff_calls(thread: ServiceThread[Any], crew: Crew, clock: Clock, changed: Callable[[], None]) -> StaffCalls:
    """The site's staff calls, delivered by `thread`, whose worker belongs to `crew`. `changed()`: see `StaffCalls`."""

    def hand_on(call: StaffCall) -> None:
        def failed() -> None:
            calls.note(call, CallState.FAILED)

        if crew.trouble_of(STAFF_CALL) is not None:
            failed()
        else:
            thread.submit(lambda service: service.deliver(call), "deliver", LONGEST.seconds, failed)

    calls = StaffCalls(clock, hand_on, changed)
    return calls
