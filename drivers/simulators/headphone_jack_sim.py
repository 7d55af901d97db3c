"""A headphone jack as the kernel's input device reports it: a FIFO with the same bytes."""

from __future__ import annotations

import os
import struct
from pathlib import Path

_EVENT = struct.Struct("@llHHi")
_SWITCH, _HEADPHONES, _SYNCHRONISED = 0x05, 0x02, 0x00


class HeadphoneJackSimulator:
    """A simulated jack. `path`: of the FIFO, which exists until `close`."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def plug_in(self) -> None:
        """Plug headphones in."""
        self._switch(1)

    def pull_out(self) -> None:
        """Pull headphones out."""
        self._switch(0)

    def send(self, raw: bytes) -> None:
        """Send any bytes, such as half an event."""
        os.write(self._fd, raw)

    def close(self) -> None:
        """Remove the device."""
        os.close(self._fd)
        self._path.unlink()

    def _switch(self, value: int) -> None:
        self.send(_EVENT.pack(0, 0, _SWITCH, _HEADPHONES, value) + _EVENT.pack(0, 0, _SYNCHRONISED, 0, 0))
