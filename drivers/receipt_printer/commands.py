"""Decodes ESC/POS bytes into commands, for the simulator and the preview. Pure; bytes may come in any portions.

Control bytes never occur inside a character of GB 2312, GBK, GB18030 or UTF-8 (trail bytes start at 30), so text is
recognised before its encoding is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ESC, GS, FS, DLE = 0x1B, 0x1D, 0x1C, 0x10


@dataclass(frozen=True, slots=True)
class Characters:
    """Text bytes, not decoded; may end within a character."""

    data: bytes

    def __repr__(self) -> str:
        return f"Characters({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class LineFeed:
    """LF."""


@dataclass(frozen=True, slots=True)
class Initialise:
    """ESC @."""


@dataclass(frozen=True, slots=True)
class SetAlign:
    """ESC a n: 0 left, 1 centre, 2 right."""

    where: int


@dataclass(frozen=True, slots=True)
class SetBold:
    """ESC E n."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetSize:
    """GS ! n: each factor 1 to 8."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SetChinese:
    """FS & and FS . : the double-byte mode."""

    on: bool


@dataclass(frozen=True, slots=True)
class SelectEncoding:
    """FS ( C, function 48: 2 means UTF-8, 1 the single and double bytes of the model."""

    utf8: bool


@dataclass(frozen=True, slots=True)
class Raster:
    """GS v 0: `data` holds rows of `width_bytes`, highest bit leftmost, set bits dark."""

    width_bytes: int
    data: bytes

    def __repr__(self) -> str:
        return f"Raster({self.width_bytes} bytes a row, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class QrSetting:
    """GS ( k, functions 65 (model), 67 (dots of a module), 69 (error correction 48 to 51)."""

    function: int
    value: int


@dataclass(frozen=True, slots=True)
class QrStore:
    """GS ( k, function 80."""

    data: bytes


@dataclass(frozen=True, slots=True)
class QrPrint:
    """GS ( k, function 81."""


@dataclass(frozen=True, slots=True)
class FeedLines:
    """ESC d n."""

    count: int


@dataclass(frozen=True, slots=True)
class FeedDots:
    """ESC J n."""

    count: int


@dataclass(frozen=True, slots=True)
class Cut:
    """GS V; `feeds` where the command first feeds to the knife (functions 65 and 66)."""

    partial: bool
    feeds: bool


@dataclass(frozen=True, slots=True)
class AskStatus:
    """DLE EOT n: to be answered at once."""

    which: int


@dataclass(frozen=True, slots=True)
class AskInTurn:
    """GS r n: to be answered after everything before it."""

    which: int


@dataclass(frozen=True, slots=True)
class ClearBuffers:
    """DLE DC4 8: to be obeyed at once."""


@dataclass(frozen=True, slots=True)
class Recover:
    """DLE ENQ n: 1 continue after an error, 2 continue with empty buffers. To be obeyed at once."""

    empty_buffers: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """A command that changes nothing on paper, or that is unknown here."""

    data: bytes


Command = (
    Characters
    | LineFeed
    | Initialise
    | SetAlign
    | SetBold
    | SetSize
    | SetChinese
    | SelectEncoding
    | Raster
    | QrSetting
    | QrStore
    | QrPrint
    | FeedLines
    | FeedDots
    | Cut
    | AskStatus
    | AskInTurn
    | ClearBuffers
    | Recover
    | Ignored
)

CLEAR_PARAMETERS = b"\x08\x01\x03\x14\x01\x06\x02\x08"
NEEDS_MORE = None


class CommandDecoder:
    """Takes portions of bytes and returns complete commands."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, portion: bytes) -> list[Command]:
        """The commands that `portion` completes, in order. Text is given as far as it has come."""
        self._rest += portion
        commands: list[Command] = []
        while self._rest:
            found = _first(self._rest)
            if found is NEEDS_MORE:
                break
            command, length = found
            commands.append(command)
            del self._rest[:length]
        return commands

    def reset(self) -> None:
        """Drop an incomplete command."""
        self._rest.clear()


Found = tuple[Command, int] | None


def _first(data: bytearray) -> Found:
    lead = data[0]
    if lead >= 0x20:
        length = next((i for i, byte in enumerate(data) if byte < 0x20), len(data))
        return Characters(bytes(data[:length])), length
    if lead == 0x0A:
        return LineFeed(), 1
    if lead not in (ESC, GS, FS, DLE):
        return Ignored(bytes([lead])), 1
    if len(data) < 2:
        return NEEDS_MORE
    return {ESC: _escape, GS: _group, FS: _field, DLE: _real_time}[lead](data)


def _with_n(data: bytearray, make: Callable[[int], Command]) -> Found:
    """Three bytes, the last a parameter."""
    return (make(data[2]), 3) if len(data) >= 3 else NEEDS_MORE


def _escape(data: bytearray) -> Found:
    match chr(data[1]):
        case "@":
            return Initialise(), 2
        case "a":
            return _with_n(data, lambda n: SetAlign(n & 3))
        case "E" | "G":
            return _with_n(data, lambda n: SetBold(bool(n & 1)))
        case "d":
            return _with_n(data, FeedLines)
        case "J":
            return _with_n(data, FeedDots)
        case "!":  # print mode: bit 3 bold is left to ESC E here; bits 4 and 5 double height and width
            return _with_n(data, lambda n: SetSize(2 if n & 0x20 else 1, 2 if n & 0x10 else 1))
        case "t" | "R" | "3" | "-" | "M" | " " | "{" | "=" | "V":
            return _with_n(data, lambda n: Ignored(bytes([ESC, data[1], n])))
        case _:
            return Ignored(bytes(data[:2])), 2


def _group(data: bytearray) -> Found:
    match chr(data[1]):
        case "!":
            return _with_n(data, lambda n: SetSize((n >> 4 & 7) + 1, (n & 7) + 1))
        case "r":
            return _with_n(data, AskInTurn)
        case "V":
            return _cut(data)
        case "v":
            return _raster(data)
        case "(":
            return _parameters(data)
        case "a" | "B" | "H" | "I" | "b" | "f" | "h" | "w":
            return _with_n(data, lambda n: Ignored(bytes([GS, data[1], n])))
        case "L" | "W" | "P":
            return (Ignored(bytes(data[:4])), 4) if len(data) >= 4 else NEEDS_MORE
        case _:
            return Ignored(bytes(data[:2])), 2


def _field(data: bytearray) -> Found:
    match chr(data[1]):
        case "&":
            return SetChinese(True), 2
        case ".":
            return SetChinese(False), 2
        case "(":
            return _parameters(data)
        case "!" | "-" | "W" | "C":
            return _with_n(data, lambda n: Ignored(bytes([FS, data[1], n])))
        case "S":
            return (Ignored(bytes(data[:4])), 4) if len(data) >= 4 else NEEDS_MORE
        case _:
            return Ignored(bytes(data[:2])), 2


def _real_time(data: bytearray) -> Found:
    if data[1] == 0x04:
        return _with_n(data, AskStatus)
    if data[1] == 0x05:
        return _with_n(data, lambda n: Recover(n == 2))
    if data[1] != 0x14:
        return Ignored(bytes(data[:2])), 2
    if len(data) < 3:
        return NEEDS_MORE
    if data[2] != 0x08:  # functions 1 and 2 (pulse, power off) have two more parameters
        return (Ignored(bytes(data[:5])), 5) if len(data) >= 5 else NEEDS_MORE
    if len(data) < 2 + len(CLEAR_PARAMETERS):
        return NEEDS_MORE
    whole = bytes(data[:10])
    return (ClearBuffers() if whole[2:] == CLEAR_PARAMETERS else Ignored(whole)), 10


def real_time_in(data: bytes) -> list[Command]:
    """The real-time commands in `data`, which may be the dots of a picture; printers obey them there too."""
    found: list[Command] = []
    at = data.find(DLE)
    while at >= 0:
        command = _real_time(bytearray(data[at : at + 2 + len(CLEAR_PARAMETERS)])) if at + 1 < len(data) else NEEDS_MORE
        if command is not NEEDS_MORE and not isinstance(command[0], Ignored):
            found.append(command[0])
        at = data.find(DLE, at + 1)
    return found


def _cut(data: bytearray) -> Found:
    if len(data) < 3:
        return NEEDS_MORE
    mode = data[2]
    if mode in (65, 66):
        return (Cut(partial=mode == 66, feeds=True), 4) if len(data) >= 4 else NEEDS_MORE
    return Cut(partial=mode in (1, 49), feeds=False), 3


def _raster(data: bytearray) -> Found:
    if len(data) < 8:
        return NEEDS_MORE
    width_bytes, height = data[4] | data[5] << 8, data[6] | data[7] << 8
    length = 8 + width_bytes * height
    return (Raster(width_bytes, bytes(data[8:length])), length) if len(data) >= length else NEEDS_MORE


def _parameters(data: bytearray) -> Found:
    """GS ( x and FS ( x: a function letter and a counted rest."""
    if len(data) < 5:
        return NEEDS_MORE
    length = 5 + (data[3] | data[4] << 8)
    if len(data) < length:
        return NEEDS_MORE
    return _counted(chr(data[0]) + chr(data[2]), bytes(data[5:length]), bytes(data[:length])), length


def _counted(kind: str, parameters: bytes, whole: bytes) -> Command:
    match kind, tuple(parameters):
        case "\x1dk", (49, 65 | 67 | 69 as function, value, *_):
            return QrSetting(function, value)
        case "\x1dk", (49, 80, 48, *_):
            return QrStore(parameters[3:])
        case "\x1dk", (49, 81, *_):
            return QrPrint()
        case "\x1cC", (48, mode):
            return SelectEncoding(utf8=mode in (2, 50))
    return Ignored(whole)
