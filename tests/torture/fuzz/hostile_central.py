"""A central of raw bytes on the loopback: says what it is told to say over TLS, to whoever asks, and hangs up."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from pathlib import Path

_CALL = re.compile(rb"\r\nx-kiosk-call: ([^\r]*)\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
PLACEHOLDER = b"{call}"
PATIENCE_S = 10.0


class HostileCentral:
    """`say(bytes)`, then call it. In what it says, {call} becomes the name of the call that is answered. Shows the
    certificate central.pem of `directory`.
    """

    def __init__(self, directory: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(directory / "central.pem", directory / "central.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answers: list[bytes] = []
        self._hangs_up = True
        self.heard = b""
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, name="hostile central")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def say(self, *answers: bytes, hangs_up: bool = True) -> None:
        """What is said to the next requests, one each; the last of them again and again."""
        self._answers, self._hangs_up = list(answers), hangs_up

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def __enter__(self) -> HostileCentral:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return  # closed
            self.connections += 1
            link.settimeout(PATIENCE_S)
            # OSError: the caller hung up on us
            with link, contextlib.suppress(OSError), self._context.wrap_socket(link, server_side=True) as secured:
                self._talk(secured)

    def _talk(self, link: socket.socket) -> None:
        while request := _request(link):
            self.heard = request
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            named = _CALL.search(request)
            link.sendall(answer.replace(PLACEHOLDER, named[1] if named else b"?"))
            if self._hangs_up:
                return


def _request(link: socket.socket) -> bytes:
    """One whole request; empty when the caller hung up."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        portion = link.recv(65536)
        if not portion:
            return b""
        heard += portion
    head, _, body = heard.partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    missing = (int(length[1]) if length else 0) - len(body)
    while missing > 0:
        portion = link.recv(65536)
        missing -= len(portion) or missing
        heard += portion
    return heard
