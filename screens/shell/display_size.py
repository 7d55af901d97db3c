"""The size of the display, asked of the X server before there is a window. No Kivy here.

A window that is opened at the display's size need not be resized. After a resize Mesa's software rendering goes on
painting the old size.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from screens.shell.display_socket import display_addresses

# X11 protocol, section 8 (connection set-up): byte order, protocol 11.0, then the lengths of an authorisation's name
# and data.
_PREFIX = b"l\0" + (11).to_bytes(2, "little") + bytes(2)
X11_SETUP = _PREFIX + bytes(6)
"""A request without authorisation. Any answer to it, also a refusal, is a sign of life."""

ANSWERS_WITHIN_S = 5.0
COOKIE = b"MIT-MAGIC-COOKIE-1"
_HEAD, _ACCEPTED = 8, 1  # length of an answer's head; its first byte if we are accepted


def display_size(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Width and height in pixels of the first screen of the X server that the environment names; None if it cannot be
    asked or refuses. A Wayland compositor is not asked, because the SDL in Kivy's wheel supports X11 only.
    """
    x11 = {"DISPLAY": environment.get("DISPLAY", "")}
    for path in display_addresses(x11):
        for address in (f"\0{path}", path):  # a server listens at one or both of these
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
                    link.settimeout(ANSWERS_WITHIN_S)
                    link.connect(address)
                    link.sendall(_setup(_cookie(environment, path.rpartition("X")[2])))
                    return size_in(_answer(link))
            except OSError:
                continue  # nobody listens here, or refuses us, or is too slow
    return None


def size_in(answer: bytes) -> tuple[int, int] | None:
    """The size of the first screen in a server's whole answer; None if it is a refusal or cut short."""
    if len(answer) < 40 or answer[0] != _ACCEPTED:
        return None
    vendor, screens, formats = int.from_bytes(answer[24:26], "little"), answer[28], answer[29]
    at = 40 + (vendor + 3) // 4 * 4 + 8 * formats + 20  # past root, colours and masks of the first screen
    size = answer[at : at + 4]
    if not screens or len(size) < 4:
        return None
    width, height = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little")
    return (width, height) if width and height else None


def _setup(cookie: bytes) -> bytes:
    if not cookie:
        return X11_SETUP
    lengths = len(COOKIE).to_bytes(2, "little") + len(cookie).to_bytes(2, "little") + bytes(2)
    return _PREFIX + lengths + _padded(COOKIE) + _padded(cookie)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _cookie(environment: Mapping[str, str], display: str) -> bytes:
    """The authorisation for the display with this number, from the file of Xauth(7); empty if there is none."""
    named = environment.get("XAUTHORITY")
    file = Path(named) if named else Path(environment.get("HOME", "/"), ".Xauthority")
    try:
        data = file.read_bytes()
    except OSError:
        return b""
    at = 0
    while at + 2 < len(data):  # family, then address, number, name and cookie, each with its length before it
        at += 2
        fields = []
        for _ in range(4):
            length = int.from_bytes(data[at : at + 2], "big")
            fields.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        _, number, name, cookie = fields
        if name == COOKIE and number in (b"", display.encode()):
            return cookie
    return b""


def _answer(link: socket.socket) -> bytes:
    head = _exactly(link, _HEAD)
    return head + _exactly(link, 4 * int.from_bytes(head[6:8], "little"))


def _exactly(link: socket.socket, count: int) -> bytes:
    """`count` bytes, or fewer if the server closes the connection."""
    got = b""
    while len(got) < count and (piece := link.recv(count - len(got))):
        got += piece
    return got
