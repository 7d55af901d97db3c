"""Accepts connections: mutual TLS on a port, or plain HTTP from the proxy in front on a Unix socket.

uvicorn speaks HTTP on each connection. This module adds what it lacks: the peer's certificate, a time limit for every
phase of a connection, and a limit on their number (`connections.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import pwd
import signal
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kiosk.data_files.pem import load_authority, load_identity
from kiosk.reference_central.connections import ConnectionLimits, Connections
from kiosk.reference_central.peer_certificate import SCOPE_PEER, PeerCertificate, handed_on

SCOPE_ABORT = "kiosk.abort_connection"
SCOPE_WRITE = "kiosk.write_on_connection"

STARTUP_FAILURE = 3  # as uvicorn's own
BACKLOG = 512
AGAIN_AFTER_S = 0.05  # where no descriptor is left
# The suites of TLS 1.2 with forward secrecy and authenticated encryption: no CBC (RFC 9325, section 4.2). TLS 1.3 has
# only such suites.
TLS_1_2_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7), SO_PEERCRED)


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy in front: its Unix socket, and the only user whose processes may use it."""

    socket: Path
    user: str

    def user_id(self) -> int:
        """The user's number. Raises KeyError for an unknown user."""
        return pwd.getpwnam(self.user).pw_uid


def tls_context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """A context for mutual TLS, 1.2 and 1.3, independent of the environment. Raises `CertificateFileError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(TLS_1_2_SUITES)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.verify_mode = ssl.CERT_REQUIRED
    load_authority(context, ca)
    load_identity(context, certificate, key)
    return context


class Phase(Enum):
    """The phases of a connection, each with a time limit."""

    HEAD = "head"  # the first request, or the rest of a header
    BODY = "body"
    ANSWER = "answer"
    IDLE = "idle"


class MutualTlsProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with the certificate of the connection in every request's scope."""

    peer: PeerCertificate | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        self.peer = PeerCertificate.from_der(der) if der else None
        self.app = self._with_peer(self.app)

    def peer_of(self, scope: Scope) -> PeerCertificate | None:
        """The certificate of the caller."""
        return self.peer

    def _with_peer(self, app: Any) -> ASGIApp:
        async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
            scope[SCOPE_PEER] = self.peer_of(scope)
            scope[SCOPE_ABORT] = self.transport.abort
            scope[SCOPE_WRITE] = self.transport.write
            await app(scope, receive, send)

        return with_peer


class KioskProtocol(MutualTlsProtocol):
    """The same, with a time limit for every phase of a connection."""

    def __init__(
        self, connections: Connections, arrived: Callable[[], None], *, is_behind_proxy: bool, **uvicorns: Any
    ) -> None:
        """`arrived()` is called when the handshake is complete."""
        super().__init__(**uvicorns)
        limits = connections.limits
        self.fingerprint: str | None = None
        self._connections = connections
        self._arrived = arrived
        self._is_behind_proxy = is_behind_proxy
        self._phase: tuple[Phase, object] | None = None
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._longest = {
            Phase.HEAD: limits.head_s,
            Phase.BODY: limits.body_s,
            Phase.ANSWER: limits.answer_s,
            Phase.IDLE: limits.idle_s,
        }

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._arrived()
        self.fingerprint = None if self.peer is None else self.peer.fingerprint
        if not self._connections.came(self):
            transport.abort()
            return
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.went(self)
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._follow()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._follow()

    def peer_of(self, scope: Scope) -> PeerCertificate | None:
        """The certificate by TLS, or by the proxy's headers of each request."""
        return handed_on(scope["headers"]) if self._is_behind_proxy else self.peer

    def idle_since(self) -> float | None:
        """See `connections.Guest`."""
        is_idle = self._phase is not None and self._phase[0] is Phase.IDLE
        return self._since if is_idle or self.cycle is None else None

    def drop(self) -> None:
        """See `connections.Guest`."""
        self.transport.abort()

    def _follow(self) -> None:
        """Start the time limit of a new phase or request."""
        phase = (self._present_phase(), self.cycle)
        if phase == self._phase or self.transport.is_closing():
            return
        self._phase, self._since = phase, self.loop.time()
        self._stop_timer()
        self._timer = self.loop.call_later(self._longest[phase[0]], self._lasted_too_long, phase[0])

    def _present_phase(self) -> Phase:
        if self.conn.their_state is h11.SEND_BODY:
            return Phase.BODY
        if self.cycle is not None and not self.cycle.response_complete:
            return Phase.ANSWER
        has_begun_to_write = self.cycle is None or bool(self.conn.trailing_data[0])
        return Phase.HEAD if has_begun_to_write else Phase.IDLE

    def _lasted_too_long(self, phase: Phase) -> None:
        self._connections.dropped[phase.value] += 1
        if phase is Phase.IDLE:
            self.timeout_keep_alive_handler()  # with a good-bye
        else:
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class ListeningServer(uvicorn.Server):
    """uvicorn's server with its own listener, which reports when and where it listens.

    `context` None: plain HTTP on `proxy`'s socket.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        limits: ConnectionLimits,
        context: ssl.SSLContext | None,
        proxy: Proxy | None = None,
    ) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.port = config.port
        self.announce: Callable[[], None] = lambda: None
        self.connections = Connections(limits)
        self._context = context
        self._proxy = proxy
        self._accepting: asyncio.Task[None] | None = None
        self._welcoming: set[asyncio.Task[None]] = set()  # kept here, as the loop holds only weak references

    def run(self, sockets: None = None) -> None:  # type: ignore[override]  # it listens on its own
        try:
            super().run()
        except SystemExit:
            self.started = False  # uvicorn's way to say that it cannot listen
        finally:
            self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn, do not raise the signal again afterwards, because the caller still has to clean up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: None = None) -> None:  # type: ignore[override]  # it listens on its own
        await self.lifespan.startup()
        self.servers = []
        try:
            listener = self._listener()
        except OSError:
            sys.exit(STARTUP_FAILURE)
        if self._proxy is None:
            self.port = listener.getsockname()[1]
        self._accepting = asyncio.get_running_loop().create_task(self._accept(listener))
        self.started = True
        self.announce()
        self.ready.set()

    async def shutdown(self, sockets: None = None) -> None:  # type: ignore[override]  # it listens on its own
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        self.connections.drop_all_without_a_call()
        await asyncio.gather(*self._welcoming, return_exceptions=True)
        await super().shutdown()
        if self._proxy is not None:
            self._proxy.socket.unlink(missing_ok=True)

    def _listener(self) -> socket.socket:
        if self._proxy is None:
            family = socket.AF_INET6 if ":" in self.config.host else socket.AF_INET
            listener = socket.create_server((self.config.host, self.config.port), family=family, backlog=BACKLOG)
            # asyncio does so for a socket that names its protocol, and an accepted one names none (CPython 3.11).
            # Without it an answer's body waits for the caller to acknowledge its header, which takes Linux 40 ms.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            listener = _unix_listener(self._proxy.socket)
        listener.setblocking(False)
        return listener

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                try:
                    sock, _ = await loop.sock_accept(listener)
                except OSError as error:
                    if error.errno in _NO_DESCRIPTOR:
                        self.connections.dropped["no_descriptor"] += 1
                        self.connections.drop_one()
                        await asyncio.sleep(AGAIN_AFTER_S)
                    continue
                if not self._is_let_in(sock) or not self.connections.make_way():
                    sock.close()
                    continue
                task = loop.create_task(self._welcome(sock))
                self._welcoming.add(task)
                self.connections.begun(sock, functools.partial(_cut, sock))
                task.add_done_callback(self._welcoming.discard)

    def _is_let_in(self, sock: socket.socket) -> bool:
        if self._proxy is None:
            return True
        told = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, user_id, _ = _CREDENTIALS.unpack(told)
        is_proxy = bool(user_id == self._proxy.user_id())
        self.connections.dropped["not_the_proxy"] += not is_proxy
        return is_proxy

    async def _welcome(self, sock: socket.socket) -> None:
        limits = self.connections.limits
        times = (
            {}
            if self._context is None
            else {"ssl_handshake_timeout": limits.handshake_s, "ssl_shutdown_timeout": limits.closing_s}
        )
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                functools.partial(self._protocol, sock), sock, ssl=self._context, **times
            )
        except OSError:  # also what TLS says (ssl.SSLError), and a handshake that took too long
            self.connections.dropped["handshake"] += 1
        finally:
            self.connections.ended(sock)

    def _protocol(self, sock: socket.socket) -> KioskProtocol:
        return KioskProtocol(
            self.connections,
            functools.partial(self.connections.ended, sock),
            is_behind_proxy=self._proxy is not None,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )


def _unix_listener(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by an earlier process
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        # The kernel's credentials of the peer decide who is let in, not the socket's mode.
        path.chmod(0o666)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _cut(sock: socket.socket) -> None:
    """End a connection before its handshake is complete; its transport then sees the end and closes."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
