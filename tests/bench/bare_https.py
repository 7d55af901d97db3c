"""The least HTTPS round trip: central's server and TLS, both sides with certificates, and nothing behind it.

`python -m tests.bench.bare_https TLS_DIR [FILE]` serves an answer of the usual size and prints its port: at once, or
when a row of that size is on disk in FILE, as central keeps everything that it answers for. `BareEndpoint` starts it
and measures it over one connection that stays open, with Python's own http.client.
"""

from __future__ import annotations

import http.client
import sqlite3
import ssl
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from kiosk.demo.processes import Process
from kiosk.demo.simulation import Simulation
from kiosk.reference_central.authority import CA_FILE, CENTRAL_CERTIFICATE, CENTRAL_KEY

BODY = b'{"about": "' + b"x" * 700 + b'"}'  # as long as a grant or a batch, roughly
START_S, ANSWER_S = 30.0, 10.0
PAUSE_S = 0.03  # a visit's calls do not follow each other at once either


async def answer(keep: Callable[[], None], scope: Any, receive: Any, send: Any) -> None:
    """The whole application."""
    while (await receive()).get("more_body"):
        continue
    keep()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def keeper(path: Path) -> Callable[[], None]:
    """What puts a row into the SQLite file at `path`, and returns when the row is on disk."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE answer (body BLOB)")

    def keep() -> None:
        db.execute("INSERT INTO answer VALUES (?)", (BODY,))

    return keep


def serve(tls_dir: Path, kept_in: Path | None) -> None:
    """Until SIGTERM."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            print(self.servers[0].sockets[0].getsockname()[1], flush=True)

    Server(
        uvicorn.Config(
            partial(answer, (lambda: None) if kept_in is None else keeper(kept_in)),
            interface="asgi3",
            host="127.0.0.1",
            port=0,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=75,
            ssl_certfile=tls_dir / CENTRAL_CERTIFICATE,
            ssl_keyfile=tls_dir / CENTRAL_KEY,
            ssl_ca_certs=str(tls_dir / CA_FILE),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
        )
    ).run()


class BareEndpoint:
    """The endpoint in a process of its own, and one connection to it. `took`: seconds of every round trip. `keeps`: it
    answers when a row is on disk.
    """

    def __init__(self, simulation: Simulation, *, keeps: bool = False) -> None:
        self._tls_dir = simulation.tls_dir
        kept_in = [str(simulation.state_dir / "bare-https.db")] if keeps else []
        self._server = Process.of_python(
            "the bare endpoint",
            ["-m", "tests.bench.bare_https", str(self._tls_dir), *kept_in],
            simulation.state_dir / "bare-https.log",
        )
        self.took: list[float] = []

    def __enter__(self) -> Self:
        context = ssl.create_default_context(cafile=str(self._tls_dir / CA_FILE))
        context.load_cert_chain(self._tls_dir / "kiosk.pem", self._tls_dir / "kiosk.key")
        port = int(self._server.first_line(START_S))
        self._link = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=ANSWER_S)
        self._round_trip()  # with the handshake, which a connection that stays open has behind it
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()
        self._server.end()

    def round_trips(self, count: int) -> None:
        """Measure some more."""
        self.took += [self._round_trip() for _ in range(count)]

    def _round_trip(self) -> float:
        time.sleep(PAUSE_S)
        began = time.perf_counter()
        self._link.request("POST", "/", BODY, {"Content-Type": "application/json"})
        self._link.getresponse().read()
        return time.perf_counter() - began


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
