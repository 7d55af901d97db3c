"""Does the screen work? Asked every half minute by whoever feeds the watchdog, from a thread of its own.

An idle screen paints nothing and asks its display nothing, so a display that hangs would not be noticed until somebody
touches a dead kiosk. And whoever draws on a hanging display stops the whole program: Kivy holds Python's lock while it
draws. So the display is asked first, on a connection of its own, which costs a fraction of a millisecond; then Kivy's
thread is asked to take a turn, and now and then to paint a frame, because a graphics driver hangs only there.
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
"""A frame takes 15 ms of one core, so this is an eight-thousandth of the core's time."""


class Screen(Protocol):
    """What is asked of the application: to call back on its own thread."""

    def take_turn(self, then: Callable[[], None]) -> None:
        """Call `then` in the next turn. From any thread; returns at once."""

    def after_painting(self, then: Callable[[], None]) -> None:
        """Call `then` after a frame was painted. From any thread; returns at once."""


class SignOfLife:
    """For one thread, which is not Kivy's. `environment`: says where the display is."""

    def __init__(self, screen: Screen, environment: Mapping[str, str], frame_every_s: float = FRAME_EVERY_S) -> None:
        self._screen = screen
        self._environment = environment
        self._frame_every_s = frame_every_s
        self._painted_at = time.monotonic()
        self._asked: threading.Event | None = None  # one question at a time: a hanging thread collects none

    def ails(self, within_s: float) -> str | None:
        """What gives no sign within this time, "display" or "screen"; None if all is well."""
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
    """Whether the X server that the environment names says a word within this time. True where none can be reached by a
    local socket: then only Kivy's thread can tell. A Wayland compositor is not asked, because the SDL in Kivy's wheel
    speaks X11 only.
    """
    x11 = {"DISPLAY": environment.get("DISPLAY", "")}
    return all(_x11_answers(path, within_s) for path in display_addresses(x11))


def _x11_answers(path: str, within_s: float) -> bool:
    for address in (f"\0{path}", path):  # a server listens at one of them or at both
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
            link.settimeout(within_s)
            try:
                link.connect(address)
                link.sendall(X11_SETUP)
                return link.recv(1) != b""
            except (TimeoutError, BlockingIOError):
                return False  # too late, or so many wait already that no further one gets in
            except OSError:
                continue  # nobody listens here, or not for us
    return True
