"""Blocks of the Star TCP300 dialect: bytes to frozen values and back, both directions, no I/O.

Source: "TCP300II Series Product Specifications Manual, Commands" (2005), sections 3-1 to 3-5. A command is
STX CMD [data] ETX BCC, an answer STX CMD Status [data] ETX BCC; BCC is the XOR from CMD to ETX. Each block is
acknowledged by one byte: ACK (understood), NAK (send again), DLE (refused).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from drivers.errors import FrameCorrupt

STX = 0x02  # section 3-5
ETX = 0x03  # section 3-5
MAX_DATA_BYTES = 1024  # section 3-4: data of a block


class Control(Enum):
    """The one-byte replies (section 3-5)."""

    ACK = 0x06
    NAK = 0x15
    DLE = 0x10

    def encode(self) -> bytes:
        return bytes([self.value])


CONTROLS = {control.value: control for control in Control}


class Command(IntEnum):
    """The commands in use here, by the manual's list (section 3-9)."""

    CLEAR_PRINT_BUFFER = 0x40
    PRINT_TEXT = 0x41
    IMAGE_LINE = 0x43
    ERASE_PRINT_GIVE_OUT = 0x46
    PRINT_GIVE_OUT = 0x47
    ERASE_GIVE_OUT = 0x48
    CLEAR_RASTER_BUFFER = 0x49
    IMAGE_BLOCK = 0x4D
    GIVE_OUT = 0x50
    REAR_IDLE = 0x51
    CLEAN = 0x52
    FRONT_IDLE = 0x53
    CANCEL_INSERTION = 0x54
    CANCEL_REMOVAL = 0x55
    VERSION = 0x58
    STATUS = 0x59
    LAMP = 0x5A
    RESET = 0x5F
    TRANSPORT_COUNT = 0x95
    PRINT_COUNT = 0x96


COMMAND_MEANING = {
    Command.CLEAR_PRINT_BUFFER: "clear the print buffer",
    Command.PRINT_TEXT: "set text to print",
    Command.IMAGE_LINE: "set an image column",
    Command.ERASE_PRINT_GIVE_OUT: "erase, print, give out",
    Command.PRINT_GIVE_OUT: "print, give out",
    Command.ERASE_GIVE_OUT: "erase, give out",
    Command.CLEAR_RASTER_BUFFER: "clear the raster buffer",
    Command.IMAGE_BLOCK: "set an image block",
    Command.GIVE_OUT: "give out",
    Command.REAR_IDLE: "take in to the rear",
    Command.CLEAN: "clean",
    Command.FRONT_IDLE: "take in to the front",
    Command.CANCEL_INSERTION: "cancel waiting for insertion",
    Command.CANCEL_REMOVAL: "cancel waiting for removal",
    Command.VERSION: "ROM version",
    Command.STATUS: "status",
    Command.LAMP: "lamp and buzzer",
    Command.RESET: "reset",
    Command.TRANSPORT_COUNT: "transport count",
    Command.PRINT_COUNT: "print count",
}


def check_sum(content: bytes) -> int:
    """XOR over `content`, which runs from CMD to ETX."""
    result = 0
    for byte in content:
        result ^= byte
    return result


def _enclosed(content: bytes) -> bytes:
    if STX in content or ETX in content:
        raise ValueError("block content must hold neither STX nor ETX")
    tail = content + bytes([ETX])
    return bytes([STX]) + tail + bytes([check_sum(tail)])


@dataclass(frozen=True, slots=True)
class CommandBlock:
    """Host to unit. `data` may carry a picture of personal data: not shown."""

    command: int
    data: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        if len(self.data) > MAX_DATA_BYTES:
            raise ValueError(f"{len(self.data)} data bytes in one block, {MAX_DATA_BYTES} are allowed")
        return _enclosed(bytes([self.command]) + self.data)


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """Unit to host. `status` is the unit's code (20h: done)."""

    command: int
    status: int
    data: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        return _enclosed(bytes([self.command, self.status]) + self.data)


@dataclass(frozen=True, slots=True)
class Block:
    """A block with a right check sum, of either direction. `content`: the bytes between STX and ETX."""

    content: bytes = field(repr=False)

    def as_command(self) -> CommandBlock:
        return CommandBlock(self.content[0], self.content[1:])

    def as_answer(self) -> AnswerBlock:
        """Raises `FrameCorrupt` where the status byte is missing."""
        if len(self.content) < 2:
            raise FrameCorrupt(f"answer to {self.content[0]:02X}h without a status", device="permit_unit")
        return AnswerBlock(self.content[0], self.content[1], self.content[2:])


@dataclass(frozen=True, slots=True)
class Corrupt:
    """Bytes that began like a block and are none. `content`: the bytes collected after STX."""

    reason: str
    content: bytes = field(default=b"", repr=False)

    def to_error(self) -> FrameCorrupt:
        return FrameCorrupt(self.reason, device="permit_unit")


Item = Block | Control | Corrupt


class Decoder:
    """Turns a stream, fed in any portions, into blocks, control bytes and corrupt blocks; noise between them is
    skipped. A new STX inside a block starts over: block contents never hold one, so the first block was cut off."""

    # CMD, status and data; the byte after ETX is the check sum whatever its value.
    _MAX_CONTENT_BYTES = MAX_DATA_BYTES + 2

    def __init__(self) -> None:
        self._content: bytearray | None = None
        self._at_check_sum = False
        self.skipped_bytes = 0

    @property
    def inside_block(self) -> bool:
        """Whether a block is incomplete."""
        return self._content is not None

    def reset(self) -> None:
        """Drop an incomplete block."""
        self._content = None
        self._at_check_sum = False

    def feed(self, data: bytes) -> list[Item]:
        """The items that `data` completes, in order."""
        return [item for byte in data if (item := self._step(byte)) is not None]

    def _step(self, byte: int) -> Item | None:
        if self._content is None:
            return self._between_blocks(byte)
        if self._at_check_sum:
            return self._finish(byte)
        return self._collect(self._content, byte)

    def _between_blocks(self, byte: int) -> Item | None:
        if byte == STX:
            self._content = bytearray()
            return None
        if byte in CONTROLS:
            return CONTROLS[byte]
        self.skipped_bytes += 1
        return None

    def _collect(self, content: bytearray, byte: int) -> Item | None:
        if byte == ETX:
            self._at_check_sum = True
            return None
        if byte == STX:
            self._content = bytearray()
            return Corrupt(f"block cut off after {len(content)} bytes", bytes(content)) if content else None
        content.append(byte)
        if len(content) > self._MAX_CONTENT_BYTES:
            self.reset()
            return Corrupt(f"block longer than {self._MAX_CONTENT_BYTES} bytes", bytes(content))
        return None

    def _finish(self, received: int) -> Item:
        content = bytes(self._content or b"")
        self.reset()
        expected = check_sum(content + bytes([ETX]))
        if not content:
            return Corrupt("block without a command")
        if received != expected:
            return Corrupt(f"check sum {received:02X}h where {expected:02X}h is right", content)
        return Block(content)
