"""Bytes from the receipt printer, and the commands that its simulator and the preview understand."""

from __future__ import annotations

import itertools
from collections import deque
from contextlib import suppress

from assets import ASSETS
from drivers.errors import DriverError, FrameCorrupt
from drivers.receipt_printer import device_file
from drivers.receipt_printer.commands import Characters, Command, CommandDecoder
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.status import (
    CLEAR_RESPONSE,
    PrinterStatus,
    is_answer_in_turn,
    is_real_time_answer,
    made_sense_of,
)
from drivers.typeface import Typeface
from tests.torture.fuzz.promises import fed, hold, portions

DEVICES = ASSETS / "devices"
MODEL = device_file.load(DEVICES / "escpos-80-gb18030.toml")
TYPEFACE = Typeface(())

SEEDS: dict[str, list[bytes]] = {
    "printer_status": [
        b"\x00\x12\x12\x12\x12",
        b"\x01" + CLEAR_RESPONSE,
        b"\x00\x12\x16\x12\x72",
        b"\x00\x1a\x32\x1a\x1e",
        b"\x01\x00\x12" + CLEAR_RESPONSE,
        b"\x00\x12\x00\x12\x12\x12",
    ],
    "printer_commands": [
        b"\x1b@\x1ba\x01\x1bE\x01\x1d!\x11\x1c&" + "签注回执".encode("gb18030") + b"\n\x1dV\x42\x00\x10\x04\x01",
        b"\x1dv0\x00\x02\x00\x02\x00\xff\x00\xff\x00",
        b"\x1d(k\x04\x001A2\x00\x1d(k\x05\x001P0qr\x1d(k\x03\x001Q0",
        b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x10\x05\x02\x1dr\x01",
        b"\x1c(C\x02\x000\x02\x1bd\x03\x1bJ\x0c",
    ],
}


class _Talker:
    """A printer that says what it says, a byte at each read, whatever is written to it."""

    def __init__(self, data: bytes) -> None:
        self._left = deque(data)
        self.writes = 0

    def write(self, data: bytes) -> None:
        self.writes += 1

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return bytes((self._left.popleft(),)) if self._left else b""

    def close(self) -> None:
        self._left.clear()


def check_printer_status(data: bytes) -> None:
    """Any four answers are a status or an error of ours; a printer that says anything ends every verb."""
    said = data[1:]
    if len(said) >= 4:
        try:
            status = made_sense_of(*said[:4])
            hold(all(is_real_time_answer(answer) for answer in said[:4]), "only real-time answers make sense")
            hold(status.cover_open == bool(said[1] & 4), "the cover is as it is told")
        except FrameCorrupt:
            hold(not all(is_real_time_answer(answer) for answer in said[:4]), "four real-time answers make sense")
    hold(
        not any(is_real_time_answer(answer) and is_answer_in_turn(answer) for answer in said),
        "no byte is taken for both kinds of answers",
    )
    ticks = itertools.count(step=0.01)
    talker = _Talker(said)
    printer = ReceiptPrinter(lambda: talker, MODEL, TYPEFACE, clock=lambda: next(ticks))
    with suppress(DriverError):
        if data[:1] == b"\x01":
            printer.clear()
        else:
            hold(isinstance(printer.status(), PrinterStatus), "a status is a status")
    hold(talker.writes <= 8, "a printer is asked a few times")
    printer.close()


def check_printer_commands(data: bytes) -> None:
    """The same commands however fed, but for where text is cut; everything is understood once."""
    whole = CommandDecoder()
    found = _joined(whole.feed(data))
    hold(_joined(fed(portions(data), CommandDecoder().feed)) == found, "in portions it is the same")
    hold(len(found) <= len(data), "there are no more commands than bytes")
    whole.reset()
    hold(whole.feed(b"\n") != [], "after a reset the next command is understood")


def _joined(commands: list[Command]) -> list[Command]:
    """Texts that follow each other made one: how they are cut depends on the portions."""
    joined: list[Command] = []
    for is_text, group in itertools.groupby(commands, lambda command: isinstance(command, Characters)):
        if is_text:
            joined.append(Characters(b"".join(one.data for one in group if isinstance(one, Characters))))
        else:
            joined += group
    return joined
