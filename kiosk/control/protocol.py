"""What is said on the control socket: one request, one answer, each one line of JSON, then the kiosk hangs up.

→ {"version": 1, "ask": "status"}
← {"version": 1, "status": {…}}
← {"version": 1, "refused": "not_allowed", "detail": "…"}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

VERSION = 1

LONGEST_REQUEST = 1024
"""Bytes, with the line feed."""

LONGEST_ANSWER = 1_000_000
"""Bytes, with the line feed. A status has some thousands."""

MOST_DETAILS = 50
"""Lines that say why nobody is served. A file may have a mistake in every line of its own."""


class Refusal(Enum):
    """Why a request was not answered."""

    NOT_ALLOWED = "not_allowed"  # neither root nor the kiosk's user, nor of the group that the configuration names
    BAD_REQUEST = "bad_request"
    UNKNOWN_VERSION = "unknown_version"
    TOO_LONG = "too_long"


class BadAnswer(Exception):
    """What answers speaks another protocol."""


def request() -> bytes:
    """The line that asks how the kiosk is."""
    return _line({"version": VERSION, "ask": "status"})


def answer_to(line: bytes, status: Callable[[], Mapping[str, Any]]) -> bytes:
    """The line that answers `line`. `status()` is called only for a proper request."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return refusal(Refusal.BAD_REQUEST, "one JSON object on one line is wanted")
    if not isinstance(asked, dict):
        return refusal(Refusal.BAD_REQUEST, "a JSON object is wanted")
    if asked.get("version") != VERSION:
        return refusal(Refusal.UNKNOWN_VERSION, f"this kiosk speaks version {VERSION}")
    if asked != {"version": VERSION, "ask": "status"}:
        return refusal(Refusal.BAD_REQUEST, '{"version": 1, "ask": "status"} is all that can be asked')
    return _line({"version": VERSION, "status": status()})


def refusal(why: Refusal, detail: str) -> bytes:
    """The line that answers nothing, and says why."""
    return _line({"version": VERSION, "refused": why.value, "detail": detail})


def read_answer(line: bytes) -> Mapping[str, Any]:
    """The answer, which has `status` or `refused`. Raises `BadAnswer`."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise BadAnswer("what answers there is no kiosk's control socket") from None
    if not isinstance(told, dict) or told.get("version") != VERSION:
        raise BadAnswer(f"what answers there does not speak version {VERSION} of the protocol")
    if not isinstance(told.get("status"), dict) and not isinstance(told.get("refused"), str):
        raise BadAnswer("the answer has neither a status nor a refusal")
    return told


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"
