"""Calls staff through central, which passes the call on to the staff of the site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralError, CentralRefusedCall
from kiosk.domain.clock import Clock
from kiosk.domain.staff_call import CallState
from kiosk.event_log.log_events import LogEvent, log
from kiosk.services.central.outbox import ABOUT_THE_KIOSK
from kiosk.services.effect_dispatch import Handler
from kiosk.services.staff_calls import GIVEN_UP_AFTER_S, StaffCall

FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 30.0


class CentralStaffCall:
    """Passes calls on to central, on a thread and a connection of its own, so that no visit and no message delays them.

    `pause(seconds)` is True when a further job waits (`Worker.pause`); `note`: as of `StaffCalls`.
    """

    def __init__(
        self,
        client: CentralClient,
        clock: Clock,
        pause: Callable[[float], bool],
        note: Callable[[StaffCall, CallState], None],
    ) -> None:
        self._client = client
        self._clock = clock
        self._pause = pause
        self._note = note

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def close(self) -> None:
        self._client.close()

    def deliver(self, call: StaffCall) -> None:
        """Tell central. On failure retry at growing intervals, until the call is given up or a further job waits."""
        wanted, key, retry_s = call.wanted, str(uuid4()), FIRST_RETRY_S
        request = contract.StaffCallRequest(
            called_at=wanted.at, state=wanted.page, custody=wanted.custody.value, fault=wanted.fault
        )
        while True:
            became = self._try(request, key)
            is_over = self._clock.monotonic() + retry_s - call.made_at_s > GIVEN_UP_AFTER_S
            self._note(call, CallState.FAILED if became is CallState.KEPT and is_over else became)
            if became is not CallState.KEPT or is_over:
                return
            if self._pause(retry_s):  # another call replaces it, or the program ends
                log(LogEvent.STAFF_CALLED, level=logging.WARNING, state=wanted.page, became=CallState.FAILED.value)
                return
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    def _try(self, request: contract.StaffCallRequest, key: str) -> CallState:
        try:
            self._client.call_staff(request, key=key)
        except CentralError as error:
            code = error.code if isinstance(error, CentralRefusedCall) else None
            log(
                LogEvent.CENTRAL_TROUBLE,
                level=logging.WARNING,
                call="staff-call",
                error=f"{type(error).__name__}: {error}",
                code=code,
            )
            is_final = isinstance(error, CentralRefusedCall) and not error.may_pass and code not in ABOUT_THE_KIOSK
            return CallState.FAILED if is_final else CallState.KEPT
        return CallState.CALLED
