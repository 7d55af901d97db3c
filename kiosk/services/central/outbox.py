"""The outbox: it sends stored messages to central, and repeats each until central has confirmed it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID, uuid4

from kiosk.central import contract
from kiosk.central.client import CentralAnsweredGarbage, CentralClient, CentralError, CentralRefusedCall
from kiosk.central.repeating import Call, Situation
from kiosk.domain.clock import Clock
from kiosk.domain.faults import MESSAGES_WAITING, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.journal import Journal, JournalFailed, OutboundMessage, Queue, WaitingMessage
from kiosk.services.effect_dispatch import Handler
from kiosk.workflow import effects as do

CANCELLATION = Call.CANCELLATION.value
COMPLETION = Call.COMPLETION.value
_CALLS = {call.value: call for call in (Call.CANCELLATION, Call.COMPLETION)}
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 300.0

ALARM_AFTER = timedelta(hours=24)
"""The age of the oldest message that raises an alarm: longer than a night or central's maintenance."""

OVERTAKEN_ALARM_AFTER = timedelta(hours=1)
"""The same for a message that central does not take although it takes others; waiting will not help then."""

ENDS_A_MESSAGE = ("invalid_request", "idempotency_conflict", "not_found", "too_large", "grant_used")
"""Refusals about the message itself, which end it: central has received it, and would refuse it again. Any other
refusal may come from the way (a wrong address, a proxy that asks for a login, a removed header) or from a central that
is newer than this program, so the message may not have been received.
"""

ABOUT_THE_KIOSK = ("unknown_kiosk", "certificate_revoked")
"""Refusals of this kiosk, not of the message. The message waits for a new certificate."""

# Nothing was sent, so the cause is not the message.
_NOTHING_SENT = (Situation.NOT_CONNECTED, Situation.ADDRESS_SILENT, Situation.NO_TLS)

_UNHEARD_A_ROUND = 2


def alarm_of(queue: Queue, now: datetime, seen_for_s: float = 0.0) -> Fault | None:
    """The fault of a queue in which a message waits too long, or None. `seen_for_s`: seconds for which the oldest was
    seen waiting, because a message stamped by a clock that was ahead looks younger than it is.
    """
    is_late = waits_for_s(queue, now, seen_for_s) > ALARM_AFTER.total_seconds()
    is_held_up = queue.overtaken_at is not None and now - queue.overtaken_at > OVERTAKEN_ALARM_AFTER
    return MESSAGES_WAITING if is_late or is_held_up else None


def waits_for_s(queue: Queue, now: datetime, seen_for_s: float = 0.0) -> float:
    """For how many seconds at least the oldest message waits; 0 where nothing waits."""
    if queue.oldest_at is None:
        return 0.0
    return max((now - queue.oldest_at).total_seconds(), seen_for_s, 0.0)


def message_of(effect: do.Effect, now: datetime) -> OutboundMessage | None:
    """The message that an effect sends through the outbox, without personal data."""
    match effect:
        case do.CancelEndorsement(endorsement_id=endorsement_id, reason=reason):
            body = contract.CancellationRequest(reason=reason, decided_at=now).model_dump_json()
            # An application keeps its number through all visits, and a grant of each visit may be cancelled.
            return OutboundMessage(CANCELLATION, _key(CANCELLATION), endorsement_id, body)
        case do.ReportCompletion(endorsement_id=endorsement_id):
            completion = contract.CompletionRequest(
                chip=effect.chip.value,
                face=effect.face.value,
                custody=effect.custody.value,
                receipt_printed=effect.receipt_printed,
                finished_at=now,
            )
            body = completion.model_dump_json()
            return OutboundMessage(COMPLETION, _key(COMPLETION), endorsement_id, body)
        case _:
            return None


def _key(call: str) -> str:
    """A new random key. A key that was used before would drop the message."""
    return f"{call}-{uuid4()}"


class OutboxService:
    """Sends waiting messages, oldest first, on its worker's thread and a connection of its own.

    A failure that says nothing about the message (central is unreachable or does not know this kiosk now) ends the
    round, and all messages wait. A refusal of one message, by central or something before it, puts that message aside,
    and later ones are sent; only messages of the same endorsement keep their order. If a message was sent and the line
    broke, stayed silent or was busy, the cause is unclear, because a firewall refuses in all these ways. Then a message
    of another endorsement is tried. If that fails in the same way the round ends, and the next round begins with
    messages that were not tried yet.

    `pause(seconds)` waits and is True when a further job waits (`Worker.pause`); `chance()` is a random number from 0
    to below 1, so that a thousand kiosks do not come back in the same second.
    """

    def __init__(
        self,
        client: CentralClient,
        journal: Journal,
        clock: Clock,
        pause: Callable[[float], bool],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._journal = journal
        self._clock = clock
        self._pause = pause
        self._chance = chance
        self._told_at: dict[int, datetime] = {}  # by message put aside for long: when that was last logged
        self._round = 0
        self._unheard_in: dict[
            UUID, int
        ] = {}  # by endorsement with an unheard message: the last round in which it was tried
        self._last_taken = 0

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.ReportCompletion: lambda _, __: self.forward(),
        }

    def close(self) -> None:
        self._client.close()

    def forward(self) -> None:
        """Send all waiting messages. On failure retry at growing intervals, until a further job waits."""
        retry_s = FIRST_RETRY_S
        while (passed := self._send_all()) is not None:
            if passed:
                retry_s = FIRST_RETRY_S
            again_in_s = retry_s * (0.5 + 0.5 * self._chance())
            self._tell_of_waiting(again_in_s)
            if self._pause(again_in_s):
                return
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    def _send_all(self) -> bool | None:
        """Send a round. Returns whether any message was settled, at central and on disk; None: no message waits."""
        passed, unheard, aside = False, 0, set[UUID]()
        self._round += 1
        try:
            for message in self._in_turn():
                if message.endorsement_id in aside:
                    continue
                outcome = self._send(message)
                if outcome is _Wait.ALL:
                    return passed
                if isinstance(outcome, _Wait):
                    aside.add(message.endorsement_id)
                    if outcome is _Wait.PERHAPS_ALL:
                        self._unheard_in[message.endorsement_id] = self._round
                        unheard += 1
                    if outcome is _Wait.THIS_ONE or message.sequence < self._last_taken:
                        self._tell_of_standing(message)
                    if unheard == _UNHEARD_A_ROUND:
                        return passed
                    continue
                self._settle(message, outcome)
                passed, unheard = True, 0
            return None if self._journal.first_waiting_message() is None else passed
        except JournalFailed as error:
            log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
            return passed

    def _in_turn(self) -> Iterator[WaitingMessage]:
        """The waiting messages, oldest first, but those of endorsements with an unheard message last."""
        unheard_in = dict(self._unheard_in)
        for turn in sorted({0, *unheard_in.values()}):
            at = 0
            while (message := self._journal.first_waiting_message(after=at)) is not None:
                at = message.sequence
                if unheard_in.get(message.endorsement_id, 0) == turn:
                    yield message

    def _settle(self, message: WaitingMessage, outcome: str) -> None:
        self._journal.settle_message(message.sequence, outcome)  # if this fails, the message is sent again
        self._told_at.pop(message.sequence, None)
        self._unheard_in.pop(message.endorsement_id, None)
        self._last_taken = max(self._last_taken, message.sequence)
        log(LogEvent.MESSAGE_SETTLED, call=message.call, sequence=message.sequence, outcome=outcome)

    def _tell_of_waiting(self, again_in_s: float) -> None:
        try:
            queue, message = self._journal.queue(), self._journal.first_waiting_message()
        except JournalFailed:
            return  # reported already by an earlier try
        if message is None or queue.oldest_at is None:
            return
        log(
            LogEvent.MESSAGE_WAITS,
            level=logging.WARNING,
            call=message.call,
            sequence=message.sequence,
            waiting=queue.length,
            oldest_s=round(waits_for_s(queue, self._clock.now())),
            again_in_s=round(again_in_s, 1),
        )

    def _tell_of_standing(self, message: WaitingMessage) -> None:
        """Log a message that is not taken, once an hour, after its first hour."""
        now = self._clock.now()
        if now - self._told_at.get(message.sequence, message.at) >= OVERTAKEN_ALARM_AFTER:
            self._told_at[message.sequence] = now
            log(
                LogEvent.FAULT_STANDS,
                level=logging.ERROR,
                fault=MESSAGES_WAITING.code,
                since_s=round((now - message.at).total_seconds()),
            )

    def _send(self, message: WaitingMessage) -> str | _Wait:
        """Send a message. Returns the outcome with which it is settled, or which messages must wait."""
        try:
            call = _CALLS.get(message.call)
            if call is None:  # written by another version of this program
                raise CentralAnsweredGarbage("no_such_call", 0)
            return self._client.deliver(
                call,
                message.endorsement_id,
                message.body.encode(),
                key=message.idempotency_key,
                sequence=message.sequence,
            ).state
        except CentralRefusedCall as error:
            self._trouble(message, error, error.code)
            return error.code if not error.may_pass and error.code in ENDS_A_MESSAGE else _who_waits(error)
        except CentralError as error:
            self._trouble(message, error, None)
            return _who_waits(error)

    def _trouble(self, message: WaitingMessage, error: CentralError, code: str | None) -> None:
        log(
            LogEvent.CENTRAL_TROUBLE,
            level=logging.WARNING,
            call=message.call,
            error=f"{type(error).__name__}: {error}",
            code=code,
        )


class _Wait(Enum):
    """Which messages must be sent again later."""

    THIS_ONE = "this message"
    PERHAPS_ALL = "this message, or all of them"
    ALL = "all of them"


def _who_waits(error: CentralError) -> _Wait:
    match error:
        case CentralAnsweredGarbage():
            return _Wait.THIS_ONE
        case CentralRefusedCall(code=code) if code in ABOUT_THE_KIOSK:
            return _Wait.ALL
        case CentralRefusedCall(code=code, situation=situation):
            return _Wait.PERHAPS_ALL if situation is Situation.BUSY and code != "too_many" else _Wait.THIS_ONE
        case _:
            return _Wait.ALL if error.situation in _NOTHING_SENT else _Wait.PERHAPS_ALL
