"""Checks the slot in which a permit's chip is read, before a permit is taken in and while one is awaited.

The slot belongs to the chip's thread, the mouth to the permit unit's. This module connects the two threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.errors import DriverError
from kiosk.domain.devices import PERMIT_CHIP
from kiosk.domain.faults import COUPLER_SILENT, Fault
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import ServiceThread

if TYPE_CHECKING:
    from kiosk.services.chip import ChipService

EVERY_S = 2.0
"""Seconds between two checks. A check takes a millisecond; a permit needs about 2 s from the mouth to the station."""

LONGEST_S = 15.0
"""Seconds after which the slot counts as silent. A check ends after 3 s, and an earlier job of the thread after 10."""

AGAIN_S = 1.0
"""Seconds before a pcscd that is gone is checked again, because an update restarts it within a second. Only after the
second check does it count as gone. A pcscd that hangs is not checked again.
"""

POLL_S = 0.02


class SlotWatch:
    """Watches the slot. The permit unit's thread uses it; the checks run on the chip's thread."""

    def __init__(self, chip: ServiceThread[ChipService]) -> None:
        self._chip = chip
        self._changed = threading.Condition()
        self._asked_at: float | None = None
        self._answered_at = 0.0
        self._failed: Fault | None = None  # at the latest check
        self._believed: Fault | None = None

    def look(self, is_given_up: Callable[[], bool]) -> Fault | None:
        """Check now. Returns why no chip can be read; None if the slot answers or `is_given_up()` became true."""
        self._ask()
        with self._changed:
            while not is_given_up():
                if self._is_overdue():
                    return COUPLER_SILENT
                if self._asked_at is None and self._failed is self._believed:
                    return self._believed
                if self._asked_at is None and time.monotonic() - self._answered_at >= AGAIN_S:
                    self._ask()
                self._changed.wait(POLL_S)
        return None

    def trouble(self) -> Fault | None:
        """The fault by the latest checks, or None. Starts another check when one is due, without waiting for it."""
        with self._changed:
            if self._asked_at is None and time.monotonic() - self._answered_at >= EVERY_S:
                self._ask()
            return COUPLER_SILENT if self._is_overdue() else self._believed

    def _is_overdue(self) -> bool:
        return self._asked_at is not None and time.monotonic() - self._asked_at > LONGEST_S

    def _ask(self) -> None:
        with self._changed:
            if self._asked_at is None or self._is_overdue():
                self._asked_at = time.monotonic()
        self._chip.submit(self._look)

    def _look(self, service: ChipService) -> None:
        fault = None
        try:
            service.check()
        except DriverError as error:
            fault = fault_of(PERMIT_CHIP, error, doing="looking at the slot")
        with self._changed:
            is_certain = fault is None or fault is COUPLER_SILENT or self._failed is not None
            self._failed, self._believed = fault, fault if is_certain else None
            self._asked_at, self._answered_at = None, time.monotonic()
            self._changed.notify_all()
