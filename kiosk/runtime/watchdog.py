"""systemd's watchdog, fed only while the machine answers and every worker lives (sd_notify(3))."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable


def notify(message: str) -> None:
    """Tell systemd `message` ("READY=1", "WATCHDOG=1", "STOPPING=1"); nothing happens outside of systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
        link.connect("\0" + address[1:] if address.startswith("@") else address)
        link.sendall(message.encode())


class Watchdog:
    """Feeds systemd twice in every WATCHDOG_USEC while `is_well()` says so, on a thread of its own."""

    def __init__(self, is_well: Callable[[], bool]) -> None:
        self._is_well = is_well
        self._interval_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 2e6
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to feed, if systemd asked for it."""
        if self._interval_s > 0:
            self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _feed(self) -> None:
        while not self._ending.wait(self._interval_s):
            if self._is_well():
                notify("WATCHDOG=1")
