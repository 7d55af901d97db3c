"""What may happen between a kiosk and central: identities, broken answers, lost replies, repeated calls."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from kiosk.central import contract
from kiosk.central.client import (
    CallTimes,
    CentralAnsweredGarbage,
    CentralClient,
    CentralError,
    CentralRefusedCall,
    CentralUnreachable,
    CertificateFileError,
)
from kiosk.central.grants import GrantFlaw, GrantRejected
from kiosk.reference_central.authority import issue_client, make_authority
from kiosk.reference_central.server import CentralDidNotStart, ReferenceCentral
from kiosk.reference_central.tables import Endorsement
from tests.lobby.central_rig import (
    Kiosk,
    MovableClock,
    asked_by_many_kiosks_at_once,
    client_of,
    request,
    resident,
    settings,
)
from tests.waiting import LIMIT_S

QUICK = CallTimes(connect_s=1.0, answer_s=0.3, whole_s=0.5, patience_s=0.0)  # a single try


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def running(directory: Path, clock: MovableClock) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, clock)) as central:
        yield central


@pytest.fixture
def central(running: ReferenceCentral) -> Iterator[ReferenceCentral]:
    yield running
    running.clear_faults()


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    with client_of(central, directory, times=QUICK) as client:
        yield Kiosk(client, directory, clock)


GARBAGE = [("garbage_json", "not_json"), ("wrong_type", "content_type"), ("too_large", "too_large")]


@pytest.mark.parametrize(("fault", "what"), GARBAGE)
def test_an_answer_outside_the_contract_is_garbage(
    central: ReferenceCentral, kiosk: Kiosk, fault: str, what: str
) -> None:
    central.set_fault(fault, calls=1)
    with pytest.raises(CentralAnsweredGarbage) as caught:
        kiosk.client.endorsement_state(uuid4())
    assert (caught.value.what, caught.value.status) == (what, 200)
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        kiosk.client.endorsement_state(uuid4())


LOST = [
    ("hang", "timeout"),
    ("slow", "timeout"),
    ("refuse_connection", "lost"),
    ("drop_connection_after_commit", "lost"),
]


@pytest.mark.parametrize(("fault", "stage"), LOST)
def test_an_answer_that_does_not_come_is_unreachable(
    central: ReferenceCentral, kiosk: Kiosk, fault: str, stage: str
) -> None:
    central.set_fault(fault, calls=1)
    with pytest.raises(CentralUnreachable) as caught:
        kiosk.client.endorsement_state(uuid4())
    assert caught.value.stage == stage


def test_centrals_own_trouble_may_pass(central: ReferenceCentral, kiosk: Kiosk) -> None:
    central.set_fault("http_500", calls=1)
    with pytest.raises(CentralRefusedCall) as caught:
        kiosk.client.endorsement_state(uuid4())
    assert (caught.value.status, caught.value.code, caught.value.may_pass) == (500, "internal_error", True)


def test_a_lost_reply_is_had_again_with_the_same_call_and_nothing_is_done_twice(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who = resident()
    central.seed([who.record])
    body = request(who)
    central.set_fault("drop_connection_after_commit", calls=1)
    with pytest.raises(CentralUnreachable):
        kiosk.client.request_endorsement(body, sequence=1)
    state = kiosk.client.endorsement_state(body.endorsement_id)
    assert state.state == "granted"
    assert kiosk.client.request_endorsement(body, sequence=1) == state.answer
    with central.database.reading() as session:
        query = select(func.count()).where(Endorsement.permit_number == who.record.permit_number)
        assert session.scalar(query) == 1


FLAWED = [
    ("unsigned_grant", GrantFlaw.UNSIGNED),
    ("bad_signature", GrantFlaw.BAD_SIGNATURE),
    ("unknown_key", GrantFlaw.UNKNOWN_KEY),
    ("grant_for_other_chip", GrantFlaw.OTHER_CHIP),
    ("grant_for_other_permit", GrantFlaw.OTHER_PERMIT),
    ("expired_grant", GrantFlaw.EXPIRED),
]


@pytest.mark.parametrize(("fault", "flaw"), FLAWED)
def test_a_grant_that_is_not_for_this_permit_is_rejected(
    central: ReferenceCentral, kiosk: Kiosk, fault: str, flaw: GrantFlaw
) -> None:
    who = resident()
    central.seed([who.record])
    central.set_fault(fault)
    answer = kiosk.granted(who)
    with pytest.raises(GrantRejected) as caught:
        kiosk.verified(who, answer.grant)
    assert caught.value.flaw is flaw


def test_the_fault_refuse_refuses(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    central.set_fault("refuse")
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "counter_only"


def test_an_unknown_fault_is_a_mistake(central: ReferenceCentral) -> None:
    with pytest.raises(ValueError, match="no fault 'nonsense'"):
        central.set_fault("nonsense")


@pytest.mark.parametrize(("name", "content"), [("ca.pem", None), ("kiosk.pem", "no certificate"), ("kiosk.key", "")])
def test_a_certificate_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, content: str | None) -> None:
    make_authority(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content)
    with pytest.raises(CertificateFileError, match=name.split(".")[0]):
        CentralClient(
            "https://127.0.0.1:1",
            ca=tmp_path / "ca.pem",
            certificate=tmp_path / "kiosk.pem",
            key=tmp_path / "kiosk.key",
        )


def test_two_certificates_are_two_kiosks(central: ReferenceCentral, directory: Path, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    issue_client(directory, "kiosk-b")
    with client_of(central, directory, "kiosk-b") as other:
        with pytest.raises(CentralRefusedCall, match="403 unknown_kiosk"):
            other.endorsement_state(uuid4())
        central.register_kiosk("kiosk-b")
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            other.endorsement_state(uuid4())
        mine = kiosk.granted(who).endorsement_id
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            other.endorsement_state(mine)
    assert kiosk.client.endorsement_state(mine).state == "granted"


def test_a_revoked_certificate_is_turned_away_and_its_successor_is_not(
    central: ReferenceCentral, directory: Path
) -> None:
    central.register_kiosk("kiosk-c")
    lost, _ = issue_client(directory, "kiosk-c", "kiosk-c-1")
    issue_client(directory, "kiosk-c", "kiosk-c-2")
    with client_of(central, directory, "kiosk-c-1") as first, client_of(central, directory, "kiosk-c-2") as second:
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            first.endorsement_state(uuid4())
        central.revoke_certificate(lost)
        with pytest.raises(CentralRefusedCall, match="403 certificate_revoked"):
            first.endorsement_state(uuid4())
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            second.endorsement_state(uuid4())


def test_certificates_that_are_replaced_are_used_from_the_next_call_on(
    central: ReferenceCentral, directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Both files, one after the other: between the two they do not fit together, and the old ones go on."""
    caplog.set_level("INFO", "kiosk")
    central.register_kiosk("kiosk-d")
    lost, lost_key = issue_client(directory, "kiosk-d", "kiosk-d-1")
    good, good_key = issue_client(directory, "kiosk-d", "kiosk-d-2")
    own, own_key = tmp_path / "own.pem", tmp_path / "own.key"
    shutil.copy(lost, own)
    shutil.copy(lost_key, own_key)
    central.revoke_certificate(lost)
    with CentralClient(central.url, ca=directory / "ca.pem", certificate=own, key=own_key) as client:
        ends_at = client.own_certificate_ends_at
        for path, source in ((own, good), (own_key, good_key)):
            with pytest.raises(CentralRefusedCall, match="403 certificate_revoked"):
                client.endorsement_state(uuid4())
            path.unlink()
            shutil.copy(source, path)
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            client.endorsement_state(uuid4())
        assert client.own_certificate_ends_at >= ends_at
    said = [line for line in caplog.messages if line.startswith("certificates_loaded")]
    assert ["not a certificate with its key" in line for line in said] == [True, False]


def test_a_certificate_of_another_authority_opens_nothing(
    central: ReferenceCentral, directory: Path, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    with (
        CentralClient(
            central.url, ca=directory / "ca.pem", certificate=tmp_path / "kiosk.pem", key=tmp_path / "kiosk.key"
        ) as stranger,
        pytest.raises(CentralUnreachable) as caught,
    ):
        stranger.endorsement_state(uuid4())
    assert caught.value.stage in ("tls", "lost")  # with TLS 1.3 the alert comes after the handshake


def test_a_central_that_shows_another_authoritys_certificate_is_not_spoken_to(
    central: ReferenceCentral, directory: Path, tmp_path: Path
) -> None:
    make_authority(tmp_path)
    with (
        CentralClient(
            central.url, ca=tmp_path / "ca.pem", certificate=directory / "kiosk.pem", key=directory / "kiosk.key"
        ) as kiosk,
        pytest.raises(CentralUnreachable) as caught,
    ):
        kiosk.endorsement_state(uuid4())
    assert caught.value.stage == "tls"


def test_a_caller_without_a_certificate_gets_no_connection(central: ReferenceCentral, directory: Path) -> None:
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    with httpx.Client(verify=context, trust_env=False) as anybody, pytest.raises(httpx.TransportError):
        anybody.get(f"{central.url}/v1/endorsements/{uuid4()}")


def test_nobody_listening_is_unreachable(directory: Path, running: ReferenceCentral) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        CentralClient(
            f"https://127.0.0.1:{port}",
            ca=directory / "ca.pem",
            certificate=directory / "kiosk.pem",
            key=directory / "kiosk.key",
        ) as client,
        pytest.raises(CentralUnreachable) as caught,
    ):
        client.endorsement_state(uuid4())
    assert caught.value.stage == "connect"


def test_a_port_that_is_taken_is_told(central: ReferenceCentral, directory: Path, clock: MovableClock) -> None:
    port = int(central.url.rsplit(":", 1)[1])
    second = ReferenceCentral(replace(settings(directory / "second", clock), port=port))
    with pytest.raises(CentralDidNotStart):
        second.start()
    second.stop()


NOT_THE_CONTRACTS = [
    ("POST", "/v1/endorsements", b"{", 422, "invalid_request"),
    ("POST", "/v1/endorsements", b'{"endorsement_id": "x", "secret-name": 1}', 422, "invalid_request"),
    ("POST", "/v1/endorsements", b"[" * 70000, 413, "too_large"),
    ("GET", "/v1/nothing", None, 404, "not_found"),
    ("GET", "/v1/endorsements", None, 405, "method_not_allowed"),
    ("GET", "/v1/endorsements/not-a-uuid", None, 422, "invalid_request"),
    ("POST", "/v1/applications", b"{}", 422, "invalid_request"),
    ("POST", "/v1/applications/search", b"{}", 422, "invalid_request"),
    ("POST", "/v1/evidence", b"{}", 422, "invalid_request"),
    ("POST", "/v1/applications/00000000-0000-4000-8000-000000000001/collection", b"{}", 422, "invalid_request"),
    ("POST", "/v1/heartbeat", b"{}", 422, "invalid_request"),
    ("POST", "/v1/staff-calls", b"{}", 422, "invalid_request"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), NOT_THE_CONTRACTS)
def test_every_error_is_a_problem_document_that_repeats_nothing(
    central: ReferenceCentral, directory: Path, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    with raw_client(directory) as http:
        headers = {"Idempotency-Key": "key-12345", "Content-Type": "application/json"}
        answer = http.request(method, central.url + path, content=body, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = contract.Problem.model_validate_json(answer.content)
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)
    assert b"secret-name" not in answer.content


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "missing_idempotency_key"),
        ({"Idempotency-Key": "short"}, 422, "invalid_request"),
        ({"Idempotency-Key": "another-key-than-the-id"}, 409, "idempotency_conflict"),
        ({"Idempotency-Key": "a" * 81}, 422, "invalid_request"),
    ],
)
def test_a_post_needs_its_key(
    central: ReferenceCentral, directory: Path, headers: dict[str, str], status: int, code: str
) -> None:
    with raw_client(directory) as http:
        body = request(resident()).model_dump_json().encode()
        answer = http.post(
            f"{central.url}/v1/endorsements", content=body, headers=headers | {"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nothing_personal_is_in_an_exception(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    for fault in ("garbage_json", "hang", "drop_connection_after_commit", "http_500", "wrong_type"):
        central.set_fault(fault, calls=1)
        with pytest.raises(CentralError) as caught:
            kiosk.request(who)
        told = repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)
        for secret in (who.record.holder.name, who.record.holder.id_number, who.record.permit_number):
            assert secret not in told
        assert not isinstance(caught.value.__context__, httpx.HTTPError)


def test_the_same_call_at_the_same_time_is_carried_out_once(
    central: ReferenceCentral, directory: Path, clock: MovableClock
) -> None:
    who = resident()
    central.seed([who.record])
    body = request(who)
    together = threading.Barrier(4)

    def ask() -> contract.EndorsementAnswer:
        with client_of(central, directory) as client:
            together.wait(10)
            return client.request_endorsement(body, sequence=1)

    with ThreadPoolExecutor(4) as pool:
        answers = [future.result(LIMIT_S) for future in [pool.submit(ask) for _ in range(4)]]
    assert answers == [answers[0]] * 4
    assert isinstance(answers[0], contract.Granted)


def test_many_kiosks_at_once_never_hold_two_live_grants_for_one_permit(
    central: ReferenceCentral, directory: Path, clock: MovableClock
) -> None:
    who = resident()
    central.seed([who.record])

    def ask(client: CentralClient) -> str:
        answer = client.request_endorsement(request(who), sequence=None)
        return answer.code if isinstance(answer, contract.Refused) else answer.state

    told = asked_by_many_kiosks_at_once(central, directory, ask)
    assert told == ["grant_in_use"] * 3 + ["granted"]


class ScriptedCentral:
    """A TLS server that answers one request of each connection with fixed bytes, or drips them."""

    def __init__(self, directory: Path, answer: bytes, pause_s: float = 0.0) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(directory / "central.pem", directory / "central.key")
        self._answer, self._pause_s = answer, pause_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> ScriptedCentral:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        plain, _ = self._listener.accept()
        with self._context.wrap_socket(plain, server_side=True) as link:
            link.recv(65536)
            try:
                if not self._pause_s:
                    link.sendall(self._answer)
                for at in range(len(self._answer) if self._pause_s else 0):
                    link.sendall(self._answer[at : at + 1])
                    if self._enough.wait(self._pause_s):
                        break
            except OSError:
                return


EMPTY = b"Content-Length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
UNUSUAL = [
    (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", CentralAnsweredGarbage, "encoding"),
    (OK + b"Content-Length: 2\r\n\r\n{}", CentralAnsweredGarbage, "not_the_model"),
    (OK + b"Content-Length: 0\r\n\r\n", CentralAnsweredGarbage, "not_json"),
    (b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\n" + EMPTY, CentralAnsweredGarbage, "redirect"),
    (b"HTTP/1.1 404 Not Found\r\n" + EMPTY, CentralAnsweredGarbage, "not_a_problem"),
    (b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n" + EMPTY, CentralUnreachable, "gateway"),
    (OK + b"Content-Length: 50\r\n\r\n{", CentralUnreachable, "lost"),
    (b"SSH-2.0-OpenSSH\r\n", CentralUnreachable, "lost"),
    (b"", CentralUnreachable, "lost"),
]


@pytest.mark.parametrize(("answer", "error", "reason"), UNUSUAL)
def test_unusual_answers_have_their_own_error(
    directory: Path, running: ReferenceCentral, answer: bytes, error: type[CentralError], reason: str
) -> None:
    with scripted(directory, answer) as client, pytest.raises(error, match=reason):
        client.endorsement_state(uuid4())


def test_an_answer_that_drips_is_given_up(directory: Path, running: ReferenceCentral) -> None:
    drips = OK + b"Content-Length: 5000\r\n\r\n" + b" " * 5000
    with scripted(directory, drips, 0.005) as client, pytest.raises(CentralUnreachable, match="timeout"):
        client.endorsement_state(uuid4())


def test_a_problem_whose_code_is_prose_is_garbage(directory: Path, running: ReferenceCentral) -> None:
    document = b'{"title": "x", "status": 409, "code": "Lin Yuzhen moved"}'
    answer = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n"
    answer += b"Content-Length: %d\r\n\r\n" % len(document) + document
    with scripted(directory, answer) as client, pytest.raises(CentralAnsweredGarbage, match="not_a_problem"):
        client.endorsement_state(UUID(int=1))


def test_sm2_costs_nothing_where_nobody_uses_it() -> None:
    program = "import sys, kiosk.central.grants, kiosk.central.client; print('gmalg' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=LIMIT_S)
    assert told.stdout.strip() == "False"


@contextmanager
def scripted(directory: Path, answer: bytes, pause_s: float = 0.0) -> Iterator[CentralClient]:
    with (
        ScriptedCentral(directory, answer, pause_s) as central,
        CentralClient(
            central.url,
            ca=directory / "ca.pem",
            certificate=directory / "kiosk.pem",
            key=directory / "kiosk.key",
            times=QUICK,
        ) as client,
    ):
        yield client


def raw_client(directory: Path) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    context.load_cert_chain(directory / "kiosk.pem", directory / "kiosk.key")
    return httpx.Client(verify=context, trust_env=False)
