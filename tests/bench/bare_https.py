"""The least HTTPS round trip: central's server and TLS, both sides with certificates, and nothing behind it.

`python -m tests.bench.bare_https TLS_DIR` serves an answer of the usual size at once and prints its port; `round_trips`
measures it over one connection that stays open, with Python's own http.client.
"""

from __future__ import annotations

import http.client
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from kiosk.central.reference.authority import CA_FILE, CENTRAL_CERTIFICATE, CENTRAL_KEY

BODY = b'{"about": "' + b"x" * 700 + b'"}'      # as long as a grant or a batch, roughly
PAUSE_S = 0.03                                   # a visit's calls do not follow each other at once either


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """The whole application."""
    while (await receive()).get("more_body"):
        continue
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def serve(tls_dir: Path) -> None:
    """Until SIGTERM."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            print(self.servers[0].sockets[0].getsockname()[1], flush=True)

    Server(uvicorn.Config(
        answer, host="127.0.0.1", port=0, http="h11", ws="none", lifespan="off", log_config=None, access_log=False,
        ssl_certfile=tls_dir / CENTRAL_CERTIFICATE, ssl_keyfile=tls_dir / CENTRAL_KEY,
        ssl_ca_certs=str(tls_dir / CA_FILE), ssl_cert_reqs=ssl.CERT_REQUIRED,
    )).run()


def round_trips(port: int, tls_dir: Path, count: int) -> list[float]:
    """Seconds of each round trip; the first, with its handshake, is left out."""
    context = ssl.create_default_context(cafile=str(tls_dir / CA_FILE))
    context.load_cert_chain(tls_dir / "kiosk.pem", tls_dir / "kiosk.key")
    link = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    took = []
    try:
        for _ in range(count + 1):
            time.sleep(PAUSE_S)
            began = time.perf_counter()
            link.request("POST", "/", BODY, {"Content-Type": "application/json"})
            link.getresponse().read()
            took.append(time.perf_counter() - began)
    finally:
        link.close()
    return took[1:]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
