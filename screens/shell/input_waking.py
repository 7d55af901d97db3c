"""Wakes Kivy when the display server sends something, such as a touch.

Kivy sleeps between two frames and looks for input only then, and what it found it hands on in the turn after: at 30
frames a second a finger waits up to 66 ms. Here the display server's socket is watched meanwhile. Nothing is read from
it; SDL does that in its own turn.
"""

from __future__ import annotations

import os
import select
import threading
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window

from screens.shell.display_socket import display_connections

READING_S = 0.004       # Kivy needs about so long to read what it was woken for


class InputWaking:
    """A thread that watches this process's connections to the display server; there may be none (offscreen)."""

    def __init__(self) -> None:
        self._watched = [os.dup(descriptor) for descriptor in display_connections(os.environ)]
        self._end, self._ending = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._watch, name="input", daemon=True)

    def start(self) -> None:
        Window.bind(on_mouse_down=_turn_again, on_mouse_up=_turn_again)
        if self._watched:
            self._thread.start()

    def stop(self) -> None:
        Window.unbind(on_mouse_down=_turn_again, on_mouse_up=_turn_again)
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
            _turn_again()
            if select.select([self._end], [], [], READING_S)[0]:
                return


def _turn_again(*_args: Any) -> None:
    """That something is due makes the clock turn at once. From any thread."""
    Clock.schedule_once(_nothing, 0)


def _nothing(_elapsed: float) -> None:
    """What is due."""
