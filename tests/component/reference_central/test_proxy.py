"""Central behind the real nginx, with the configuration that is shipped: mutual TLS ends there."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from kiosk.central.check.run import Target
from kiosk.central.check.suite import check_central
from kiosk.central.check.wire import Identity
from kiosk.central.client import CentralClient, CentralRefusedCall, CentralUnreachable
from kiosk.data_files.central_address import parse_central_address
from kiosk.reference_central.authority import issue_client, make_authority
from kiosk.reference_central.listening import Proxy
from kiosk.reference_central.server import CentralDidNotStart, ReferenceCentral
from tests.architecture.source import ROOT
from tests.lobby.central_rig import Kiosk, MovableClock, resident, settings
from tests.waiting import eventually

PATIENCE_S = 30.0
SHIPPED = ROOT / "kiosk" / "central" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
WORKERS = "www-data" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx")


@dataclass
class ProxiedCentral:
    central: ReferenceCentral
    directory: Path
    port: int

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def client(self, stem: str = "kiosk", authority: Path | None = None) -> CentralClient:
        return CentralClient(
            self.url,
            ca=self.directory / "ca.pem",
            certificate=(authority or self.directory) / f"{stem}.pem",
            key=(authority or self.directory) / f"{stem}.key",
        )

    def tls(self, stem: str | None = "kiosk") -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.directory / "ca.pem"))
        if stem is not None:
            context.load_cert_chain(self.directory / f"{stem}.pem", self.directory / f"{stem}.key")
        return context


def configured(directory: Path, port: int) -> Path:
    """The shipped file with this test's paths, and what Debian's nginx.conf has around it."""
    text = SHIPPED.read_text(encoding="utf-8")
    for pattern, here in (
        (r"unix:/run/qianzhu-central/central\.sock", f"unix:{directory / 'central.sock'}"),
        (r"(?<= )/etc/qianzhu-central/tls/", f"{directory}/"),
        (r"listen 8443 ssl", f"listen 127.0.0.1:{port} ssl"),
        (r"/var/log/nginx/central\.log", str(directory / "nginx.log")),
    ):
        text, count = re.subn(pattern, here, text)
        assert count, f"not in the shipped file: {pattern}"
    (directory / "central.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"    {name}_temp_path {directory / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = directory / "nginx.conf"
    main.write_text(
        f"user {WORKERS};\ndaemon off;\nworker_processes 1;\npid {directory / 'nginx.pid'};\n"
        f"error_log {directory / 'nginx.log'};\nevents {{ worker_connections 40; }}\n"
        f"http {{\n{temporary}    include {directory / 'central.conf'};\n}}\n",
        encoding="utf-8",
    )
    return main


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
        return True
    return False


@pytest.fixture
def directory() -> Iterator[Path]:
    """Short, for a socket's path has 108 bytes at most, and open to nginx's workers, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="central-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def place(directory: Path) -> Iterator[ProxiedCentral]:
    chosen = settings(
        directory, MovableClock(), kiosks=("kiosk-1", "kiosk-2"), proxy=Proxy(directory / "central.sock", WORKERS)
    )
    issue_client(directory, "kiosk-2")
    port = free_port()
    assert NGINX is not None
    with ReferenceCentral(chosen) as central:
        nginx = subprocess.Popen([NGINX, "-p", str(directory), "-c", str(configured(directory, port))])
        try:
            eventually(lambda: nginx.poll() is not None or listens(port), PATIENCE_S)
            assert nginx.poll() is None
            yield ProxiedCentral(central, directory, port)
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(PATIENCE_S)


def test_a_visit_goes_through_the_proxy_and_two_certificates_are_two_kiosks(place: ProxiedCentral) -> None:
    who = resident()
    place.central.seed([who.record])
    with place.client() as client, place.client("kiosk-2") as other:
        kiosk = Kiosk(client, place.directory, MovableClock())
        mine = kiosk.granted(who).endorsement_id
        assert kiosk.write(who, mine, who.chip()).verdict == "written"
        assert kiosk.complete(mine, "new", "new") == "written"
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            other.endorsement_state(mine)


def test_a_revoked_certificate_is_turned_away_behind_the_proxy_too(place: ProxiedCentral) -> None:
    place.central.revoke_certificate(place.directory / "kiosk-2.pem")
    with place.client("kiosk-2") as client, pytest.raises(CentralRefusedCall, match="403 certificate_revoked"):
        client.endorsement_state(uuid4())


def test_nobody_gets_past_the_proxy_without_a_certificate_of_the_authority(
    place: ProxiedCentral, tmp_path: Path
) -> None:
    with httpx.Client(verify=place.tls(None), trust_env=False) as anybody:
        answer = anybody.get(f"{place.url}/v1/endorsements/{uuid4()}")
    assert answer.status_code == 400
    make_authority(tmp_path / "other")
    with httpx.Client(verify=forged(place, tmp_path / "other"), trust_env=False) as stranger:
        answer = stranger.get(f"{place.url}/v1/endorsements/{uuid4()}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/html"  # of nginx: central was not asked


def forged(place: ProxiedCentral, other: Path) -> ssl.SSLContext:
    context = place.tls(None)
    context.load_cert_chain(other / "kiosk.pem", other / "kiosk.key")
    return context


@pytest.mark.parametrize(
    "name", ["X-Kiosk-Certificate", "x-kiosk-certificate", "X_Kiosk_Certificate", "X-KIOSK-CERTIFICATE"]
)
def test_what_a_caller_says_of_its_certificate_is_stripped(place: ProxiedCentral, name: str) -> None:
    who = resident()
    place.central.seed([who.record])
    with place.client() as client:
        mine = Kiosk(client, place.directory, MovableClock()).granted(who).endorsement_id
    firsts = quote((place.directory / "kiosk.pem").read_text(encoding="ascii"), safe="")
    headers = [(name, firsts), (f"{name}-Verify".replace("_Certificate-", "_Certificate_"), "SUCCESS")]
    with httpx.Client(verify=place.tls("kiosk-2"), trust_env=False) as liar:
        assert liar.get(f"{place.url}/v1/endorsements/{mine}", headers=headers).status_code == 404
    with httpx.Client(verify=place.tls(), trust_env=False) as owner:
        assert owner.get(f"{place.url}/v1/endorsements/{mine}", headers=headers).status_code == 200


def test_on_its_socket_central_lets_nobody_in_but_the_proxys_user(place: ProxiedCentral) -> None:
    """Whoever else is on the machine, root too, is let go before a byte is read, whatever it says of a certificate."""
    said = quote((place.directory / "kiosk.pem").read_text(encoding="ascii"), safe="")
    request = (
        f"GET /v1/endorsements/{uuid4()} HTTP/1.1\r\nHost: central\r\nX-Kiosk-Certificate: {said}\r\n"
        "X-Kiosk-Certificate-Verify: SUCCESS\r\n\r\n"
    ).encode()
    if os.geteuid() != 0:
        pytest.skip("nobody else to be")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(place.directory / "central.sock"))
        line.settimeout(PATIENCE_S)
        with contextlib.suppress(BrokenPipeError):
            line.sendall(request)
        assert told(line) == b""
    assert place.central.connections.dropped["not_the_proxy"] == 1


def told(line: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionResetError):
        return line.recv(65536)
    return b""


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Kiosk-Certificate", "{cert}")],
        [("X-Kiosk-Certificate", "{cert}"), ("X-Kiosk-Certificate-Verify", "FAILED:self signed")],
        [("X-Kiosk-Certificate", "{cert}"), ("X-Kiosk-Certificate-Verify", "NONE")],
        [
            ("X-Kiosk-Certificate", "{cert}"),
            ("X-Kiosk-Certificate", "{cert}"),
            ("X-Kiosk-Certificate-Verify", "SUCCESS"),
        ],
        [("X-Kiosk-Certificate", "%ff%00"), ("X-Kiosk-Certificate-Verify", "SUCCESS")],
        [("X-Kiosk-Certificate", ""), ("X-Kiosk-Certificate-Verify", "SUCCESS")],
    ],
)
def test_a_proxy_that_does_not_say_once_and_clearly_whose_certificate_it_checked_speaks_for_nobody(
    directory: Path, headers: list[tuple[str, str]]
) -> None:
    me = pwd.getpwuid(os.geteuid()).pw_name
    chosen = settings(directory, MovableClock(), proxy=Proxy(directory / "central.sock", me))
    said = quote((directory / "kiosk.pem").read_text(encoding="ascii"), safe="")
    transport = httpx.HTTPTransport(uds=str(directory / "central.sock"))
    with ReferenceCentral(chosen), httpx.Client(transport=transport, base_url="http://central") as proxy:
        good = [("X-Kiosk-Certificate", said), ("X-Kiosk-Certificate-Verify", "SUCCESS")]
        assert proxy.get(f"/v1/endorsements/{uuid4()}", headers=good).status_code == 404
        bad = [(name, value.format(cert=said)) for name, value in headers]
        answer = proxy.get(f"/v1/endorsements/{uuid4()}", headers=bad)
    assert (answer.status_code, answer.json()["code"]) == (403, "unknown_kiosk")


def test_without_a_proxy_the_header_means_nothing(tmp_path: Path) -> None:
    with ReferenceCentral(settings(tmp_path, MovableClock(), kiosks=("kiosk-1",))) as central:
        issue_client(tmp_path, "stranger")
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.load_cert_chain(tmp_path / "stranger.pem", tmp_path / "stranger.key")
        said = quote((tmp_path / "kiosk.pem").read_text(encoding="ascii"), safe="")
        headers = {"X-Kiosk-Certificate": said, "X-Kiosk-Certificate-Verify": "SUCCESS"}
        with httpx.Client(verify=context, trust_env=False) as stranger:
            answer = stranger.get(f"{central.url}/v1/endorsements/{uuid4()}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "unknown_kiosk")


def test_a_crowd_without_a_word_does_not_shut_the_kiosks_out(place: ProxiedCentral) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(60):  # nginx may have 40
            stack.enter_context(socket.create_connection(("127.0.0.1", place.port), timeout=PATIENCE_S))
        with place.client() as client, pytest.raises(CentralRefusedCall, match="404 not_found"):
            client.endorsement_state(uuid4())


def test_the_proxy_speaks_tls_1_3_and_no_cbc(place: ProxiedCentral) -> None:
    with connected(place, place.tls()) as line:
        assert line.version() == "TLSv1.3"
    old = place.tls()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    with pytest.raises(ssl.SSLError, match="handshake failure"):
        connected(place, old)


def connected(place: ProxiedCentral, context: ssl.SSLContext) -> ssl.SSLSocket:
    line = socket.create_connection(("127.0.0.1", place.port), timeout=PATIENCE_S)
    try:
        return context.wrap_socket(line, server_hostname="localhost")
    except ssl.SSLError:
        line.close()
        raise


def test_a_central_that_is_away_is_a_gateways_word_and_comes_back(place: ProxiedCentral) -> None:
    place.central.stop()
    with place.client() as client:
        with pytest.raises(CentralUnreachable) as caught:
            client.endorsement_state(uuid4())
        assert caught.value.stage == "gateway"
        place.central.start()
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            client.endorsement_state(uuid4())


def test_a_body_that_is_too_large_is_refused_at_the_proxy(place: ProxiedCentral) -> None:
    with httpx.Client(verify=place.tls(), trust_env=False) as http:
        assert http.post(f"{place.url}/v1/heartbeat", content=b" " * 70_000).status_code == 413


def test_a_user_that_the_machine_does_not_know_is_a_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "kiosk",
            "central",
            "serve",
            "--behind-proxy",
            str(tmp_path / "central.sock"),
            "--proxy-user",
            "no-such-user",
            "--keys",
            "none.toml",
            "--database",
            f"sqlite:///{tmp_path / 'central.db'}",
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "--proxy-user no-such-user: there is no such user on this machine\n")


def test_a_socket_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    me = pwd.getpwuid(os.geteuid()).pw_name
    central = ReferenceCentral(settings(tmp_path, MovableClock(), proxy=Proxy(tmp_path / "no" / "central.sock", me)))
    with pytest.raises(CentralDidNotStart, match=r"no/central\.sock"):
        central.start()
    central.stop()


def test_the_check_of_any_central_finds_nothing_behind_the_shipped_proxy(place: ProxiedCentral) -> None:
    kiosk, other = (
        Identity(place.directory / f"{stem}.pem", place.directory / f"{stem}.key") for stem in ("kiosk", "kiosk-2")
    )
    assert isinstance(place.central.clock, MovableClock)
    place.central.clock.now = datetime.now(UTC)  # as nginx's, which writes the Date
    address = parse_central_address(place.url)
    report = check_central(
        Target(url=place.url, address=address, ca=place.directory / "ca.pem", kiosk=kiosk, other=other)
    )
    assert [f"{each.name}: {each.detail}" for each in report.deviations] == []
