"""The heartbeat: every few minutes the kiosk reports its state to central, and central answers with its journal head.

It has its own worker and connection, so a silent central disturbs no visit. A lost heartbeat is not repeated, because
the next one says everything. The same worker verifies and purges the journal.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralError, CentralRefusedCall, CentralUnreachable
from kiosk.central.reading import Unknown
from kiosk.domain.clock import today
from kiosk.domain.faults import CENTRAL_GARBAGE, CENTRAL_UNREACHABLE, CLOCK_WRONG
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.chain import Head
from kiosk.journal.journal import Journal, JournalFailed, Queue
from kiosk.journal.names import stored_name
from kiosk.journal.retention import NothingPurged, purge
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.runtime.log_output import lines_dropped
from kiosk.services.central.certificate_watch import CertificateWatch
from kiosk.services.central.outbox import alarm_of, waits_for_s
from kiosk.services.device_health import CENTRAL, CERTIFICATES, JOURNAL, OK, DeviceHealth
from kiosk.services.effect_dispatch import Handler
from kiosk.services.journal_guard import JournalGuard
from kiosk.workflow import states as s

EVERY_S = 300.0
PURGED_EVERY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The sources of a heartbeat. `state()`: the machine's, from any thread; `versions`: by name; `keep`: how long the
    journal's records are kept; `unknown`: counts of values in central's answers that this kiosk does not know;
    `missing_years(day)`: years whose holidays the region file lacks on that day; `certificates`: those of the line.
    """

    state: Callable[[], s.State]
    journal: Journal
    guard: JournalGuard
    health: DeviceHealth
    versions: Mapping[str, str]
    keep: timedelta
    unknown: Unknown
    missing_years: Callable[[date], tuple[int, ...]]
    certificates: CertificateWatch


class HeartbeatService:
    """Sends heartbeats, on a thread of its own. `pause(seconds)` is True when a further job waits (`Worker.pause`);
    `chance()`: a random number from 0 to below 1, so that kiosks switched on together do not always call together.
    """

    def __init__(
        self,
        client: CentralClient,
        watched: Watched,
        clock: WatchedClock,
        pause: Callable[[float], bool],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._watched = watched
        self._clock = clock
        self._pause = pause
        self._chance = chance
        self._purged_at_s: float | None = None  # this and the next by the monotonic clock
        self._oldest: tuple[int, float] | None = None
        self._told_of_holidays_on: date | None = None

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def close(self) -> None:
        self._client.close()

    def begin(self) -> None:
        """Verify the journal, then send heartbeats until a further job waits. Each call verifies it again."""
        try:
            self._watched.guard.verify()
        except JournalFailed as error:
            _journal_failed(error)
        while True:
            self.beat()
            self._tidy()
            self._look_for_holidays()
            if self._pause(EVERY_S * (0.9 + 0.2 * self._chance())):
                return

    def beat(self) -> None:
        """Send one heartbeat. Its failure has no effect on the kiosk."""
        health = self._watched.health
        self._look_at_certificates()
        try:
            answer = self._client.heartbeat(self._report(), key=str(uuid4()))
            health.note(CENTRAL, None)
            self._clock.hear(answer.time)
            if answer.journal is not None:
                told = answer.journal
                self._watched.guard.compare(Head(told.number, told.algorithm, told.head))
        except CentralError as error:
            code = error.code if isinstance(error, CentralRefusedCall) else None
            health.note(CENTRAL, CENTRAL_UNREACHABLE if isinstance(error, CentralUnreachable) else CENTRAL_GARBAGE)
            log(
                LogEvent.CENTRAL_TROUBLE,
                level=logging.WARNING,
                call="heartbeat",
                error=f"{type(error).__name__}: {error}",
                code=code,
            )
        except JournalFailed as error:
            _journal_failed(error)
        if self._watched.guard.fault is not None:
            health.note(JOURNAL, self._watched.guard.fault)

    def _look_at_certificates(self) -> None:
        """Check the certificates, if the clock is confirmed."""
        if not self._clock.is_in_doubt:
            self._watched.health.note(CERTIFICATES, self._watched.certificates.look(self._clock.now()))
            self._watched.health.note_certificates(self._watched.certificates.days_left(self._clock.now()))

    def _report(self) -> contract.HeartbeatRequest:
        watched, now = self._watched, self._clock.now()
        state, head, queue = watched.state(), watched.journal.head(), watched.journal.queue()
        seen_for_s = self._seen_for_s(queue)
        alarm = alarm_of(queue, now, seen_for_s)
        if alarm is not None:
            log(
                LogEvent.FAULT_STANDS,
                level=logging.ERROR,
                fault=alarm.code,
                since_s=round(waits_for_s(queue, now, seen_for_s)),
            )
        return contract.HeartbeatRequest(
            sent_at=now,
            state=stored_name(state),
            custody=s.custody_of(state).value,
            fault=state.fault.code if isinstance(state, s.OutOfService) else None,
            versions=dict(watched.versions),
            devices=tuple(
                contract.DeviceState(device=device, state=how)
                for device, how in (*watched.health.states().items(), ("clock", self._clock_state()))
            ),
            journal=contract.JournalHead(number=head.number, algorithm=head.algorithm, head=head.hash),
            queue=contract.QueueState(length=queue.length, oldest_at=queue.oldest_at),
            counters={
                **watched.health.counts(),
                **watched.unknown.counts(),
                "clock_jumps": self._clock.jumps,
                "holiday_years_missing": len(watched.missing_years(now.date())),
                "log_lines_dropped": lines_dropped(),
                **self._days_left(),
            },
        )

    def _days_left(self) -> dict[str, int]:
        if self._clock.is_in_doubt:
            return {}
        left = self._watched.certificates.days_left(self._clock.now())
        return {f"certificate_days_{whose}": days for whose, days in left.items()}

    def _clock_state(self) -> str:
        """The clock's state as reported. One that is not confirmed yet counts as right: central's answer will tell."""
        return CLOCK_WRONG.code if self._clock.is_in_doubt else OK

    def _seen_for_s(self, queue: Queue) -> float:
        """For how many seconds this program has seen the oldest message wait."""
        passed_s = self._clock.monotonic()
        if queue.oldest is None:
            self._oldest = None
            return 0.0
        if self._oldest is None or self._oldest[0] != queue.oldest:
            self._oldest = (queue.oldest, passed_s)
        return passed_s - self._oldest[1]

    def _tidy(self) -> None:
        """Purge old records once a day, while nobody is served and the clock is confirmed."""
        passed_s = self._clock.monotonic()
        is_due = self._purged_at_s is None or passed_s - self._purged_at_s >= PURGED_EVERY_S
        if not is_due or not self._is_idle() or self._watched.guard.fault is not None:
            return
        now = self._clock.confirmed_now()
        if now is None:
            return
        try:
            self._purge(now)
        except JournalFailed as error:
            _journal_failed(error)

    def _look_for_holidays(self) -> None:
        """Log missing holidays once a day. Without them no date is told that depends on working days."""
        day = today(self._clock)
        if day == self._told_of_holidays_on:
            return
        self._told_of_holidays_on = day
        for year in self._watched.missing_years(day):
            log(LogEvent.HOLIDAYS_MISSING, level=logging.WARNING, year=year)

    def _purge(self, now: datetime) -> None:
        try:
            steps = purge(self._watched.journal, now, self._watched.keep, self._is_idle)
        except NothingPurged:
            self._watched.guard.verify()
            return
        self._purged_at_s = self._clock.monotonic()
        if steps:
            log(LogEvent.JOURNAL_PURGED, steps=steps)

    def _is_idle(self) -> bool:
        return isinstance(self._watched.state(), s.AtRest)


def _journal_failed(error: JournalFailed) -> None:
    log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
