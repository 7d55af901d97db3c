"""What is there on a display beside the kiosk: a window below its own, and the root window, which listen for input.

What a window does not take the X server hands on to the one that it stands in, and beside a window it gives all to the
one below. So whatever comes past the kiosk is heard here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

EVENTS = {2: "key down", 3: "key up", 4: "button down", 5: "button up"}  # X11 protocol, appendix B
_MASK = 0b1111  # of the same four
_POINTER_ROOT = 1  # keys go to the window that the pointer is over
_NOW = 0
_EVENT_BYTES = 192  # XEvent has 24 longs


class Outside:
    """A client of the X server, for one thread."""

    def __init__(self, display: str, width_px: int, height_px: int) -> None:
        self._x11 = _x11()
        self._server = self._x11.XOpenDisplay(display.encode())
        assert self._server, f"no X server at {display}"
        self._root = self._x11.XDefaultRootWindow(self._server)
        window = self._x11.XCreateSimpleWindow(self._server, self._root, 0, 0, width_px, height_px, 0, 0, 0)
        for each in (self._root, window):
            self._x11.XSelectInput(self._server, each, _MASK)
        self._x11.XMapWindow(self._server, window)
        self._x11.XSetInputFocus(self._server, _POINTER_ROOT, _POINTER_ROOT, _NOW)
        self._heard: list[str] = []
        self.forget()

    def heard(self) -> list[str]:
        """What has come until now."""
        self._x11.XSync(self._server, 0)
        event = ctypes.create_string_buffer(_EVENT_BYTES)
        while self._x11.XPending(self._server):
            self._x11.XNextEvent(self._server, event)
            kind = int.from_bytes(event.raw[:4], "little")
            self._heard += [EVENTS[kind]] if kind in EVENTS else []
        return list(self._heard)

    def forget(self) -> None:
        """What has come until now was expected."""
        self.heard()
        self._heard.clear()

    def close(self) -> None:
        self._x11.XCloseDisplay(self._server)


@contextmanager
def outside(display: str, width_px: int, height_px: int) -> Iterator[Outside]:
    """Opened before the kiosk, so that it lies below."""
    listening = Outside(display, width_px, height_px)
    try:
        yield listening
    finally:
        listening.close()


def _x11() -> ctypes.CDLL:
    """Xlib, which SDL and xdotool need too."""
    x11 = ctypes.CDLL("libX11.so.6")
    number, pointer, window = ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [ctypes.c_char_p], pointer
    x11.XDefaultRootWindow.argtypes, x11.XDefaultRootWindow.restype = [pointer], window
    x11.XCreateSimpleWindow.argtypes = [pointer, window, *[number] * 2, *[ctypes.c_uint] * 3, *[ctypes.c_ulong] * 2]
    x11.XCreateSimpleWindow.restype = window
    x11.XSelectInput.argtypes = [pointer, window, ctypes.c_long]
    x11.XMapWindow.argtypes = [pointer, window]
    x11.XSetInputFocus.argtypes = [pointer, window, number, ctypes.c_ulong]
    x11.XSync.argtypes = [pointer, number]
    x11.XPending.argtypes = [pointer]
    x11.XNextEvent.argtypes = [pointer, pointer]
    x11.XCloseDisplay.argtypes = [pointer]
    return x11
