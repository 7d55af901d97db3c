"""The check, while nobody is served, of everything that visits need: all at once, each on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from drivers.errors import DriverError
from kiosk.domain.devices import ID_READER, PERMIT_CHIP, PERMIT_UNIT, Device
from kiosk.domain.faults import CONFIGURATION, Fault, Severity
from kiosk.runtime.workers import LONGEST_JOB_S
from kiosk.services.device_faults import fault_of
from kiosk.services.device_health import BIN, CENTRAL, JOURNAL, DeviceHealth
from kiosk.services.effect_dispatch import Handler, Post, ServiceThread
from kiosk.services.journal_guard import JournalGuard
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

if TYPE_CHECKING:
    # It imports central's contract and client, which the first screen does not need.
    from kiosk.services.central.requests import CentralService
    from kiosk.services.chip import ChipService
    from kiosk.services.id_card import IdCardService
    from kiosk.services.permit import PermitService


class JournalLook:
    """The service that checks the journal's file, on its own thread because the disk or a program may block it."""

    def __init__(self, guard: JournalGuard) -> None:
        self._guard = guard

    @property
    def handlers(self) -> dict[type, Handler]:
        return {}

    def look(self) -> Fault | None:
        """Why the journal cannot take a record, or None."""
        return self._guard.look()

    def close(self) -> None:
        """Do nothing: the journal owns its file."""


class DeviceCheck:
    """Checks the identity reader, the permit unit, the slot where chips are read, central (and the clock by central's
    time) and the journal's file. Each answer is noted in `health` when it comes. `standing()`: a fault that closes the
    kiosk whatever they answer; `changed()` is called when central may have become reachable or unreachable.

    The machine gets one event for each check. It is the first fault, in this order, that closes the kiosk, as soon as
    all before it have answered, or when the next check begins if one is late. Without such a fault it comes when all
    have answered: the first other fault, or that all is well.
    """

    def __init__(
        self,
        id_card: ServiceThread[IdCardService],
        permit: ServiceThread[PermitService],
        chip: ServiceThread[ChipService],
        central: ServiceThread[CentralService],
        journal: ServiceThread[JournalLook],
        health: DeviceHealth,
        standing: Callable[[], Fault | None],
        changed: Callable[[], None],
    ) -> None:
        self._changed = changed
        self._health = health
        self._standing = standing
        self._looks: dict[str, tuple[ServiceThread[Any], Callable[[Any], Fault | None]]] = {
            ID_READER.name: (id_card, self._look_at_reader),
            PERMIT_UNIT.name: (permit, self._look_at_unit),
            PERMIT_CHIP.name: (chip, self._look_at_slot),
            CENTRAL: (central, self._look_at_central),
            JOURNAL: (journal, self._look_at_journal),
        }
        self._lock = threading.Lock()
        self._being_asked: set[str] = set()
        self._answers: dict[str, Fault | None] = {}  # of the present check
        self._untold: Post | None = None  # None once the present check is reported

    def carry_out(self, _: do.CheckDevices, post: Post) -> None:
        """Begin a check. A device that has not answered the last one is not asked again; its late answer counts."""
        standing = self._standing()
        if standing is not None:
            post(on.DeviceFailed(standing))
        with self._lock:
            late, tell = _closing(self._answers.get(name) for name in self._looks), self._untold
            self._answers, self._untold = {}, post if standing is None else None
            asked = [name for name in self._looks if name not in self._being_asked]
            self._being_asked.update(asked)
        if standing is None and tell is not None and late is not None:
            tell(on.DeviceFailed(late))
        for name in asked:
            self._looks[name][0].submit(
                partial(self._ask, name), "check", LONGEST_JOB_S, partial(self._answered, name, CONFIGURATION)
            )

    def look(self, name: str, service: Any) -> Fault | None:
        """Ask one of them, on its own thread, because a technician wants to know, and note the answer. Returns why it
        does not work, also where that closes nothing.
        """
        fault = self._looks[name][1](service) or self._health.fault(name)
        return service.last_failure if fault is None and name == CENTRAL else fault

    def _ask(self, name: str, service: Any) -> None:
        fault = self._looks[name][1](service)
        self._answered(name, fault)

    def _answered(self, name: str, fault: Fault | None) -> None:
        with self._lock:
            self._being_asked.discard(name)
            self._answers[name] = fault
            news, tell = self._news(), self._untold
            if news is None or tell is None:
                return
            self._untold = None
        tell(news)

    def _news(self) -> on.DeviceFailed | on.DevicesReady | None:
        """The event that is certain by now; None if none is."""
        found = [self._answers[name] for name in takewhile(self._answers.__contains__, self._looks)]
        fault = _closing(found)
        if fault is None and len(found) < len(self._looks):
            return None
        fault = fault or next(filter(None, found), None)
        return on.DevicesReady() if fault is None else on.DeviceFailed(fault)

    def _look_at_reader(self, service: IdCardService) -> Fault | None:
        return self._noted(ID_READER.name, _found(ID_READER, service.check))

    def _look_at_unit(self, service: PermitService) -> Fault | None:
        fault = _found(PERMIT_UNIT, service.check)
        self._health.note(BIN, service.bin_trouble())
        if fault is None or fault.part is PERMIT_UNIT.part:
            return self._noted(PERMIT_UNIT.name, fault)
        self._health.note(PERMIT_UNIT.name, None)  # the unit answered; the fault is the journal's
        return fault

    def _look_at_slot(self, service: ChipService) -> Fault | None:
        return self._noted(PERMIT_CHIP.name, _found(PERMIT_CHIP, service.check))

    def _look_at_central(self, service: CentralService) -> Fault | None:
        fault = service.check()
        self._health.note(CENTRAL, service.trouble)
        self._changed()  # called even if the heartbeat has noted the same before
        return fault

    def _look_at_journal(self, service: JournalLook) -> Fault | None:
        return self._noted(JOURNAL, service.look())

    def _noted(self, name: str, fault: Fault | None) -> Fault | None:
        self._health.note(name, fault)
        return fault


def _found(device: Device, check: Callable[[], Fault | None]) -> Fault | None:
    try:
        return check()
    except DriverError as error:
        return fault_of(device, error, doing="checking")


def _closing(found: Iterable[Fault | None]) -> Fault | None:
    """The first fault with which no permit may be taken in."""
    return next((fault for fault in found if fault is not None and fault.severity is Severity.OUT_OF_SERVICE), None)
