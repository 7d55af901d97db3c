"""A TCP connection as a byte transport, for receipt printers and serial devices behind a terminal server."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.errors import LinkLost, LinkTimeout, TransportError

CONNECT_TIMEOUT_S = 3.0
WRITE_TIMEOUT_S = 5.0

# A vanished peer is noticed while idle after 30 s of silence and three unanswered probes, and while writing when
# nothing was acknowledged for 15 s (tcp(7)).
_NOTICED = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 15_000),
)

_OURS: tuple[tuple[type[Exception], type[TransportError]], ...] = (
    (TimeoutError, LinkTimeout),
    (OSError, LinkLost),
)


class TcpLink:
    """An open connection; small writes leave at once (no Nagle)."""

    def __init__(self, host: str, port: int, device: str = "", connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._name = f"{host}:{port}"
        self._device = device
        self._open = True
        with self._translated("connect"):
            self._socket = socket.create_connection((host, port), timeout=connect_timeout_s)
        self._socket.settimeout(WRITE_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for level, option, value in _NOTICED:
            self._socket.setsockopt(level, option, value)
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLIN)

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            ours = next(ours for foreign, ours in _OURS if isinstance(error, foreign))
            raise ours(f"{self._name}: cannot {doing}: {error}", device=self._device) from error

    def _require_open(self) -> None:
        if not self._open:
            raise LinkLost(f"{self._name}: is closed", device=self._device)

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises `LinkLost`, or `LinkTimeout` if the peer takes nothing for 5 s."""
        self._require_open()
        with self._translated("write"):
            self._socket.sendall(data)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """The bytes that have arrived, 1 to `max_bytes`; empty if none came within `timeout_s` seconds."""
        self._require_open()
        with self._translated("read"):
            if not self._poller.poll(max(0.0, timeout_s) * 1000):
                return b""
            data = self._socket.recv(max_bytes)
        if not data:
            raise LinkLost(f"{self._name}: the peer closed the connection", device=self._device)
        return data

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._open = False
        self._socket.close()
