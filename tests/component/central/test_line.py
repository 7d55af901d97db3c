"""The line to central: one deadline over all that a server may do, certificates, and each trouble by its own name."""

from __future__ import annotations

import contextlib
import functools
import os
import pty
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.central.client import (
    CallTimes,
    CentralAnsweredGarbage,
    CentralClient,
    CentralRefusedCall,
    CentralUnreachable,
    CertificateFileError,
)
from kiosk.central.connecting import Found, Resolve, resolve
from kiosk.reference_central.authority import make_authority
from tests.fakes.tls_gateway import DeadAddress
from tests.fakes.tls_server import (
    HERE,
    Serve,
    answering,
    heard_request,
    issue,
    listening,
    make_open_authority,
    not_found,
    over_tls,
    server_context,
)
from tests.waiting import eventually

ID = UUID("6a1f0c1e-6f0e-4d0a-9d4e-2b6f1f0a7c11")
ONE_TRY = CallTimes(connect_s=20.0, answer_s=20.0, forgotten_s=20.0, whole_s=40.0, patience_s=0.0)
SHORT = CallTimes(connect_s=1.0, answer_s=20.0, forgotten_s=20.0, whole_s=1.0, patience_s=0.0)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("central")
    make_authority(made)
    return made


@contextmanager
def asking(
    directory: Path,
    port: int,
    times: CallTimes = ONE_TRY,
    host: str = "127.0.0.1",
    look_up: Resolve = resolve,
) -> Iterator[CentralClient]:
    with CentralClient(
        f"https://{host}:{port}",
        ca=directory / "ca.pem",
        certificate=directory / "kiosk.pem",
        key=directory / "kiosk.key",
        times=times,
        look_up=look_up,
    ) as client:
        yield client


# -- one deadline over everything --------------------------------------------------------------------------------------

STATUS = b"HTTP/1.1 200 OK\r\n"
ENDLESS = {
    "header lines": (STATUS, b"X-Filler: more\r\n"),
    "a header line, byte by byte": (STATUS + b"X-Filler: ", b"a"),
    "a status line, byte by byte": (b"HTTP/1.1 200 ", b"O"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "chunks of a body": (
        STATUS + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\n \r\n",
    ),
    "a body without a length": (STATUS + b"Content-Type: application/json\r\n\r\n", b" "),
}


def dripping(first: bytes, then: bytes, hung_up: threading.Event, every_s: float = 0.02) -> Serve:
    def talk(link: socket.socket) -> None:
        heard_request(link)
        link.sendall(first)
        never = threading.Event()
        try:
            while not never.wait(every_s):
                link.sendall(then)
        except OSError:
            hung_up.set()

    return talk


@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_without_end_is_given_up_while_the_server_goes_on(directory: Path, what: str) -> None:
    hung_up = threading.Event()
    with (
        listening(over_tls(directory, dripping(*ENDLESS[what], hung_up))) as port,
        asking(directory, port, SHORT) as client,
        pytest.raises(CentralUnreachable, match="timeout"),
    ):
        client.endorsement_state(ID)
    assert hung_up.is_set()  # the server was still at it when the kiosk hung up


def test_a_handshake_without_end_is_given_up_while_the_server_goes_on(directory: Path) -> None:
    hung_up = threading.Event()

    def drip_a_record(plain: socket.socket) -> None:
        plain.recv(65536)
        plain.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")  # a ServerHello that is said to be long
        try:
            while not hung_up.wait(0.02):
                plain.sendall(b"\x00")
        except OSError:
            hung_up.set()

    with (
        listening(drip_a_record) as port,
        asking(directory, port, SHORT) as client,
        pytest.raises(CentralUnreachable, match="timeout"),
    ):
        client.endorsement_state(ID)
    assert hung_up.is_set()


def hears_twice(link: socket.socket) -> None:
    if link.recv(65536):
        link.recv(65536)


def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up(directory: Path) -> None:
    with (
        listening(hears_twice) as port,
        asking(directory, port, SHORT) as client,
        pytest.raises(CentralUnreachable, match="timeout"),
    ):
        client.endorsement_state(ID)


def test_a_flood_of_interim_answers_is_too_much_before_the_time_is_up(directory: Path) -> None:
    flood = b"HTTP/1.1 103 Early Hints\r\nLink: </%s>\r\n\r\n" % (b"a" * 4000)
    with (
        listening(over_tls(directory, dripping(b"", flood, threading.Event(), 0.0))) as port,
        asking(directory, port) as client,
        pytest.raises(CentralAnsweredGarbage, match="too_large"),
    ):
        client.endorsement_state(ID)


# -- names and addresses -----------------------------------------------------------------------------------------------


def found_at(*addresses: tuple[str, int]) -> list[Found]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]


def test_the_address_that_answered_is_the_first_to_be_tried_next_time(directory: Path) -> None:
    dead = DeadAddress()
    connections = []

    def talk(link: socket.socket) -> None:
        connections.append(link)
        link.sendall(not_found(heard_request(link), b"Connection: close"))

    with (
        listening(over_tls(directory, talk)) as port,
        contextlib.closing(dead),
        asking(
            directory,
            port,
            host="localhost",
            look_up=lambda host, port: found_at(dead.address, ("127.0.0.1", port)),
        ) as client,
    ):
        silent = []
        for _ in range(2):
            with pytest.raises(CentralRefusedCall, match="not_found"):
                client.endorsement_state(ID)
            silent.append(client.silent_addresses)
    assert len(connections) == 2
    assert silent == [("127.0.0.1",), ()]


def test_an_address_of_a_kind_that_this_machine_has_not_is_passed_over(directory: Path) -> None:
    """As IPv6 where it is switched off: the socket itself is refused."""
    with listening(over_tls(directory, answering)) as port:
        odd = [(socket.AF_APPLETALK, socket.SOCK_STREAM, 0, "", ("::1", port)), *found_at(("127.0.0.1", port))]
        with asking(directory, port, host="localhost", look_up=lambda host, port: odd) as client:
            assert is_found(client)
            assert client.silent_addresses == ("::1",)
        with (
            asking(directory, port, host="localhost", look_up=lambda host, port: odd[:1]) as client,
            pytest.raises(CentralUnreachable, match="connect: no_route"),
        ):
            client.endorsement_state(ID)


def test_addresses_that_all_say_nothing_are_told_as_such(directory: Path) -> None:
    dead = DeadAddress()
    with (
        contextlib.closing(dead),
        asking(
            directory,
            1,
            SHORT,
            "localhost",
            lambda host, port: found_at(dead.address, dead.address),
        ) as client,
        pytest.raises(CentralUnreachable, match="connect: silent"),
    ):
        client.endorsement_state(ID)


def test_a_name_that_nobody_knows_is_told_as_such(directory: Path) -> None:
    def unknown(host: str, port: int) -> list[Found]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with (
        asking(directory, 1, host="central.example.invalid", look_up=unknown) as client,
        pytest.raises(CentralUnreachable, match="connect: name_unknown"),
    ):
        client.endorsement_state(ID)


def test_a_resolver_that_says_nothing_is_not_waited_for_longer_than_a_call_may_take(directory: Path) -> None:
    answer = threading.Event()
    looked_up = []

    def slow(host: str, port: int) -> list[Found]:
        looked_up.append(host)
        answer.wait(60)
        return found_at(("127.0.0.1", port))

    with listening(over_tls(directory, answering)) as port, asking(directory, port, SHORT, "localhost", slow) as client:
        for _ in range(2):
            with pytest.raises(CentralUnreachable, match="connect: resolver_silent"):
                client.endorsement_state(ID)
        answer.set()
        assert eventually(lambda: is_found(client))
        assert looked_up == ["localhost"]  # asked once, and waited for again


def test_a_resolver_that_has_stopped_answering_leaves_the_addresses_that_are_known(directory: Path) -> None:
    answers = [threading.Event(), threading.Event()]
    answers[0].set()
    left = iter(answers)

    def once(host: str, port: int) -> list[Found]:
        next(left).wait(60)
        return found_at(("127.0.0.1", port))

    def talk(link: socket.socket) -> None:
        link.sendall(not_found(heard_request(link), b"Connection: close"))

    with (
        listening(over_tls(directory, talk)) as port,
        asking(directory, port, host="localhost", look_up=once) as client,
    ):
        assert is_found(client)
        assert is_found(client)
        answers[1].set()


def is_found(client: CentralClient) -> bool:
    """Whether central answered, that it knows nothing of it."""
    try:
        client.endorsement_state(ID)
    except CentralRefusedCall as error:
        return error.code == "not_found"
    except CentralUnreachable:
        return False
    return False


# -- a certificate that is asked for after the handshake ---------------------------------------------------------------


def test_a_server_that_asks_for_the_certificate_after_the_handshake_gets_it(directory: Path) -> None:
    """As Apache does for a Location: only the request says that a certificate is wanted."""
    shown: list[Any] = []

    def serve(plain: socket.socket) -> None:
        context = server_context(directory)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.post_handshake_auth = True
        context.verify_mode = ssl.CERT_REQUIRED
        with context.wrap_socket(plain, server_side=True) as link:
            name = heard_request(link)
            assert not link.getpeercert()
            link.verify_client_post_handshake()
            link.do_handshake()  # sends the request for it
            link.settimeout(0.02)
            while not link.getpeercert():
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    link.recv(1)  # reads the certificate; the client itself has nothing more to say
            link.settimeout(None)
            shown.append(link.getpeercert())
            link.sendall(not_found(name))

    with listening(serve) as port, asking(directory, port) as client:
        assert is_found(client)
    assert shown[0]["subject"] == ((("commonName", "kiosk-1"),),)


# -- certificates and other troubles, each by its own name -------------------------------------------------------------

OTHER = x509.DNSName("other.example.invalid")


def wrong_certificates(directory: Path) -> dict[str, Callable[[], None]]:
    make = functools.partial(issue, directory, "wrong")

    def intermediate_missing() -> None:
        issue(directory, "between", is_authority=True, common_name="between")
        make(HERE, by="between")

    def of_another() -> None:
        make_open_authority(directory, "root")
        make(HERE, by="root")

    return {
        "certificate_expired": lambda: make(HERE, ends=timedelta(days=-1)),
        "certificate_not_yet_valid": lambda: make(HERE, begins=timedelta(days=2)),
        "certificate_other_name": lambda: make(OTHER),
        "certificate_other_name, only a common name": lambda: make(common_name="127.0.0.1"),
        "certificate_other_authority, intermediate missing": intermediate_missing,
        "certificate_other_authority, of another one": of_another,
        "certificate_other_authority, signed by itself": lambda: make_open_authority(directory, "wrong"),
    }


@pytest.mark.parametrize("what", list(wrong_certificates(Path())))
def test_each_trouble_with_centrals_certificate_has_its_own_name(directory: Path, what: str) -> None:
    wrong_certificates(directory)[what]()
    with (
        listening(over_tls(directory, answering, "wrong")) as port,
        asking(directory, port) as client,
        pytest.raises(CentralUnreachable) as caught,
    ):
        client.endorsement_state(ID)
    assert (caught.value.stage, caught.value.cause) == ("tls", what.partition(",")[0])
    assert "127.0.0.1" not in str(caught.value)


def test_plain_http_on_the_port_is_told_as_such(directory: Path) -> None:
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        link.recv(65536)

    with (
        listening(talk) as port,
        asking(directory, port) as client,
        pytest.raises(CentralUnreachable, match="tls: not_tls"),
    ):
        client.endorsement_state(ID)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_kiosks_certificate_that_central_refuses_is_told_as_such(
    directory: Path, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """With TLS 1.3 the alert comes after the handshake, in place of the answer."""
    make_authority(tmp_path)

    def serve(plain: socket.socket) -> None:
        context = server_context(directory)
        context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, version
        with context.wrap_socket(plain, server_side=True) as link:
            answering(link)

    with (
        listening(serve) as port,
        CentralClient(
            f"https://127.0.0.1:{port}",
            ca=directory / "ca.pem",
            certificate=tmp_path / "kiosk.pem",
            key=tmp_path / "kiosk.key",
            times=ONE_TRY,
        ) as client,
        pytest.raises(CentralUnreachable, match="tls: kiosk_certificate_refused"),
    ):
        client.endorsement_state(ID)


def test_a_closed_port_is_told_as_such(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with asking(directory, port) as client, pytest.raises(CentralUnreachable, match="connect: refused"):
        client.endorsement_state(ID)


def lock_key(key: Path, old_form: bool) -> None:
    """Put a pass phrase on it: PKCS #8, or the older form with "Proc-Type: 4,ENCRYPTED"."""
    secret = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(secret, ec.EllipticCurvePrivateKey)
    form = serialization.PrivateFormat.TraditionalOpenSSL if old_form else serialization.PrivateFormat.PKCS8
    key.write_bytes(
        secret.private_bytes(serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"open sesame"))
    )


@pytest.mark.parametrize("old_form", [False, True])
def test_a_key_with_a_pass_phrase_is_told_and_nobody_is_asked_for_it(tmp_path: Path, old_form: bool) -> None:
    make_authority(tmp_path)
    lock_key(tmp_path / "kiosk.key", old_form)
    program = (
        "import sys; from pathlib import Path; from kiosk.central.client import CentralClient; d = Path(sys.argv[1]);"
        "CentralClient('https://127.0.0.1:1', ca=d / 'ca.pem', certificate=d / 'kiosk.pem', key=d / 'kiosk.key')"
    )
    ours, theirs = pty.openpty()  # OpenSSL would ask on the terminal of whoever has one
    try:
        told = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            start_new_session=True,
            check=False,
        )
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 1)
    finally:
        os.close(ours)
        os.close(theirs)
    assert "CertificateFileError" in told.stderr
    assert "kiosk.key: the private key has a pass phrase" in told.stderr
    with pytest.raises(CertificateFileError) as caught:
        CentralClient(
            "https://127.0.0.1:1",
            ca=tmp_path / "ca.pem",
            certificate=tmp_path / "kiosk.pem",
            key=tmp_path / "kiosk.key",
        )
    (mistake,) = caught.value.mistakes
    assert "store it without one" in mistake


# -- central's time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "told"),
    [
        (b"Sun, 22 Nov 2026 02:00:00 GMT", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        (b"Sun, 22 Nov 2026 10:00:00 CST", None),
    ],
)
def test_centrals_time_is_a_date_of_the_standards_forms_or_none(
    directory: Path, date: bytes, told: datetime | None
) -> None:
    def talk(link: socket.socket) -> None:
        link.sendall(not_found(heard_request(link), b"Date: " + date))
        link.recv(1)

    with listening(over_tls(directory, talk)) as port, asking(directory, port) as client:
        assert is_found(client)
        assert client.central_time == told
