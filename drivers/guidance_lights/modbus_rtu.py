"""Frames of Modbus RTU as far as a board of outputs needs them: bytes to frozen values and back, no I/O.

Sources: *MODBUS Application Protocol Specification* V1.1b3, 6.5 (05, Write Single Coil) and 7 (exception responses);
*MODBUS over Serial Line* V1.02, 2.5.1 (RTU framing) and 6.2.2 (CRC). The answer to 05 is the request itself; a refusal
has the function with its highest bit set, and a code. A frame has no beginning of its own: it is known by its function
and its CRC.
"""

from __future__ import annotations

from dataclasses import dataclass

WRITE_SINGLE_COIL = 0x05
REFUSED = WRITE_SINGLE_COIL | 0x80
ON, OFF = 0xFF00, 0x0000
LOWEST_UNIT, HIGHEST_UNIT = 1, 247  # 0 is a broadcast, which nobody answers
HIGHEST_COIL = 0xFFFF
_LENGTHS = {WRITE_SINGLE_COIL: 8, REFUSED: 5}

EXCEPTIONS = {
    0x01: "illegal function",
    0x02: "illegal data address",
    0x03: "illegal data value",
    0x04: "server device failure",
    0x05: "acknowledge",
    0x06: "server device busy",
}


def crc16(data: bytes) -> int:
    """The CRC over `data`; on the line its low byte comes first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def _framed(body: bytes) -> bytes:
    return body + crc16(body).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class WriteCoil:
    """Switch one output, and the answer that it was switched. `coil` is counted from 0."""

    unit: int
    coil: int
    is_on: bool

    def encode(self) -> bytes:
        value = ON if self.is_on else OFF
        return _framed(bytes([self.unit, WRITE_SINGLE_COIL]) + self.coil.to_bytes(2, "big") + value.to_bytes(2, "big"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An exception response to 05."""

    unit: int
    code: int

    def encode(self) -> bytes:
        return _framed(bytes([self.unit, REFUSED, self.code]))

    @property
    def meaning(self) -> str:
        """Such as "exception 02, illegal data address"."""
        return f"exception {self.code:02X}, {EXCEPTIONS.get(self.code, 'of the maker')}"


Frame = WriteCoil | Refusal


class Decoder:
    """Turns a stream, fed in any portions, into frames. Other bytes are skipped one by one, so that a frame is found
    after any noise. `skipped_bytes`: how many were skipped.
    """

    def __init__(self) -> None:
        self._collected = bytearray()
        self.skipped_bytes = 0

    @property
    def collected_bytes(self) -> int:
        """How many bytes are collected as the possible beginning of a frame."""
        return len(self._collected)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes, in order."""
        self._collected += data
        frames: list[Frame] = []
        while len(self._collected) >= 2:
            length = _LENGTHS.get(self._collected[1], 0)
            if length > len(self._collected):
                break
            frame = _frame_of(bytes(self._collected[:length])) if length else None
            if frame is None:
                self.skipped_bytes += 1
                del self._collected[0]
            else:
                frames.append(frame)
                del self._collected[:length]
        return frames


def _frame_of(data: bytes) -> Frame | None:
    body, crc = data[:-2], int.from_bytes(data[-2:], "little")
    if crc != crc16(body):
        return None
    if body[1] == REFUSED:
        return Refusal(body[0], body[2])
    value = int.from_bytes(body[4:6], "big")
    return WriteCoil(body[0], int.from_bytes(body[2:4], "big"), value == ON) if value in (ON, OFF) else None
