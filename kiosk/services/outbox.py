"""Store and forward: what central must be told, in order, until it took note, however long that takes."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralError, CentralRefusedCall
from kiosk.faults import MESSAGES_WAITING, Fault
from kiosk.log_events import LogEvent, log
from kiosk.runtime.clock import Clock
from kiosk.runtime.journal import Journal, JournalFailed, OutboundMessage, Queue, WaitingMessage
from kiosk.services.performing import Handler
from kiosk.workflow import effects as do

CANCELLATION = "cancellation"
COMPLETION = "completion"
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 300.0

ALARM_AFTER = timedelta(hours=24)
"""A night and a weekend's maintenance pass unnoticed; a queue older than a day means that somebody must act."""

# Central does not know this kiosk now: that is no word on the message, which waits for a new certificate.
_NOT_ABOUT_THE_MESSAGE = ("unknown_kiosk", "certificate_revoked")


def alarm_of(queue: Queue, now: datetime, seen_for_s: float = 0.0) -> Fault | None:
    """The fault of a queue whose oldest message waits too long. `seen_for_s`: how long that message was seen waiting,
    whatever the clock says: one that was stamped by a clock that was ahead looks young for ever.
    """
    return MESSAGES_WAITING if waits_for_s(queue, now, seen_for_s) > ALARM_AFTER.total_seconds() else None


def waits_for_s(queue: Queue, now: datetime, seen_for_s: float = 0.0) -> float:
    """How long the oldest message waits, at least; 0 where nothing waits."""
    if queue.oldest_at is None:
        return 0.0
    return max((now - queue.oldest_at).total_seconds(), seen_for_s, 0.0)


def message_of(effect: do.Effect, now: datetime) -> OutboundMessage | None:
    """The message that an effect sends by way of the outbox; nothing personal is in it."""
    match effect:
        case do.CancelEndorsement(endorsement_id=endorsement_id, reason=reason):
            body = contract.CancellationRequest(reason=reason, decided_at=now).model_dump_json()
            # An application has one number through all visits, and what was granted in each may be given back.
            return OutboundMessage(CANCELLATION, _key(CANCELLATION), endorsement_id, body)
        case do.ReportCompletion(endorsement_id=endorsement_id):
            completion = contract.CompletionRequest(
                chip=effect.chip.value, face=effect.face.value, custody=effect.custody.value,
                receipt_printed=effect.receipt_printed, finished_at=now)
            body = completion.model_dump_json()
            return OutboundMessage(COMPLETION, _key(COMPLETION), endorsement_id, body)
        case _:
            return None


def _key(call: str) -> str:
    """Of this message alone, whatever the clock says: a key that was used before would drop the message."""
    return f"{call}-{uuid4()}"


class OutboxService:
    """Sends waiting messages on its worker's thread, one connection of its own, oldest first.

    `pause(seconds)` lets time pass and is True when something else is to be done (`Worker.pause`); `chance()` is at
    least 0 and below 1, so that a thousand kiosks do not come back in the same second.
    """

    def __init__(
        self, client: CentralClient, journal: Journal, clock: Clock, pause: Callable[[float], bool],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._journal = journal
        self._clock = clock
        self._pause = pause
        self._chance = chance

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.ReportCompletion: lambda _, __: self.forward(),
        }

    def close(self) -> None:
        self._client.close()

    def forward(self) -> None:
        """Send everything that waits; on failure try again, less and less often, until a further job waits."""
        retry_s = FIRST_RETRY_S
        while (sent := self._send_first()) is not None:
            if sent:
                retry_s = FIRST_RETRY_S
                continue
            again_in_s = retry_s * (0.5 + 0.5 * self._chance())
            self._tell_of_waiting(again_in_s)
            if self._pause(again_in_s):
                return
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    def _send_first(self) -> bool | None:
        """Whether the oldest message is settled, at central and on the disk; None: nothing waits."""
        try:
            message = self._journal.first_waiting_message()
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
            return False
        if message is None:
            return None
        outcome = self._send(message)
        if outcome is None or not self._settled(message, outcome):
            return False
        log(LogEvent.MESSAGE_SETTLED, call=message.call, sequence=message.sequence, outcome=outcome)
        return True

    def _tell_of_waiting(self, again_in_s: float) -> None:
        try:
            queue, message = self._journal.queue(), self._journal.first_waiting_message()
        except JournalFailed:
            return      # said already by whoever tried before
        if message is None or queue.oldest_at is None:
            return
        log(
            LogEvent.MESSAGE_WAITS, level=logging.WARNING, call=message.call, sequence=message.sequence,
            waiting=queue.length, oldest_s=round(waits_for_s(queue, self._clock.now())),
            again_in_s=round(again_in_s, 1))

    def _settled(self, message: WaitingMessage, outcome: str) -> bool:
        """Whether the disk took note too; if not, central is told once more and gives the same answer."""
        try:
            self._journal.settle_message(message.sequence, outcome)
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
            return False
        return True

    def _send(self, message: WaitingMessage) -> str | None:
        """How central settled it, or None if it must be sent again."""
        try:
            return self._deliver(message)
        except CentralRefusedCall as error:
            self._trouble(message, error, error.code)
            # A refusal that will be the same tomorrow is an answer: central knows and disagrees.
            return None if error.may_pass or error.code in _NOT_ABOUT_THE_MESSAGE else error.code
        except CentralError as error:
            self._trouble(message, error, None)
            return None

    def _deliver(self, message: WaitingMessage) -> str:
        if message.call == CANCELLATION:
            cancellation = contract.CancellationRequest.model_validate_json(message.body)
            return self._client.cancel(
                message.endorsement_id, cancellation, key=message.idempotency_key, sequence=message.sequence).state
        completion = contract.CompletionRequest.model_validate_json(message.body)
        return self._client.report_completion(
            message.endorsement_id, completion, key=message.idempotency_key, sequence=message.sequence).state

    def _trouble(self, message: WaitingMessage, error: CentralError, code: str | None) -> None:
        log(
            LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call=message.call,
            error=f"{type(error).__name__}: {error}", code=code)
