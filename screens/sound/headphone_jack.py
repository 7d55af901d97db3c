"""Whether headphones are plugged in, by the kernel's jack input device (ALSA's "… Headphone").

No library is needed: events are `struct input_event` of linux/input.h, 24 bytes on 64-bit systems.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import threading
from collections.abc import Callable, Iterator

EVENT = struct.Struct("@llHHi")  # seconds, microseconds, type, code, value
EV_SYN, EV_SW = 0x00, 0x05
SYN_DROPPED = 3
SW_HEADPHONE_INSERT = 0x02
_STATE_BYTES = 8
EVIOCGSW = 2 << 30 | _STATE_BYTES << 16 | ord("E") << 8 | 0x1B  # _IOC(_IOC_READ, 'E', 0x1b, len)

AGAIN_S = 2.0
"""Seconds between two tries to open a device that is missing or went away."""


def changes_in(events: bytes) -> Iterator[bool | None]:
    """The changes in whole events: True, plugged in; False, pulled out; None, events were lost, so ask the device."""
    for _, _, kind, code, value in EVENT.iter_unpack(events):
        if (kind, code) == (EV_SW, SW_HEADPHONE_INSERT):
            yield value != 0
        elif (kind, code) == (EV_SYN, SYN_DROPPED):
            yield None


class HeadphoneJack:
    """A thread that reads one jack. It calls `changed(is_in)` at each change; at the start, and while the jack is
    missing, no headphones are in. It calls `lost(why)` when the jack cannot be read, and not again before it could be
    read.
    """

    def __init__(self, path: str, changed: Callable[[bool], None], lost: Callable[[str], None]) -> None:
        self._path = path
        self._changed = changed
        self._lost = lost
        self._is_lost = False
        self._is_in = False
        self._end, self._ending = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._watch, name="headphones", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        os.write(self._ending, b".")
        self._thread.join(timeout=2.0)
        os.close(self._end)
        os.close(self._ending)

    def _watch(self) -> None:
        while True:
            try:
                jack = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                self._lose(error)
            else:
                try:
                    self._tell(_state_of(jack))
                    if self._read(jack):
                        return
                finally:
                    os.close(jack)
            self._tell(False)
            if select.select([self._end], [], [], AGAIN_S)[0]:
                return

    def _read(self, jack: int) -> bool:
        """Read events until the end; True when the thread is to stop, False when the device is gone."""
        rest = b""
        while True:
            ready, _, _ = select.select([self._end, jack], [], [])
            if self._end in ready:
                return True
            try:
                read = os.read(jack, 64 * EVENT.size)
            except BlockingIOError:
                continue
            except OSError as error:
                self._lose(error)
                return False
            if not read:
                return False
            self._is_lost = False
            rest += read
            whole = len(rest) // EVENT.size * EVENT.size
            for change in changes_in(rest[:whole]):
                self._tell(_state_of(jack) if change is None else change)
            rest = rest[whole:]

    def _lose(self, error: OSError) -> None:
        """Report that the jack cannot be read. Until it can, no headphones count as plugged in."""
        if not self._is_lost:
            self._is_lost = True
            self._lost(f"headphones: {error}")

    def _tell(self, is_in: bool) -> None:
        if is_in != self._is_in:
            self._is_in = is_in
            self._changed(is_in)


def _state_of(jack: int) -> bool:
    """Whether headphones are in now; False if the file is no input device."""
    switches = bytearray(_STATE_BYTES)
    try:
        fcntl.ioctl(jack, EVIOCGSW, switches)
    except OSError:
        return False
    return bool(switches[SW_HEADPHONE_INSERT // 8] >> SW_HEADPHONE_INSERT % 8 & 1)
