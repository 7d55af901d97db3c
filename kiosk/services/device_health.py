"""The last known state of each device, and counts of what happened, from the events and idle checks of services.

Each change, for the worse or the better, is logged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kiosk.domain.devices import (
    CODE_SCANNER,
    DEVICE_OF_PART,
    DEVICES,
    ID_READER,
    PERMIT_CHIP,
    PERMIT_UNIT,
    RECEIPT_PRINTER,
)
from kiosk.domain.faults import Fault, Severity
from kiosk.domain.service_state import is_closed_by_people
from kiosk.event_log.log_events import LogEvent, log
from kiosk.workflow import events as on

OK = "ok"

CENTRAL, CERTIFICATES, JOURNAL, DISPLAY, BIN = "central", "certificates", "journal", "display", "bin"
SERVICE_STATE = "service_state"
"""Names that are reported like devices though they are none."""

BESIDE_DEVICES = (CENTRAL, CERTIFICATES, JOURNAL, DISPLAY, BIN, SERVICE_STATE)

_WORKS = {
    on.IdCardRead: ID_READER,
    on.PermitTakenIn: PERMIT_UNIT,
    on.PermitAtMouth: PERMIT_UNIT,
    on.PermitTaken: PERMIT_UNIT,
    on.PermitRetained: PERMIT_UNIT,
    on.FaceRewritten: PERMIT_UNIT,
    on.PermitRead: PERMIT_CHIP,
    on.ChipReadBack: PERMIT_CHIP,
    on.ReceiptPrinted: RECEIPT_PRINTER,
    on.LicenceCodeRead: CODE_SCANNER,
}

_COUNTED = {
    on.PermitTakenIn: "permits_taken_in",
    on.GrantReceived: "grants_received",
    on.EndorsementRefused: "endorsements_refused",
    on.ApplicationReceived: "applications_received",
    on.FaceRewritten: "faces_rewritten",
    on.PermitTaken: "permits_taken",
    on.PermitRetained: "permits_retained",
    on.ReceiptPrinted: "receipts_printed",
}
COUNTED = tuple(_COUNTED.values())
"""Names of what is counted, beside faults."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The health of devices, for any thread. A device that was not checked yet is not listed. Counts start at 0."""

    fault: Fault | None
    since_s: float
    looked_at_s: float


class DeviceHealth:
    """Usable from any thread. What was not asked yet is not told of; counts begin with the program. `monotonic`:
    seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._faults: dict[str, Fault | None] = {}
        self._since: dict[str, float] = {}
        self._looked_at: dict[str, float] = {}
        self._certificate_days: Mapping[str, int] = {}
        self._counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        self._failures: Counter[tuple[str, str]] = Counter()

    def observe(self, event: on.Event, step: str = "") -> None:
        """Note what an event of a service says about devices. `step`: the name of the machine's state meanwhile."""
        fault = getattr(event, "fault", None)
        with self._lock:
            if isinstance(fault, Fault) and not is_closed_by_people(fault):
                self._failures[fault.code, step] += 1
            if type(event) in _COUNTED:
                self._counts[_COUNTED[type(event)]] += 1
        for device, found in _told_by(event, fault):
            self.note(device, found)

    def note(self, device: str, fault: Fault | None) -> bool:
        """Note the state of a device, or of another thing that visits need; returns whether it is new."""
        instant = self._monotonic()
        with self._lock:
            before = _word(self._faults.get(device))
            if device not in self._faults or self._faults[device] is not fault:
                self._since[device] = instant
            self._faults[device] = fault
            self._looked_at[device] = instant
        now = _word(fault)
        if now != before:
            log(LogEvent.DEVICE_STATE, level=_level(fault), device=device, before=before, now=now)
        return now != before

    def fault(self, device: str) -> Fault | None:
        """Why a device did not work when it was last checked; None also if it was not checked yet."""
        with self._lock:
            return self._faults.get(device)

    def states(self) -> dict[str, str]:
        """The state of each device: "ok", or the code of its fault."""
        with self._lock:
            return {device: _word(fault) for device, fault in self._faults.items()}

    def standing(self) -> dict[str, Standing]:
        """By device, and by what is told of beside them."""
        instant = self._monotonic()
        with self._lock:
            return {
                device: Standing(fault, instant - self._since[device], instant - self._looked_at[device])
                for device, fault in self._faults.items()
            }

    def note_certificates(self, days: Mapping[str, int]) -> None:
        """Take note of how many days the certificates of the line to central are still valid, by whose."""
        self._certificate_days = dict(days)

    def certificate_days(self) -> Mapping[str, int]:
        """What was noted last; nothing before that."""
        return self._certificate_days

    def counts(self) -> dict[str, int]:
        """The counts by name, since the program started."""
        with self._lock:
            return {**self._counts, "faults": self._failures.total()}

    def failures(self) -> dict[tuple[str, str], int]:
        """How often services told of a fault since the program started, by its code and the machine's state."""
        with self._lock:
            return dict(self._failures)


def _told_by(event: on.Event, fault: object) -> Iterable[tuple[str, Fault | None]]:
    """The states of devices that an event implies: pairs of device name and fault or None."""
    if isinstance(event, on.DevicesReady):
        return [(device.name, None) for device in DEVICES if device.visits_need_it]
    if type(event) in _WORKS:
        return [(_WORKS[type(event)].name, None)]
    if isinstance(fault, Fault) and fault.part in DEVICE_OF_PART:
        return [(DEVICE_OF_PART[fault.part].name, fault)]
    return []


def _word(fault: Fault | None) -> str:
    return OK if fault is None else fault.code


def _level(fault: Fault | None) -> int:
    if fault is None:
        return logging.INFO
    return logging.ERROR if fault.severity is Severity.OUT_OF_SERVICE else logging.WARNING
