"""Metrics over HTTP: who asks politely is answered, and nobody else costs the kiosk more than a closed connection."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kiosk.config.metrics import MetricsSettings, MetricsTls
from kiosk.metrics import server
from kiosk.metrics.exposition import page
from kiosk.metrics.server import MOST_CONNECTIONS, serve_metrics
from tests.fakes.tls_server import HERE, issue, make_open_authority
from tests.unit.metrics.snapshots import SERVES
from tests.waiting import LIMIT_S, eventually

PROMTOOL = Path(__file__).parents[3] / ".venv/bin/promtool"
PAGE = page(SERVES)


def free_port(address: str = "127.0.0.1") -> int:
    with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as found:
        return int(found.getsockname()[1])


def plain(address: str = "127.0.0.1") -> MetricsSettings:
    return MetricsSettings(address, free_port(address), None)


@contextmanager
def serving(
    settings: MetricsSettings,
    make: Callable[[], bytes] = lambda: PAGE,
    whole_s: float = LIMIT_S,
    again_s: float = 0.01,
) -> Iterator[None]:
    ending = threading.Event()
    thread = threading.Thread(target=serve_metrics, args=(settings, make, ending, whole_s, again_s))
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def opened(settings: MetricsSettings) -> socket.socket:
    """A connection to the server, once it is there."""

    def connect() -> socket.socket | None:
        try:
            return socket.create_connection((settings.address, settings.port), LIMIT_S)
        except ConnectionError:
            return None

    link = eventually(connect)
    assert link is not None
    return link


def asked(settings: MetricsSettings, path: str = "/metrics", method: str = "GET") -> http.client.HTTPResponse:
    """The server's answer; it is asked again where all places were taken."""

    def ask() -> http.client.HTTPResponse | None:
        line = http.client.HTTPConnection(settings.address, settings.port, timeout=LIMIT_S)
        line.sock = opened(settings)
        try:
            line.request(method, path)
            return line.getresponse()
        except (ConnectionError, http.client.BadStatusLine):
            line.close()
            return None

    answer = eventually(ask)
    assert answer is not None
    return answer


def is_put_out(link: socket.socket, sent: bytes = b"") -> bool:
    """Whether the server has closed the connection, or does while nothing is sent."""
    try:
        link.sendall(sent)
        return not sent and link.recv(1) == b""
    except ConnectionError:
        return True


def logged(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, object]]:
    lines = (record.getMessage().partition(" ") for record in caplog.records)
    return [json.loads(fields) for event, _, fields in lines if event == name]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_asks_is_given_the_page(address: str) -> None:
    settings = plain(address)
    with serving(settings), closing(asked(settings)) as answer:
        assert (answer.status, answer.read()) == (200, PAGE)
        assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("HEAD", "/metrics", 200), ("POST", "/metrics", 501)]
)
def test_nothing_else_is_there(method: str, path: str, status: int) -> None:
    settings = plain()
    with serving(settings), closing(asked(settings, path, method)) as answer:
        assert answer.status == status
        assert PAGE not in answer.read()


@pytest.mark.parametrize("sent", [b"\xff\xfe\r\n\r\n", b"GET /metrics" + b"x" * 70_000, b"\x16\x03\x01\r\n"])
def test_garbage_is_refused_and_the_next_one_is_answered(sent: bytes) -> None:
    settings = plain()
    with serving(settings):
        with opened(settings) as link:
            link.sendall(sent + b"\r\n\r\n")
            assert b"HTTP/1.0 200" not in link.recv(4096)
        with closing(asked(settings)) as answer:
            assert answer.status == 200


def test_the_page_is_made_once_however_often_it_is_asked_for() -> None:
    pages, now = iter((b"first", b"second")), [0.0]
    fresh = server.FreshPage(lambda: next(pages), lambda: now[0])
    assert [fresh.get(), fresh.get()] == [b"first", b"first"]
    now[0] = server.FRESH_S + 0.01
    assert fresh.get() == b"second"


def test_a_port_that_is_taken_is_told_once_and_used_when_it_is_free(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    settings = plain()
    with socket.create_server((settings.address, settings.port)) as other, serving(settings):
        eventually(lambda: logged(caplog, "metrics_unavailable"))
        other.close()
        with closing(asked(settings)) as answer:
            assert answer.status == 200
    where = f"127.0.0.1 port {settings.port}"
    assert logged(caplog, "metrics_unavailable") == [{"address": where, "error": "Address already in use"}]
    assert logged(caplog, "metrics_served") == [{"address": where, "mutual_tls": False}]


def test_an_address_that_this_machine_does_not_have_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with serving(MetricsSettings("192.0.2.7", 9942, None)):
        told = eventually(lambda: logged(caplog, "metrics_unavailable"))
    assert told == [{"address": "192.0.2.7 port 9942", "error": "Cannot assign requested address"}]


def test_who_sends_nothing_or_little_is_put_out_in_time() -> None:
    settings = plain()
    with serving(settings, whole_s=0.3), opened(settings) as silent, opened(settings) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
        assert is_put_out(silent)
        eventually(lambda: is_put_out(slow, b"x"))  # a byte now and then does not make the connection last


def test_many_connections_take_few_places_and_the_kiosk_has_few_threads() -> None:
    settings = plain()
    before = threading.active_count()
    with serving(settings):
        links = [opened(settings) for _ in range(MOST_CONNECTIONS)]
        eventually(lambda: threading.active_count() == before + 1 + MOST_CONNECTIONS)
        with opened(settings) as one_more:
            assert is_put_out(one_more)
        assert threading.active_count() <= before + 1 + MOST_CONNECTIONS
        for link in links:
            link.close()
        with closing(asked(settings)) as answer:
            assert answer.status == 200


def test_the_end_does_not_wait_for_whoever_holds_a_connection() -> None:
    settings = plain()
    with serving(settings):
        link = opened(settings)
        link.sendall(b"GET ")
    with link:
        assert is_put_out(link)


@pytest.fixture
def tls(tmp_path: Path) -> MetricsTls:
    """Certificates of an invented operator: the server's, and an authority for those who may ask."""
    for authority in ("ca", "stranger_ca"):
        make_open_authority(tmp_path, authority)
    issue(tmp_path, "server", HERE)
    issue(tmp_path, "prometheus")
    issue(tmp_path, "stranger", by="stranger_ca")
    return MetricsTls(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem")


def client_context(tls: MetricsTls, stem: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.client_ca))
    if stem is not None:
        context.load_cert_chain(tls.certificate.with_name(f"{stem}.pem"), tls.certificate.with_name(f"{stem}.key"))
    return context


def over_tls(settings: MetricsSettings, context: ssl.SSLContext) -> bytes:
    """What is read after a request, once the server is there."""
    with context.wrap_socket(opened(settings), server_hostname="127.0.0.1") as link:
        link.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        heard = b""
        while more := link.recv(65536):
            heard += more
        return heard


def test_over_the_network_only_whom_the_operators_authority_knows_is_answered(tls: MetricsTls) -> None:
    settings = MetricsSettings("127.0.0.1", free_port(), tls)
    with serving(settings):
        assert over_tls(settings, client_context(tls, "prometheus")).endswith(b"\r\n\r\n" + PAGE)
        for stem in ("stranger", None):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                over_tls(settings, client_context(tls, stem))
        with opened(settings) as link:
            link.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            assert PAGE not in link.recv(65536)


def test_who_never_finishes_the_handshake_is_put_out_in_time(tls: MetricsTls) -> None:
    settings = MetricsSettings("127.0.0.1", free_port(), tls)
    with serving(settings, whole_s=0.3), opened(settings) as silent:
        assert is_put_out(silent)


def test_a_certificate_that_cannot_be_used_is_told_and_tried_again(
    tls: MetricsTls, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    good = tls.certificate.read_bytes()
    tls.certificate.write_text("no certificate", "utf-8")
    settings = MetricsSettings("127.0.0.1", free_port(), tls)
    with serving(settings):
        told = eventually(lambda: logged(caplog, "metrics_unavailable"))
        assert str(tls.certificate) in str(told[0]["error"])
        tls.certificate.write_bytes(good)
        assert over_tls(settings, client_context(tls, "prometheus")).endswith(PAGE)


def test_prometheus_own_tool_finds_nothing_to_improve() -> None:
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=PAGE, capture_output=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")
