"""A serial line to a simulator: a pseudo-terminal with the speed, timing and faults of a real line.

The host opens a symbolic link that stays the same when the line is unplugged and plugged in again. A byte takes 10 bit
times (8N1) in either direction, multiplied by `pace`; a pace of 0 takes no time. A host at another speed than the
device's sends and receives nonsense, as on a real line.
"""

from __future__ import annotations

import errno
import os
import select
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from drivers.simulators.activity import ActivityLog

BITS_PER_BYTE = 10  # 8N1: start, 8 data, stop
PORTION_S = 0.002  # the line is filled in portions of this length, on a schedule counted from the first byte
NO_READER_S = 1.0  # a host that reads nothing for so long loses what is sent, as with a full UART
_LISTEN = select.POLLIN

_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)}
# The bytes of an 8N1 receiver at a wrong speed are arbitrary, but never the sender's.
_NONSENSE = bytes((byte * 5 + 0x3B) & 0xFF for byte in range(256))


class LineGone(Exception):
    """The line was unplugged or stopped while the device was busy on it. Ends the handler; `PtyLine` catches it."""


class PtyLine:
    """The device's end of a serial line.

    `handler(data)` is called in the line's own thread with what the host sent, any portions, at the time the last of
    these bytes would have arrived. It answers with `send`, and waits with `busy`. Both raise `LineGone`.
    """

    def __init__(
        self,
        who: str,
        handler: Callable[[bytes], None],
        activity: ActivityLog,
        pace: float,
        link: Path,
        baud: int = 115200,
    ) -> None:
        self._who = who
        self._handler = handler
        self._activity = activity
        self._pace = pace
        self._link = link
        self._default_baud = baud
        self.baud = baud  # the device's own speed; its simulator changes it at the host's order
        self._ends: tuple[int, int] | None = None
        self._lock = threading.RLock()
        self._let_go = threading.Condition(self._lock)
        self._polled: int | None = None  # the device end that the listener waits on
        self._sending = threading.Lock()
        self._gone = threading.Event()
        self._running = False
        self._heard_until = 0.0
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The URL for the driver: the link, and the device's default speed."""
        return f"serial://{quote(str(self._link.absolute()))}?baud={self._default_baud}"

    @property
    def is_plugged_in(self) -> bool:
        with self._lock:
            return self._ends is not None

    @property
    def host_baud(self) -> int:
        """The speed that the host has set, 0 if it is none that a UART here knows or the line is unplugged."""
        with self._lock:
            return 0 if self._ends is None else _SPEEDS.get(termios.tcgetattr(self._ends[0])[5], 0)

    def start(self) -> str:
        """Plug in and listen; returns the URL."""
        if self._thread is not None:
            raise ValueError("this line is running")
        self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._running = True
        self.plug_in()
        self._thread = threading.Thread(target=self._listen, name=f"{self._who} line", daemon=True)
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Unplug for good; may be called twice."""
        self._running = False
        self.unplug()
        if self._thread is not None:
            self._thread.join(timeout=10.0)
            self._thread = None
        if self._wake is not None:
            for end in self._wake:
                os.close(end)
            self._wake = None

    def unplug(self) -> None:
        """Pull the plug: the host's open port is dead, and the link is gone."""
        with self._lock:
            self._gone.set()
            if self._ends is not None:
                self._link.unlink(missing_ok=True)
                for end in self._ends:
                    os.close(end)
                self._ends = None
        self._wake_listener()
        if threading.current_thread() is not self._thread:
            with self._lock:  # the kernel hangs the line up when nobody waits on its device end any more
                self._let_go.wait_for(lambda: self._polled is None)

    def plug_in(self) -> None:
        """Plug in: a new terminal under the same link. No effect on a stopped line."""
        with self._lock:
            if self._ends is not None or not self._running:
                return
            device_end, host_end = os.openpty()
            # The host's end is held open here too: the kernel forgets raw mode at the last close.
            tty.setraw(host_end)
            attributes = termios.tcgetattr(host_end)
            attributes[4] = attributes[5] = getattr(termios, f"B{self._default_baud}")
            termios.tcsetattr(host_end, termios.TCSANOW, attributes)
            os.set_blocking(device_end, False)
            self._ends = device_end, host_end
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(host_end))
            fresh.replace(self._link)
            self._gone.clear()
        self._wake_listener()

    def send(self, data: bytes, doing: str = "answer") -> None:
        """Put `data` on the line at the device's speed; returns when the last byte has left."""
        with self._sending:
            began = time.monotonic()
            if self.host_baud != self.baud:
                data = data.translate(_NONSENSE)
            byte_s = self._byte_s()
            portion = max(1, int(PORTION_S / byte_s)) if byte_s else len(data)
            for start in range(0, len(data), portion or 1):
                end = min(start + portion, len(data))
                self._wait_until(began + end * byte_s)
                if byte_s and end == len(data):
                    # Before the host can see the last byte: it may ask for the record at once.
                    self._activity.add(self._who, "line", doing, began, time.monotonic())
                self._put(data[start:end])

    def busy(self, seconds: float, doing: str) -> None:
        """Let the device work for `seconds` multiplied by the pace, recorded as its busy time."""
        with self._activity.during(self._who, "device", doing):
            self.pause(seconds * self._pace)

    def pause(self, seconds: float) -> None:
        """Wait `seconds` at any pace, for a fault's delay, without recording it."""
        if self._gone.wait(seconds) if seconds > 0 else self._gone.is_set():
            raise LineGone

    def _byte_s(self) -> float:
        return BITS_PER_BYTE / self.baud * self._pace

    def _wait_until(self, instant: float) -> None:
        self.pause(instant - time.monotonic())

    def _put(self, data: bytes) -> None:
        deadline = time.monotonic() + NO_READER_S
        while data:
            with self._lock:
                if self._ends is None:
                    raise LineGone
                try:
                    data = data[os.write(self._ends[0], data) :]
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        return
            if data:
                self.pause(PORTION_S)

    def _listen(self) -> None:
        assert self._wake is not None
        wake = self._wake[0]
        while self._running:
            with self._lock:
                device_end = self._polled = None if self._ends is None else self._ends[0]
            poller = select.poll()
            poller.register(wake, _LISTEN)
            if device_end is not None:
                poller.register(device_end, _LISTEN)
            ready = {fd for fd, _ in poller.poll()}
            with self._lock:
                self._polled = None
                self._let_go.notify_all()
            if wake in ready:
                os.read(wake, 4096)
            if device_end in ready:
                self._hear()

    def _hear(self) -> None:
        began = time.monotonic()
        byte_s = self._byte_s()
        data = self._take(max(1, int(PORTION_S / byte_s)) if byte_s else 65536)
        if not data:
            return
        try:
            if byte_s:
                # Portions that follow each other keep the schedule of the first one.
                first_bit = self._heard_until if began - self._heard_until < PORTION_S else began
                self._heard_until = first_bit + len(data) * byte_s
                self._wait_until(self._heard_until)
                self._activity.add(self._who, "line", "request", first_bit, time.monotonic())
            self._handler(data if self.host_baud == self.baud else data.translate(_NONSENSE))
        except LineGone:
            return

    def _take(self, max_bytes: int) -> bytes:
        with self._lock:
            if self._ends is None:
                return b""
            try:
                return os.read(self._ends[0], max_bytes)
            except OSError as error:
                if error.errno in (errno.EIO, errno.EAGAIN):
                    return b""
                raise

    def _wake_listener(self) -> None:
        if self._wake is not None:
            os.write(self._wake[1], b"\0")
