"""The device file of a CRT-591-M, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drivers.device_file import FileTable
from drivers.permit_unit.base import Capabilities
from drivers.permit_unit.crt_591_m.status import Sensor

DIALECT = "crt-591-m"
ChipPosition = Literal["contacts", "antenna"]


@dataclass(frozen=True, slots=True)
class CrtTimeouts:
    """How long the unit may take, in seconds."""

    ack_s: float
    answer_s: float
    transport_s: float
    initialise_s: float
    chip_s: float


@dataclass(frozen=True, slots=True)
class CrtDeviceFile:
    """One model. `chip_position`: where permits are read; `counts_retained`: initialise with the retract counter;
    `bin_capacity`: permits; `sensors`: the place of each character of 31h 31h, in order; `entry_poll_s`: seconds
    between two looks at the gate.
    """

    name: str
    address: int
    capabilities: Capabilities
    timeouts: CrtTimeouts
    chip_position: ChipPosition
    counts_retained: bool
    bin_capacity: int
    sensors: tuple[Sensor, ...]
    resends: int
    entry_poll_s: float


def load_device_file(path: Path) -> CrtDeviceFile:
    """Read the device file at `path`. Raises `DeviceFileError` with one line for every mistake."""
    top = FileTable.of_file(path)
    top.text("dialect", one_of=(DIALECT,))
    capabilities = top.table("capabilities")
    timeouts = top.table("timeouts_s")
    chip = top.table("chip")
    bin_table = top.table("bin")
    protocol = top.table("protocol")
    position = chip.text("position", one_of=("contacts", "antenna"))
    device_file = CrtDeviceFile(
        name=top.text("name"),
        address=top.whole("address", 0, 15, default=0),
        capabilities=Capabilities(
            rewrites_face=False,
            has_retain_bin=capabilities.truth("has_retain_bin"),
            chip_by_pcsc=capabilities.truth("chip_by_pcsc"),
            chip_by_unit=capabilities.truth("chip_by_unit"),
            gives_out_with_print=False,
        ),
        timeouts=CrtTimeouts(
            ack_s=timeouts.seconds("ack"),
            answer_s=timeouts.seconds("answer"),
            transport_s=timeouts.seconds("transport"),
            initialise_s=timeouts.seconds("initialise"),
            chip_s=timeouts.seconds("chip"),
        ),
        chip_position="antenna" if position == "antenna" else "contacts",
        counts_retained=bin_table.truth("counts_retained"),
        bin_capacity=bin_table.whole("capacity", 2, 999),
        sensors=_sensors(top.table("sensors")),
        resends=protocol.whole("resends", 0, 10),
        entry_poll_s=protocol.seconds("entry_poll", high=1.0),
    )
    if not (device_file.capabilities.chip_by_unit or device_file.capabilities.chip_by_pcsc):
        capabilities.complain("chip_by_unit", "must be true where chip_by_pcsc is false: nothing else reaches the chip")
    top.finish()
    return device_file


def _sensors(table: FileTable) -> tuple[Sensor, ...]:
    known = {sensor.value: sensor for sensor in Sensor}
    names = table.texts("order")
    for name in names:
        if name not in known:
            table.complain("order", f"{name!r} is none of {', '.join(known)}")
    for needed in (Sensor.GATE, Sensor.STATION):
        if names and needed.value not in names:
            table.complain("order", f"{needed.value} is missing")
    return tuple(known[name] for name in names if name in known)
