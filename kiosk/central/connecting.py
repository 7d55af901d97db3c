"""Makes a TCP connection to central within a time limit: it looks up the name and races several addresses.

The system's resolver has no time limit that a caller could set, and `socket.create_connection` gives each address the
whole time. Three dead addresses before a good one would take three times as long as a resident may wait.
"""

from __future__ import annotations

import errno
import queue
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

NEXT_ADDRESS_AFTER_S = 0.25  # RFC 8305, section 5, "Connection Attempt Delay"
KNOWN_NAME_S = 1.0  # where addresses are known from before, a slower resolver is not waited for

_NO_ROUTE = (
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EACCES,
    errno.EPERM,
    errno.ENETDOWN,
    errno.EAFNOSUPPORT,
)

Found = tuple[Any, ...]
"""An address as `socket.getaddrinfo` gives it."""

Resolve = Callable[[str, int], Sequence[Found]]


def resolve(host: str, port: int) -> Sequence[Found]:
    """The addresses of `host`, by the system's resolver. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class LineTrouble(Exception):
    """No answer came. `stage`: "connect", "tls", "timeout" or "lost"; `cause`: a more precise word, "" where none is
    known; `is_forgotten`: it happened on a connection that had been idle, before any byte of the answer.
    """

    def __init__(self, stage: str, cause: str = "", *, is_forgotten: bool = False) -> None:
        super().__init__(f"{stage}: {cause}")
        self.stage = stage
        self.cause = cause
        self.is_forgotten = is_forgotten


class Race:
    """Connects to the first of several addresses that answers. The next address is tried when the last one failed or
    has been silent for a quarter of a second.
    """

    def __init__(self, found: Sequence[Found], clock: Callable[[], float]) -> None:
        self._left = deque(found)
        self._clock = clock
        self._running: dict[socket.socket, Found] = {}
        self._failed: list[Found] = []
        self._last_error = 0
        self.silent: tuple[str, ...] = ()

    def run(self, until: float) -> tuple[socket.socket, Found]:
        """The connection and its address. Raises `LineTrouble`."""
        with selectors.DefaultSelector() as selector:
            try:
                return self._run(selector, until)
            finally:
                self.silent = tuple(str(found[4][0]) for found in (*self._failed, *self._running.values()))
                for link in self._running:
                    link.close()

    def _run(self, selector: selectors.BaseSelector, until: float) -> tuple[socket.socket, Found]:
        while True:
            if self._left:
                self._begin(selector, self._left.popleft())
            left_s = until - self._clock()
            if not self._running and not self._left:
                raise LineTrouble("connect", _cause_of(self._last_error))
            if left_s <= 0:
                raise LineTrouble("connect", "silent")
            is_all_begun = not self._left
            for key, _ in selector.select(left_s if is_all_begun else min(NEXT_ADDRESS_AFTER_S, left_s)):
                link = key.fileobj
                assert isinstance(link, socket.socket)
                selector.unregister(link)
                found = self._running.pop(link)
                error = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not error:
                    return link, found
                link.close()
                self._fails(found, error)

    def _begin(self, selector: selectors.BaseSelector, found: Found) -> None:
        family, kind, protocol, _, address = found
        try:
            link = socket.socket(family, kind, protocol)
        except OSError as error:  # a machine without IPv6 has no such sockets
            self._fails(found, error.errno or errno.EAFNOSUPPORT)
            return
        link.setblocking(False)
        refused = link.connect_ex(address)
        if refused in (0, errno.EINPROGRESS):
            self._running[link] = found
            selector.register(link, selectors.EVENT_WRITE)
        else:
            link.close()
            self._fails(found, refused)

    def _fails(self, found: Found, error: int) -> None:
        self._failed.append(found)
        self._last_error = error


def _cause_of(error: int) -> str:
    if error == errno.ECONNREFUSED:
        return "refused"
    if error == errno.ETIMEDOUT:
        return "silent"
    return "no_route" if error in _NO_ROUTE else "failed"


class Names:
    """Looks a name up within a time limit, which the system's resolver does not offer."""

    def __init__(self, look_up: Resolve) -> None:
        self._look_up = look_up
        self._asked: queue.SimpleQueue[Sequence[Found] | None] | None = None
        self._known: Sequence[Found] = ()

    def addresses(self, host: str, port: int, within_s: float) -> list[Found]:
        """The resolver's addresses; those of its last answer where it does not answer now. Raises `LineTrouble`."""
        if _is_number(host):
            return list(resolve(host, port))
        if self._asked is None:
            self._asked = queue.SimpleQueue()
            threading.Thread(
                target=self._ask, args=(host, port, self._asked), name="name of central", daemon=True
            ).start()
        cause = "name_unknown"
        try:
            found = self._asked.get(timeout=min(within_s, KNOWN_NAME_S) if self._known else within_s)
        except queue.Empty:  # the next connection waits for the same answer
            found, cause = None, "resolver_silent"
        else:
            self._asked = None
        self._known = found or self._known
        if not self._known:
            raise LineTrouble("connect", cause)
        return list(self._known)

    def _ask(self, host: str, port: int, told: queue.SimpleQueue[Sequence[Found] | None]) -> None:
        try:
            told.put(self._look_up(host, port))
        except OSError:
            told.put(None)


def _is_number(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return False
    return True
