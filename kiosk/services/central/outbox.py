"""Store and forward: what central must be told until it took note, however long that takes."""

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
"""A night and a weekend's maintenance pass unnoticed; a queue older than a day means that somebody must act."""

OVERTAKEN_ALARM_AFTER = timedelta(hours=1)
"""A message that is not taken, while central is there for others, will not be taken tomorrow either."""

ENDS_A_MESSAGE = ("invalid_request", "idempotency_conflict", "not_found", "too_large", "grant_used")
"""What central says of the message itself and will say tomorrow: it knows, and disagrees. Any other refusal is of the
way (a wrong address, a proxy that asks for a login, a header that was taken out) or of a central that is newer than
this program: nobody knows that it took note.
"""

ABOUT_THE_KIOSK = ("unknown_kiosk", "certificate_revoked")
"""Central does not know this kiosk now: that is no word on the message, which waits for a new certificate."""

# Nothing was sent, so it is not for what the message says.
_NOTHING_SENT = (Situation.NOT_CONNECTED, Situation.ADDRESS_SILENT, Situation.NO_TLS)

_UNHEARD_A_ROUND = 2


def alarm_of(queue: Queue, now: datetime, seen_for_s: float = 0.0) -> Fault | None:
    """The fault of a queue in which a message waits too long. `seen_for_s`: how long the oldest one was seen waiting,
    whatever the clock says: one that was stamped by a clock that was ahead looks young for ever.
    """
    is_late = waits_for_s(queue, now, seen_for_s) > ALARM_AFTER.total_seconds()
    is_held_up = queue.overtaken_at is not None and now - queue.overtaken_at > OVERTAKEN_ALARM_AFTER
    return MESSAGES_WAITING if is_late or is_held_up else None


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
    """Of this message alone, whatever the clock says: a key that was used before would drop the message."""
    return f"{call}-{uuid4()}"


class OutboxService:
    """Sends waiting messages on its worker's thread, one connection of its own, oldest first.

    What says nothing about the message (central is not reached, does not know this kiosk now) stops all: they wait
    together. What central, or something before it, answers to this message alone puts it aside, and those behind it are
    sent; only messages of the same endorsement keep their order. Where the message was sent and the line broke, stayed
    silent or was busy, nobody can tell which it is: a firewall refuses in all these ways. So one of another endorsement
    is tried; when that one fails alike, the round ends, and the next begins with those that were not tried yet.

    `pause(seconds)` lets time pass and is True when something else is to be done (`Worker.pause`); `chance()` is at
    least 0 and below 1, so that a thousand kiosks do not come back in the same second.
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
        self._told_at: dict[int, datetime] = {}  # of messages put aside for long, when that was said last
        self._round = 0
        self._unheard_in: dict[UUID, int] = {}  # of endorsements whose message was not heard, the last round of it
        self._last_taken = 0

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
        while (passed := self._send_all()) is not None:
            if passed:
                retry_s = FIRST_RETRY_S
            again_in_s = retry_s * (0.5 + 0.5 * self._chance())
            self._tell_of_waiting(again_in_s)
            if self._pause(again_in_s):
                return
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    def _send_all(self) -> bool | None:
        """Whether any message was settled, at central and on the disk; None: nothing waits any more."""
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
        """What waits, oldest first; behind it that of endorsements that were not heard, longest ago first."""
        unheard_in = dict(self._unheard_in)
        for turn in sorted({0, *unheard_in.values()}):
            at = 0
            while (message := self._journal.first_waiting_message(after=at)) is not None:
                at = message.sequence
                if unheard_in.get(message.endorsement_id, 0) == turn:
                    yield message

    def _settle(self, message: WaitingMessage, outcome: str) -> None:
        self._journal.settle_message(message.sequence, outcome)  # if not, central is told once more
        self._told_at.pop(message.sequence, None)
        self._unheard_in.pop(message.endorsement_id, None)
        self._last_taken = max(self._last_taken, message.sequence)
        log(LogEvent.MESSAGE_SETTLED, call=message.call, sequence=message.sequence, outcome=outcome)

    def _tell_of_waiting(self, again_in_s: float) -> None:
        try:
            queue, message = self._journal.queue(), self._journal.first_waiting_message()
        except JournalFailed:
            return  # said already by whoever tried before
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
        """What is never taken is said once an hour, from its first hour on."""
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
        """How central settled it, or who must wait."""
        try:
            call = _CALLS.get(message.call)
            if call is None:  # of another version of this program
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
    """Who must be sent again later."""

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
