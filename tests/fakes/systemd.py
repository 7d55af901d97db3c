"""The test in systemd's place: it listens where NOTIFY_SOCKET says (sd_notify(3))."""

from __future__ import annotations

import select
import socket
from pathlib import Path

from tests.waiting import eventually


class Systemd:
    """Listens where NOTIFY_SOCKET says."""

    def __init__(self, path: Path, address: str | None = None) -> None:
        self.address = str(path) if address is None else address
        self._path = path
        self._socket: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind("\0" + self.address[1:] if self.address.startswith("@") else self.address)

    def go_away(self) -> None:
        self._path.unlink(missing_ok=True)  # first: a name that nobody listens at is another error
        link, self._socket = self._socket, None
        if link is not None:
            link.close()

    def is_silent_for(self, seconds: float) -> bool:
        """Whether nothing comes within this time: systemd's own number, after which it starts the program anew."""
        while self.next():
            continue
        assert self._socket is not None
        return not select.select([self._socket], [], [], seconds)[0]

    def hears(self, message: str) -> None:
        """Wait until `message` comes; what came before is forgotten."""
        while self.next():
            continue
        eventually(lambda: self.next() == message)

    def next(self) -> str:
        """What stands first; "" if nothing does."""
        assert self._socket is not None
        try:
            return self._socket.recv(4096).decode()
        except BlockingIOError:
            return ""
