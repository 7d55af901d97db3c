"""Problem documents (RFC 9457) for everything that is not an answer; none of them repeats what was sent."""

from __future__ import annotations

import json
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


_NOT_A_CALLER = ("unknown_kiosk", "certificate_revoked")


class ProblemError(Exception):
    """Ends a call with a problem document; what the call had written is rolled back."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        if code not in PROBLEM_CODES:
            raise ValueError(f"no problem code {code!r}")
        self.code = code
        self.status = status_of(code)


def status_of(code: str) -> int:
    """The HTTP status that comes with a problem code."""
    return _TITLES[code][0]


def problem_body(code: str, status: int | None = None, places: list[dict[str, str]] | None = None) -> tuple[int, bytes]:
    """Status and body of a problem document. `places`: where a request is not the contract's, without its values."""
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


def problem_response(
    code: str, status: int | None = None, places: list[dict[str, str]] | None = None
) -> Response:
    """A problem document as an answer; see `problem_body`."""
    status_code, body = problem_body(code, status, places)
    # Who may not call has no reason to stay.
    headers = {"connection": "close"} if code in _NOT_A_CALLER else None
    return Response(body, status_code, headers, media_type=PROBLEM_TYPE)
