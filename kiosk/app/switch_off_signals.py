"""The signals that ask the program to end: systemd's SIGTERM, a terminal's SIGINT, SIGHUP when a terminal closes.

Python runs signal handlers on the main thread, which is Kivy's and may be busy drawing. So each signal is written into
a socket as it comes (signal.set_wakeup_fd), and a separate thread reads it.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Self

HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class SwitchOffSignals:
    """A context on the main thread in which no signal of `HEARD` ends the program by itself. A signal that comes before
    `listen` is passed on when `listen` is called.

    SDL handles only signals without a handler, so the context must be entered before the window is made.
    """

    def __enter__(self) -> Self:
        self._reading, self._writing = socket.socketpair()
        self._writing.setblocking(False)
        self._handled_before = {number: signal.signal(number, _is_read_elsewhere) for number in HEARD}
        self._written_before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._thread: threading.Thread | None = None
        return self

    def listen(self, wish: Callable[[str], None]) -> None:
        """Call `wish(name of the signal)` for each signal, on a separate thread. Call this once."""
        self._thread = threading.Thread(target=self._listen, args=(wish,), name="signals", daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Restore the earlier signal handlers."""
        signal.set_wakeup_fd(self._written_before)
        for number, handler in self._handled_before.items():
            signal.signal(number, handler)
        self._writing.close()  # the reader finds the end
        if self._thread is not None:
            self._thread.join()
        self._reading.close()

    def _listen(self, wish: Callable[[str], None]) -> None:
        while number := self._reading.recv(1):
            if number[0] in HEARD:
                wish(signal.Signals(number[0]).name)


def _is_read_elsewhere(_number: int, _frame: FrameType | None) -> None:
    """Do nothing. Python writes a signal into the socket only if it has a handler."""
