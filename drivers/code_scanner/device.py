"""A code scanner on any byte transport, in the dialect of its device file."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from drivers.code_scanner.base import DEVICE, BadScan, Found, ScannedCode
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.errors import FrameCorrupt, LinkLost, TransportError
from drivers.transport.base import ByteTransport

READ_BYTES = 4096
DRAIN_READS = 64  # more than any buffer holds; bounds the reading of a line that never falls silent


class LineScanner:
    """A `CodeScanner` that sends each code it sees and takes no commands. `open_line` opens its transport."""

    def __init__(self, open_line: Callable[[], ByteTransport], device_file: CodeScannerFile) -> None:
        self._open_line = open_line
        self._file = device_file
        self._transport: ByteTransport | None = None
        self._decoder = device_file.decoder()
        self._found: deque[Found] = deque()
        self._heard_at = 0.0
        self._may_be_stale = False  # the line was kept from an earlier wait, and nothing has come on it since

    def open(self) -> None:
        """Open the device exclusively. Raises `LinkLost`, `LinkBusy`."""
        self._line()

    def read(self, timeout_s: float) -> str | None:
        """The next code; None if none came within `timeout_s`. Raises `FrameCorrupt` (show it again), `LinkLost`."""
        deadline = time.monotonic() + timeout_s
        while not self._found:
            left_s = deadline - time.monotonic()
            if self._decoder.is_in_the_middle:
                left_s = min(left_s, self._gap_left_s())
            was_heard = self._listen(max(0.0, left_s))
            if not was_heard and self._decoder.is_in_the_middle and self._gap_left_s() <= 0:
                self._found.extend(self._decoder.give_up())
            elif not self._found and time.monotonic() >= deadline:
                return None
        return _text(self._found.popleft())

    def clear_input(self) -> None:
        """Drop codes that were scanned before now. Raises `LinkLost`."""
        self._may_be_stale = self._transport is not None
        for _ in range(DRAIN_READS):
            if not self._listen(0.0):
                break
        self._decoder.disregard()
        self._found.clear()

    def close(self) -> None:
        """Release the device; may be called twice."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _gap_left_s(self) -> float:
        return self._heard_at + self._file.gap_s - time.monotonic()

    def _line(self) -> ByteTransport:
        if self._transport is None:
            self._decoder = self._file.decoder()
            self._found.clear()
            self._transport = self._open_line()
        return self._transport

    def _listen(self, timeout_s: float) -> bool:
        """Whether anything came. A kept line that is lost is opened once more, because the scanner may have been
        restarted or plugged in again between two waits.
        """
        try:
            data = self._line().read(READ_BYTES, timeout_s)
        except TransportError as error:
            self.close()
            if not isinstance(error, LinkLost) or not self._may_be_stale:
                raise
            self._may_be_stale = False
            self._line()
            return False
        if data:
            self._may_be_stale = False
            self._heard_at = time.monotonic()
            self._found.extend(self._decoder.feed(data))
        return bool(data)


def _text(found: Found) -> str:
    match found:
        case ScannedCode(text=text):
            return text
        case BadScan(flaw=flaw, length=length):
            raise FrameCorrupt(f"a code {flaw.value} ({length} long)", device=DEVICE)
