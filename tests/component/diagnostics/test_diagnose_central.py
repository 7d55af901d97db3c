"""What `diagnose` says of the way to central, for each thing that may be wrong there, on real sockets."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.diagnostics.central_checks import central
from kiosk.diagnostics.finding import Finding, Outcome
from kiosk.domain.clock import SystemClock
from kiosk.reference_central.authority import GRANT_PUBLIC_KEYS, make_authority
from tests.fakes.tls_server import HERE, answering, heard_request, issue, listening, make_open_authority, over_tls
from tests.lobby.production_site import GOOD

OTHER = x509.DNSName("other.example.invalid")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_authority(tmp_path)
    return tmp_path


def found(directory: Path, address: int | str) -> Finding:
    """What is found of a central at this port, or address."""
    authority = f"127.0.0.1:{address}" if isinstance(address, int) else address
    path = directory / "kiosk.toml"
    path.write_text(
        GOOD.replace("central.example.invalid:8443", authority).replace("grant_keys.toml", GRANT_PUBLIC_KEYS),
        encoding="utf-8",
    )
    (finding,) = central(load_config(path, ASSETS), SystemClock())
    return finding


def failed_with(finding: Finding) -> str | None:
    assert finding.outcome is Outcome.FAILED
    return None if finding.fault is None else finding.fault.code


def test_a_central_that_answers_as_it_should_is_well(directory: Path) -> None:
    with listening(over_tls(directory, answering)) as port:
        assert found(directory, port).outcome is Outcome.OK


WRONG_CERTIFICATES: dict[str, tuple[tuple[x509.GeneralName, ...], dict[str, Any], str, str]] = {
    "expired": (
        (HERE,),
        {"ends": timedelta(days=-1)},
        "central's certificate has expired",
        "it is for 127.0.0.1, by CN=",
    ),
    "not yet valid": ((HERE,), {"begins": timedelta(days=1)}, "is not valid yet", "it is for 127.0.0.1, by CN="),
    "another name": ((OTHER,), {}, "central's certificate is for another name", "for other.example.invalid,"),
    "no name": ((), {}, "a common name alone does not count", "it is for no name, by CN="),
    "another authority": ((HERE,), {"by": "root"}, "leads to no authority in central.ca", "by CN=root of somebody,"),
    "a name with a control character": (
        (x509.DNSName("a\x1b[2J"),),
        {},
        "is for another name",
        "it is for a?[2J, by CN=",
    ),
}


@pytest.mark.parametrize("what", WRONG_CERTIFICATES)
def test_what_is_wrong_with_centrals_certificate_is_told_with_what_it_says_of_itself(
    directory: Path, what: str
) -> None:
    names, made, cause, shown = WRONG_CERTIFICATES[what]
    make_open_authority(directory, "root")
    issue(directory, "wrong", *names, **made)
    with listening(over_tls(directory, answering, "wrong")) as port:
        finding = found(directory, port)
    assert failed_with(finding) == "5101"
    assert cause in finding.detail
    assert shown in finding.detail


NOT_CENTRAL = {
    "a login page": (b"200 OK", b"text/html", b"", "5201", "is it the network's login page"),
    "a redirect": (b"302 Found", b"text/html", b"Location: https://login/\r\n", "5201", "sends the kiosk elsewhere"),
    "a firewall's page": (b"403 Forbidden", b"text/html", b"", "5201", "an error page answers that is not central's"),
    "a gateway": (b"502 Bad Gateway", b"text/html", b"", "5101", "a gateway answers, central behind it does not"),
    "another API": (b"200 OK", b"application/json", b"", "5201", "the answer does not follow the contract"),
}


@pytest.mark.parametrize("what", NOT_CENTRAL)
def test_what_answers_in_centrals_place_is_told_apart(directory: Path, what: str) -> None:
    status, kind, header, code, told = NOT_CENTRAL[what]

    def talk(link: socket.socket) -> None:
        heard_request(link)
        link.sendall(b"HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: 2\r\n\r\n{}" % (status, kind, header))
        link.recv(1)

    with listening(over_tls(directory, talk)) as port:
        finding = found(directory, port)
    assert failed_with(finding) == code
    assert told in finding.detail


def test_a_central_with_trouble_of_its_own_is_told_from_one_that_refuses(directory: Path) -> None:
    def talk(link: socket.socket) -> None:
        name = heard_request(link)
        problem = b'{"title": "x", "status": 500, "code": "internal_error"}'
        link.sendall(
            b"HTTP/1.1 500 Oh\r\nContent-Type: application/problem+json\r\nX-Kiosk-Call: %s\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (name, len(problem), problem)
        )

    with listening(over_tls(directory, talk)) as port:
        finding = found(directory, port)
    assert failed_with(finding) == "5101"
    assert "central has trouble of its own (500 internal_error)" in finding.detail


def test_a_port_without_tls_is_told_as_such(directory: Path) -> None:
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        link.recv(65536)

    with listening(talk) as port:
        finding = found(directory, port)
    assert failed_with(finding) == "5101"
    assert "does not speak TLS" in finding.detail


def test_a_closed_port_is_told_as_such(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    finding = found(directory, port)
    assert failed_with(finding) == "5101"
    assert finding.detail == (
        f"https://127.0.0.1:{port}: the connection is refused: is central running, and is this its port?"
    )


def test_a_key_with_a_pass_phrase_is_a_mistake_of_the_configuration(directory: Path) -> None:
    path = directory / "kiosk.key"
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"open sesame"),
        )
    )
    finding = found(directory, 1)
    assert failed_with(finding) == "6503"
    assert "the private key has a pass phrase" in finding.detail
