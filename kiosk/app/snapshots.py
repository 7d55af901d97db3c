"""Collects how the running kiosk is. `Snapshots.take` is for any thread, and waits for nothing longer than a second."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app.start_failure import StartFailure
from kiosk.control.snapshot import STARTING, ClockNow, Found, JournalNow, Snapshot, StateNow, Tallies, Waiting
from kiosk.domain.clock import SHANGHAI, Clock, SystemClock
from kiosk.domain.devices import DEVICES
from kiosk.domain.endorsement import Custody
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.journal.names import stored_name
from kiosk.runtime.log_output import lines_dropped
from kiosk.services.device_health import BIN, CENTRAL, CERTIFICATES, DISPLAY, JOURNAL, SERVICE_STATE, DeviceHealth
from kiosk.version import VERSION
from kiosk.workflow import states as s

if TYPE_CHECKING:
    from kiosk.app.kiosk import Kiosk

JOURNAL_WITHIN_S = 1.0
"""Another program may hold the journal, or its disk hang: what was read last is told then, and how old it is."""


class Snapshots:
    """`kiosk()`: what is behind the window now, None while there is nothing; `failure()`: what the start failed of,
    None where it did not; `site`, `region`: what the configuration calls them. `monotonic`: seconds.
    """

    def __init__(
        self,
        kiosk: Callable[[], Kiosk | None],
        failure: Callable[[], StartFailure | None] = lambda: None,
        site: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kiosk = kiosk
        self._failure = failure
        self._site = site
        self._monotonic = monotonic
        self._began_at = monotonic()
        self._lock = threading.Lock()
        self._reader: JournalReader | None = None

    def take(self) -> Snapshot:
        """How everything is now."""
        kiosk, failure = self._kiosk(), self._failure()
        if kiosk is None:
            return self._without_machine(failure)
        clock = kiosk.clock
        return Snapshot(
            taken_at=clock.now().isoformat(timespec="seconds"),
            version=VERSION,
            process=os.getpid(),
            uptime_s=self._monotonic() - self._began_at,
            site=kiosk.config.site,
            region=kiosk.region.code,
            state=state_now(kiosk.engine.state, kiosk.engine.state_for_s, failure),
            found=found_now(kiosk),
            journal=self._reader_of(kiosk.journal, clock).read(JOURNAL_WITHIN_S),
            clock=ClockNow(clock.offset_s, clock.is_confirmed, clock.is_in_doubt, clock.jumps),
            certificate_days=kiosk.health.certificate_days(),
            counters={
                **kiosk.health.counts(),
                **kiosk.unknown_counts(),
                "clock_jumps": clock.jumps,
                "log_lines_dropped": lines_dropped(),
            },
            versions=kiosk.versions,
            tallies=Tallies(
                kiosk.visits.counts(),
                kiosk.health.failures(),
                kiosk.writing_times.distribution,
                kiosk.central_calls(),
            ),
        )

    def _without_machine(self, failure: StartFailure | None) -> Snapshot:
        for_s = self._monotonic() - self._began_at
        return Snapshot(
            taken_at=SystemClock().now().isoformat(timespec="seconds"),
            version=VERSION,
            process=os.getpid(),
            uptime_s=for_s,
            site=self._site,
            region="",
            state=StateNow(
                STARTING,
                for_s,
                Custody.UNKNOWN.value,
                serves=False,
                in_visit=False,
                fault=None if failure is None else failure.fault,
                details=() if failure is None else failure.lines,
            ),
        )

    def _reader_of(self, journal: Journal, clock: Clock) -> JournalReader:
        with self._lock:
            if self._reader is None or self._reader.journal is not journal:
                self._reader = JournalReader(journal, clock)
            return self._reader


def state_now(state: s.State, since_s: float, failure: StartFailure | None = None) -> StateNow:
    """The machine's state, without whose visit it is."""
    is_ending = s.is_switching_off(state)
    fault = state.fault if isinstance(state, s.OutOfService) else None
    return StateNow(
        stored_name(state),
        since_s,
        s.custody_of(state).value,
        serves=not isinstance(state, s.Recovering | s.OutOfService | s.InServiceMode) and not is_ending,
        in_visit=s.visit_of(state) is not None,
        fault=fault,
        details=(*(("it is being switched off",) if is_ending else ()), *(failure.lines if failure else ())),
    )


def found_now(kiosk: Kiosk) -> tuple[Found, ...]:
    """Every device that this kiosk has, then what is told of beside them."""
    present = [device for device in DEVICES if kiosk.config.devices[device]]
    needed = {device.name: device.visits_need_it for device in present}
    needed |= {CENTRAL: True, CERTIFICATES: True, JOURNAL: True, DISPLAY: False, BIN: False, SERVICE_STATE: True}
    return _found(kiosk.health, needed)


def _found(health: DeviceHealth, needed: dict[str, bool]) -> tuple[Found, ...]:
    standing = health.standing()
    return tuple(
        Found(name, is_needed, was_asked=False)
        if (how := standing.get(name)) is None
        else Found(name, is_needed, True, how.fault, how.since_s, how.looked_at_s)
        for name, is_needed in needed.items()
    )


class JournalReader:
    """Reads what a snapshot tells of one journal, on a thread of its own, at most one at a time."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self._clock = clock
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None
        self._last: JournalNow | None = None
        self._last_at = 0.0

    def read(self, within_s: float) -> JournalNow | None:
        """What stands there now; what was read before, where that takes longer or fails; None if nothing was."""
        with self._lock:
            if self._reading is None or not self._reading.is_alive():
                self._reading = threading.Thread(target=self._read, name="journal reader", daemon=True)
                self._reading.start()
            reading = self._reading
        reading.join(within_s)
        last, last_at = self._last, self._last_at
        return None if last is None else replace(last, read_s=self._clock.monotonic() - last_at)

    def _read(self) -> None:
        from kiosk.services.central.outbox import alarm_of, waits_for_s

        try:
            queue, head = self.journal.queue(), self.journal.head()
            last_step_at, kept = self.journal.last_step_at(), self.journal.permits_in_bin()
        except JournalFailed:
            return  # why not is told by the journal's own health
        now = self._clock.now()
        self._last_at = self._clock.monotonic()
        self._last = JournalNow(
            read_s=0.0,
            last_step=head.number,
            last_step_at=None if last_step_at is None else last_step_at.astimezone(SHANGHAI).isoformat("T", "seconds"),
            waiting=Waiting(queue.length, waits_for_s(queue, now), alarm_of(queue, now)),
            retained=len(kept),
            to_be_looked_for=sum(not permit.is_certain for permit in kept),
            free_bytes=_free_bytes(self.journal.path),
        )


def _free_bytes(file: Path) -> int | None:
    try:
        return shutil.disk_usage(file.parent).free
    except OSError:
        return None  # taken away, or foreign
