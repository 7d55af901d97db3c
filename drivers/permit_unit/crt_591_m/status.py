"""The meaning of the unit's error codes, state bytes and sensors; pure tables.

Source: the maker's communication protocol for the CRT-591-M, v1.0 (2013).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from drivers.errors import (
    BinFull,
    DeviceError,
    DriverError,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    NoChip,
    NothingToProcess,
    NotInitialised,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import PermitPosition
from drivers.permit_unit.crt_591_m.frames import DEVICE, Answer, Done, Failed

CHIP = "permit_chip"

ERROR_MEANING = {
    "00": "a command that the unit does not know",
    "01": "a wrong parameter",
    "02": "a command that cannot be done now",
    "03": "a command that this unit does not have",
    "04": "wrong data",
    "05": "the contacts did not let go",
    "10": "permit jammed",
    "12": "sensor",
    "13": "permit too long",
    "14": "permit too short",
    "41": "magnet",
    "43": "position not reached",
    "45": "moved by hand",
    "50": "retract counter overflow",
    "51": "motor",
    "60": "short circuit on the contacts",
    "61": "the chip was not activated",
    "62": "a chip that the unit does not support",
    "65": "the chip is not activated",
    "67": "transmission to the chip failed",
    "68": "the chip is silent",
    "69": "a chip outside EMV",
    "A0": "no permit in the path, and the stacker is empty",
    "A1": "error bin full",
    "B0": "not initialised since power came",
}
"""Every code of the document; the wording of 00 to 04 is ours [?]."""

_MOTION_ERRORS: dict[str, type[DeviceError]] = {
    "05": NeedsRepair,
    "10": PermitJammed,
    "12": NeedsRepair,
    "41": NeedsRepair,
    "43": PermitJammed,
    "45": PermitJammed,
    "50": BinFull,
    "51": NeedsRepair,
    "A0": NothingToProcess,
    "A1": BinFull,
}
_NOT_ACTIVATED = frozenset({"60", "61", "62", "69"})
_CHIP_SILENT = frozenset({"67", "68"})


def failure(answer: Failed) -> DriverError:
    """The error that a bad answer stands for; its message holds command and code."""
    meaning = ERROR_MEANING.get(answer.code)
    name = f"{answer.command:02X}h {answer.parameter:02X}h"
    if meaning is None:
        return UnexpectedReply(f"error {answer.code!a} to {name} is not in the document", device=DEVICE)
    message = f"error {answer.code} to {name}: {meaning}"
    if answer.code in _MOTION_ERRORS:
        return _MOTION_ERRORS[answer.code](message, device=DEVICE, status=int(answer.code, 16))
    if answer.code in ("13", "14"):
        return PermitError(message, device=DEVICE)
    if answer.code == "B0":
        return NotInitialised(message, device=DEVICE)
    if answer.code in _NOT_ACTIVATED:
        return NoChip(message, device=CHIP)
    if answer.code in _CHIP_SILENT:
        return LinkTimeout(message, device=CHIP)
    if answer.code == "65":
        return LinkLost(message, device=CHIP)
    return UnexpectedReply(message, device=DEVICE)


def expect_done(answer: Answer) -> Done:
    """The answer, if it is a good one; raises the error of a bad one."""
    match answer:
        case Done():
            return answer
        case Failed():
            raise failure(answer)


class Held(Enum):
    """st0: where the unit has a permit, by its own account."""

    NOWHERE = "0"
    AT_GATE = "1"
    AT_CHIP = "2"


@dataclass(frozen=True, slots=True)
class State:
    """st0 st1 st2. `stacker` (st1) is not used: these units have none, or an empty one."""

    held: Held
    stacker: str
    bin_full: bool

    def encode(self) -> bytes:
        return f"{self.held.value}{self.stacker}{'1' if self.bin_full else '0'}".encode("ascii")


def parse_state(state: bytes) -> State:
    """Read the three state bytes of a good answer. Raises `UnexpectedReply` for anything else."""
    text = state.decode("latin-1")
    if len(text) != 3 or text[0] not in "012" or text[1] not in "012" or text[2] not in "01":
        raise UnexpectedReply(f"{len(state)} state bytes are not sensible", device=DEVICE)
    return State(Held(text[0]), text[1], bin_full=text[2] == "1")


class Sensor(Enum):
    """The place of a sensor of 31h 31h; their order is in the device file [?]."""

    GATE = "gate"
    PATH = "path"
    STATION = "station"
    IGNORED = "ignored"


def parse_sensors(data: bytes, sensors: Sequence[Sensor]) -> frozenset[Sensor]:
    """Which places are covered, from one character '0' or '1' for each of `sensors`. Raises `UnexpectedReply`."""
    text = data.decode("latin-1")
    if len(text) != len(sensors) or text.strip("01"):
        raise UnexpectedReply(f"{len(data)} sensor bytes where the device file has {len(sensors)}", device=DEVICE)
    return frozenset(sensor for sensor, seen in zip(sensors, text, strict=True) if seen == "1")


def permit_position(held: Held, covered: Collection[Sensor]) -> PermitPosition:
    """Where the permit is, by st0 and the sensors together. st0 has no value for a permit between gate and station, and
    a unit that lost power has lost its state. If the two contradict each other the position is unknown.
    """
    if held is Held.AT_CHIP:
        return PermitPosition.AT_STATION if Sensor.STATION in covered else PermitPosition.UNKNOWN
    if held is Held.AT_GATE:
        is_there = Sensor.GATE in covered and Sensor.STATION not in covered
        return PermitPosition.AT_MOUTH if is_there else PermitPosition.UNKNOWN
    if Sensor.STATION in covered or Sensor.PATH in covered:
        return PermitPosition.IN_PATH
    return PermitPosition.AT_MOUTH if Sensor.GATE in covered else PermitPosition.NONE
