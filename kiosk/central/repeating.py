"""The table of repeats: which call to central is repeated after which failure, and after how long.

Every POST has an idempotency key, and central answers a repeated key with its first answer. So a lost call is repeated
unchanged, with the same key and number, on a new connection, and is carried out only once. The GET for lost answers
(`GET /v1/endorsements/{id}`) is for a start after a crash, which has no request to repeat.

A resident waits for most calls. Nobody waits for queued messages and heartbeats: the outbox repeats the former at its
own intervals until they arrive, and the next heartbeat replaces a lost one. A call for staff is repeated by its
service, which shows meanwhile that it was not delivered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum


class Call(Enum):
    """The calls of the contract, by the names in the log."""

    ENDORSEMENTS = "endorsements"
    ENDORSEMENT_STATE = "endorsement-state"
    CHIP_SESSION = "chip-session"
    RESPONSES = "responses"
    PENDING_REWRITES = "pending-rewrites"
    EVIDENCE = "evidence"
    APPLICATIONS = "applications"
    APPLICATIONS_SEARCH = "applications-search"
    COLLECTION = "collection"
    CANCELLATION = "cancellation"
    COMPLETION = "completion"
    HEARTBEAT = "heartbeat"
    STAFF_CALL = "staff-call"


class Situation(Enum):
    """How a call failed."""

    NOT_CONNECTED = "nobody listens, no route, or the name is not known; nothing was sent"
    ADDRESS_SILENT = "no address of central took the connection in time; nothing was sent"
    NO_TLS = "no agreement on TLS, or a certificate that one side does not accept"
    LOST = "the connection broke; the call may have been carried out"
    FORGOTTEN = "a connection that had stood idle broke, or stayed silent, before any byte of the answer"
    SILENT = "no whole answer in time on a connection that was opened for it"
    BUSY = "429 or 503: central asks to come again"
    FAILED = "500, or another of central's own mistakes"
    GATEWAY = "502, 503 or 504 that a balancer wrote"
    OTHER_CALLS_ANSWER = "the answer names another call"
    GARBAGE = "an answer outside the contract"
    REFUSED = "a problem document that will be the same tomorrow"


_Row = Mapping[Situation, tuple[float, ...]]

# By situation: the seconds before the first repeat, the second, and so on; no entry: give up at once.
_SOMEBODY_WAITS: _Row = {
    Situation.NOT_CONNECTED: (1.0,),
    Situation.LOST: (0.0, 1.0),
    Situation.FORGOTTEN: (0.0,),
    Situation.BUSY: (1.0, 2.0),
    Situation.FAILED: (1.0,),
    Situation.GATEWAY: (1.0, 2.0),
    Situation.OTHER_CALLS_ANSWER: (0.0,),
}
_NOBODY_WAITS: _Row = {
    Situation.FORGOTTEN: (0.0,),
    Situation.OTHER_CALLS_ANSWER: (0.0,),
}
_NOT_WAITED_FOR = (Call.CANCELLATION, Call.COMPLETION, Call.HEARTBEAT, Call.STAFF_CALL)

AGAIN_AFTER_S: Mapping[Call, _Row] = {
    call: _NOBODY_WAITS if call in _NOT_WAITED_FOR else _SOMEBODY_WAITS for call in Call
}

PATIENCE_S = 28.0
"""The most seconds that a resident waits for one call with all repeats. The page says meanwhile what is being done. The
machine waits longer (`kiosk.workflow.deadlines`): 40 s.
"""

PATIENCE_FOR_A_CONVENIENCE_S = 10.0
"""The same for the question about work decided elsewhere; without an answer the visit goes on after 12 s."""

LONGEST_RETRY_AFTER_S = 5.0  # the longest `Retry-After` that is respected while somebody waits


def patience_s(call: Call) -> float:
    """The most seconds that a person waits for `call` with all repeats."""
    return PATIENCE_FOR_A_CONVENIENCE_S if call is Call.PENDING_REWRITES else PATIENCE_S


class Repeats:
    """Counts the repeats of one call."""

    def __init__(self, call: Call) -> None:
        self._row = AGAIN_AFTER_S[call]
        self._made: Counter[Situation] = Counter()

    def next_after_s(self, situation: Situation, asked_for_s: float | None) -> float | None:
        """Seconds to wait before the next try; None: give up. `asked_for_s`: central's `Retry-After`."""
        pauses = self._row.get(situation, ())
        at = self._made[situation]
        if at >= len(pauses):
            return None
        self._made[situation] += 1
        return max(pauses[at], min(asked_for_s or 0.0, LONGEST_RETRY_AFTER_S))
