"""The meaning of the unit's status codes and sensors; pure tables.

Source: TCP300II manual (2005), section 3-9 (2) "Status List" with its ranks, and section 4-4 (1) "Status request".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from drivers.errors import (
    CoverOpen,
    DriverError,
    NeedsRepair,
    NothingToProcess,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import BinLevel, PermitPosition, UnitStatus

DEVICE = "permit_unit"


class Rank(Enum):
    """Who acts, by the manual: A an engineer, B site staff, C the program (it is recoverable)."""

    A = "A"
    B = "B"
    C = "C"


class Status(IntEnum):
    """Status codes of an answer."""

    OK = 0x20
    NO_PERMIT = 0x22
    WRONG_WAY = 0x23
    PARITY = 0x31
    NO_START_CODE = 0x32
    LRC = 0x33
    BAD_CHARACTER = 0x34
    MAGNETIC_WRITE = 0x37
    JAM = 0x38
    COVER_OPEN = 0x40
    INVALID_COMMAND = 0x41
    CAM_MOTOR = 0x42
    ERASE_HEAD_TEMPERATURE = 0x43
    EEPROM = 0x45
    IMAGE = 0x4C
    BUFFER_OVERFLOW = 0x51


STATUS_MEANING: dict[Status, tuple[Rank | None, str]] = {
    Status.OK: (None, "done"),
    Status.NO_PERMIT: (Rank.C, "no permit to process"),
    Status.WRONG_WAY: (Rank.C, "inserted the wrong way round"),
    Status.PARITY: (Rank.B, "magnetic stripe: parity"),
    Status.NO_START_CODE: (Rank.B, "magnetic stripe: no start or end code"),
    Status.LRC: (Rank.B, "magnetic stripe: LRC"),
    Status.BAD_CHARACTER: (Rank.B, "magnetic stripe: bad character"),
    Status.MAGNETIC_WRITE: (Rank.B, "magnetic stripe: writing failed"),
    Status.JAM: (Rank.B, "permit jammed"),
    Status.COVER_OPEN: (Rank.B, "cover open"),
    Status.INVALID_COMMAND: (Rank.C, "invalid command"),
    Status.CAM_MOTOR: (Rank.A, "cam motor"),
    Status.ERASE_HEAD_TEMPERATURE: (Rank.A, "erase head temperature"),
    Status.EEPROM: (Rank.A, "EEPROM"),
    Status.IMAGE: (Rank.C, "image not accepted"),
    Status.BUFFER_OVERFLOW: (Rank.C, "expansion buffer overflow"),
}


def status_to_error(command: int, code: int) -> DriverError | None:
    """The error that an answer's status stands for; None for 20h. The message holds both codes."""
    if code == Status.OK:
        return None
    if code not in STATUS_MEANING:
        return UnexpectedReply(f"status {code:02X}h to {command:02X}h is not in the manual", device=DEVICE)
    rank, meaning = STATUS_MEANING[Status(code)]
    message = f"status {code:02X}h to {command:02X}h: {meaning}"
    if code == Status.JAM:
        return PermitJammed(message, device=DEVICE, status=code)
    if code == Status.COVER_OPEN:
        return CoverOpen(message, device=DEVICE, status=code)
    if code == Status.NO_PERMIT:
        return NothingToProcess(message, device=DEVICE, status=code)
    if code == Status.WRONG_WAY:
        return PermitError(message, device=DEVICE)
    if rank is Rank.A:
        return NeedsRepair(message, device=DEVICE, status=code)
    return UnexpectedReply(message, device=DEVICE)


class Inlet(Enum):
    """Sensor 1, which also has the unit's own state of the permit there."""

    EMPTY = "0"
    TO_BE_PROCESSED = "1"
    WAITING_FOR_REMOVAL = "2"


@dataclass(frozen=True, slots=True)
class Sensors:
    """The 59h status string as flags. `dispenser_empty` is None on units that have no dispenser."""

    inlet: Inlet
    front: bool
    middle: bool
    rear: bool
    cover_open: bool
    dispenser_empty: bool | None

    def encode(self) -> bytes:
        flags = (self.front, self.middle, self.rear, self.cover_open)
        text = self.inlet.value + "".join("1" if flag else "0" for flag in flags) + "0"
        if self.dispenser_empty is not None:
            text += "1" if self.dispenser_empty else "0"
        return text.encode("ascii")


def parse_sensors(data: bytes) -> Sensors:
    """Read a 59h status string of six or seven characters. Raises `UnexpectedReply` for anything else."""
    text = data.decode("latin-1")
    if len(text) not in (6, 7) or text[0] not in "012" or any(flag not in "01" for flag in text[1:]):
        raise UnexpectedReply(f"status string of {len(data)} bytes is not sensible", device=DEVICE)
    return Sensors(
        inlet=Inlet(text[0]),
        front=text[1] == "1",
        middle=text[2] == "1",
        rear=text[3] == "1",
        cover_open=text[4] == "1",
        dispenser_empty=text[6] == "1" if len(text) == 7 else None,
    )


def permit_position(sensors: Sensors) -> PermitPosition:
    """Where the permit is. The rear sensor is at the idling position, where the chip is reached, and an idling permit
    counts whatever is in the inlet (manual 3-6). The manual does not say which of S2 to S4 a permit at the rear covers
    [?], so only the rear sensor decides. A permit that waits for removal cannot reach the rear sensor (85.6 mm).
    """
    if sensors.inlet is Inlet.WAITING_FOR_REMOVAL:
        return PermitPosition.UNKNOWN if sensors.rear else PermitPosition.AT_MOUTH
    if sensors.rear:
        return PermitPosition.AT_STATION
    if sensors.front or sensors.middle:
        return PermitPosition.IN_PATH
    if sensors.inlet is Inlet.TO_BE_PROCESSED:
        return PermitPosition.AT_MOUTH
    return PermitPosition.NONE


def unit_status(sensors: Sensors, *, has_retain_bin: bool) -> UnitStatus:
    """The Protocol's status. The unit has no sensor in the bin, so a bin is always reported as OK."""
    return UnitStatus(
        position=permit_position(sensors),
        cover_open=sensors.cover_open,
        bin_level=BinLevel.OK if has_retain_bin else BinLevel.NO_BIN,
    )
