"""The line to central: one connection, HTTP/1.1 over TLS over TCP, each exchange within one deadline.

httpcore speaks HTTP on it and allows the network layer below to be replaced, which is done here for three reasons. Its
time limits apply to each wait on the socket, so a server that sends a header line a second, or 103 without end, holds a
call for ever; here every wait ends with the exchange's deadline. It tries the addresses of a name one after the other,
each for the whole time; here the next one begins after a quarter of a second (RFC 8305). And a firewall may have
dropped an idle connection, so the first byte on such a connection is waited for less long.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpcore

from kiosk.central.connecting import Found, LineTrouble, Names, Race, Resolve
from kiosk.central.tls_causes import cause_of
from kiosk.data_files.central_address import CentralAddress

KEEP_ALIVE_S = 30.0  # below what proxies and firewalls let idle (nginx 75 s, some firewalls 60 s)
MOST_HEARD_BYTES = 1024 * 1024  # of one exchange, headers and interim answers included

# While the connection is idle the kernel probes the other end. The probes keep a firewall from dropping the
# connection, and a dropped one is closed before it is used (tcp(7)).
_PROBES = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))


class TooMuchHeard(Exception):
    """More bytes came than any valid answer has."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The time limits of one exchange, in seconds: to connect (name and TCP; the same again for TLS), for each wait on
    the socket, for the first byte on a connection that had been idle, and for everything together.
    """

    connect_s: float
    answer_s: float
    forgotten_s: float
    whole_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as received. Header names are in lower case; `body` may be cut, one byte or more after `most_bytes`."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One connection to central, opened when it is first needed. Not thread-safe.

    `silent_addresses`: addresses of central that had not answered when the present connection was made;
    `certificate_ends_at`: until when central's last certificate is valid, None where it has shown none yet.
    """

    def __init__(
        self,
        address: CentralAddress,
        context: ssl.SSLContext,
        clock: Callable[[], float],
        look_up: Resolve,
    ) -> None:
        self._address = address
        self._context = context
        self._network = _Network(clock, look_up)
        self._pool = self._opened()

    @property
    def silent_addresses(self) -> tuple[str, ...]:
        return self._network.silent

    @property
    def certificate_ends_at(self) -> datetime | None:
        return self._network.certificate_ends_at

    def _opened(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._context,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=self._network,
        )

    def ask(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        content: bytes,
        waits: Waits,
        most_bytes: int,
    ) -> Heard:
        """Send a request and receive its whole answer. Raises `LineTrouble`, `TooMuchHeard`."""
        # Raised outside the handlers, so that its context is no exception of httpcore, which may hold the request.
        trouble: Exception
        self._network.begin(waits)
        try:
            return self._exchange(method, target, headers, content, most_bytes)
        except (LineTrouble, TooMuchHeard) as error:
            trouble = error
        except (httpcore.ProtocolError, httpcore.NetworkError):
            trouble = self._network.trouble("lost")
        self.hang_up()
        raise trouble.with_traceback(None) from None

    def _exchange(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], content: bytes, most_bytes: int
    ) -> Heard:
        url = httpcore.URL(
            scheme=b"https",
            host=self._address.host.encode("ascii"),
            port=self._address.port,
            target=target.encode("ascii"),
        )
        sent = [("Host", self._address.authority), *headers]
        if method == "POST":
            sent.append(("Content-Length", str(len(content))))
        request = httpcore.Request(method, url, headers=sent, content=content)
        response = self._pool.handle_request(request)
        try:
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > most_bytes:
                    break
        finally:
            response.close()
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Heard(response.status, told, bytes(body))

    def use(self, context: ssl.SSLContext) -> None:
        """Use other certificates for connections from now on."""
        self._context = context
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection; the next exchange opens another."""
        self._pool.close()
        self._pool = self._opened()

    def close(self) -> None:
        """Close the connection for good."""
        self._pool.close()


class _Network(httpcore.NetworkBackend):
    """Opens sockets, and holds the deadline of the present exchange."""

    def __init__(self, clock: Callable[[], float], look_up: Resolve) -> None:
        self._clock = clock
        self._names = Names(look_up)
        self._waits = Waits(0.0, 0.0, 0.0, 0.0)
        self._until = 0.0
        self._is_reused = True
        self._heard_bytes = 0
        self._last_good: Found | None = None
        self.silent: tuple[str, ...] = ()
        self.certificate_ends_at: datetime | None = None

    def begin(self, waits: Waits) -> None:
        """Begin an exchange."""
        self._waits = waits
        self._until = self._clock() + waits.whole_s
        self._is_reused = True
        self._heard_bytes = 0

    def trouble(self, stage: str, cause: str = "") -> LineTrouble:
        """The error of the present exchange."""
        return LineTrouble(stage, cause, is_forgotten=self._is_reused and self._heard_bytes == 0)

    def wait_s(self) -> float:
        """How many seconds the next wait for the other end may last. Raises `LineTrouble` where no time is left."""
        longest_s = self._waits.answer_s
        if self._is_reused and self._heard_bytes == 0:
            longest_s = min(longest_s, self._waits.forgotten_s)
        return self._at_most(longest_s)

    def connect_wait_s(self) -> float:
        """The same for waits before the first byte of the request."""
        return self._at_most(self._waits.connect_s)

    def _at_most(self, seconds: float) -> float:
        left_s = min(seconds, self._until - self._clock())
        if left_s <= 0:
            raise self.trouble("timeout")
        return left_s

    def hear(self, data: bytes) -> bytes:
        """Count received bytes and return them. Raises `TooMuchHeard`."""
        self._heard_bytes += len(data)
        if self._heard_bytes > MOST_HEARD_BYTES:
            raise TooMuchHeard
        return data

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._is_reused = False
        until = self._clock() + self.connect_wait_s()
        found = self._names.addresses(host, port, until - self._clock())
        if self._last_good in found:
            found.remove(self._last_good)
            found.insert(0, self._last_good)
        race = Race(found, self._clock)
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
    """A socket on which every wait ends with the exchange's deadline. (Each call of Python's `ssl` applies one time
    limit to all that it does, the handshake included, however slow the other end is.)
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
                rest = rest[self._link.send(rest) :]
            except TimeoutError:
                break
            except OSError:
                # httpcore then looks for an answer, which may say why the request is not taken.
                raise httpcore.WriteError from None
        else:
            return
        raise self._network.trouble("timeout")

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._link.settimeout(self._network.connect_wait_s())
            secured = ssl_context.wrap_socket(self._link, server_hostname=server_hostname)
            self._network.certificate_ends_at = _end_of(secured.getpeercert())
            return _Stream(secured, self._network)
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
    """Whether data or the end of file waits on an idle connection. A closed socket counts as ended."""
    if link.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(link, select.POLLIN)
    return bool(poll.poll(0))


def _end_of(certificate: Mapping[str, Any] | None) -> datetime | None:
    """Until when a verified certificate is valid."""
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
