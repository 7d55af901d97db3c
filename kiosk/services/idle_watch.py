"""The check of lesser devices while nobody is served.

Each check is one question on the device's own thread. It is not repeated before it has ended, so a device that hangs
blocks only itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drivers.errors import DriverError
from kiosk.domain.devices import Device
from kiosk.domain.faults import Fault
from kiosk.services.device_faults import fault_for, fault_of
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import Post, ServiceThread
from kiosk.workflow import effects as do

_LONGEST_S = 60.0
"""Seconds; a check takes about one, and some more if a line must be opened or the service built."""


class IdleWatch:
    """Checks lesser devices. `threads`: by device; their services have `check()`, which raises a `DriverError`.
    `changed()` is called on a device's thread when the device fails or works again.
    """

    def __init__(
        self, threads: Mapping[Device, ServiceThread[Any]], health: DeviceHealth, changed: Callable[[], None]
    ) -> None:
        self._threads = threads
        self._health = health
        self._changed = changed
        self._lock = threading.Lock()
        self._being_asked: set[Device] = set()

    def carry_out(self, _: do.CheckDevices, __: Post) -> None:
        """Check each device whose last check has ended."""
        for device, thread in self._threads.items():
            with self._lock:
                if device in self._being_asked:
                    continue
                self._being_asked.add(device)
            thread.submit(partial(self._look, device), "check", _LONGEST_S, partial(self._looked, device))

    def look(self, device: Device, service: Any) -> Fault | None:
        """Ask a device, on its own thread, and note the answer. Returns why it does not work, or None."""
        fault = self._asked(device, service)
        if self._health.note(device.name, fault):
            self._changed()
        return fault

    def _look(self, device: Device, service: Any) -> None:
        try:
            self.look(device, service)
        finally:
            self._looked(device)

    def _looked(self, device: Device) -> None:
        with self._lock:
            self._being_asked.discard(device)

    def _asked(self, device: Device, service: Any) -> Fault | None:
        try:
            service.check()
        except DriverError as error:
            # Logged once, because the same fault is found every half minute until it is mended.
            is_news = self._health.fault(device.name) is not fault_for(device, error)
            return fault_of(device, error, doing="checking") if is_news else fault_for(device, error)
        return None
