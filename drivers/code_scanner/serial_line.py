"""The serial dialect: a code is a line of text with an ending of its own, on a UART or a USB-CDC port."""

from __future__ import annotations

from drivers import gb18030
from drivers.code_scanner.base import BadScan, Flaw, Found
from drivers.code_scanner.envelope import Envelope

ENDINGS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}
ENCODINGS = {"ascii": 1, "gb18030": 4, "utf-8": 4}      # and the most bytes that a character takes


class LineDecoder:
    """From bytes to codes, cut at the ending. Empty lines are noise. A line that is too long is reported as soon as it
    is, and skipped to its end.
    """

    def __init__(self, ending: str, encoding: str, envelope: Envelope) -> None:
        self._ending = ENDINGS[ending]
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
        while (end := self._line.find(self._ending)) >= 0:
            line = bytes(self._line[:end])
            del self._line[:end + len(self._ending)]
            if self._skips:
                self._skips = False
            elif line:
                found.append(self._opened(line))
        # The first half of an ending may have arrived already.
        if len(self._line) >= self._max_bytes + len(self._ending):
            if not self._skips:
                found.append(BadScan(Flaw.OVERLONG, len(self._line)))
            self._skips = True
        if self._skips:
            del self._line[:max(0, len(self._line) - len(self._ending) + 1)]
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
    """What a scanner sends for a code that stands in its envelope already. UnicodeEncodeError for a character that the
    encoding does not have.
    """
    return gb18030.encode_as(text, encoding) + ENDINGS[ending]
