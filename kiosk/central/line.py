"""The line to central: one connection, HTTP/1.1 over TLS over TCP, each exchange within one deadline.

httpcore speaks HTTP on it and lets the network below be replaced, which is done here for three reasons. Its time limits
hold for each wait on the socket, so a server that sends a header line a second, or 103 without end, holds a call for
ever: here every wait ends with the exchange's deadline. A name with several addresses is tried one address after the
other, each for the whole time: here the next one is begun after a quarter of a second (RFC 8305). And a connection that
stood idle may be one that a firewall forgot: the first byte on such a connection is waited for less long.
"""

from __future__ import annotations

import errno
import queue
import select
import selectors
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from kiosk.central.address import CentralAddress
from kiosk.central.tls_causes import cause_of

NEXT_ADDRESS_AFTER_S = 0.25       # RFC 8305, section 5, "Connection Attempt Delay"
KNOWN_NAME_S = 1.0                # a resolver that is slower is not waited for where addresses are known from before
KEEP_ALIVE_S = 30.0               # below what proxies and balancers drop silently (nginx 75 s, many firewalls 60 s)
MOST_HEARD_BYTES = 1024 * 1024    # of one exchange, headers and interim answers included

# While the connection is idle the kernel asks whether the other end is still there: that keeps a firewall from
# forgetting, and a connection that was forgotten is closed before it is used (tcp(7)).
_PROBES = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))

_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM, errno.ENETDOWN)

Found = tuple[Any, ...]
"""An address as `socket.getaddrinfo` gives it."""

Resolve = Callable[[str, int], Sequence[Found]]


def resolve(host: str, port: int) -> Sequence[Found]:
    """By the system's resolver. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class LineTrouble(Exception):
    """No answer. `stage`: "connect", "tls", "timeout" or "lost"; `cause`: which kind of it, "" where nothing more is
    known; `is_forgotten`: on a connection that had stood idle, before any byte of the answer.
    """

    def __init__(self, stage: str, cause: str = "", *, is_forgotten: bool = False) -> None:
        super().__init__(f"{stage}: {cause}")
        self.stage = stage
        self.cause = cause
        self.is_forgotten = is_forgotten


class TooMuchHeard(Exception):
    """More came than any answer has."""


@dataclass(frozen=True, slots=True)
class Waits:
    """For one exchange, in seconds: until connected (name, TCP and, again, TLS), for each wait on the socket, for the
    first byte on a connection that had stood idle, and for everything together.
    """

    connect_s: float
    answer_s: float
    forgotten_s: float
    whole_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it came: header names in lower case; `body` is cut one byte after `most_bytes`, or later."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One connection to central, opened when it is first needed. Not thread-safe.

    `silent_addresses`: those of central's that had not answered when the present connection was made.
    """

    def __init__(
        self, address: CentralAddress, context: ssl.SSLContext, clock: Callable[[], float], look_up: Resolve,
    ) -> None:
        self._address = address
        self._context = context
        self._network = _Network(clock, look_up)
        self._pool = self._opened()

    @property
    def silent_addresses(self) -> tuple[str, ...]:
        return self._network.silent

    def _opened(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._context, max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE_S,
            network_backend=self._network)

    def ask(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], content: bytes, waits: Waits,
        most_bytes: int,
    ) -> Heard:
        """Send a request and hear its whole answer. Raises `LineTrouble`, `TooMuchHeard`."""
        # Raised outside the handlers, so that no exception of httpcore (it may carry the request) hangs on ours.
        trouble: Exception
        self._network.begin(waits)
        try:
            return self._exchange(method, target, headers, content, most_bytes)
        except (LineTrouble, TooMuchHeard) as error:
            trouble = error
        except (httpcore.RemoteProtocolError, httpcore.WriteError):
            trouble = self._network.trouble("lost")
        self.hang_up()
        raise trouble.with_traceback(None) from None

    def _exchange(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], content: bytes, most_bytes: int
    ) -> Heard:
        url = httpcore.URL(
            scheme=b"https", host=self._address.host.encode("ascii"), port=self._address.port,
            target=target.encode("ascii"))
        sent = [("Host", self._address.authority), *headers]
        if method == "POST":
            sent.append(("Content-Length", str(len(content))))
        request = httpcore.Request(method, url, headers=sent, content=content)
        response = self._pool.handle_request(request)
        try:
            body = bytearray()
            for chunk in _chunks(response):
                body += chunk
                if len(body) > most_bytes:
                    break
        finally:
            response.close()
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Heard(response.status, told, bytes(body))

    def hang_up(self) -> None:
        """Close the connection; the next exchange opens another."""
        self._pool.close()
        self._pool = self._opened()

    def close(self) -> None:
        """Close the connection for good."""
        self._pool.close()


def _chunks(response: httpcore.Response) -> Iterable[bytes]:
    return response.iter_stream()


class _Network(httpcore.NetworkBackend):
    """Opens sockets, and knows until when the present exchange may last."""

    def __init__(self, clock: Callable[[], float], look_up: Resolve) -> None:
        self._clock = clock
        self._names = _Names(look_up)
        self._waits = Waits(0.0, 0.0, 0.0, 0.0)
        self._until = 0.0
        self._is_reused = True
        self._heard_bytes = 0
        self._last_good: Found | None = None
        self.silent: tuple[str, ...] = ()

    def begin(self, waits: Waits) -> None:
        """An exchange begins."""
        self._waits = waits
        self._until = self._clock() + waits.whole_s
        self._is_reused = True
        self._heard_bytes = 0

    def trouble(self, stage: str, cause: str = "") -> LineTrouble:
        """What the present exchange has met with."""
        return LineTrouble(stage, cause, is_forgotten=self._is_reused and self._heard_bytes == 0)

    def wait_s(self) -> float:
        """How long the next wait for the other end may last. Raises `LineTrouble` where nothing is left."""
        longest_s = self._waits.answer_s
        if self._is_reused and self._heard_bytes == 0:
            longest_s = min(longest_s, self._waits.forgotten_s)
        return self._at_most(longest_s)

    def connect_wait_s(self) -> float:
        """The same for what comes before the first byte of the request."""
        return self._at_most(self._waits.connect_s)

    def _at_most(self, seconds: float) -> float:
        left_s = min(seconds, self._until - self._clock())
        if left_s <= 0:
            raise self.trouble("timeout")
        return left_s

    def hear(self, data: bytes) -> bytes:
        """Count what came. Raises `TooMuchHeard`."""
        self._heard_bytes += len(data)
        if self._heard_bytes > MOST_HEARD_BYTES:
            raise TooMuchHeard
        return data

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._is_reused = False
        until = self._clock() + self.connect_wait_s()
        found = self._names.addresses(host, port, until - self._clock())
        if self._last_good in found:
            found.remove(self._last_good)
            found.insert(0, self._last_good)
        race = _Race(found, self._clock)
        try:
            link, self._last_good = race.run(until)
        finally:
            self.silent = race.silent
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _PROBES:
            link.setsockopt(socket.IPPROTO_TCP, option, value)
        return _Stream(link, self)


class _Stream(httpcore.NetworkStream):
    """A socket whose every wait ends with the exchange. (Each call of Python's `ssl` holds one time limit over all that
    it does, the handshake included, however the other end drips.)
    """

    def __init__(self, link: socket.socket, network: _Network) -> None:
        self._link = link
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._link.settimeout(self._network.wait_s())
        try:
            data = self._link.recv(max_bytes)
        except OSError as error:
            trouble = self._trouble(error)
        else:
            return self._network.hear(data)
        raise trouble

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._link.settimeout(self._network.wait_s())
            try:
                rest = rest[self._link.send(rest):]
            except TimeoutError:
                break
            except OSError:
                # httpcore looks then whether an answer came nevertheless, such as why the request is not taken.
                raise httpcore.WriteError from None
        else:
            return
        raise self._network.trouble("timeout")

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._link.settimeout(self._network.connect_wait_s())
            return _Stream(ssl_context.wrap_socket(self._link, server_hostname=server_hostname), self._network)
        except LineTrouble as error:
            trouble = error
        except OSError as error:
            trouble = self._trouble(error)
        self.close()
        raise trouble

    def _trouble(self, error: OSError) -> LineTrouble:
        if isinstance(error, TimeoutError):
            return self._network.trouble("timeout")
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
            return self._network.trouble("tls", cause_of(error))
        return self._network.trouble("lost")

    def close(self) -> None:
        self._link.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._link)
        return self._link if info == "socket" else None


def _is_readable(link: socket.socket) -> bool:
    """Whether something, or an end, waits on an idle connection. A closed socket counts as ended."""
    if link.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(link, select.POLLIN)
    return bool(poll.poll(0))


class _Race:
    """Connects to whichever of several addresses answers first; a further one is begun when the last one failed, or
    has said nothing for a quarter of a second.
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
                self._last_error = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not self._last_error:
                    return link, found
                link.close()
                self._failed.append(found)

    def _begin(self, selector: selectors.BaseSelector, found: Found) -> None:
        family, kind, protocol, _, address = found
        link = socket.socket(family, kind, protocol)
        link.setblocking(False)
        error = link.connect_ex(address)
        if error in (0, errno.EINPROGRESS):
            self._running[link] = found
            selector.register(link, selectors.EVENT_WRITE)
        else:
            link.close()
            self._failed.append(found)
            self._last_error = error


def _cause_of(error: int) -> str:
    if error == errno.ECONNREFUSED:
        return "refused"
    if error == errno.ETIMEDOUT:
        return "silent"
    return "no_route" if error in _NO_ROUTE else "failed"


class _Names:
    """Looks a name up within a time: the system's resolver has none that a caller could set."""

    def __init__(self, look_up: Resolve) -> None:
        self._look_up = look_up
        self._asked: queue.SimpleQueue[Sequence[Found] | None] | None = None
        self._known: Sequence[Found] = ()

    def addresses(self, host: str, port: int, within_s: float) -> list[Found]:
        """What the resolver says; what it said last where it does not answer now. Raises `LineTrouble`."""
        if _is_number(host):
            return list(resolve(host, port))
        if self._asked is None:
            self._asked = queue.SimpleQueue()
            threading.Thread(
                target=self._ask, args=(host, port, self._asked), name="name of central", daemon=True).start()
        cause = "name_unknown"
        try:
            found = self._asked.get(timeout=min(within_s, KNOWN_NAME_S) if self._known else within_s)
        except queue.Empty:         # the next connection asks for the same answer
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
