"""The kiosk's side of the contract with central: one method per call, contract models in and out.

One persistent HTTPS connection with mutual TLS, HTTP/1.1, no redirects, no proxy from the environment. Not thread-safe
by design: one worker owns it. Errors are grouped by what the caller may do next:

- `CentralUnreachable`: nothing was heard. The call may or may not have been carried out; repeat it with the same
  idempotency key, or GET the state.
- `CentralAnsweredGarbage`: an answer that is not the contract's. As above, but repeating is unlikely to help.
- `CentralRefusedCall`: a problem document. `code` is one of `codes.PROBLEM_CODES` or what a newer central says.

Nothing that central wrote, and nothing that was sent, is in an exception's text.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID, uuid4

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from kiosk.central import contract
from kiosk.central.contract import CALL_HEADER, IDEMPOTENCY_HEADER, JSON_TYPE, PROBLEM_TYPE, SEQUENCE_HEADER

MAX_ANSWER_BYTES = 256 * 1024     # the largest answer of the contract, a chip batch, is below 8 KiB
KEEP_ALIVE_S = 60.0               # below the 75 s after which nginx and the reference central drop it

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_GATEWAY = (502, 503, 504)        # written by a balancer, not by central

M = TypeVar("M")


class CertificateFileError(ValueError):
    """Certificate files that cannot be used; `mistakes`: one readable line each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class CentralError(Exception):
    """A call to central that did not give its answer."""


class CentralUnreachable(CentralError):
    """Nothing was heard. `stage`: "connect", "tls", "timeout", "lost" (connection broke) or "gateway"."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"central unreachable: {stage}")
        self.stage = stage


class CentralAnsweredGarbage(CentralError):
    """An answer outside the contract. `what`: "content_type", "too_large", "not_json", "not_the_model", "redirect",
    "encoding", "not_a_problem", "other_call" (twice one that does not name the call that was made)."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(f"central answered garbage: {what}, status {status}")
        self.what = what
        self.status = status


class CentralRefusedCall(CentralError):
    """A problem document: HTTP status and stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"central refused the call: {status} {code}")
        self.status = status
        self.code = code

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later (central's own trouble, not ours)."""
        return self.status >= 500 or self.status == 429


@dataclass(frozen=True, slots=True)
class CallTimes:
    """How long a call may take. A resident waits in front of the screen, so these are seconds, not minutes."""

    connect_s: float = 5.0     # one lost SYN and its repetition
    answer_s: float = 15.0     # for each wait on the socket
    whole_s: float = 20.0      # for the whole answer, however it drips


class CentralClient:
    """Speaks to one central. `base_url` without a path; certificates as PEM files.

    Raises `CertificateFileError` for files that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        ca: Path,
        certificate: Path,
        key: Path,
        times: CallTimes = CallTimes(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._times = times
        self._clock = clock
        self.central_time: datetime | None = None
        """Central's clock at its last answer, by the whole second; None where it told none."""
        self._base_url = base_url
        self._context = _tls(ca, certificate, key)
        self._http = self._opened()

    def _opened(self) -> httpx.Client:
        return httpx.Client(
            base_url=self._base_url,
            verify=self._context,
            http1=True,
            http2=False,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._times.answer_s, connect=self._times.connect_s),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE_S),
            headers={"Accept": f"{JSON_TYPE}, {PROBLEM_TYPE}", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),     # none is kept, however many are sent
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def request_endorsement(
        self, request: contract.EndorsementRequest, *, sequence: int | None
    ) -> contract.EndorsementAnswer:
        """POST /v1/endorsements. The endorsement's id is the idempotency key."""
        return self._post("/v1/endorsements", request, _ANSWER, str(request.endorsement_id), sequence)

    def endorsement_state(self, endorsement_id: UUID) -> contract.EndorsementState:
        """GET /v1/endorsements/{id}. `CentralRefusedCall` 404 "not_found": central never had it; POST it again."""
        return self._get(f"/v1/endorsements/{endorsement_id}", _STATE)

    def cancel(
        self, endorsement_id: UUID, request: contract.CancellationRequest, *, key: str, sequence: int | None
    ) -> contract.Recorded:
        """POST /v1/endorsements/{id}/cancellation. 409 "grant_used": a chip session was begun."""
        return self._post(f"/v1/endorsements/{endorsement_id}/cancellation", request, _RECORDED, key, sequence)

    def start_chip_session(
        self, endorsement_id: UUID, request: contract.ChipSessionRequest, *, key: str, sequence: int | None
    ) -> contract.ChipSessionStep:
        """POST /v1/endorsements/{id}/chip-session. A new key after a break begins a new session, which reads first."""
        return self._post(f"/v1/endorsements/{endorsement_id}/chip-session", request, _STEP, key, sequence)

    def report_chip_answers(
        self,
        endorsement_id: UUID,
        session_id: UUID,
        request: contract.ChipBatchAnswers,
        *,
        key: str,
        sequence: int | None,
    ) -> contract.ChipSessionStep:
        """POST …/chip-session/{sid}/responses: what the chip said; the next batch, or the verdict."""
        path = f"/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses"
        return self._post(path, request, _STEP, key, sequence)

    def report_completion(
        self, endorsement_id: UUID, request: contract.CompletionRequest, *, key: str, sequence: int | None
    ) -> contract.Recorded:
        """POST /v1/endorsements/{id}/completion. May be late, repeated, out of order."""
        return self._post(f"/v1/endorsements/{endorsement_id}/completion", request, _RECORDED, key, sequence)

    def pending_rewrites(
        self, request: contract.PendingRewritesRequest, *, key: str, sequence: int | None
    ) -> contract.PendingRewritesAnswer:
        """POST /v1/permits/pending-rewrites: work decided elsewhere for this permit."""
        return self._post("/v1/permits/pending-rewrites", request, _PENDING, key, sequence)

    def verify_evidence(
        self, request: contract.EvidenceRequest, *, key: str, sequence: int | None
    ) -> contract.EvidenceAnswer:
        """POST /v1/evidence: an electronic licence code, or central's own records, for one proof."""
        return self._post("/v1/evidence", request, _EVIDENCE, key, sequence)

    def apply(
        self, request: contract.ApplicationRequest, *, sequence: int | None
    ) -> contract.ApplicationAnswer:
        """POST /v1/applications. The application's id is the idempotency key."""
        return self._post("/v1/applications", request, _APPLICATION, str(request.application_id), sequence)

    def search_applications(
        self, request: contract.ApplicationSearch, *, key: str, sequence: int | None
    ) -> contract.ApplicationsFound:
        """POST /v1/applications/search: how far they are, newest first."""
        return self._post("/v1/applications/search", request, _FOUND, key, sequence)

    def choose_collection(
        self, application_id: UUID, request: contract.CollectionChoice, *, key: str, sequence: int | None
    ) -> contract.ApplicationProgress:
        """POST /v1/applications/{id}/collection. 409 "collection_not_offered": not that way, or not now."""
        return self._post(f"/v1/applications/{application_id}/collection", request, _PROGRESS, key, sequence)

    def heartbeat(self, request: contract.HeartbeatRequest, *, key: str) -> contract.HeartbeatAnswer:
        """POST /v1/heartbeat: how this kiosk is; outside the stream of numbered calls."""
        return self._post("/v1/heartbeat", request, _HEARTBEAT, key, None)

    def _post(self, path: str, body: BaseModel, answer: TypeAdapter[M], key: str, sequence: int | None) -> M:
        headers = {IDEMPOTENCY_HEADER: key, "Content-Type": JSON_TYPE}
        if sequence is not None:
            headers[SEQUENCE_HEADER] = str(sequence)
        content = body.model_dump_json().encode()
        return self._call(self._http.build_request("POST", path, content=content, headers=headers), answer)

    def _get(self, path: str, answer: TypeAdapter[M]) -> M:
        return self._call(self._http.build_request("GET", path), answer)

    def _call(self, request: httpx.Request, answer: TypeAdapter[M]) -> M:
        request.headers[CALL_HEADER] = str(uuid4())
        try:
            return self._asked(request, answer)
        except CentralAnsweredGarbage as error:
            # Whatever else stands on this line belongs to no call of ours either.
            self._http.close()
            self._http = self._opened()
            if error.what != "other_call":
                raise
        # An earlier answer stood on the line twice. This call's own was not heard, and asking twice does nothing twice.
        return self._asked(request, answer)

    def _asked(self, request: httpx.Request, answer: TypeAdapter[M]) -> M:
        # Raised outside the handler, so that no httpx exception (it carries the request's body) hangs on ours.
        stage, reply = "", None
        try:
            reply = self._exchange(request)
        except (httpx.TimeoutException, _TookTooLong):
            stage = "timeout"
        except httpx.ConnectError as error:
            stage = "tls" if _is_tls(error) else "connect"
        except httpx.TransportError:
            stage = "lost"
        if reply is None:
            raise CentralUnreachable(stage)
        return _read(reply, answer)

    def _exchange(self, request: httpx.Request) -> _Reply:
        """Send and read the whole answer, bounded in size and time."""
        started = self._clock()
        response = self._http.send(request, stream=True)
        try:
            encoding = response.headers.get("content-encoding", "identity")
            body = bytearray()
            for chunk in response.iter_raw(chunk_size=None):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    break
                if self._clock() - started > self._times.whole_s:
                    raise _TookTooLong
        finally:
            response.close()
        self.central_time = _date(response.headers.get("date", ""))
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_named = response.headers.get(CALL_HEADER) == request.headers[CALL_HEADER]
        return _Reply(response.status_code, content_type, encoding, bytes(body), is_named)


class _TookTooLong(Exception):
    """An answer that dripped for longer than a call may take."""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content_type: str
    encoding: str
    body: bytes
    is_named: bool       # it names the call that was made, so it is this call's answer


_ANSWER: TypeAdapter[contract.EndorsementAnswer] = TypeAdapter(contract.EndorsementAnswer)
_STATE = TypeAdapter(contract.EndorsementState)
_RECORDED = TypeAdapter(contract.Recorded)
_STEP = TypeAdapter(contract.ChipSessionStep)
_PENDING = TypeAdapter(contract.PendingRewritesAnswer)
_EVIDENCE = TypeAdapter(contract.EvidenceAnswer)
_APPLICATION: TypeAdapter[contract.ApplicationAnswer] = TypeAdapter(contract.ApplicationAnswer)
_FOUND = TypeAdapter(contract.ApplicationsFound)
_PROGRESS = TypeAdapter(contract.ApplicationProgress)
_HEARTBEAT = TypeAdapter(contract.HeartbeatAnswer)
_PROBLEM = TypeAdapter(contract.Problem)


def _tls(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    try:
        # Not ssl.create_default_context, which lets SSLKEYLOGFILE have the secrets of every call written to a file.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=str(ca))
    except OSError as error:
        raise CertificateFileError([f"{ca}: not central's authority: {error.strerror or error.args[-1]}"]) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(str(certificate), str(key))
    except OSError as error:
        why = error.strerror or error.args[-1]
        raise CertificateFileError([f"{certificate}, {key}: not a certificate with its key: {why}"]) from error
    return context


def _date(header: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(header)
        return (told if told.tzinfo is not None else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):     # the standard library lets numbers of any size through to its clock
        return None


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _read(reply: _Reply, answer: TypeAdapter[M]) -> M:
    if len(reply.body) > MAX_ANSWER_BYTES:
        raise CentralAnsweredGarbage("too_large", reply.status)
    if reply.encoding != "identity":
        raise CentralAnsweredGarbage("encoding", reply.status)
    if 300 <= reply.status < 400:
        raise CentralAnsweredGarbage("redirect", reply.status)
    if reply.status >= 400:
        raise _refusal(reply)
    if reply.content_type != JSON_TYPE:
        raise CentralAnsweredGarbage("content_type", reply.status)
    parsed = _parsed(answer, reply)
    if not reply.is_named:
        raise CentralAnsweredGarbage("other_call", reply.status)
    return parsed


def _refusal(reply: _Reply) -> CentralError:
    if reply.content_type == PROBLEM_TYPE:
        problem = _parsed(_PROBLEM, reply)
        if _CODE.fullmatch(problem.code) and not reply.is_named:
            return CentralAnsweredGarbage("other_call", reply.status)
        if _CODE.fullmatch(problem.code):
            return CentralRefusedCall(reply.status, problem.code)
    if reply.status in _GATEWAY:
        return CentralUnreachable("gateway")
    return CentralAnsweredGarbage("not_a_problem", reply.status)


def _parsed(adapter: TypeAdapter[M], reply: _Reply) -> M:
    try:
        return adapter.validate_json(reply.body)
    except ValidationError as error:
        kind = error.errors(include_input=False)[0]["type"]
    raise CentralAnsweredGarbage("not_json" if kind == "json_invalid" else "not_the_model", reply.status)
