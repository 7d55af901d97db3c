"""Serves the page of metrics over HTTP, so that nobody who asks can disturb the kiosk.

prometheus-client's own server starts a thread for every connection and waits for each without limit. This one has few
places, a pace, and a time limit for a whole connection, however slowly its bytes come.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from socketserver import ThreadingMixIn
from typing import Any

from kiosk.config.metrics import MetricsSettings, MetricsTls
from kiosk.data_files.pem import load_authority, load_identity
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.event_log.log_events import LogEvent, log

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

MOST_CONNECTIONS = 8
"""Connections at a time. One more is closed unheard."""

PACE_S = 0.02
"""Seconds between two connections, so that a flood costs a few hundredths of one processor."""

WHOLE_S = 10.0
"""How many seconds a connection may last; Prometheus gives up after ten by default."""

FRESH_S = 1.0
"""For how many seconds one page is given to all who ask."""

AGAIN_S = 60.0
"""Seconds between two tries to open the port."""

_ROUND_S = 0.2


class FreshPage:
    """Makes the page anew at most once in `FRESH_S`, whoever asks how often. `make()` takes a second at most."""

    def __init__(self, make: Callable[[], bytes], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._page = b""
        self._made_at: float | None = None

    def get(self) -> bytes:
        """The page; from any thread."""
        with self._lock:
            if self._made_at is None or self._monotonic() - self._made_at > FRESH_S:
                self._page = self._make()
                self._made_at = self._monotonic()
            return self._page


def serve_metrics(
    settings: MetricsSettings,
    make: Callable[[], bytes],
    ending: threading.Event,
    whole_s: float = WHOLE_S,
    again_s: float = AGAIN_S,
) -> None:
    """Serve what `make()` returns until `ending` is set. A port that is taken and files that cannot be used are told
    once in the log, and tried again. `whole_s`, `again_s`: as the constants.
    """
    page, said = FreshPage(make), ""
    where = f"{settings.address} port {settings.port}"
    while not ending.is_set():
        try:
            server = _Server(settings, page, whole_s)
        except (OSError, CertificateFileError) as error:
            why = "; ".join(error.mistakes) if isinstance(error, CertificateFileError) else _words(error)
            if why != said:
                said = why
                log(LogEvent.METRICS_UNAVAILABLE, level=logging.WARNING, address=where, error=why)
            ending.wait(again_s)
        else:
            log(LogEvent.METRICS_SERVED, address=where, mutual_tls=settings.tls is not None)
            server.serve_until(ending)


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__


class _Server(ThreadingMixIn, HTTPServer):
    """One open port. Raises OSError where it cannot be opened, `CertificateFileError` for files that cannot be used."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, settings: MetricsSettings, page: FreshPage, whole_s: float) -> None:
        self.page = page
        self._whole_s = whole_s
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}  # when each must be over
        self._tls = None if settings.tls is None else _context(settings.tls)
        self.address_family = socket.AF_INET6 if ip_address(settings.address).version == 6 else socket.AF_INET
        super().__init__((settings.address, settings.port), _Handler)

    def server_bind(self) -> None:
        """Bind; `HTTPServer` also asks for the machine's name, which may take long."""
        super(HTTPServer, self).server_bind()

    def serve_until(self, ending: threading.Event) -> None:
        """Serve on this thread, and on one for each connection; then close all."""
        self.timeout = _ROUND_S
        with self:
            while not ending.wait(PACE_S):
                self.handle_request()
                self._close_late(time.monotonic())
        self._close_late(float("inf"))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a place, or close the connection."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._lock:
            self._open[request] = time.monotonic() + self._whole_s
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system gives no further thread
            self._leave(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Hear one connection, and close it. Whatever the other side does wrong is its own affair."""
        link = request
        try:
            with contextlib.suppress(OSError):
                request.settimeout(self._whole_s)
                if self._tls is not None:
                    link = self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
                    with self._lock:  # the wrapped socket has taken over the descriptor
                        self._open[link] = self._open.pop(request, 0.0)
                    link.do_handshake()
                self.finish_request(link, client_address)
        finally:
            self._leave(link)

    def _leave(self, link: socket.socket) -> None:
        with self._lock:
            self._open.pop(link, None)
        self.shutdown_request(link)
        self._places.release()

    def _close_late(self, now_s: float) -> None:
        with self._lock:
            late = [link for link, until_s in self._open.items() if until_s <= now_s]
            for link in late:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(link, socket.SHUT_RDWR)  # its thread closes it


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: _Server
    server_version, sys_version = "kiosk", ""

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def _answer(self, *, is_head: bool) -> None:
        if self.path.partition("?")[0] != PATH:
            self.send_error(HTTPStatus.NOT_FOUND, f"metrics are at {PATH}")
            return
        page = self.server.page.get()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if not is_head:
            self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request every few seconds is no news, and what strangers send does not belong in the log."""


def _context(files: MetricsTls) -> ssl.SSLContext:
    """Mutual TLS: only whom the authority of clients has signed may ask."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    load_identity(context, files.certificate, files.key)
    load_authority(context, files.client_ca)
    return context
