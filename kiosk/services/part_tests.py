"""Tests of single parts that a technician asks for: on the part's own thread, one at a time, each with a record.

Asking a device how it is, is the same question that is asked while nobody is there. What is printed or lit is for a
person to judge; the device only says that it did its part.
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


class PartTests:
    """Answers `TestPart`. `threads`: by the part's name; every service has `check()`, and a method `test_NAME()` for
    each further test of its part, which a person judges. Both return why it is not well, or raise a `DriverError`.
    """

    def __init__(self, threads: Mapping[str, ServiceThread[Any]], health: DeviceHealth) -> None:
        self._threads = threads
        self._health = health

    def carry_out(self, effect: do.TestPart, post: Post) -> None:
        """Begin a test; its end is told as `PartTested`."""
        ended = partial(self._ended, effect, post)
        self._threads[effect.part].submit(
            lambda service: ended(_made(effect, service)), "test", LONGEST_TEST_S, lambda: ended(CONFIGURATION)
        )

    def _ended(self, effect: do.TestPart, post: Post, fault: Fault | None) -> None:
        self._health.note(effect.part, fault)
        well = Outcome.PASSED if effect.test == STATUS else Outcome.ASKED
        outcome = well if fault is None else Outcome.FAILED
        log(LogEvent.PART_TESTED, device=effect.part, test=effect.test, outcome=outcome.value)
        post(on.PartTested(TestRecord(effect.part, effect.test, outcome, fault)))


def _made(effect: do.TestPart, service: Any) -> Fault | None:
    make: Callable[[], Fault | None] = (
        service.check if effect.test == STATUS else getattr(service, f"test_{effect.test}")
    )
    try:
        return make()
    except DriverError as error:
        return fault_of(_DEVICE[effect.part], error, doing="testing")
