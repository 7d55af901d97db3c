"""The vpcd protocol between a virtual chip and its coupler: two bytes of length, then that many bytes.

Towards the chip one byte means 00 power off, 01 power on, 02 reset (none of these is answered), 04 "what is your ATR?"
(answered; the answer is what makes the chip present). Everything longer is a command, answered by its response.
"""

from __future__ import annotations

import socket
from pathlib import Path

POWER_OFF, POWER_ON, RESET, GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
CONNECT_S = 2.0


def open_vpcd(url: str) -> socket.socket:
    """A connection to a coupler's chip side: `tcp://host:port` (vpcd itself, or `DirectCoupler`), or
    `door:///path/vpcd.door?slot=0` (`PrivatePcscd.vpcd_url`). Raises OSError while nobody listens, ValueError for
    another URL.
    """
    scheme, _, rest = url.partition("://")
    match scheme:
        case "tcp" | "direct" if (host_and_port := rest.rpartition(":"))[0] and host_and_port[2].isdecimal():
            link = socket.create_connection((host_and_port[0], int(host_and_port[2])), timeout=CONNECT_S)
        case "door":
            door, _, slot = rest.rpartition("?slot=")  # the path is used unchanged, with any characters
            link = _through_door(Path(door), int(slot))
        case _:
            raise ValueError(f"no vpcd can be reached by {url}")
    link.settimeout(None)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def sees_at_once(url: str) -> bool:
    """Whether the coupler notices at once that a chip is gone; pcscd with vpcd polls for it."""
    return url.startswith("direct://")


def _through_door(door: Path, slot: int) -> socket.socket:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(CONNECT_S)
        caller.connect(str(door))
        caller.sendall(bytes((slot,)))
        _, descriptors, _, _ = socket.recv_fds(caller, 1, 1)
    if not descriptors:
        raise ConnectionRefusedError("vpcd does not answer behind its door")
    return socket.socket(fileno=descriptors[0])


def send(link: socket.socket, message: bytes) -> None:
    """Send one message. Raises OSError."""
    link.sendall(len(message).to_bytes(2, "big") + message)


def receive(link: socket.socket) -> bytes | None:
    """The next message, or None when the other end has closed. Raises OSError."""
    header = _exactly(link, 2)
    return None if header is None else _exactly(link, int.from_bytes(header, "big"))


def _exactly(link: socket.socket, count: int) -> bytes | None:
    received = b""
    while len(received) < count:
        portion = link.recv(count - len(received))
        # vpcd (vsmartcard 3.3) sends length and payload apart; with Nagle there and delayed ACK here a command takes
        # 48 ms. The kernel forgets TCP_QUICKACK at every receive, so it is set again after each: 0.1 ms.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not portion:
            return None
        received += portion
    return received
