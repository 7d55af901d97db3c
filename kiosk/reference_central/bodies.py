"""Reads request bodies: limited in size, and JSON with one meaning for every reader (RFC 8259, I-JSON: RFC 7493).

Python's reader accepts more: a name twice (the last one counts, for other readers the first), NaN, 1e400, other
encodings than UTF-8, lone surrogates. Every value that is accepted here can be stored and read back.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central.contract_values import LARGEST_NUMBER
from kiosk.reference_central.problems import problem_response

MAX_BODY_BYTES = 64 * 1024  # the largest request, the answers to a batch of 64, is below 40 KiB


class NotReadable(ValueError):
    """Not JSON, or JSON that two readers would read differently. The error repeats nothing of the body."""


def read_json(body: bytes) -> Any:
    """The value in `body`. Raises `NotReadable`."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_with_names_once,
            parse_constant=_refuse,
            parse_int=_whole,
            parse_float=_finite,
        )
        # A lone surrogate comes as an escape and cannot be encoded in UTF-8.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotReadable("not JSON that every reader reads alike") from None
    return value


def _with_names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN or an infinity")


def _whole(digits: str) -> int:
    if len(digits) > len(str(-LARGEST_NUMBER)) or abs(int(digits)) > LARGEST_NUMBER:
        raise ValueError("a number that others round")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError("more than a number can be")
    return number


class ReadableBodies:
    """ASGI middleware: reads a body before the application does, and refuses one that is larger than anything in the
    contract ("too_large"), or not readable ("invalid_request").
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                await problem_response("too_large")(scope, receive, send)
                return
        if body:
            try:
                read_json(bytes(body))
            except NotReadable:
                await problem_response("invalid_request")(scope, receive, send)
                return
        waiting = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._application(scope, replay, send)
