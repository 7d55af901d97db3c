"""The errors of a call to central, grouped by what the caller may do next."""

from __future__ import annotations

from kiosk.central.repeating import Situation
from kiosk.data_files.pem_text import CertificateFileError as CertificateFileError

_SITUATIONS = {
    "connect": Situation.NOT_CONNECTED,
    "tls": Situation.NO_TLS,
    "timeout": Situation.SILENT,
    "lost": Situation.LOST,
    "gateway": Situation.GATEWAY,
}


class CentralError(Exception):
    """A call to central that failed. `situation`: how; `again_after_s`: after how many seconds central asked for a
    repeat, None where it did not.
    """

    situation: Situation
    again_after_s: float | None = None


class CentralUnreachable(CentralError):
    """No answer came. `stage`: "connect", "tls", "timeout", "lost" (connection broke) or "gateway". `cause`: for
    "connect" one of "refused", "no_route", "silent", "name_unknown", "resolver_silent", "failed", for "tls" one of
    `tls_causes.CAUSES`, else "".
    """

    def __init__(self, stage: str, cause: str = "", *, is_forgotten: bool = False) -> None:
        super().__init__(f"central unreachable: {stage}" + (f": {cause}" if cause else ""))
        self.stage = stage
        self.cause = cause
        self.situation = Situation.FORGOTTEN if is_forgotten else _SITUATIONS[stage]
        if stage == "connect" and cause in ("silent", "resolver_silent"):
            self.situation = Situation.ADDRESS_SILENT


class CentralAnsweredGarbage(CentralError):
    """An answer outside the contract. `what`: "content_type", "too_large", "not_json", "not_the_model", "redirect",
    "encoding", "not_a_problem", "unknown_kind" (of an answer, from a newer central), "other_call" (two answers that
    name another call). `status`: the HTTP status, 0 where none came.
    """

    def __init__(self, what: str, status: int) -> None:
        super().__init__(f"central answered garbage: {what}, status {status}")
        self.what = what
        self.status = status
        self.situation = Situation.OTHER_CALLS_ANSWER if what == "other_call" else Situation.GARBAGE


class CentralRefusedCall(CentralError):
    """A problem document: HTTP status and stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"central refused the call: {status} {code}")
        self.status = status
        self.code = code
        self.situation = Situation.REFUSED
        if self.may_pass:
            self.situation = Situation.BUSY if status in (429, 503) else Situation.FAILED

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later, because the cause is at central."""
        return self.status >= 500 or self.status == 429
