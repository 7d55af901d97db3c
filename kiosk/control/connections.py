"""Answers on the control socket. Everything is bounded, so that no peer, silent, slow or many, keeps others out for
long or costs the kiosk much.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kiosk.control.listener import Listener
from kiosk.control.peer import peer_of
from kiosk.control.protocol import LONGEST_REQUEST, Refusal, answer_to, refusal

MOST_CONNECTIONS = 8
"""One more ends the one that has been silent for the longest."""

WITHIN_S = 2.0
"""Seconds from a connection to its end."""

PACE_S = 0.01
"""Seconds between two connections at the least, so that a flood of them takes little of the processor."""

ROUND_S = 1.0
"""Seconds after which the thread gives a sign of life and looks for its file, if nobody asks."""


@dataclass(slots=True)
class _Connection:
    link: socket.socket
    ends_at: float
    received: bytearray = field(default_factory=bytearray)
    to_send: memoryview | None = None


class Connections:
    """Serves one listener, on the thread that calls `serve`. `status()`: what is told, JSON-able."""

    def __init__(self, listener: Listener, status: Callable[[], Mapping[str, Any]]) -> None:
        self._listener = listener
        self._status = status
        self._users = {0, os.geteuid()}
        self._selector = selectors.PollSelector()  # needs no file of its own
        self._selector.register(listener.link, selectors.EVENT_READ)
        self._connections: dict[int, _Connection] = {}

    def serve(self, is_over: Callable[[], bool]) -> None:
        """Answer until `is_over()`, which is asked at least once a second, or until `wake_up`. Then all is closed."""
        try:
            while not is_over() and self._listener.is_in_place:
                for key, _ in self._selector.select(self._longest_wait_s()):
                    if key.data is not None:
                        self._go_on(key.data)
                    elif not self._accept():
                        return
                self._end_the_late()
        finally:
            for connection in list(self._connections.values()):
                self._end(connection)
            self._selector.close()
            self._listener.close()

    def wake_up(self) -> None:
        """Make `serve` return at once. From any thread."""
        with suppress(OSError):  # it has returned already
            self._listener.link.shutdown(socket.SHUT_RDWR)

    def _longest_wait_s(self) -> float:
        now = time.monotonic()
        return max(min([ROUND_S, *(each.ends_at - now for each in self._connections.values())]), 0.0)

    def _accept(self) -> bool:
        """Whether the socket still listens."""
        try:
            link, _ = self._listener.link.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return True
        except OSError:
            return False
        link.setblocking(False)
        connection = _Connection(link, time.monotonic() + WITHIN_S)
        self._make_room()
        self._connections[link.fileno()] = connection
        self._selector.register(link, selectors.EVENT_READ, connection)
        if not self._is_allowed(link):
            self._answer(connection, refusal(Refusal.NOT_ALLOWED, self._allowed()))
        time.sleep(PACE_S)
        return True

    def _is_allowed(self, link: socket.socket) -> bool:
        try:
            peer = peer_of(link)
        except OSError:
            return False
        return peer.user in self._users or (self._listener.group is not None and self._listener.group in peer.groups)

    def _allowed(self) -> str:
        told = "only root and the kiosk's user may ask"
        return told if self._listener.group is None else f"{told}, and whoever is in the group of control.group"

    def _make_room(self) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            self._end(min(self._connections.values(), key=lambda each: (each.to_send is not None, each.ends_at)))

    def _go_on(self, connection: _Connection) -> None:
        try:
            if connection.to_send is not None:
                connection.to_send = connection.to_send[connection.link.send(connection.to_send) :]
                if not connection.to_send:
                    self._end(connection)
            else:
                self._receive(connection)
        except BlockingIOError:
            return
        except OSError:  # it has gone away
            self._end(connection)

    def _receive(self, connection: _Connection) -> None:
        received = connection.link.recv(LONGEST_REQUEST + 1)
        if not received:
            self._end(connection)
            return
        connection.received += received
        line, separator, _ = bytes(connection.received).partition(b"\n")
        if len(line) >= LONGEST_REQUEST:
            self._answer(connection, refusal(Refusal.TOO_LONG, f"a request has {LONGEST_REQUEST} bytes at most"))
        elif separator:
            self._answer(connection, answer_to(line, self._status))

    def _answer(self, connection: _Connection, line: bytes) -> None:
        connection.to_send = memoryview(line)
        self._selector.modify(connection.link, selectors.EVENT_WRITE, connection)

    def _end_the_late(self) -> None:
        now = time.monotonic()
        for connection in [each for each in self._connections.values() if each.ends_at <= now]:
            self._end(connection)

    def _end(self, connection: _Connection) -> None:
        if self._connections.pop(connection.link.fileno(), None) is not None:
            self._selector.unregister(connection.link)
            connection.link.close()
