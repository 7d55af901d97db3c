"""Frames of the CRT-591-M dialect: bytes to frozen values and back, both directions, no I/O.

Source: the maker's communication protocol for the CRT-591-M, v1.0 (2013). A frame is F2 ADDR LENH LENL text ETX BCC;
LEN counts the text, BCC is the XOR from F2 to ETX. The text of a command is 'C' CM PM data, of a good answer 'P' CM PM
st0 st1 st2 data, of a bad one CM PM e1 e0 data after a head that is 'N' by the document's prose and 45h by its
table [?]: both are taken. Single bytes outside frames: ACK (understood), NAK (send again), EOT (discontinue).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from drivers.errors import FrameCorrupt

DEVICE = "permit_unit"
STX = 0xF2
ETX = 0x03
ADDRESS = 0x00  # a setting of the unit; 0 when it leaves the factory [?]
MAX_TEXT_BYTES = 1024
MAX_DATA_BYTES = 512
MIN_TEXT_BYTES = 3  # head, CM, PM
COMMAND_HEAD = 0x43  # 'C'
DONE_HEAD = 0x50  # 'P'
FAILED_HEADS = (0x4E, 0x45)
PROLOGUE_BYTES = 4  # F2 ADDR LENH LENL
EPILOGUE_BYTES = 2  # ETX BCC


class Control(Enum):
    """The one-byte replies."""

    ACK = 0x06
    NAK = 0x15
    EOT = 0x04

    def encode(self) -> bytes:
        return bytes([self.value])


CONTROLS = {control.value: control for control in Control}


class Command(IntEnum):
    """CM: what a frame asks for."""

    INITIALISE = 0x30
    STATUS = 0x31
    MOVE = 0x32
    ENTRY = 0x33
    CONTACT_CHIP = 0x51
    CONTACTLESS_CHIP = 0x60
    SERIAL_NUMBER = 0xA2
    CONFIGURATION = 0xA3
    VERSION = 0xA4
    BIN_COUNTER = 0xA5
    PCSC_READER = 0xA6


class Initialise(IntEnum):
    """PM of 30h: what becomes of a permit inside; the second row also switches the retract counter on."""

    TO_GATE = 0x30
    TO_BIN = 0x31
    LEAVE = 0x33
    TO_GATE_COUNTING = 0x34
    TO_BIN_COUNTING = 0x35
    LEAVE_COUNTING = 0x37


class Status(IntEnum):
    """PM of 31h."""

    STATE = 0x30
    SENSORS = 0x31


class Move(IntEnum):
    """PM of 32h."""

    HOLD_AT_GATE = 0x30
    TO_CONTACTS = 0x31
    TO_ANTENNA = 0x32
    TO_BIN = 0x33
    OUT_OF_GATE = 0x39


class Entry(IntEnum):
    """PM of 33h: the gate for permits from outside."""

    OPEN = 0x30
    CLOSE = 0x31


class ContactChip(IntEnum):
    """PM of 51h."""

    COLD_RESET = 0x30
    OFF = 0x31
    STATUS = 0x32
    APDU_T0 = 0x33
    WARM_RESET = 0x38
    APDU = 0x39


class ContactlessChip(IntEnum):
    """PM of 60h."""

    ACTIVATE = 0x30
    OFF = 0x31
    APDU_A = 0x34
    APDU_B = 0x35


class BinCounter(IntEnum):
    """PM of A5h."""

    READ = 0x30
    SET = 0x31


PLAIN = 0x30
"""PM of A2h, A3h, A4h and A6h, which know no other."""

PARAMETERS: dict[Command, type[IntEnum] | None] = {
    Command.INITIALISE: Initialise,
    Command.STATUS: Status,
    Command.MOVE: Move,
    Command.ENTRY: Entry,
    Command.CONTACT_CHIP: ContactChip,
    Command.CONTACTLESS_CHIP: ContactlessChip,
    Command.SERIAL_NUMBER: None,
    Command.CONFIGURATION: None,
    Command.VERSION: None,
    Command.BIN_COUNTER: BinCounter,
    Command.PCSC_READER: None,
}
"""What PM means for each command; None where there is only one."""


def check_sum(frame: bytes) -> int:
    """XOR over `frame`, which runs from F2 to ETX."""
    result = 0
    for byte in frame:
        result ^= byte
    return result


def _framed(text: bytes, address: int) -> bytes:
    head = bytes([STX, address]) + len(text).to_bytes(2, "big") + text + bytes([ETX])
    return head + bytes([check_sum(head)])


def _check_length(data: bytes) -> None:
    if len(data) > MAX_DATA_BYTES:
        raise ValueError(f"{len(data)} data bytes in one frame, {MAX_DATA_BYTES} are allowed")


@dataclass(frozen=True, slots=True)
class CommandFrame:
    """Host to unit. `data` may hold a chip command with personal data: not shown."""

    command: int
    parameter: int
    data: bytes = field(default=b"", repr=False)
    address: int = ADDRESS

    def encode(self) -> bytes:
        _check_length(self.data)
        return _framed(bytes([COMMAND_HEAD, self.command, self.parameter]) + self.data, self.address)

    @property
    def name(self) -> str:
        """Such as "32h 33h"."""
        return f"{self.command:02X}h {self.parameter:02X}h"


@dataclass(frozen=True, slots=True)
class Done:
    """A good answer. `state`: st0 st1 st2 as they came. `data` may be a chip's answer: not shown."""

    command: int
    parameter: int
    state: bytes
    data: bytes = field(default=b"", repr=False)
    address: int = ADDRESS

    def encode(self) -> bytes:
        _check_length(self.data)
        if len(self.state) != 3:
            raise ValueError(f"{len(self.state)} state bytes where there are three")
        return _framed(bytes([DONE_HEAD, self.command, self.parameter]) + self.state + self.data, self.address)


@dataclass(frozen=True, slots=True)
class Failed:
    """A bad answer. `code`: e1 e0 as two characters, such as "10". `head`: 4Eh or 45h."""

    command: int
    parameter: int
    code: str
    data: bytes = field(default=b"", repr=False)
    head: int = FAILED_HEADS[0]
    address: int = ADDRESS

    def encode(self) -> bytes:
        _check_length(self.data)
        code = self.code.encode("latin-1")
        if len(code) != 2 or self.head not in FAILED_HEADS:
            raise ValueError(f"{self.code!r} after {self.head:02X}h is no bad answer")
        return _framed(bytes([self.head, self.command, self.parameter]) + code + self.data, self.address)


Answer = Done | Failed


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame with a right check sum, of either direction. `text`: the bytes that LEN counts."""

    address: int
    text: bytes = field(repr=False)

    @property
    def is_command(self) -> bool:
        return self.text[0] == COMMAND_HEAD

    def as_command(self) -> CommandFrame:
        """Raises `FrameCorrupt` where the text is no command."""
        if not self.is_command or len(self.text) - 3 > MAX_DATA_BYTES:
            raise FrameCorrupt(
                f"a text of {len(self.text)} bytes with head {self.text[0]:02X}h is no command", device=DEVICE
            )
        return CommandFrame(self.text[1], self.text[2], self.text[3:], self.address)

    def as_answer(self) -> Answer:
        """Raises `FrameCorrupt` where the text is no answer."""
        head, text = self.text[0], self.text
        if head == DONE_HEAD and 6 <= len(text) <= MAX_DATA_BYTES + 6:
            return Done(text[1], text[2], text[3:6], text[6:], self.address)
        if head in FAILED_HEADS and 5 <= len(text) <= MAX_DATA_BYTES + 5:
            return Failed(text[1], text[2], text[3:5].decode("latin-1"), text[5:], head, self.address)
        raise FrameCorrupt(f"a text of {len(text)} bytes with head {head:02X}h is no answer", device=DEVICE)


@dataclass(frozen=True, slots=True)
class Corrupt:
    """Bytes that began like a frame and are none. `collected`: the bytes read."""

    reason: str
    collected: bytes = field(default=b"", repr=False)

    def to_error(self) -> FrameCorrupt:
        return FrameCorrupt(self.reason, device=DEVICE)


Item = Frame | Control | Corrupt


class Decoder:
    """Turns a stream, fed in any portions, into frames, control bytes and corrupt frames; noise between them is
    skipped. After a corrupt frame it goes on at the next F2 among the bytes it had collected: a control byte is never
    taken out of the middle of a broken frame.
    """

    def __init__(self) -> None:
        self._collected = bytearray()
        self.skipped_bytes = 0

    @property
    def inside_frame(self) -> bool:
        """Whether a frame is incomplete."""
        return bool(self._collected)

    def reset(self) -> None:
        """Drop an incomplete frame."""
        self._collected.clear()

    def cut_off(self) -> Corrupt:
        """End an incomplete frame, of which no more bytes come."""
        collected = bytes(self._collected)
        self.reset()
        return Corrupt(f"frame cut off after {len(collected)} bytes", collected)

    def feed(self, data: bytes) -> list[Item]:
        """The items that `data` completes, in order."""
        items: list[Item] = []
        for byte in data:
            if self._collected:
                self._collected.append(byte)
                self._take_frames(items)
            elif byte == STX:
                self._collected.append(byte)
            elif byte in CONTROLS:
                items.append(CONTROLS[byte])
            else:
                self.skipped_bytes += 1
        return items

    def _take_frames(self, items: list[Item]) -> None:
        """Take all complete items from the beginning of the collected bytes."""
        while len(self._collected) >= PROLOGUE_BYTES:
            length = int.from_bytes(self._collected[2:4], "big")
            if not MIN_TEXT_BYTES <= length <= MAX_TEXT_BYTES:
                items.append(self._broken(f"frame with a text of {length} bytes", PROLOGUE_BYTES))
                continue
            whole = PROLOGUE_BYTES + length + EPILOGUE_BYTES
            if len(self._collected) < whole:
                return
            frame = bytes(self._collected[:whole])
            if frame[-2] != ETX:
                items.append(self._broken(f"{frame[-2]:02X}h where ETX belongs", whole))
            elif frame[-1] != check_sum(frame[:-1]):
                expected = check_sum(frame[:-1])
                items.append(self._broken(f"check sum {frame[-1]:02X}h where {expected:02X}h is right", whole))
            else:
                del self._collected[:whole]
                items.append(Frame(frame[1], frame[4:-2]))

    def _broken(self, reason: str, read: int) -> Corrupt:
        """Drop this F2 and everything before the next one; returns the corrupt frame."""
        corrupt = Corrupt(reason, bytes(self._collected[:read]))
        following = self._collected.find(STX, 1)
        del self._collected[: following if following > 0 else len(self._collected)]
        return corrupt
