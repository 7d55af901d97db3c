"""Frames of the identity-card reader's line (GA/T 467), both directions. No I/O.

`AA AA AA 96 69 | length | body | check sum`: the length is big-endian, 16 bits, and counts body and check sum; the
check sum is the XOR from the first length byte to the last body byte. A request's body is CMD, Para, data; an answer's
is SW1, SW2, SW3, data. An answer does not name its command.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import xor

from drivers.errors import FrameCorrupt

DEVICE = "id_reader"
HEADER = bytes.fromhex("AAAAAA9669")
LENGTH_BYTES = 2

# The longest known answer (text, photo, two fingerprints) has 2314 bytes here. A larger length would make the decoder
# wait for bytes that never come; some room is left for additions of vendors.
MAX_LENGTH = 4096
MIN_REQUEST_LENGTH = 3
MIN_ANSWER_LENGTH = 4

FORBIDDEN_CMD = 0xDC  # vendor firmware: rewrites the module's serial numbers
SPEED_PARAMETERS = {115200: 0x00, 57600: 0x01, 38400: 0x02, 19200: 0x03, 9600: 0x04}


class Command(Enum):
    """CMD and Para of every request that we send."""

    RESET = (0x10, 0xFF)
    STATUS = (0x11, 0xFF)
    MODULE_ID = (0x12, 0xFF)
    FIND = (0x20, 0x01)
    SELECT = (0x20, 0x02)
    READ_TEXT_AND_PHOTO = (0x30, 0x01)
    READ_NEWEST_ADDRESS = (0x30, 0x03)
    READ_TEXT_PHOTO_AND_FINGERPRINT = (0x30, 0x10)
    SET_SPEED_115200 = (0x60, 0x00)
    SET_SPEED_57600 = (0x60, 0x01)
    SET_SPEED_38400 = (0x60, 0x02)
    SET_SPEED_19200 = (0x60, 0x03)
    SET_SPEED_9600 = (0x60, 0x04)
    SET_MAX_RF_BYTES = (0x61, 0xFF)

    @classmethod
    def set_speed(cls, baud: int) -> Command:
        """The request for a speed. Raises ValueError for one that the module does not have."""
        if baud not in SPEED_PARAMETERS:
            raise ValueError(f"the reader has no speed {baud}")
        return cls((0x60, SPEED_PARAMETERS[baud]))


@dataclass(frozen=True, slots=True)
class Request:
    """A request from host to module."""

    cmd: int
    para: int
    data: bytes = b""

    def __post_init__(self) -> None:
        if self.cmd == FORBIDDEN_CMD:
            raise ValueError(f"command {FORBIDDEN_CMD:02X} is never sent: it rewrites serial numbers")

    @classmethod
    def of(cls, command: Command, data: bytes = b"") -> Request:
        return cls(*command.value, data)

    def encode(self) -> bytes:
        """The frame on the line."""
        return encode_frame(bytes((self.cmd, self.para)) + self.data)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer from module to host. Only `sw3` decides; with sw3 31 or 41 `sw1`, `sw2` are the card's own. Data may be
    personal.
    """

    sw3: int
    data: bytes = field(default=b"", repr=False)
    sw1: int = 0
    sw2: int = 0

    def encode(self) -> bytes:
        """The frame on the line."""
        return encode_frame(bytes((self.sw1, self.sw2, self.sw3)) + self.data)


class Flaw(Enum):
    """What is wrong with a frame that began well."""

    CHECK_SUM = "check sum"
    LENGTH = "length"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class CorruptFrame:
    """A header followed by an impossible frame. `length`: the length word as received, None if it is missing."""

    flaw: Flaw
    length: int | None


@dataclass(frozen=True, slots=True)
class _Body:
    content: bytes


def encode_frame(body: bytes) -> bytes:
    """Header, length, body and check sum. Raises ValueError for a body that is too long for the length word."""
    if len(body) + 1 > 0xFFFF:
        raise ValueError(f"a body of {len(body)} bytes is too long")
    counted = struct.pack(">H", len(body) + 1) + body
    return HEADER + counted + bytes((check_sum(counted),))


def check_sum(counted: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, counted, 0)


class _Splitter:
    """Finds frames in a stream fed in any portions. Other bytes are skipped. After a corrupt frame the search goes on
    right after its header, because its length cannot be trusted and a good frame may be inside.
    """

    def __init__(self, min_length: int) -> None:
        self._min_length = min_length
        self._buffer = bytearray()
        self.skipped = 0  # bytes that belonged to no frame

    @property
    def in_frame(self) -> bool:
        """A header has been seen and its frame is not complete."""
        return self._buffer.startswith(HEADER)

    def feed(self, data: bytes) -> Iterator[_Body | CorruptFrame]:
        self._buffer += data
        while self._find_header():
            found = self._frame_at_start()
            if found is None:
                return
            yield found

    def finish(self) -> Iterator[_Body | CorruptFrame]:
        """End the stream: an unfinished frame is corrupt, and its bytes are searched for frames."""
        yield from self.feed(b"")
        while self.in_frame:
            length = self._length()
            self._skip(len(HEADER))
            yield CorruptFrame(Flaw.TRUNCATED, length)
            yield from self.feed(b"")
        self._skip(len(self._buffer))

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.skipped += count

    def _find_header(self) -> bool:
        at = self._buffer.find(HEADER)
        if at >= 0:
            self._skip(at)
            return True
        kept = next(
            (n for n in range(min(len(HEADER) - 1, len(self._buffer)), 0, -1) if HEADER.startswith(self._buffer[-n:])),
            0,
        )
        self._skip(len(self._buffer) - kept)
        return False

    def _length(self) -> int | None:
        word = self._buffer[len(HEADER) : len(HEADER) + LENGTH_BYTES]
        return int.from_bytes(word, "big") if len(word) == LENGTH_BYTES else None

    def _frame_at_start(self) -> _Body | CorruptFrame | None:
        length = self._length()
        if length is None:
            return None
        if not self._min_length <= length <= MAX_LENGTH:
            self._skip(len(HEADER))
            return CorruptFrame(Flaw.LENGTH, length)
        end = len(HEADER) + LENGTH_BYTES + length
        if len(self._buffer) < end:
            return None
        counted, expected = bytes(self._buffer[len(HEADER) : end - 1]), self._buffer[end - 1]
        if check_sum(counted) != expected:
            self._skip(len(HEADER))
            return CorruptFrame(Flaw.CHECK_SUM, length)
        del self._buffer[:end]
        return _Body(counted[LENGTH_BYTES:])


class AnswerDecoder:
    """The host's end. Yields answers and corrupt frames; skips noise and frames with other headers (`skipped`)."""

    def __init__(self) -> None:
        self._splitter = _Splitter(MIN_ANSWER_LENGTH)

    @property
    def skipped(self) -> int:
        """Bytes that belonged to no good frame so far."""
        return self._splitter.skipped

    @property
    def in_frame(self) -> bool:
        """A header has been seen and its frame is not complete."""
        return self._splitter.in_frame

    def feed(self, data: bytes) -> list[Answer | CorruptFrame]:
        """The answers and corrupt frames that `data` completes."""
        return [_answer(found) for found in self._splitter.feed(data)]

    def finish(self) -> list[Answer | CorruptFrame]:
        """End the stream: an unfinished frame is returned as corrupt, with any frames found inside it."""
        return [_answer(found) for found in self._splitter.finish()]


def _answer(found: _Body | CorruptFrame) -> Answer | CorruptFrame:
    if isinstance(found, CorruptFrame):
        return found
    sw1, sw2, sw3 = found.content[:3]
    return Answer(sw3, found.content[3:], sw1, sw2)


class RequestDecoder:
    """The module's end, for simulators: yields (CMD, Para, data), also of commands that the host must never send."""

    def __init__(self) -> None:
        self._splitter = _Splitter(MIN_REQUEST_LENGTH)

    def feed(self, data: bytes) -> list[tuple[int, int, bytes] | CorruptFrame]:
        """The requests and corrupt frames that `data` completes."""
        return [
            found if isinstance(found, CorruptFrame) else (found.content[0], found.content[1], found.content[2:])
            for found in self._splitter.feed(data)
        ]


MODULE_ID_BYTES = 16
SELECT_BYTES = 8
NEWEST_ADDRESS_BYTES = 70


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a read, split by its length words: text, photo (WLT), and fingerprints if they were asked for."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprint: bytes | None = field(default=None, repr=False)


def _cut(data: bytes, words: int) -> list[bytes] | None:
    """The blocks behind `words` length words; None if the words do not fit the data exactly."""
    if len(data) < 2 * words:
        return None
    lengths = struct.unpack(f">{words}H", data[: 2 * words])
    if len(data) != 2 * words + sum(lengths):
        return None
    blocks, at = [], 2 * words
    for length in lengths:
        blocks.append(data[at : at + length])
        at += length
    return blocks


def blocks_with_fingerprint(data: bytes) -> Blocks:
    """The data of an answer to `30 10`. Raises `FrameCorrupt` if its length words do not fit."""
    cut = _cut(data, 3)
    if cut is None:
        raise FrameCorrupt(f"the length words do not fit {len(data)} bytes", device=DEVICE)
    return Blocks(*cut)


def blocks_without_fingerprint(data: bytes) -> Blocks:
    """The data of an answer to `30 01`. Raises `FrameCorrupt` if its length words do not fit."""
    cut = _cut(data, 2)
    if cut is None:
        raise FrameCorrupt(f"the length words do not fit {len(data)} bytes", device=DEVICE)
    return Blocks(*cut)


def encode_blocks(blocks: Blocks) -> bytes:
    """The data of an answer to `30 01`, or to `30 10` if there is a fingerprint (empty counts)."""
    parts = [blocks.text, blocks.photo] + ([] if blocks.fingerprint is None else [blocks.fingerprint])
    return struct.pack(f">{len(parts)}H", *map(len, parts)) + b"".join(parts)


def module_id_text(data: bytes) -> str:
    """The module's number as it is printed on it. Raises `FrameCorrupt` if `data` has not 16 bytes."""
    if len(data) != MODULE_ID_BYTES:
        raise FrameCorrupt(f"a module id of {len(data)} bytes", device=DEVICE)
    kind, issue, day, serial, check = struct.unpack("<HHIII", data)
    return f"{kind:02}.{issue:02}-{day:08}-{serial:010}-{check:010}"


def module_id_bytes(text: str) -> bytes:
    """The inverse of `module_id_text`."""
    kind, rest = text.split(".")
    return struct.pack("<HHIII", int(kind), *(int(part) for part in rest.split("-")))
