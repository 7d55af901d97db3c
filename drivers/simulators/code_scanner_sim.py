"""The code scanner, simulated at the wire: a 2D imager in presentation mode at the end of a pseudo-terminal.

Action: `show_code(text)`, a phone held before the window; the scanner sees it once. It sends a code whether or not
anybody listens, and does not see a code that it cannot encode. With the keyboard's device file the line carries input
events, as a grabbed keyboard's node would.
"""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from drivers.code_scanner.device_file import CodeScannerFile
from drivers.code_scanner.hid_keyboard import EVENT_BYTES, TYPE_AT, encode_typing
from drivers.code_scanner.serial_line import encode_line
from drivers.simulators.activity import ActivityLog
from drivers.simulators.line_faults import LineFaults
from drivers.simulators.pty_line import LineGone, PtyLine

WHO = "code_scanner"
SEES_AFTER_S = 0.25  # from a phone in sight to the first byte
LATE_S = 4.0  # the phone's glass reflects; longer than a patient look at the screen
IDENTIFIER = "]Q1"  # QR code, ISO/IEC 15424
END_S = 10.0


class CodeScannerSim(LineFaults):
    """One scanner. `start` returns the URL of its line."""

    fault_names: tuple[str, ...] = ("silent", "garbled", "overlong", "cut_short", "late", "unplugged")

    def __init__(self, activity: ActivityLog, pace: float, run_dir: Path, device_file: CodeScannerFile) -> None:
        self._file = device_file
        super().__init__(PtyLine(WHO, _is_deaf, activity, pace, run_dir / "code-scanner"))
        self._in_sight: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.seen = 0  # codes that it has finished: sent, or lost on an unplugged line

    def start(self) -> str:
        """Begin to scan; returns the URL."""
        url = self._line.start()
        self._thread = threading.Thread(target=self._look, name=f"{WHO} sight", daemon=True)
        self._thread.start()
        return url

    def stop(self) -> None:
        """Stop scanning; may be called twice."""
        self._line.stop()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._in_sight.put(None)
            thread.join(END_S)

    def show_code(self, text: str) -> None:
        """Hold a code before the window. Raises ValueError for an empty code or one with line ends."""
        if not text or not text.isprintable():
            raise ValueError("a code is printable and not empty")
        self._in_sight.put(text)

    def _look(self) -> None:
        while (text := self._in_sight.get()) is not None:
            try:
                self._line.busy(SEES_AFTER_S, "seeing a code")
                if self._has("late"):
                    self._line.pause(LATE_S)
                if not self._has("silent"):
                    self._line.send(self._said(text), "code")
            except LineGone:
                continue  # an unplugged scanner cannot be heard
            finally:
                self.seen += 1

    def _said(self, text: str) -> bytes:
        envelope = self._file.envelope
        if self._has("overlong"):
            text += "0" * envelope.max_characters
        identifier = "" if envelope.identifier == "never" else IDENTIFIER
        line = f"{envelope.prefix}{identifier}{text}{envelope.suffix}"
        try:
            data = self._encoded(line)
        except ValueError:
            return b""
        middle = len(data) // 2
        if self._has("garbled"):
            # In a key event the type is damaged, because an event with another time would still be valid.
            hit = middle if self._file.dialect == "serial" else middle - middle % EVENT_BYTES + TYPE_AT
            data = data[:hit] + b"\xff" + data[hit + 1 :]
        return data[:middle] if self._has("cut_short") else data

    def _encoded(self, line: str) -> bytes:
        """The bytes for a code. Raises ValueError for a character that this scanner cannot encode."""
        if self._file.dialect == "hid_keyboard":
            return encode_typing(line)
        return encode_line(line, self._file.ending, self._file.encoding)


def _is_deaf(_: bytes) -> None:
    """Ignore input: a scanner in presentation mode takes no commands."""
