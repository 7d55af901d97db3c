"""Connections that say nothing, too little, too slowly, or come in crowds: real sockets before a real central."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import Session

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.reference_central.authority import GRANT_KEYS, issue_client, make_authority
from kiosk.reference_central.calls import Calls, Moment
from kiosk.reference_central.connections import USUAL_LIMITS, ConnectionLimits
from kiosk.reference_central.database import Database
from kiosk.reference_central.kiosks import register, retire
from kiosk.reference_central.peer_certificate import PeerCertificate
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import PERMITS, SHANGHAI, MovableClock, client_of, settings
from tests.waiting import eventually

PATIENCE_S = 30.0
SOON_S = 0.3
HEAD = (
    b"POST /v1/heartbeat HTTP/1.1\r\nHost: central\r\nContent-Type: application/json\r\nIdempotency-Key: 12345678\r\n"
)
GET = b"GET /v1/endorsements/8e2a2f5c-3d0b-4c62-9d5b-0f6f0f6f0f6f HTTP/1.1\r\nHost: central\r\n\r\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def central(request: pytest.FixtureRequest, directory: Path) -> Iterator[ReferenceCentral]:
    """A central with the usual limits, but for those that a test is `impatient` with."""
    limits = getattr(request, "param", USUAL_LIMITS)
    issued = settings(directory, MovableClock(), kiosks=("kiosk-1", "kiosk-2", "kiosk-3"), limits=limits)
    for name in ("kiosk-2", "kiosk-3"):
        issue_client(directory, name)
    with ReferenceCentral(issued) as central:
        yield central


def impatient(**limits: Any) -> pytest.MarkDecorator:
    """A central with other limits than usual."""
    return pytest.mark.parametrize("central", [replace(USUAL_LIMITS, **limits)], indirect=True, ids=[""])


def door(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("https://").partition(":")
    return host, int(port)


def plain(url: str) -> socket.socket:
    return socket.create_connection(door(url), timeout=PATIENCE_S)


def tls_of(directory: Path, stem: str = "kiosk") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    context.load_cert_chain(directory / f"{stem}.pem", directory / f"{stem}.key")
    return context


def secured(url: str, directory: Path, stem: str = "kiosk") -> ssl.SSLSocket:
    return tls_of(directory, stem).wrap_socket(plain(url), server_hostname="localhost")


def read_to_the_end(line: socket.socket) -> bytes:
    """Everything that still comes, until central has closed the connection."""
    told = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := line.recv(65536):
            told += part
    return told


def is_answered(client: CentralClient) -> bool:
    """Whether central answers a call about nothing; raises where it does not."""
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        client.endorsement_state(uuid4())
    return True


def drip(line: socket.socket, part: bytes) -> None:
    """Go on sending, a little at a time, until central hangs up."""
    line.settimeout(0.02)
    with contextlib.suppress(ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        while True:
            line.sendall(part)
            with contextlib.suppress(TimeoutError):
                if not line.recv(1):
                    return


@impatient(handshake_s=SOON_S)
def test_a_plain_connection_without_a_handshake_is_closed(central: ReferenceCentral) -> None:
    with plain(central.url) as line:
        assert read_to_the_end(line) == b""
    eventually(lambda: central.connections.dropped["handshake"] == 1, PATIENCE_S)
    eventually(lambda: len(central.connections) == 0, PATIENCE_S)


@impatient(handshake_s=SOON_S)
def test_a_handshake_in_drops_is_closed(central: ReferenceCentral) -> None:
    with plain(central.url) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # the beginning of a ClientHello
        drip(line, b"\x00")
    eventually(lambda: central.connections.dropped["handshake"] == 1, PATIENCE_S)


@impatient(head_s=SOON_S)
def test_silence_after_the_handshake_is_closed(central: ReferenceCentral, directory: Path) -> None:
    with secured(central.url, directory) as line:
        assert read_to_the_end(line) == b""
    assert central.connections.dropped["head"] == 1


@impatient(head_s=2.0)
@pytest.mark.parametrize("sent_before", [b"", GET])
def test_a_header_in_drops_is_closed(central: ReferenceCentral, directory: Path, sent_before: bytes) -> None:
    with secured(central.url, directory) as line:
        if sent_before:
            line.sendall(sent_before)
            assert line.recv(65536).startswith(b"HTTP/1.1 404")
        line.sendall(HEAD)
        drip(line, b"x")
    assert central.connections.dropped["head"] == 1


@impatient(body_s=SOON_S)
@pytest.mark.parametrize("length", [b"Content-Length: 60000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"])
def test_a_body_in_drops_is_closed(central: ReferenceCentral, directory: Path, length: bytes) -> None:
    with secured(central.url, directory) as line:
        line.sendall(HEAD + length)
        drip(line, b" " if b"Content" in length else b"1\r\n \r\n")
    assert central.connections.dropped["body"] == 1


@impatient(body_s=2.0)
def test_the_rest_of_a_body_that_was_refused_is_not_waited_for_either(
    central: ReferenceCentral, directory: Path
) -> None:
    with secured(central.url, directory) as line:
        line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"11171\r\n" + b" " * 70001 + b"\r\n")
        drip(line, b"1\r\n \r\n")
    assert central.connections.dropped["body"] == 1


@impatient(idle_s=SOON_S, closing_s=SOON_S)
def test_a_connection_that_idles_is_closed(central: ReferenceCentral, directory: Path) -> None:
    with secured(central.url, directory) as line:
        line.sendall(GET)
        assert b"not_found" in read_to_the_end(line)
    assert central.connections.dropped["idle"] == 1


@impatient(answer_s=SOON_S)
def test_an_answer_that_does_not_come_ends_the_connection(central: ReferenceCentral, directory: Path) -> None:
    central.set_fault("hang")
    with secured(central.url, directory) as line:
        line.sendall(GET)
        assert read_to_the_end(line) == b""
    assert central.connections.dropped["answer"] == 1


@impatient(closing_s=SOON_S)
@pytest.mark.parametrize("what", ["revoked", "unregistered"])
def test_who_may_not_call_is_told_so_and_let_go(central: ReferenceCentral, directory: Path, what: str) -> None:
    if what == "revoked":
        central.revoke_certificate(directory / "kiosk-3.pem")
    else:
        with central.database.writing() as session:
            retire(session, "kiosk-3", central.clock())
    with secured(central.url, directory, "kiosk-3") as line:
        line.sendall(GET)
        told = read_to_the_end(line)
    assert told.startswith(b"HTTP/1.1 403")
    assert b"connection: close" in told
    assert central.connections.dropped["idle"] == 0


@impatient(per_certificate=4)
def test_many_silent_connections_of_one_certificate_shut_out_neither_others_nor_itself(
    central: ReferenceCentral, directory: Path
) -> None:
    with ExitStack() as stack:
        central.revoke_certificate(directory / "kiosk-3.pem")
        for stem in ("kiosk", "kiosk-3"):
            for _ in range(20):
                stack.enter_context(secured(central.url, directory, stem))
        eventually(lambda: len(central.connections) <= 8, PATIENCE_S)
        assert central.connections.dropped["too_many_of_certificate"] >= 32
        for stem in ("kiosk", "kiosk-2"):
            with client_of(central, directory, stem) as client:
                assert is_answered(client)


@impatient(per_certificate=2)
def test_a_connection_with_a_call_stays_while_further_ones_of_its_certificate_are_refused(
    central: ReferenceCentral, directory: Path
) -> None:
    central.set_fault("hang")
    with ExitStack() as stack:
        busy = [stack.enter_context(secured(central.url, directory)) for _ in range(2)]
        for line in busy:
            line.sendall(GET)
        eventually(lambda: central.connections.idle() == 0, PATIENCE_S)
        further = stack.enter_context(secured(central.url, directory))
        assert read_to_the_end(further) == b""
        assert len(central.connections) == 2
        with client_of(central, directory, "kiosk-2") as client:
            central.clear_faults()
            assert is_answered(client)


@impatient(unproved=5)
def test_a_crowd_that_makes_no_handshake_shuts_nobody_out(central: ReferenceCentral, directory: Path) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(plain(central.url)) for _ in range(60)]
        eventually(lambda: central.connections.dropped["too_many_unproved"] >= 55, PATIENCE_S)
        with client_of(central, directory) as client:
            assert is_answered(client)
        assert len(crowd) == 60


def test_more_connections_than_descriptors_shut_nobody_out(directory: Path) -> None:
    make_authority(directory)
    central = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "kiosk",
            "central",
            "serve",
            "--database",
            f"sqlite:///{directory / 'central.db'}",
            "--tls-dir",
            str(directory),
            "--keys",
            str(directory / GRANT_KEYS),
            str(TEST_KEYS),
            "--region",
            str(SHANGHAI),
            "--permits",
            str(PERMITS),
            "--kiosk",
            "kiosk-1",
            "--port",
            "0",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert central.stdout is not None
        url = json.loads(central.stdout.readline())["url"]
        in_use = len(list(Path(f"/proc/{central.pid}/fd").iterdir()))
        resource.prlimit(central.pid, resource.RLIMIT_NOFILE, (in_use + 4, in_use + 4))
        with ExitStack() as stack:
            for _ in range(40):
                stack.enter_context(plain(url))
            with CentralClient(
                url, ca=directory / "ca.pem", certificate=directory / "kiosk.pem", key=directory / "kiosk.key"
            ) as client:
                assert is_answered(client)
    finally:
        central.send_signal(signal.SIGTERM)
        assert central.wait(PATIENCE_S) == 0
        assert central.stdout is not None
        central.stdout.close()


def test_limits_leave_descriptors_for_everything_else() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        assert ConnectionLimits().within_descriptors().in_all == 136
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_one_kiosks_calls_leave_half_of_the_threads_to_others(tmp_path: Path) -> None:
    class Answer(BaseModel):
        who: str

    go, begun = threading.Event(), threading.Semaphore(0)

    def held(_session: Session, moment: Moment) -> BaseModel:
        begun.release()
        assert go.wait(PATIENCE_S)
        return Answer(who=moment.kiosk_id)

    def at_once(_session: Session, moment: Moment) -> BaseModel:
        return Answer(who=moment.kiosk_id)

    async def crowded(calls: Calls) -> bytes:
        greedy, other = PeerCertificate("kiosk-1", "a" * 64), PeerCertificate("kiosk-2", "b" * 64)
        held_up = [asyncio.create_task(calls.read(greedy, held)) for _ in range(12)]
        for _ in range(2):
            await asyncio.get_running_loop().run_in_executor(None, begun.acquire)
        answer = await asyncio.wait_for(calls.read(other, at_once), PATIENCE_S)
        assert not any(task.done() for task in held_up)
        go.set()
        assert {response.body for response in await asyncio.gather(*held_up)} == {b'{"who":"kiosk-1"}'}
        return bytes(answer.body)

    database = Database(f"sqlite:///{tmp_path / 'central.db'}", 6)
    database.migrate()
    with closing(database):
        for name in ("kiosk-1", "kiosk-2"):
            database.write(partial(register, named=name, now=MovableClock()()))
        calls = Calls(database, MovableClock(), 4)
        with closing(calls):
            assert asyncio.run(crowded(calls)) == b'{"who":"kiosk-2"}'


def test_tls_is_1_3_where_both_can_and_1_2_only_with_suites_that_authenticate_what_they_encrypt(
    central: ReferenceCentral, directory: Path
) -> None:
    with secured(central.url, directory) as line:
        assert line.version() == "TLSv1.3"
    for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"):
        with old_tls(central.url, directory, suite) as line:
            assert (line.version(), (line.cipher() or ("",))[0]) == ("TLSv1.2", suite)


@pytest.mark.parametrize(
    "suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"]
)
def test_cbc_and_suites_without_forward_secrecy_are_not_offered(
    central: ReferenceCentral, directory: Path, suite: str
) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        old_tls(central.url, directory, suite)
    eventually(lambda: central.connections.dropped["handshake"] == 1, PATIENCE_S)


def old_tls(url: str, directory: Path, suite: str) -> ssl.SSLSocket:
    context = tls_of(directory)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    line = plain(url)
    try:
        return context.wrap_socket(line, server_hostname="localhost")
    except ssl.SSLError:
        line.close()
        raise


def test_the_environment_has_no_say_in_centrals_tls(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    monkeypatch.setenv("SSLKEYLOGFILE", str(secrets))
    chosen = settings(directory, MovableClock())
    with ReferenceCentral(chosen) as central:
        monkeypatch.delenv("SSLKEYLOGFILE")
        with client_of(central, directory) as client:
            assert is_answered(client)
    assert not secrets.exists()
