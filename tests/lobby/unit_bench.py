"""A simulated permit unit on its pseudo-terminal, its driver on the other end, and a permit in the hand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

from assets import ASSETS
from drivers.permit_unit.base import PermitPosition, ResetPolicy, TakeInOutcome
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.device_file import CrtDeviceFile
from drivers.permit_unit.crt_591_m.device_file import load_device_file as load_crt_file
from drivers.permit_unit.crt_591_m.frames import Command, CommandFrame
from drivers.permit_unit.star_tcp300.device import StarTcp300
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile
from drivers.permit_unit.star_tcp300.device_file import load_device_file as load_star_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.permit_unit_sim import PermitUnitSim
from drivers.simulators.virtual_chip import VirtualChip
from drivers.transport.base import ByteTransport
from drivers.transport.urls import open_bytes

DEVICES = ASSETS / "devices"
STAR_FILE = DEVICES / "star-tcp300.toml"
CRT_FILE = DEVICES / "crt-591-m.toml"

Unit = TypeVar("Unit", StarTcp300, Crt591M)
Simulator = TypeVar("Simulator", PermitUnitSim, CrtUnitSim)
Wrap = Callable[[ByteTransport], ByteTransport]


class UnitBench(ABC, Generic[Unit, Simulator]):
    """What the benches of both dialects share. `wrap`, of `driver`: what goes between driver and port."""

    def __init__(self, activity: ActivityLog, simulator: Simulator, chip: VirtualChip | None = None) -> None:
        self.activity = activity
        self.simulator: Simulator = simulator
        self.url = simulator.start()
        self.face = RewritableFace()
        self.permit = SimulatedPermit("bench", chip, self.face)
        self.unit: Unit = self.driver()

    @abstractmethod
    def driver(self, wrap: Wrap = lambda link: link) -> Unit: ...

    def open_port(self) -> ByteTransport:
        return open_bytes(self.url, "permit_unit")

    def take_in(self) -> None:
        self.simulator.offer(self.permit)
        assert self.unit.take_in(lambda: False) is TakeInOutcome.TAKEN_IN

    def position(self) -> PermitPosition:
        return self.unit.status().position


class StarBench(UnitBench[StarTcp300, PermitUnitSim]):
    """A Star TCP300 that was not reset yet."""

    def __init__(self, run_dir: Path, pace: float) -> None:
        activity = ActivityLog()
        super().__init__(activity, PermitUnitSim(activity, pace, run_dir, late_s=0.8))

    def driver(self, wrap: Wrap = lambda link: link) -> StarTcp300:
        return StarTcp300(lambda: wrap(self.open_port()), impatient_star())


class CrtBench(UnitBench[Crt591M, CrtUnitSim]):
    """A CRT-591-M, initialised."""

    def __init__(self, run_dir: Path, pace: float, chip: VirtualChip | None = None) -> None:
        activity = ActivityLog()
        self.file = impatient_crt()
        super().__init__(activity, CrtUnitSim(activity, pace, run_dir, late_s=0.8), chip)
        self.unit.reset(ResetPolicy.LEAVE)

    def driver(self, wrap: Wrap = lambda link: link) -> Crt591M:
        return Crt591M(lambda: wrap(self.open_port()), self.file)

    def send(self, command: Command, parameter: int) -> None:
        """One frame by another program, which ends before it is answered."""
        self.unit.close()
        link = self.open_port()
        link.write(CommandFrame(command, parameter).encode())
        assert link.read(1, 1.0) == b"\x06"
        link.close()


Bench = TypeVar("Bench", StarBench, CrtBench)


@contextmanager
def closing(bench: Bench) -> Iterator[Bench]:
    try:
        yield bench
    finally:
        bench.unit.close()
        bench.simulator.stop()


def impatient_star() -> StarDeviceFile:
    """The device file, with waits that a test can afford."""
    device_file = load_star_file(STAR_FILE)
    timeouts = replace(
        device_file.timeouts,
        ack_s=0.4,
        answer_s=0.4,
        transport_s=1.5,
        erase_and_print_s=0.9,
        initialise_s=1.5,
        take_back_s=0.5,
    )
    return replace(device_file, timeouts=timeouts, refusal_pause_s=0.01)


def impatient_crt() -> CrtDeviceFile:
    """The device file, with waits that a test can afford."""
    device_file = load_crt_file(CRT_FILE)
    timeouts = replace(device_file.timeouts, answer_s=0.4, transport_s=1.5, initialise_s=1.5, chip_s=0.6)
    return replace(device_file, timeouts=timeouts, entry_poll_s=0.02)
