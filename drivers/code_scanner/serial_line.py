"""The serial dialect: a code is a line of text with an ending of its own, on a UART or a USB-CDC port."""

from __future__ import annotations

import re

from drivers import gb18030
from drivers.code_scanner.base import BadScan, Flaw, Found
from drivers.code_scanner.envelope import Envelope

ENDINGS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}
_END = re.compile(rb"[\r\n]")  # no byte of a longer character in GB 18030 or UTF-8
ENCODINGS = {"ascii": 1, "gb18030": 4, "utf-8": 4}  # encoding → the most bytes of a character


class LineDecoder:
    """Turns bytes into codes, which end at CR or LF. A scanner that is set to another ending than its file says, or
    sends both, is understood, because no code contains either. Empty lines are ignored. A line that is too long is
    reported at once, and skipped to its end.
    """

    def __init__(self, encoding: str, envelope: Envelope) -> None:
        self._encoding = encoding
        self._envelope = envelope
        self._max_bytes = envelope.longest() * ENCODINGS[encoding]
        self._line = bytearray()
        self._skips = False

    @property
    def is_in_the_middle(self) -> bool:
        return bool(self._line) or self._skips

    def feed(self, data: bytes) -> list[Found]:
        found: list[Found] = []
        self._line += data
        while (end := _END.search(self._line)) is not None:
            line = bytes(self._line[: end.start()])
            del self._line[: end.end()]
            if self._skips:
                self._skips = False
            elif line:
                found.append(self._opened(line))
        if len(self._line) > self._max_bytes:
            if not self._skips:
                found.append(BadScan(Flaw.OVERLONG, len(self._line)))
            self._skips = True
        if self._skips:
            self._line.clear()
        return found

    def give_up(self) -> list[Found]:
        length, skipped = len(self._line), self._skips
        self._line.clear()
        self._skips = False
        return [] if skipped or not length else [BadScan(Flaw.UNFINISHED, length)]

    def disregard(self) -> None:
        self._skips = self.is_in_the_middle

    def _opened(self, line: bytes) -> Found:
        if len(line) > self._max_bytes:
            return BadScan(Flaw.OVERLONG, len(line))
        try:
            text = gb18030.decode_as(line, self._encoding)
        except UnicodeDecodeError:
            return BadScan(Flaw.ENCODING, len(line))
        return self._envelope.opened(text)


def encode_line(text: str, ending: str, encoding: str) -> bytes:
    """The bytes that a scanner sends for `text`, a code with its envelope. UnicodeEncodeError for a character that the
    encoding does not have.
    """
    return gb18030.encode_as(text, encoding) + ENDINGS[ending]
