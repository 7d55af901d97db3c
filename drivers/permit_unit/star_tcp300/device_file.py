"""The device file of a Star TCP300 class unit, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drivers.device_file import FileTable
from drivers.permit_unit.base import Capabilities

DIALECT = "star-tcp300"


@dataclass(frozen=True, slots=True)
class StarTimeouts:
    """How long the unit may take, in seconds. Erasing and printing depend on ambient and head temperature."""

    ack_s: float
    answer_s: float
    transport_s: float
    erase_and_print_s: float
    initialise_s: float
    take_back_s: float


@dataclass(frozen=True, slots=True)
class StarDeviceFile:
    """One model: what it can do, how long it may take, how much fits into a block. `bin_capacity`: permits."""

    name: str
    baud: int
    capabilities: Capabilities
    timeouts: StarTimeouts
    bin_capacity: int
    width_dots: int
    height_dots: int
    image_characters_per_block: int
    resends: int
    refusals_retried: int
    refusal_pause_s: float


def load_device_file(path: Path) -> StarDeviceFile:
    """Read the device file at `path`. Raises `DeviceFileError` with one line for every mistake."""
    top = FileTable.of_file(path)
    top.text("dialect", one_of=(DIALECT,))
    capabilities = top.table("capabilities")
    timeouts = top.table("timeouts_s")
    raster = top.table("raster")
    bin_table = top.table("bin")
    protocol = top.table("protocol")
    device_file = StarDeviceFile(
        name=top.text("name"),
        baud=top.whole("baud", 1200, 115200),
        capabilities=Capabilities(
            rewrites_face=capabilities.truth("rewrites_face"),
            has_retain_bin=capabilities.truth("has_retain_bin"),
            chip_by_pcsc=capabilities.truth("chip_by_pcsc"),
            chip_by_unit=capabilities.truth("chip_by_unit"),
            gives_out_with_print=capabilities.truth("gives_out_with_print"),
        ),
        timeouts=StarTimeouts(
            ack_s=timeouts.seconds("ack"),
            answer_s=timeouts.seconds("answer"),
            transport_s=timeouts.seconds("transport"),
            erase_and_print_s=timeouts.seconds("erase_and_print"),
            initialise_s=timeouts.seconds("initialise"),
            take_back_s=timeouts.seconds("take_back"),
        ),
        bin_capacity=bin_table.whole("capacity", 2, 999),
        width_dots=raster.whole("width_dots", 8, 480),
        height_dots=raster.whole("height_dots", 8, 320),
        image_characters_per_block=raster.whole("image_characters_per_block", 80, 1010),
        resends=protocol.whole("resends", 0, 10),
        refusals_retried=protocol.whole("refusals_retried", 0, 10),
        refusal_pause_s=protocol.seconds("refusal_pause_s", high=5.0),
    )
    if device_file.height_dots % 8:
        raster.complain("height_dots", f"must be a multiple of 8, not {device_file.height_dots}")
    if device_file.capabilities.chip_by_unit:
        capabilities.complain("chip_by_unit", "must be false: this dialect has no chip commands")
    top.finish()
    return device_file
