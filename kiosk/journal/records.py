"""What stands in the journal, and what is read from it: values, without the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from kiosk.domain.faults import DISK_FULL, Fault
from kiosk.journal.boot import Moment


class JournalFailed(Exception):
    """The disk did not take the record, or does not give it back; nothing may be begun that the journal does not know
    of. `fault`: what a person must act on.
    """

    def __init__(self, message: str, fault: Fault = DISK_FULL) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step: names of states, event and effects; `facts`: further references and codes, never anything personal;
    `moment`: when it happened, whatever the clock says. Of the moments only the newest step's is kept.
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
    """A message that central must get, however long it takes. `body`: its JSON, with nothing personal in it."""

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
    """A message for central that it has not yet taken note of. `body` is its JSON."""

    sequence: int
    call: str
    idempotency_key: str
    endorsement_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedStep:
    """A step as it stands in the journal: what a restart reads."""

    event: str
    state_after: str
    custody: str
    effects: frozenset[str]
    endorsement_id: UUID | None
    facts: dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Queue:
    """What central must still get: how many messages, since when the oldest of them waits, since when the oldest waits
    of those that central did not take though it took a later one, and the oldest's number.
    """

    length: int
    oldest_at: datetime | None
    overtaken_at: datetime | None = None
    oldest: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class KeptPermit:
    """A permit in the bin. `endorsement_id`: by which central was told of it; its first eight figures are the number
    that its holder was shown. `is_certain`: the unit said that it went in, or staff found it there.
    """

    at: datetime
    endorsement_id: UUID | None
    is_certain: bool


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """ValueError where it is none that can be compared with others."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def since(text: str) -> datetime:
    """Since when a message waits. Of one whose time is damaged nobody knows: it counts as the oldest, and is sent."""
    try:
        return moment_of(text)
    except (TypeError, ValueError):
        return LONG_AGO
