"""Faults of central for tests and the bench, at the wire. The application below is not aware of them.

They are set by hand only (`ReferenceCentral.set_fault`, `--fault`). A fault applies to every call, or to a number of
calls, until it is cleared.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central import contract
from kiosk.reference_central.clock import Clock
from kiosk.reference_central.granting import Granting
from kiosk.reference_central.listening import SCOPE_ABORT, SCOPE_WRITE
from kiosk.reference_central.problems import problem_body

FAULT_NAMES = (
    "slow",  # every call is begun some time after it came
    "late",  # every call is carried out at once and answered some time afterwards
    "repeated",  # something on the way sends every call twice; the second answer arrives
    "answers_twice",  # the same answer is sent twice
    "hang",  # no answer, the connection stays open
    "refuse_connection",  # the connection breaks before anything is done
    "drop_connection_after_commit",  # everything is done, the answer is lost
    "garbage_json",
    "wrong_type",  # a web page instead of JSON
    "too_large",
    "http_500",
    "wrong_date",  # central's clock is a day ahead
    "refuse",  # "counter_only" to every request for an endorsement
    "says_already_current",  # the same with "this permit is current already"
    "other_content",  # a good grant of something else than what central will write
    "wrong_verdict",  # "written" where it failed, "failed" where it was written
    "forbidden_command",  # a batch asks for something outside the permit file
    "endless_batches",  # no verdict ever, always one more batch
    "unsigned_grant",
    "bad_signature",
    "unknown_key",
    "grant_for_other_chip",
    "grant_for_other_permit",
    "expired_grant",
)

USUALLY_AFTER_S = 2.0

Document = MutableMapping[str, Any]


@dataclass(slots=True)
class _Fault:
    name: str
    calls_left: int | None
    after_s: float


class WireFaults:
    """ASGI middleware, and the Date of every answer by `clock`. `granting`: to sign tampered grants again.
    Thread-safe by single assignment.
    """

    def __init__(self, application: ASGIApp, granting: Granting, clock: Clock) -> None:
        self._application = application
        self._granting = granting
        self._clock = clock
        self._fault: _Fault | None = None

    def set(self, name: str, calls: int | None = None, after_s: float = USUALLY_AFTER_S) -> None:
        """Set a fault for the next `calls` calls (None: until cleared). `after_s`: the delay in seconds. Raises
        ValueError for an unknown name.
        """
        if name not in FAULT_NAMES:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULT_NAMES)}")
        self._fault = _Fault(name, calls, after_s)

    def clear(self) -> None:
        """End the fault."""
        self._fault = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._next() if scope["type"] == "http" else None
        ahead = timedelta(days=1) if fault is not None and fault.name == "wrong_date" else timedelta()
        send = _dated(send, self._clock() + ahead)
        if fault is None or fault.name == "wrong_date":
            await self._application(scope, receive, send)
            return
        await self._misbehave(fault, scope, receive, send)

    def _next(self) -> _Fault | None:
        fault = self._fault
        if fault is None:
            return None
        if fault.calls_left is not None:
            fault.calls_left -= 1
            if fault.calls_left <= 0:
                self._fault = None
        return fault

    async def _misbehave(self, fault: _Fault, scope: Scope, receive: Receive, send: Send) -> None:
        name = fault.name
        if name == "slow":
            await asyncio.sleep(fault.after_s)
            await self._application(scope, receive, send)
        elif name == "hang":
            await _until_disconnected(receive)
        elif name == "refuse_connection":
            scope[SCOPE_ABORT]()
            await _until_disconnected(receive)
        elif name in _ANSWERS:
            await _reply(send, *_ANSWERS[name])
        else:
            request = await _whole(receive)
            answer = await _collected(self._application, scope, _saying(request, receive))
            if name == "drop_connection_after_commit":
                scope[SCOPE_ABORT]()
                await _until_disconnected(receive)
                return
            if name == "repeated":
                answer = await _collected(self._application, scope, _saying(request, receive))
            elif name == "late":
                await asyncio.sleep(fault.after_s)
            elif name == "endless_batches":
                _go_on_for_ever(scope["path"], request, answer)
            body = self._tampered(name, answer.body)
            await _reply(send, answer.status, answer.content_type, body)
            if name == "answers_twice":
                scope[SCOPE_WRITE](_on_the_line(answer.status, answer.content_type, body))

    def _tampered(self, name: str, body: bytes) -> bytes:
        document = json.loads(body)
        if name in _INSTEAD_OF_A_GRANT:
            if document.get("state") == "granted":
                document = {"endorsement_id": document["endorsement_id"], **_INSTEAD_OF_A_GRANT[name]}
            return json.dumps(document).encode()
        if name in _IN_SESSIONS:
            if "session_id" in document:
                _IN_SESSIONS[name](document)
            return json.dumps(document).encode()
        if name not in _IN_GRANTS:
            return body
        holder = _with_grant(document)
        if holder is not None:
            holder["grant"] = self._tampered_grant(name, contract.SignedGrant.model_validate(holder["grant"]))
        return json.dumps(document).encode()

    def _tampered_grant(self, name: str, signed: contract.SignedGrant) -> dict[str, Any]:
        if name == "unsigned_grant":
            return signed.model_dump() | {"signature": ""}
        if name == "unknown_key":
            return signed.model_dump() | {"key_id": "nobody"}
        if name == "bad_signature":
            wrong = bytearray(base64.b64decode(signed.signature))
            wrong[0] ^= 1
            return signed.model_dump() | {"signature": base64.b64encode(bytes(wrong)).decode()}
        payload = contract.GrantPayload.model_validate_json(base64.b64decode(signed.payload))
        return self._granting.signed(payload.model_copy(update=_OTHERWISE[name](payload))).model_dump()


def _other_verdict(step: Document) -> None:
    if step.get("verdict") is not None:
        written = step["verdict"] == "written"
        step.update({"verdict": "failed", "failure": "central_lies"} if written else {"verdict": "written"})


def _forbidden(step: Document) -> None:
    if step.get("batch") is not None:
        step["batch"]["commands"] = [{"apdu": "0020008108" + "31" * 8, "expect": ["9000"]}]  # VERIFY of a PIN


_IN_SESSIONS: dict[str, Callable[[Document], None]] = {
    "wrong_verdict": _other_verdict,
    "forbidden_command": _forbidden,
}
_INSTEAD_OF_A_GRANT: dict[str, dict[str, Any]] = {
    "refuse": {"state": "refused", "code": "counter_only"},
    "says_already_current": {"state": "already_current", "valid_to": "2099-12-31"},
}
_OTHERWISE: dict[str, Callable[[contract.GrantPayload], dict[str, Any]]] = {
    "other_content": lambda payload: {
        "content": payload.content.model_copy(update={"endorsement_count": payload.content.endorsement_count + 5})
    },
    "grant_for_other_chip": lambda payload: {"chip_serial": "FFFFFFFFFFFFFFFF"},
    "grant_for_other_permit": lambda payload: {"permit_number": "000000000000000000"},
    "expired_grant": lambda payload: {"expires_at": payload.issued_at - timedelta(minutes=1)},
}

_IN_GRANTS = ("unsigned_grant", "bad_signature", "unknown_key", *_OTHERWISE)
_ANSWERS = {
    "garbage_json": (200, contract.JSON_TYPE, b'{"state": "granted", '),
    "wrong_type": (200, "text/html", b"<html><body>Welcome to the hotel's network</body></html>"),
    "too_large": (200, contract.JSON_TYPE, b" " * (1024 * 1024)),
    "http_500": (500, contract.PROBLEM_TYPE, problem_body("internal_error")[1]),
}


@dataclass(slots=True)
class _Answer:
    status: int = 500
    content_type: str = ""
    body: bytes = b""


async def _collected(application: ASGIApp, scope: Scope, receive: Receive) -> _Answer:
    answer = _Answer()

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            headers = {name.lower(): value for name, value in message["headers"]}
            answer.content_type = headers.get(b"content-type", b"").decode("latin-1")
        else:
            answer.body += message.get("body", b"")

    await application(scope, receive, collect)
    return answer


def _go_on_for_ever(path: str, request: bytes, answer: _Answer) -> None:
    """Answer with one more batch in place of a verdict, or of a problem about such an extra batch."""
    if path.endswith("/responses") and json.loads(answer.body).get("batch") is None:
        harmless = [{"apdu": "0084000004", "expect": ["9000"]}]  # GET CHALLENGE
        batch = {"number": json.loads(request)["batch"] + 1, "commands": harmless}
        answer.status, answer.content_type = 200, contract.JSON_TYPE
        answer.body = json.dumps({"session_id": path.split("/")[-2], "batch": batch}).encode()


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _saying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body first, and then what follows."""
    told: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def say() -> Message:
        return told.pop() if told else await receive()

    return say


def _dated(send: Send, now: datetime) -> Send:
    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"date", format_datetime(now.astimezone(UTC), True).encode())]
        await send(message)

    return dated


def _on_the_line(status: int, content_type: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} \r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


async def _reply(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _with_grant(document: Document) -> Document | None:
    """The part of an answer that has a grant: an endorsement, its state, or work decided elsewhere."""
    for part in (document, document.get("answer"), document.get("work")):
        if isinstance(part, dict) and "grant" in part:
            return part
    return None
