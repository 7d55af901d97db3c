"""How a kiosk is brought down: at a point of its own, with the disk, with the permit unit; by the point's name.

journal/… central/… device/… bytes/…: SIGKILL there. disk/N-LUCK: before the N-th operation on the disk, of which only
what was synced surely stays. power/…: the permit unit loses its power at the same moment. motion/N: both lose it when
the permit has moved N times, which may be half-way between two places. unit/N: the unit alone does, the kiosk lives.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from drivers.simulators.permit import SimulatedPermit
from tests.torture.crash import disk
from tests.torture.crash.crash_harness import CrashHarness, Hang, KioskDied
from tests.torture.crash.resident import Resident

POINT_KINDS = ("journal", "central", "device", "bytes")
LINGERS_S = 2.0
"""After a visit the kiosk still tells central and wipes: points come for so long."""
MOTION_PACE = 0.06
"""A permit is on its way for 50 ms and more, so that it can be met there."""


def pace_of(point: str) -> float:
    """How fast the devices have to be for this fall."""
    return MOTION_PACE if point.startswith(("motion/", "unit/")) else 0.0


def fall(world: CrashHarness, resident: Resident, point: str, begins: bool) -> bool:
    """Let the kiosk live until it falls at `point`; whether it did. Raises what a kiosk that goes wrong raises."""
    kind, _, rest = point.partition("/")
    match kind:
        case "disk":
            number, _, luck = rest.partition("-")
            world.start(disk_kill_before=int(number))
            fell = _is_killed(world, resident, begins)
            if fell:
                world.disk_loses_power(disk.Luck(luck), int(number))
            return fell
        case "power":
            world.start(target=rest)
            fell = _is_killed(world, resident, begins)
            if fell:
                world.rig.fault("permit_unit", "power_loss")
            return fell
        case "motion":
            return _falls_in_motion(world, resident, int(rest), begins)
        case "unit":
            return _unit_falls(world, resident, int(rest), begins)
        case _:
            assert kind in POINT_KINDS, point
            world.start(target=point)
            return _is_killed(world, resident, begins)


def _is_killed(world: CrashHarness, resident: Resident, begins: bool) -> bool:
    """Whether the kiosk came to its point; it may come there after the visit."""
    assert world.kiosk is not None
    try:
        resident.stays(begins)
        while True:
            world.kiosk.hear(LINGERS_S)
    except Hang:
        return False
    except KioskDied as error:
        if error.status != -signal.SIGKILL:
            raise
        world.kill()
        return True


def _falls_in_motion(world: CrashHarness, resident: Resident, number: int, begins: bool) -> bool:
    world.start()
    kiosk = world.kiosk
    assert kiosk is not None

    def power_goes() -> None:
        kiosk.strike()
        world.rig.fault("permit_unit", "power_loss")

    with _AtMove(world, resident.permit, number, power_goes):
        return _is_killed(world, resident, begins)


def _unit_falls(world: CrashHarness, resident: Resident, number: int, begins: bool) -> bool:
    world.start()
    with _AtMove(world, resident.permit, number, lambda: world.rig.fault("permit_unit", "power_loss")) as move:
        resident.stays(begins)
        return move.came.is_set()


class _AtMove:
    """Does `act` once, from a thread of its own, when the permit has moved so many times."""

    def __init__(self, world: CrashHarness, permit: str, number: int, act: Callable[[], None]) -> None:
        self.came = threading.Event()
        self._over = threading.Event()
        self._left = number
        self._act = act
        self._thread = threading.Thread(target=self._wait, name="power")
        world.rig.issued(permit).permit.watch(self._moved)

    def __enter__(self) -> _AtMove:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _moved(self, _: SimulatedPermit) -> None:
        self._left -= 1
        if self._left == 0:
            self.came.set()

    def _wait(self) -> None:
        while not self._over.is_set():
            if self.came.wait(0.02):
                self._act()
                return
