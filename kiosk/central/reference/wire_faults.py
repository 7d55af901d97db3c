"""Faults of central for tests and the bench, at the wire: the application below knows nothing of them.

Set by hand only (`ReferenceCentral.set_fault`, `--fault`); a fault holds for every call, or for a number of them, until
it is cleared.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central import contract
from kiosk.central.reference.granting import Granting
from kiosk.central.reference.peer_certificate import SCOPE_ABORT
from kiosk.central.reference.problems import problem_body

FAULT_NAMES = (
    "slow",                            # every answer comes `slow_s` later
    "hang",                            # no answer, the connection stays open
    "refuse_connection",               # the connection breaks before anything is done
    "drop_connection_after_commit",    # everything is done, the answer is lost
    "garbage_json",
    "wrong_type",                      # a web page instead of JSON
    "too_large",
    "http_500",
    "refuse",                          # "counter_only" to every request for an endorsement
    "unsigned_grant",
    "bad_signature",
    "unknown_key",
    "grant_for_other_chip",
    "grant_for_other_permit",
    "expired_grant",
)

Document = MutableMapping[str, Any]


@dataclass(slots=True)
class _Fault:
    name: str
    calls_left: int | None


class WireFaults:
    """ASGI middleware. `granting`: to sign tampered grants again. Thread-safe by single assignment."""

    def __init__(self, application: ASGIApp, granting: Granting, slow_s: float = 2.0) -> None:
        self._application = application
        self._granting = granting
        self._fault: _Fault | None = None
        self.slow_s = slow_s

    def set(self, name: str, calls: int | None = None) -> None:
        """From now on, for the next `calls` calls (None: until cleared). Raises ValueError for an unknown name."""
        if name not in FAULT_NAMES:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULT_NAMES)}")
        self._fault = _Fault(name, calls)

    def clear(self) -> None:
        """Behave again."""
        self._fault = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._next() if scope["type"] == "http" else None
        if name is None:
            await self._application(scope, receive, send)
            return
        await self._misbehave(name, scope, receive, send)

    def _next(self) -> str | None:
        fault = self._fault
        if fault is None:
            return None
        if fault.calls_left is not None:
            fault.calls_left -= 1
            if fault.calls_left <= 0:
                self._fault = None
        return fault.name

    async def _misbehave(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        if name == "slow":
            await asyncio.sleep(self.slow_s)
            await self._application(scope, receive, send)
        elif name == "hang":
            await _until_disconnected(receive)
        elif name == "refuse_connection":
            scope[SCOPE_ABORT]()
            await _until_disconnected(receive)
        elif name in _ANSWERS:
            await _reply(send, *_ANSWERS[name])
        else:
            answer = await _collected(self._application, scope, receive)
            if name == "drop_connection_after_commit":
                scope[SCOPE_ABORT]()
                await _until_disconnected(receive)
            else:
                await _reply(send, answer.status, answer.content_type, self._tampered(name, answer.body))

    def _tampered(self, name: str, body: bytes) -> bytes:
        document = json.loads(body)
        if name == "refuse":
            if document.get("state") == "granted":
                document = {"state": "refused", "endorsement_id": document["endorsement_id"], "code": "counter_only"}
            return json.dumps(document).encode()
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


_OTHERWISE: dict[str, Callable[[contract.GrantPayload], dict[str, Any]]] = {
    "grant_for_other_chip": lambda payload: {"chip_serial": "FFFFFFFFFFFFFFFF"},
    "grant_for_other_permit": lambda payload: {"permit_number": "000000000000000000"},
    "expired_grant": lambda payload: {"expires_at": payload.issued_at - timedelta(minutes=1)},
}

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
