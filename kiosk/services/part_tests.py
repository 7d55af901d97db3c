"""Tests of single parts that a technician asks for: on the part's own thread, one at a time, each with a record.

Asking a device how it is, is the same question that is asked while nobody is there, and is asked by the same code. What
is printed or lit is for a person to judge; the device only says that it did its part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drivers.errors import DriverError
from kiosk.domain.devices import DEVICES
from kiosk.domain.faults import CONFIGURATION, Fault
from kiosk.domain.part_tests import LONGEST_TEST_S
from kiosk.event_log.log_events import LogEvent, log
from kiosk.services.device_faults import fault_of
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import Post, ServiceThread
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.technician.tasks import Outcome, TestRecord

STATUS = "status"
_DEVICE = {device.name: device for device in DEVICES}


Look = Callable[[Any], Fault | None]
"""Asks a part's service how it is and notes the answer; returns why the part does not work, or None."""


class PartTests:
    """Answers `TestPart`. `threads` and `looks`: by the part's name. A service has a method `test_NAME()` for each
    further test of its part, which a person judges; it raises a `DriverError` if the device did not do its part.
    `changed()`: called, on the part's thread, when a test finds that a device fails.
    """

    def __init__(
        self,
        threads: Mapping[str, ServiceThread[Any]],
        looks: Mapping[str, Look],
        health: DeviceHealth,
        changed: Callable[[], None],
    ) -> None:
        self._threads = threads
        self._looks = looks
        self._health = health
        self._changed = changed

    def carry_out(self, effect: do.TestPart, post: Post) -> None:
        """Begin a test; its end is told as `PartTested`."""
        make = self._looked if effect.test == STATUS else self._made
        ended = partial(_ended, effect, post)
        self._threads[effect.part].submit(
            lambda service: ended(make(effect, service)), "test", LONGEST_TEST_S, lambda: ended(CONFIGURATION)
        )

    def _looked(self, effect: do.TestPart, service: Any) -> Fault | None:
        return self._looks[effect.part](service)

    def _made(self, effect: do.TestPart, service: Any) -> Fault | None:
        try:
            getattr(service, f"test_{effect.test}")()
        except DriverError as error:
            fault = fault_of(_DEVICE[effect.part], error, doing="testing")
            if self._health.note(effect.part, fault):
                self._changed()
            return fault
        return None


def _ended(effect: do.TestPart, post: Post, fault: Fault | None) -> None:
    well = Outcome.PASSED if effect.test == STATUS else Outcome.ASKED
    outcome = well if fault is None else Outcome.FAILED
    log(LogEvent.PART_TESTED, device=effect.part, test=effect.test, outcome=outcome.value)
    post(on.PartTested(TestRecord(effect.part, effect.test, outcome, fault)))
