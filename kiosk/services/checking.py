"""Is everything there that a visit needs? Asked while nobody is served, each device on its own thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.errors import DriverError
from kiosk.faults import Fault
from kiosk.services.device_health import BIN, JOURNAL, DeviceHealth
from kiosk.services.faulting import fault_of
from kiosk.services.journal_guard import JournalGuard
from kiosk.services.performing import Desk, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

if TYPE_CHECKING:
    # It brings the whole of central's contract and its client, which the first screen does not need.
    from kiosk.services.central import CentralService
    from kiosk.services.chip import ChipService
    from kiosk.services.id_card import IdCardService
    from kiosk.services.permit import PermitService


class DeviceCheck:
    """Asks the identity reader, the permit unit, then the slot where chips are read; without any of them no permit may
    be taken in. A clock that was found wrong is compared with central's until it is right. Last, whether the journal
    would take a record.
    """

    def __init__(
        self, id_card: Desk[IdCardService], permit: Desk[PermitService], chip: Desk[ChipService],
        central: Desk[CentralService], journal: JournalGuard, health: DeviceHealth,
    ) -> None:
        self._id_card = id_card
        self._permit = permit
        self._chip = chip
        self._central = central
        self._journal = journal
        self._health = health

    def carry_out(self, _: do.CheckDevices, post: Post) -> None:
        """Post `DeviceFailed` for the first that is not ready, else `DevicesReady`."""
        self._id_card.submit(lambda service: self._check_reader(service, post), "check")

    def _check_reader(self, service: IdCardService, post: Post) -> None:
        try:
            service.check()
        except DriverError as error:
            post(on.DeviceFailed(fault_of("id_reader", error, doing="checking")))
            return
        self._permit.submit(lambda permit: self._check_unit(permit, post), "check")

    def _check_unit(self, service: PermitService, post: Post) -> None:
        try:
            fault = service.check()
        except DriverError as error:
            fault = fault_of("permit_unit", error, doing="checking")
        self._health.note(BIN, service.bin_trouble())
        if fault is None:
            self._chip.submit(lambda chip: self._check_slot(chip, post), "check")
        else:
            post(on.DeviceFailed(fault))

    def _check_slot(self, service: ChipService, post: Post) -> None:
        try:
            service.check()
        except DriverError as error:
            post(on.DeviceFailed(fault_of("permit_chip", error, doing="checking")))
            return
        self._central.submit(lambda central: self._check_clock(central, post), "check")

    def _check_clock(self, service: CentralService, post: Post) -> None:
        fault = service.check() or self._look_at_journal()
        post(on.DevicesReady() if fault is None else on.DeviceFailed(fault))

    def _look_at_journal(self) -> Fault | None:
        fault = self._journal.look()
        self._health.note(JOURNAL, fault)
        return fault
