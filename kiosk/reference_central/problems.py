"""Problem documents (RFC 9457) for everything that is not an answer; none of them repeats what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from kiosk.central.codes import PROBLEM_CODES
from kiosk.central.contract import PROBLEM_TYPE

_TITLES = {
    "invalid_request": (422, "The request is not the contract's"),
    "missing_idempotency_key": (400, "Every POST needs an idempotency key"),
    "idempotency_conflict": (409, "This idempotency key was used for another request"),
    "unknown_kiosk": (403, "No kiosk of this name is registered"),
    "certificate_revoked": (403, "This certificate is revoked"),
    "not_found": (404, "There is no such thing here"),
    "method_not_allowed": (405, "This address does not take this method"),
    "too_large": (413, "The request is too large"),
    "grant_used": (409, "A chip session was begun with this grant"),
    "grant_not_live": (409, "This grant cannot be used any more"),
    "face_only": (409, "This grant allows no write to the chip"),
    "chip_mismatch": (409, "The grant names another chip"),
    "session_closed": (409, "This chip session has ended"),
    "wrong_batch": (409, "This is not the batch that is open"),
    "collection_not_offered": (409, "Not that way of collection, or not now"),
    "too_many": (429, "More of this than can be true; repeat the call tomorrow"),
    "busy": (503, "The database is busy; repeat the call"),
    "internal_error": (500, "Central made a mistake"),
}


_OF_EVERY_CALL = ("unknown_kiosk", "certificate_revoked", "invalid_request", "internal_error", "busy")
_OF_EVERY_POST = (*_OF_EVERY_CALL, "missing_idempotency_key", "idempotency_conflict", "too_large")

PROBLEMS_OF: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("post", "/v1/endorsements"): _OF_EVERY_POST,
    ("get", "/v1/endorsements/{endorsement_id}"): (*_OF_EVERY_CALL, "not_found"),
    ("post", "/v1/endorsements/{endorsement_id}/cancellation"): (
        *_OF_EVERY_POST,
        "not_found",
        "grant_used",
        "too_many",
    ),
    ("post", "/v1/endorsements/{endorsement_id}/chip-session"): (
        *_OF_EVERY_POST,
        "not_found",
        "grant_not_live",
        "face_only",
        "chip_mismatch",
    ),
    ("post", "/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses"): (
        *_OF_EVERY_POST,
        "not_found",
        "grant_not_live",
        "session_closed",
        "wrong_batch",
    ),
    ("post", "/v1/endorsements/{endorsement_id}/completion"): (*_OF_EVERY_POST, "not_found", "too_many"),
    ("post", "/v1/permits/pending-rewrites"): _OF_EVERY_POST,
    ("post", "/v1/applications"): _OF_EVERY_POST,
    ("post", "/v1/applications/search"): _OF_EVERY_POST,
    ("post", "/v1/applications/{application_id}/collection"): (*_OF_EVERY_POST, "not_found", "collection_not_offered"),
    ("post", "/v1/evidence"): _OF_EVERY_POST,
    ("post", "/v1/heartbeat"): _OF_EVERY_POST,
    ("post", "/v1/staff-calls"): _OF_EVERY_POST,
}
"""The codes with which each call may be refused. "method_not_allowed" belongs to no call: it answers a method outside
the contract, as "not_found" answers an unknown address.
"""

_NOT_A_CALLER = ("unknown_kiosk", "certificate_revoked")


class ProblemError(Exception):
    """Ends a call with a problem document, and rolls its transaction back."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        if code not in PROBLEM_CODES:
            raise ValueError(f"no problem code {code!r}")
        self.code = code
        self.status = status_of(code)


def status_of(code: str) -> int:
    """The HTTP status that comes with a problem code."""
    return _TITLES[code][0]


def title_of(code: str) -> str:
    """The meaning of a problem code."""
    return _TITLES[code][1]


def markdown() -> str:
    """The table of codes with their statuses and calls, as in the README."""
    lines = ["| code | status | means | answers |", "| --- | --- | --- | --- |"]
    for code, (status, title) in _TITLES.items():
        calls = [path for (_, path), codes in PROBLEMS_OF.items() if code in codes]
        if len(calls) == len(PROBLEMS_OF):
            told = "every call"
        elif len(calls) == len(PROBLEMS_OF) - 1:
            told = "every POST"
        else:
            told = ", ".join(f"`{path.removeprefix('/v1')}`" for path in calls) or "an address or method that is none"
        lines.append(f"| `{code}` | {status} | {title} | {told} |")
    return "\n".join(lines)


def problem_body(code: str, status: int | None = None, places: list[dict[str, str]] | None = None) -> tuple[int, bytes]:
    """Status and body of a problem document. `places`: where a request breaks the contract, without its values."""
    usual, title = _TITLES[code]
    document: dict[str, object] = {
        "type": "about:blank",
        "title": title if status in (None, usual) else HTTPStatus(status or usual).phrase,
        "status": status or usual,
        "code": code,
    }
    if places:
        document["errors"] = places
    return status or usual, json.dumps(document, separators=(",", ":")).encode()


def problem_response(code: str, status: int | None = None, places: list[dict[str, str]] | None = None) -> Response:
    """A problem document as an answer; see `problem_body`."""
    status_code, body = problem_body(code, status, places)
    # A caller without access is disconnected.
    headers = {"connection": "close"} if code in _NOT_A_CALLER else None
    return Response(body, status_code, headers, media_type=PROBLEM_TYPE)
