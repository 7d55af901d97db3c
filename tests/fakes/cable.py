"""A cable between two TCP ends that a hand can pull."""

from __future__ import annotations

import contextlib
import select
import socket
import threading


class Cable:
    """Listens on a free loopback port and carries every connection on to `(host, port)`. Close it when done."""

    def __init__(self, host: str, port: int) -> None:
        self._far_end: tuple[str, int] | None = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="cable")]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def pull(self) -> None:
        """Every connection breaks."""
        with self._lock:
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def lead_to(self, far_end: tuple[str, int] | None) -> None:
        """Every connection breaks, and new ones end elsewhere; None: nowhere."""
        self._far_end = far_end
        self.pull()

    def close(self) -> None:
        self.pull()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            far_end = self._far_end
            if far_end is None:
                near.close()
                continue
            far = socket.create_connection(far_end)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._ends += [near, far]
                self._threads.append(threading.Thread(target=self._carry, args=(near, far), name="cable"))
                self._threads[-1].start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, contextlib.suppress(OSError):
            while True:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
