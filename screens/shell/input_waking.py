"""Wakes Kivy when the display server sends something, such as a touch.

Kivy sleeps between two frames, looks for input only then, and hands it on in the next turn: at 30 frames a second a
touch waits up to 66 ms. So a thread watches the display server's socket. It reads nothing from it; SDL does that in its
own turn.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

from kivy.clock import Clock
from kivy.core.window import Window

from screens.shell.display_socket import display_connections

READING_S = 0.004  # about the time that Kivy needs to read the input


class InputWaking:
    """A thread that watches this process's connections to the display server; there may be none (offscreen). `woken()`
    is called on Kivy's thread each time something arrived.
    """

    def __init__(self, woken: Callable[[], None]) -> None:
        self._woken = woken
        self._watched = [os.dup(descriptor) for descriptor in display_connections(os.environ)]
        self._end, self._ending = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._watch, name="input", daemon=True)

    @property
    def is_certain(self) -> bool:
        """Whether there is a connection, so that input from the display server is noticed at once."""
        return bool(self._watched)

    def start(self) -> None:
        Window.bind(on_mouse_down=self._turn_again, on_mouse_up=self._turn_again)
        if self._watched:
            self._thread.start()

    def stop(self) -> None:
        Window.unbind(on_mouse_down=self._turn_again, on_mouse_up=self._turn_again)
        os.write(self._ending, b".")
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)
        for descriptor in (*self._watched, self._end, self._ending):
            os.close(descriptor)

    def _watch(self) -> None:
        while True:
            ready, _, _ = select.select([self._end, *self._watched], [], [])
            if self._end in ready:
                return
            self._turn_again()
            if select.select([self._end], [], [], READING_S)[0]:
                return

    def _turn_again(self, *_args: object) -> None:
        """Schedule something, which makes Kivy's clock turn at once. From any thread."""
        Clock.schedule_once(self._turned, 0)

    def _turned(self, _elapsed: float) -> None:
        self._woken()
