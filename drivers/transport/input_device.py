"""A Linux input device (evdev) as a byte transport of whole `input_event`s, opened exclusively.

A keyboard that is not grabbed types into the focused window or console, such as the kiosk's own screen.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.errors import LinkBusy, LinkLost, TransportError

EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int), linux/input.h
EVENT_BYTES = 24  # the kernel hands out whole events of 64-bit systems and takes no smaller buffer


class InputDevice:
    """An open input device, grabbed until `close`. `device` is named in what is raised."""

    def __init__(self, path: str, device: str = "") -> None:
        self._path = path
        self._device = device
        self._fd: int | None = None
        with self._translated("open"):
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._grab(fd)
        except TransportError:
            os.close(fd)
            raise
        self._fd = fd
        self._poller = select.poll()
        self._poller.register(fd, select.POLLIN)

    def _grab(self, fd: int) -> None:
        try:
            fcntl.ioctl(fd, EVIOCGRAB, 1)
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise LinkBusy(f"{self._path}: another program holds the device", device=self._device) from error
            raise LinkLost(f"{self._path}: cannot be grabbed: {error}", device=self._device) from error

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LinkLost(f"{self._path}: cannot {doing}: {error}", device=self._device) from error

    def write(self, data: bytes) -> None:
        """Raise `TransportError`, because nothing can be sent to a keyboard."""
        raise TransportError(f"{self._path}: an input device takes no bytes", device=self._device)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Whole events that have arrived; empty if none came within `timeout_s`. ValueError for less than one event.
        Raises `LinkLost`.
        """
        if max_bytes < EVENT_BYTES:
            raise ValueError(f"{max_bytes} bytes are less than one input event")
        if self._fd is None:
            raise LinkLost(f"{self._path}: is closed", device=self._device)
        with self._translated("read"):
            if not self._poller.poll(max(0.0, timeout_s) * 1000):
                return b""
            try:
                data = os.read(self._fd, max_bytes - max_bytes % EVENT_BYTES)
            except BlockingIOError:
                return b""  # another reader of a device that nobody grabbed could have been faster
        if not data:
            raise LinkLost(f"{self._path}: the device is gone", device=self._device)
        return data

    def close(self) -> None:
        """Release the device, which ends the grab; may be called twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
