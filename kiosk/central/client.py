"""The kiosk's side of the contract with central: one method per call, contract models in and out.

One persistent HTTPS connection with mutual TLS, HTTP/1.1, no redirects, no proxy from the environment, no cookies. Not
thread-safe by design: one worker owns it. Calls that may be repeated are repeated here, with the same key, by the table
in `repeating.py`; an error comes after the last repeat. Errors are grouped by what the caller may do next:

- `CentralUnreachable`: no answer came. The call may or may not have been carried out; repeat it with the same
  idempotency key, or GET the state.
- `CentralAnsweredGarbage`: an answer outside the contract. As above, but repeating is unlikely to help.
- `CentralRefusedCall`: a problem document. `code` is one of `codes.PROBLEM_CODES`, or "other".

An exception's text has nothing that central wrote, and nothing that was sent.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel, TypeAdapter, ValidationError

from kiosk.central import contract
from kiosk.central.call_tally import CallTally
from kiosk.central.codes import OTHER, PROBLEM_CODES
from kiosk.central.connecting import LineTrouble, Resolve, resolve
from kiosk.central.contract import CALL_HEADER, IDEMPOTENCY_HEADER, JSON_TYPE, PROBLEM_TYPE, SEQUENCE_HEADER
from kiosk.central.errors import CentralAnsweredGarbage as CentralAnsweredGarbage
from kiosk.central.errors import CentralError as CentralError
from kiosk.central.errors import CentralRefusedCall as CentralRefusedCall
from kiosk.central.errors import CentralUnreachable as CentralUnreachable
from kiosk.central.errors import CertificateFileError as CertificateFileError
from kiosk.central.http_date import parse_http_date
from kiosk.central.line import Heard, Line, TooMuchHeard, Waits
from kiosk.central.reading import Unknown, read_answer
from kiosk.central.repeating import PATIENCE_S, Call, Repeats, patience_s
from kiosk.central.tls_files import TlsFiles
from kiosk.data_files.central_address import parse_central_address
from kiosk.event_log.log_events import LogEvent, log

MAX_ANSWER_BYTES = 256 * 1024  # the largest answer of the contract, a chip batch, is below 8 KiB

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SECONDS = re.compile(r"[0-9]{1,6}")
_GATEWAY = (502, 503, 504)  # written by a balancer, not by central

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class CallTimes:
    """How long a call may take. A resident waits in front of the screen, so these are seconds, not minutes."""

    connect_s: float = 5.0  # one lost SYN and its repetition
    answer_s: float = 15.0  # for each wait on the socket
    forgotten_s: float = 4.0  # for the first byte on a connection that had stood idle
    whole_s: float = 20.0  # for one exchange: connection, request and whole answer, however slow
    patience_s: float = PATIENCE_S  # for a call and its repeats, if its table allows that much; 0: no repeats


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


class CentralClient:
    """Talks to one central. `base_url` without a path; certificates as PEM files. `pause(seconds)` waits before a
    repeat and is True when a further job waits, so that no repeat is made (`Worker.pause`). `unknown` counts values in
    answers that this kiosk does not know; `look_up` finds the addresses of central's name; `answered` is called after
    every answer with its status and the milliseconds until it came; `tally` counts every exchange.

    Raises `CertificateFileError` for files that cannot be used, `CentralAddressError` for an invalid address. Replaced
    files are used from the next call on.
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
        pause: Callable[[float], bool] = _sleep,
        unknown: Unknown | None = None,
        look_up: Resolve = resolve,
        answered: Callable[[Call, int, float], None] = lambda _call, _status, _ms: None,
        tally: CallTally | None = None,
    ) -> None:
        self._times = times
        self._clock = clock
        self._pause = pause
        self._answered = answered
        self._tally = tally or CallTally()
        self.unknown = unknown or Unknown()
        self.central_time: datetime | None = None
        """Central's time in its last answer, in whole seconds; None where it had none."""
        self._files = TlsFiles(ca, certificate, key)
        self._line = Line(parse_central_address(base_url), self._files.context, clock, look_up)

    @property
    def silent_addresses(self) -> tuple[str, ...]:
        """The addresses of central that had not answered when the present connection was made."""
        return self._line.silent_addresses

    @property
    def certificate_ends_at(self) -> datetime | None:
        """Until when central's last certificate is valid; None where no connection was made yet."""
        return self._line.certificate_ends_at

    @property
    def own_certificate_ends_at(self) -> datetime:
        """Until when the kiosk's certificate in use is valid."""
        return self._files.own_ends_at

    @property
    def authority_ends_at(self) -> datetime:
        """Until when at least one authority for central's certificate is valid."""
        return self._files.authority_ends_at

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

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
        key = str(request.endorsement_id)
        return self._post(Call.ENDORSEMENTS, "/v1/endorsements", request, _ANSWER, key, sequence)

    def endorsement_state(self, endorsement_id: UUID) -> contract.EndorsementState:
        """GET /v1/endorsements/{id}. `CentralRefusedCall` 404 "not_found": central never had it; POST it again."""
        return self._get(Call.ENDORSEMENT_STATE, f"/v1/endorsements/{endorsement_id}", _STATE)

    def knock(self) -> None:
        """Ask for an endorsement that does not exist, once and on a new connection, so that both ends show their
        certificates again. Raises a `CentralError` if central does not answer "not found".
        """
        self._line.hang_up()
        request = _Request(Call.ENDORSEMENT_STATE, "GET", f"/v1/endorsements/{uuid4()}", _named(), b"")
        try:
            self._asked(request, _STATE, self._times.whole_s)
        except CentralRefusedCall as error:
            if error.code != "not_found":
                raise

    def cancel(
        self, endorsement_id: UUID, request: contract.CancellationRequest, *, key: str, sequence: int | None
    ) -> contract.Recorded:
        """POST /v1/endorsements/{id}/cancellation. 409 "grant_used": a chip session was begun."""
        return self.deliver(Call.CANCELLATION, endorsement_id, _json(request), key=key, sequence=sequence)

    def start_chip_session(
        self, endorsement_id: UUID, request: contract.ChipSessionRequest, *, key: str, sequence: int | None
    ) -> contract.ChipSessionStep:
        """POST /v1/endorsements/{id}/chip-session. A new key after a break begins a new session, which reads first."""
        path = f"/v1/endorsements/{endorsement_id}/chip-session"
        return self._post(Call.CHIP_SESSION, path, request, _STEP, key, sequence)

    def report_chip_answers(
        self,
        endorsement_id: UUID,
        session_id: UUID,
        request: contract.ChipBatchAnswers,
        *,
        key: str,
        sequence: int | None,
    ) -> contract.ChipSessionStep:
        """POST …/chip-session/{sid}/responses: the chip's answers. Returns the next batch or the verdict."""
        path = f"/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses"
        return self._post(Call.RESPONSES, path, request, _STEP, key, sequence)

    def report_completion(
        self, endorsement_id: UUID, request: contract.CompletionRequest, *, key: str, sequence: int | None
    ) -> contract.Recorded:
        """POST /v1/endorsements/{id}/completion. May be late, repeated, out of order."""
        return self.deliver(Call.COMPLETION, endorsement_id, _json(request), key=key, sequence=sequence)

    def deliver(
        self, call: Call, endorsement_id: UUID, document: bytes, *, key: str, sequence: int | None
    ) -> contract.Recorded:
        """A cancellation or a completion as it was stored (JSON), whichever version of the kiosk wrote it."""
        path = f"/v1/endorsements/{endorsement_id}/{call.value}"
        return self._sent(call, path, document, _RECORDED, key, sequence)

    def pending_rewrites(
        self, request: contract.PendingRewritesRequest, *, key: str, sequence: int | None
    ) -> contract.PendingRewritesAnswer:
        """POST /v1/permits/pending-rewrites: work decided elsewhere for this permit."""
        return self._post(Call.PENDING_REWRITES, "/v1/permits/pending-rewrites", request, _PENDING, key, sequence)

    def verify_evidence(
        self, request: contract.EvidenceRequest, *, key: str, sequence: int | None
    ) -> contract.EvidenceAnswer:
        """POST /v1/evidence: an electronic licence code, or central's own records, for one proof."""
        return self._post(Call.EVIDENCE, "/v1/evidence", request, _EVIDENCE, key, sequence)

    def apply(self, request: contract.ApplicationRequest, *, sequence: int | None) -> contract.ApplicationAnswer:
        """POST /v1/applications. The application's id is the idempotency key."""
        key = str(request.application_id)
        return self._post(Call.APPLICATIONS, "/v1/applications", request, _APPLICATION, key, sequence)

    def search_applications(
        self, request: contract.ApplicationSearch, *, key: str, sequence: int | None
    ) -> contract.ApplicationsFound:
        """POST /v1/applications/search: the holder's applications with their progress, newest first."""
        return self._post(Call.APPLICATIONS_SEARCH, "/v1/applications/search", request, _FOUND, key, sequence)

    def choose_collection(
        self, application_id: UUID, request: contract.CollectionChoice, *, key: str, sequence: int | None
    ) -> contract.ApplicationProgress:
        """POST /v1/applications/{id}/collection. 409 "collection_not_offered": not that way, or not now."""
        path = f"/v1/applications/{application_id}/collection"
        return self._post(Call.COLLECTION, path, request, _PROGRESS, key, sequence)

    def heartbeat(self, request: contract.HeartbeatRequest, *, key: str) -> contract.HeartbeatAnswer:
        """POST /v1/heartbeat: the kiosk's state; outside the stream of numbered calls."""
        return self._post(Call.HEARTBEAT, "/v1/heartbeat", request, _HEARTBEAT, key, None)

    def call_staff(self, request: contract.StaffCallRequest, *, key: str) -> contract.StaffCallTaken:
        """POST /v1/staff-calls: a resident calls staff; outside the stream of numbered calls."""
        return self._post(Call.STAFF_CALL, "/v1/staff-calls", request, _STAFF_CALL, key, None)

    def _post(
        self, call: Call, path: str, body: BaseModel, answer: TypeAdapter[M], key: str, sequence: int | None
    ) -> M:
        return self._sent(call, path, _json(body), answer, key, sequence)

    def _sent(self, call: Call, path: str, content: bytes, answer: TypeAdapter[M], key: str, sequence: int | None) -> M:
        headers = [(IDEMPOTENCY_HEADER, key), ("Content-Type", JSON_TYPE)]
        if sequence is not None:
            headers.append((SEQUENCE_HEADER, str(sequence)))
        return self._made(_Request(call, "POST", path, (*headers, *_named()), content), answer)

    def _get(self, call: Call, path: str, answer: TypeAdapter[M]) -> M:
        return self._made(_Request(call, "GET", path, _named(), b""), answer)

    def _made(self, request: _Request, answer: TypeAdapter[M]) -> M:
        """Make a call, with the repeats that its table allows while a resident waits."""
        repeats, patient_s = Repeats(request.call), min(self._times.patience_s, patience_s(request.call))
        until, within_s = self._clock() + patient_s, min(self._times.whole_s, patient_s or self._times.whole_s)
        while True:
            try:
                return self._asked(request, answer, within_s)
            except CentralError as error:
                failed = error
            pause_s = repeats.next_after_s(failed.situation, failed.again_after_s)
            if pause_s is None or self._clock() + pause_s >= until or self._pause(pause_s):
                raise failed
            log(
                LogEvent.CENTRAL_REPEATED,
                level=logging.WARNING,
                call=request.call.value,
                error=f"{type(failed).__name__}: {failed}",
                after_s=pause_s,
            )
            within_s = min(self._times.whole_s, until - self._clock())

    def _asked(self, request: _Request, answer: TypeAdapter[M], within_s: float) -> M:
        try:
            with self._tally.timed(request.call, self._clock):
                return self._read(self._exchange(request, within_s), answer)
        except CentralAnsweredGarbage:
            self._line.hang_up()  # whatever else is on this connection belongs to no call of ours either
            raise

    def _exchange(self, request: _Request, within_s: float) -> _Reply:
        """Send the request and receive the whole answer, bounded in size and time."""
        times = self._times
        waits = Waits(times.connect_s, times.answer_s, times.forgotten_s, within_s)
        failed: CentralError
        if self._files.renew():
            self._line.use(self._files.context)
        began = self._clock()
        try:
            heard = self._line.ask(
                request.method, request.path, request.headers, request.content, waits, MAX_ANSWER_BYTES
            )
        except LineTrouble as trouble:
            failed = CentralUnreachable(trouble.stage, trouble.cause, is_forgotten=trouble.is_forgotten)
        except TooMuchHeard:
            failed = CentralAnsweredGarbage("too_large", 0)
        else:
            ms = round((self._clock() - began) * 1000, 1)
            self._answered(request.call, heard.status, ms)
            self.central_time = parse_http_date(heard.headers.get("date", ""))
            return _reply(heard, dict(request.headers)[CALL_HEADER])
        raise failed  # raised outside the handlers, so that it has no context with the request

    def _read(self, reply: _Reply, answer: TypeAdapter[M]) -> M:
        if len(reply.body) > MAX_ANSWER_BYTES:
            raise CentralAnsweredGarbage("too_large", reply.status)
        if reply.encoding != "identity":
            raise CentralAnsweredGarbage("encoding", reply.status)
        if 300 <= reply.status < 400:
            raise CentralAnsweredGarbage("redirect", reply.status)
        if reply.status >= 400:
            refusal = self._refusal(reply)
            refusal.again_after_s = reply.again_after_s
            raise refusal
        if reply.content_type != JSON_TYPE:
            raise CentralAnsweredGarbage("content_type", reply.status)
        parsed = self._parsed(answer, reply)
        if not reply.is_named:
            raise CentralAnsweredGarbage("other_call", reply.status)
        return parsed

    def _refusal(self, reply: _Reply) -> CentralError:
        if reply.content_type == PROBLEM_TYPE:
            problem = self._parsed(_PROBLEM, reply)
            if _CODE.fullmatch(problem.code) and not reply.is_named:
                return CentralAnsweredGarbage("other_call", reply.status)
            if _CODE.fullmatch(problem.code):
                return CentralRefusedCall(reply.status, self.unknown.code(problem.code, PROBLEM_CODES, OTHER))
        if reply.status in _GATEWAY:
            return CentralUnreachable("gateway")
        return CentralAnsweredGarbage("not_a_problem", reply.status)

    def _parsed(self, adapter: TypeAdapter[M], reply: _Reply) -> M:
        try:
            return read_answer(adapter, reply.body, self.unknown)
        except ValidationError as error:
            kind = error.errors(include_input=False)[0]["type"]
        what = {"json_invalid": "not_json", "union_tag_invalid": "unknown_kind"}.get(kind, "not_the_model")
        raise CentralAnsweredGarbage(what, reply.status)


@dataclass(frozen=True, slots=True)
class _Request:
    """One call as it is sent, at the first try and each repeat."""

    call: Call
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content_type: str
    encoding: str
    body: bytes
    is_named: bool  # the answer names the call, so it belongs to it
    again_after_s: float | None


def _reply(heard: Heard, name: str) -> _Reply:
    headers = heard.headers
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    again = headers.get("retry-after", "")
    return _Reply(
        heard.status,
        content_type,
        headers.get("content-encoding", "identity"),
        heard.body,
        headers.get(CALL_HEADER.lower()) == name,
        float(again) if _SECONDS.fullmatch(again) else None,
    )


def _named() -> tuple[tuple[str, str], ...]:
    """The further headers of every request: the call's name, and the accepted types."""
    return ((CALL_HEADER, str(uuid4())), ("Accept", f"{JSON_TYPE}, {PROBLEM_TYPE}"), ("Accept-Encoding", "identity"))


def _json(body: BaseModel) -> bytes:
    return body.model_dump_json().encode()


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
_STAFF_CALL = TypeAdapter(contract.StaffCallTaken)
_PROBLEM = TypeAdapter(contract.Problem)
