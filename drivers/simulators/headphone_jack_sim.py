"""A headphone jack as the kernel's input device tells of it: a FIFO that carries the same bytes."""

from __future__ import annotations

import os
import struct
from pathlib import Path

_EVENT = struct.Struct("@llHHi")
_SWITCH, _HEADPHONES, _SYNCHRONISED = 0x05, 0x02, 0x00


class HeadphoneJackSimulator:
    """`path`: where the FIFO is made, and stands until `close`."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def plug_in(self) -> None:
        """Hands: headphones go in."""
        self._switch(1)

    def pull_out(self) -> None:
        """Hands: headphones come out."""
        self._switch(0)

    def send(self, raw: bytes) -> None:
        """Any bytes, such as half an event."""
        os.write(self._fd, raw)

    def close(self) -> None:
        """The device goes away."""
        os.close(self._fd)
        self._path.unlink()

    def _switch(self, value: int) -> None:
        self.send(_EVENT.pack(0, 0, _SWITCH, _HEADPHONES, value) + _EVENT.pack(0, 0, _SYNCHRONISED, 0, 0))
