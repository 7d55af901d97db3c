"""The values that are written to the journal and read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from kiosk.domain.faults import DISK_FULL, Fault
from kiosk.domain.retained import KeptPermit as KeptPermit
from kiosk.journal.boot import Moment


class JournalFailed(Exception):
    """A record could not be written or read. Nothing may begin that is not in the journal. `fault`: for the people who
    must act.
    """

    def __init__(self, message: str, fault: Fault = DISK_FULL) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step: names of states, event and effects. `facts`: further references and codes, never personal data;
    `moment`: when it happened by a monotonic clock. Only the newest step's moment is kept.
    """

    at: datetime
    visit_id: UUID | None
    state_before: str
    event: str
    state_after: str
    custody: str
    effects: tuple[str, ...]
    endorsement_id: UUID | None
    facts: dict[str, str | int | bool]
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message that is repeated until central has it. `body`: its JSON, without personal data."""

    call: str
    idempotency_key: str
    endorsement_id: UUID
    body: str


@dataclass(frozen=True, slots=True)
class NumberedCall:
    """A call to central that is made at once. Its body may be personal, so only its number and its key are kept."""

    call: str
    idempotency_key: str
    endorsement_id: UUID


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that central has not yet confirmed. `body`: its JSON."""

    sequence: int
    call: str
    idempotency_key: str
    endorsement_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedStep:
    """A step as read from the journal after a restart."""

    event: str
    state_after: str
    custody: str
    effects: frozenset[str]
    endorsement_id: UUID | None
    facts: dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Queue:
    """The messages that central must still get: their count, since when the oldest waits, since when the oldest
    overtaken one waits (central took a later message), and the oldest's number.
    """

    length: int
    oldest_at: datetime | None
    overtaken_at: datetime | None = None
    oldest: int | None = field(default=None, compare=False)


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """The time in `text`. Raises ValueError where it is no time or has no zone, so that it cannot be compared."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def since(text: str) -> datetime:
    """Since when a message waits. One with a damaged time counts as the oldest."""
    try:
        return moment_of(text)
    except (TypeError, ValueError):
        return LONG_AGO
