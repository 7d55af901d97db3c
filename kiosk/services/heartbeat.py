"""Every few minutes central is told how this kiosk is, and says what it knows of its journal.

A worker and a connection of its own: a central that is silent here disturbs no visit. Nothing is sent again; the next
heartbeat says it all. The same worker looks after the journal, since it has the time.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralError, CentralRefusedCall
from kiosk.central.reading import Unknown
from kiosk.log_events import LogEvent, log
from kiosk.runtime.chain import Head
from kiosk.runtime.clock import Clock
from kiosk.runtime.journal import Journal, JournalFailed
from kiosk.runtime.keeping import NothingPurged, purge
from kiosk.services.device_health import DeviceHealth
from kiosk.services.journal_guard import JournalGuard
from kiosk.services.outbox import alarm_of
from kiosk.services.performing import Handler
from kiosk.workflow import states as s

EVERY_S = 300.0
PURGED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a heartbeat tells of. `state()`: the machine's, from any thread; `versions`: by name; `keep`: how long the
    journal's records are kept; `unknown`: what of central's answers this kiosk does not know.
    """

    state: Callable[[], s.State]
    journal: Journal
    guard: JournalGuard
    health: DeviceHealth
    versions: Mapping[str, str]
    keep: timedelta
    unknown: Unknown


class HeartbeatService:
    """Sits at a desk of its own. `pause(seconds)` is True when something else is to be done (`Worker.pause`);
    `chance()`: at least 0 and below 1, so that kiosks that were switched on together do not call together for ever.
    """

    def __init__(
        self, client: CentralClient, watched: Watched, clock: Clock, pause: Callable[[float], bool],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._watched = watched
        self._clock = clock
        self._pause = pause
        self._chance = chance
        self._purged_at: datetime | None = None

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def close(self) -> None:
        self._client.close()

    def begin(self) -> None:
        """Look through the journal, then beat until a further job waits. A new call looks through it anew."""
        try:
            self._watched.guard.verify()
        except JournalFailed as error:
            _journal_failed(error)
        while True:
            self.beat()
            self._tidy()
            if self._pause(EVERY_S * (0.9 + 0.2 * self._chance())):
                return

    def beat(self) -> None:
        """Tell central once; whatever comes of it, the kiosk goes on."""
        try:
            answer = self._client.heartbeat(self._report(), key=str(uuid4()))
            if answer.journal is not None:
                told = answer.journal
                self._watched.guard.compare(Head(told.number, told.algorithm, told.head))
        except CentralError as error:
            code = error.code if isinstance(error, CentralRefusedCall) else None
            log(
                LogEvent.CENTRAL_TROUBLE, level=logging.WARNING, call="heartbeat",
                error=f"{type(error).__name__}: {error}", code=code)
        except JournalFailed as error:
            _journal_failed(error)

    def _report(self) -> contract.HeartbeatRequest:
        watched, now = self._watched, self._clock.now()
        state, head, queue = watched.state(), watched.journal.head(), watched.journal.queue()
        alarm = alarm_of(queue, now)
        if alarm is not None and queue.oldest_at is not None:
            log(
                LogEvent.FAULT_STANDS, level=logging.ERROR, fault=alarm.code,
                since_s=round((now - queue.oldest_at).total_seconds()))
        return contract.HeartbeatRequest(
            sent_at=now,
            state=type(state).__name__,
            custody=s.custody_of(state).value,
            fault=state.fault.code if isinstance(state, s.OutOfService) else None,
            versions=dict(watched.versions),
            devices=tuple(
                contract.DeviceState(device=device, state=how) for device, how in watched.health.states().items()),
            journal=contract.JournalHead(number=head.number, algorithm=head.algorithm, head=head.hash),
            queue=contract.QueueState(length=queue.length, oldest_at=queue.oldest_at),
            counters={**watched.health.counts(), **watched.unknown.counts()},
        )

    def _tidy(self) -> None:
        """Once a day, while nobody is served, forget what is too old."""
        now = self._clock.now()
        is_due = self._purged_at is None or now - self._purged_at >= PURGED_EVERY
        if not is_due or not self._is_idle() or self._watched.guard.fault is not None:
            return
        try:
            self._purge(now)
        except JournalFailed as error:
            _journal_failed(error)

    def _purge(self, now: datetime) -> None:
        try:
            steps = purge(self._watched.journal, now, self._watched.keep, self._is_idle)
        except NothingPurged:
            self._watched.guard.verify()
            return
        self._purged_at = now
        if steps:
            log(LogEvent.JOURNAL_PURGED, steps=steps)

    def _is_idle(self) -> bool:
        return isinstance(self._watched.state(), s.Idle)


def _journal_failed(error: JournalFailed) -> None:
    log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error))
