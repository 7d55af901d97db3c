"""A serial port (8N1, no flow control). The only module that knows pyserial."""

from __future__ import annotations

import errno
import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import serial

from drivers.errors import LinkBusy, LinkLost, LinkTimeout, TransportError

# A whole permit face (19 kB) takes 20 s at 9600 bit/s, so the limit holds for each portion.
WRITE_PORTION = 2048
WRITE_TIMEOUT_S = 5.0

# Foreign exception → ours; the first that fits. pyserial's errors are OSErrors; a port whose USB plug was pulled
# answers EIO, ENODEV, or "ready to read but no data".
_OURS: tuple[tuple[type[Exception], type[TransportError]], ...] = (
    (serial.SerialTimeoutException, LinkTimeout),
    (OSError, LinkLost),
    (termios.error, LinkLost),
)
# Errors of opening while another program holds the port: by flock(2), as pyserial does, or by TIOCEXCL.
_HELD = frozenset({errno.EWOULDBLOCK, errno.EBUSY})


class SerialPort:
    """An open port, held exclusively until `close`. `device`: the name in its errors."""

    def __init__(self, path: str, baud: int, device: str = "") -> None:
        self._path = path
        self._device = device
        with self._translated("open"):
            self._port = self._opened(baud)
        self._poller = select.poll()
        self._poller.register(self._port.fileno(), select.POLLIN)

    def _opened(self, baud: int) -> serial.Serial:
        try:
            return serial.Serial(self._path, baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except serial.SerialException as error:
            if error.errno in _HELD:
                raise LinkBusy(f"{self._path}: another program holds the port", device=self._device) from error
            raise

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except tuple(foreign for foreign, _ in _OURS) as error:
            ours = next(ours for foreign, ours in _OURS if isinstance(error, foreign))
            raise ours(f"{self._path}: cannot {doing}: {_reason(error)}", device=self._device) from error

    def _require_open(self) -> None:
        if not self._port.is_open:
            raise LinkLost(f"{self._path}: is closed", device=self._device)

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the port. Raises `LinkLost`, or `LinkTimeout` if the port takes nothing for 5 s."""
        self._require_open()
        with self._translated("write"):
            for start in range(0, len(data), WRITE_PORTION):
                self._port.write(data[start : start + WRITE_PORTION])

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """The bytes that have arrived, 1 to `max_bytes`; empty if none came within `timeout_s` seconds."""
        self._require_open()
        with self._translated("read"):
            if not self._poller.poll(max(0.0, timeout_s) * 1000):
                return b""
            return bytes(self._port.read(max_bytes))

    def close(self) -> None:
        """Release the port; may be called twice."""
        self._port.close()


def _reason(error: Exception) -> str:
    """The system's word for it. pyserial's own texts name the path and the number once or twice more."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) else str(error)
