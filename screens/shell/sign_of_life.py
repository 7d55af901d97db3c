"""The check that the screen works. The watchdog makes it every half minute, on its own thread.

An idle screen neither paints nor uses its display, so a hanging display would not be noticed until somebody touches a
dead kiosk. And drawing on a hanging display stops the whole program, because Kivy holds Python's lock while it draws.
So the display is asked first, on a separate connection, which takes a fraction of a millisecond. Then Kivy's thread is
asked to take a turn, and at intervals to paint a frame, because a graphics driver hangs only there.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from screens.shell.display_size import X11_SETUP
from screens.shell.display_socket import display_addresses

FRAME_EVERY_S = 120.0
"""Seconds between two test frames. A frame takes 15 ms of one core, so the load is an eight-thousandth of it."""


class Screen(Protocol):
    """The parts of the application that the check uses: callbacks on its own thread."""

    def take_turn(self, then: Callable[[], None]) -> None:
        """Call `then` in the next turn. From any thread; returns at once."""

    def after_painting(self, then: Callable[[], None]) -> None:
        """Call `then` after a frame was painted. From any thread; returns at once."""


class SignOfLife:
    """The check of the screen; for one thread other than Kivy's. `environment`: the variables that name the display."""

    def __init__(self, screen: Screen, environment: Mapping[str, str], frame_every_s: float = FRAME_EVERY_S) -> None:
        self._screen = screen
        self._environment = environment
        self._frame_every_s = frame_every_s
        self._painted_at = time.monotonic()
        self._asked: threading.Event | None = None  # one question at a time, so that none pile up at a hanging thread

    def ails(self, within_s: float) -> str | None:
        """What does not answer within this time (seconds), "display" or "screen"; None if all is well."""
        if not display_answers(self._environment, within_s):
            return "display"
        if self._asked is None:
            self._asked = self._ask()
        if not self._asked.wait(within_s):
            return "screen"
        self._asked = None
        return None

    def _ask(self) -> threading.Event:
        answered = threading.Event()
        if time.monotonic() - self._painted_at < self._frame_every_s:
            self._screen.take_turn(answered.set)
            return answered

        def painted() -> None:
            self._painted_at = time.monotonic()
            answered.set()

        self._screen.after_painting(painted)
        return answered


def display_answers(environment: Mapping[str, str], within_s: float) -> bool:
    """Whether the X server that the environment names answers within this time (seconds). True where it has no local
    socket, because then only Kivy's thread can tell. A Wayland compositor is not asked, because the SDL in Kivy's wheel
    supports X11 only.
    """
    x11 = {"DISPLAY": environment.get("DISPLAY", "")}
    return all(_x11_answers(path, within_s) for path in display_addresses(x11))


def _x11_answers(path: str, within_s: float) -> bool:
    for address in (f"\0{path}", path):  # a server listens at one or both of these
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
            link.settimeout(within_s)
            try:
                link.connect(address)
                link.sendall(X11_SETUP)
                return link.recv(1) != b""
            except (TimeoutError, BlockingIOError):
                return False  # too late, or its queue of connections is full
            except OSError:
                continue  # nobody listens here, or refuses us
    return True
