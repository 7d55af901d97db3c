"""What may stand between a kiosk and central, on real sockets with mutual TLS: it passes calls on, and misbehaves."""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # classic BPF: RET #0, so that every packet is dropped


@dataclass(frozen=True)
class Asked:
    """One request as it came. `connection`: which one since the start, from 1."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer to be sent. The name of the call is added where it is asked for."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    is_named: bool = True


Play = Callable[["Exchange"], bool]
"""What is done with one request; whether the connection stays open."""


@dataclass
class Exchange:
    """One request in the hands of whoever plays the gateway."""

    asked: Asked
    link: ssl.SSLSocket
    gateway: TlsGateway

    def passed_on(self) -> Answer:
        """What central says to it."""
        return self.gateway.passed_on(self.asked)

    def answer(self, answer: Answer) -> bool:
        """Send it."""
        lines = [f"HTTP/1.1 {answer.status} Said", f"Content-Length: {len(answer.body)}"]
        lines += [f"Content-Type: {answer.content_type}", *(f"{name}: {value}" for name, value in answer.headers)]
        if answer.is_named:
            lines.append(f"X-Kiosk-Call: {self.asked.headers['x-kiosk-call']}")
        self.link.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)
        return True

    def is_forgotten(self) -> None:
        """From now on every packet that comes on this connection is dropped, without a word to whoever sent it."""
        program = (_RETURN_NOTHING,)
        with _kept(b"".join(program)) as address:
            self.link.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HxxxxxxP", len(program), address))


def passes_on(exchange: Exchange) -> bool:
    """As if nothing stood there."""
    return exchange.answer(exchange.passed_on())


def says(status: int, code: str, *headers: tuple[str, str]) -> Play:
    """A problem document, and nothing is passed on."""
    body = json.dumps({"title": code, "status": status, "code": code}).encode()
    return lambda exchange: exchange.answer(Answer(status, body, "application/problem+json", headers))


def breaks_before(exchange: Exchange) -> bool:
    """The connection breaks, and central never hears of the call."""
    return False


def breaks_after(exchange: Exchange) -> bool:
    """Central has done it, and the answer is lost."""
    exchange.passed_on()
    return False


def forgets(exchange: Exchange) -> bool:
    """Answers, and then the connection is forgotten by a firewall: no FIN, no RST, no ACK."""
    said = exchange.passed_on()
    exchange.is_forgotten()  # first, or the next request might come before it; what is sent still arrives
    return exchange.answer(said)


@dataclass
class TlsGateway:
    """Listens with central's certificate and asks for the kiosk's. `plays`: what is done with the next requests, one
    after the other; afterwards everything is passed on.
    """

    directory: Path
    central_url: str
    plays: list[Play] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    said: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = ssl.create_default_context(cafile=str(self.directory / "ca.pem"))
        context.load_cert_chain(self.directory / "kiosk.pem", self.directory / "kiosk.key")
        self._central = httpx.Client(verify=context, trust_env=False, timeout=30)
        self._server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.load_cert_chain(self.directory / "central.pem", self.directory / "central.key")
        self._server.load_verify_locations(self.directory / "ca.pem")
        self._server.verify_mode = ssl.CERT_REQUIRED
        self._lock = threading.Lock()
        self._connections = 0
        self._links: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._listens()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def stops_listening(self) -> None:
        """Connections to it are refused."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def listens_again(self) -> None:
        """Where it listened before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listens()

    def close(self) -> None:
        self.stops_listening()
        with self._lock:
            for link in self._links:
                with contextlib.suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._central.close()

    def passed_on(self, asked: Asked) -> Answer:
        kept = {name: value for name, value in asked.headers.items() if name not in ("host", "content-length")}
        heard = self._central.request(asked.method, self.central_url + asked.path, headers=kept, content=asked.body)
        with self._lock:
            self.said.append(Answer(heard.status_code, heard.content, heard.headers["content-type"]))
            return self.said[-1]

    def _listens(self) -> None:
        self._begin(self._accept, self._listener)

    def _begin(self, work: Callable[..., None], *of: object) -> None:
        thread = threading.Thread(target=work, args=of, name="gateway")
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return  # it does not listen any more
            with self._lock:
                self._connections += 1
                self._links.append(plain)
            self._begin(self._serve, plain, self._connections)

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain, contextlib.suppress(OSError), self._server.wrap_socket(plain, server_side=True) as link:
            with self._lock:
                self._links.append(link)
            while (asked := _heard(link, number)) is not None:
                with self._lock:
                    self.asked.append(asked)
                    play = self.plays.pop(0) if self.plays else passes_on
                if not play(Exchange(asked, link, self)):
                    return


def _heard(link: ssl.SSLSocket, number: int) -> Asked | None:
    """The next whole request; None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = link.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        more = link.recv(65536)
        if not more:
            return None
        body += more
    method, path, _ = first.split(" ")
    return Asked(number, method, path, headers, body)


class DeadAddress:
    """An address that drops whoever wants to connect: a listener whose queue is full, so that Linux drops every SYN."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.address: tuple[str, int] = self._listener.getsockname()
        self._held = []
        for _ in range(8):
            link = socket.socket()
            link.setblocking(False)
            assert link.connect_ex(self.address) in (0, errno.EINPROGRESS)
            self._held.append(link)

    def close(self) -> None:
        for link in (*self._held, self._listener):
            link.close()


@contextmanager
def _kept(data: bytes) -> Iterator[int]:
    """The address of a copy of `data` in memory, for as long as it is needed."""
    import ctypes

    buffer = ctypes.create_string_buffer(data, len(data))
    yield ctypes.addressof(buffer)
