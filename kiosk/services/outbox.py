"""Store and forward: what central must be told, in order, until it took note, however long that takes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralError, CentralRefusedCall
from kiosk.log_events import LogEvent, log
from kiosk.runtime.journal import Journal, JournalFailed, OutboundMessage, WaitingMessage
from kiosk.runtime.workers import Worker
from kiosk.services.performing import Handler
from kiosk.workflow import effects as do

CANCELLATION = "cancellation"
COMPLETION = "completion"
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 300.0


def message_of(effect: do.Effect, now: datetime) -> OutboundMessage | None:
    """The message that an effect sends by way of the outbox; nothing personal is in it."""
    match effect:
        case do.CancelEndorsement(endorsement_id=endorsement_id, reason=reason):
            body = contract.CancellationRequest(reason=reason).model_dump_json()
            # An application has one number through all visits, and what was granted in each may be given back.
            key = f"{CANCELLATION}-{endorsement_id}-{now:%H%M%S%f}"
            return OutboundMessage(CANCELLATION, key, endorsement_id, body)
        case do.ReportCompletion(endorsement_id=endorsement_id):
            completion = contract.CompletionRequest(
                chip=effect.chip.value, face=effect.face.value, custody=effect.custody.value,
                receipt_printed=effect.receipt_printed, finished_at=now)
            body = completion.model_dump_json()
            return OutboundMessage(COMPLETION, f"{COMPLETION}-{endorsement_id}-{now:%H%M%S%f}", endorsement_id, body)
        case _:
            return None


class OutboxService:
    """Sends waiting messages on its worker's thread, one connection of its own, oldest first."""

    def __init__(self, client: CentralClient, worker: Worker, journal: Journal) -> None:
        self._client = client
        self._worker = worker
        self._journal = journal

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
        while (message := self._journal.first_waiting_message()) is not None:
            outcome = self._send(message)
            if outcome is not None and self._settled(message, outcome):
                log(LogEvent.MESSAGE_SETTLED, call=message.call, sequence=message.sequence, outcome=outcome)
                retry_s = FIRST_RETRY_S
                continue
            if self._worker.pause(retry_s):
                return
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

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
            return None if error.may_pass else error.code
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
