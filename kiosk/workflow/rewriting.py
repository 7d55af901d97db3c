"""The states in which the chip and then the face are written, and those that continue this after a stop."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import Grant
from kiosk.domain.faults import RELAY_REFUSED, Fault
from kiosk.workflow.visits import Ending, Interrupted, InterruptedVisit, Visit, WritableCase


@dataclass(frozen=True, slots=True)
class OpeningChipSession:
    """A session for writing the chip is being opened at central. `session` counts those of this grant from 1;
    `relayed`: number of the last batch that went to the chip in earlier sessions.
    """

    visit: Visit
    case: WritableCase
    grant: Grant
    session: int = 1
    relayed: int = 0


@dataclass(frozen=True, slots=True)
class RelayingBatch:
    """Batch `batch` is being sent to the chip. It is never sent again."""

    visit: Visit
    case: WritableCase
    grant: Grant
    session_id: UUID
    batch: int
    session: int = 1


@dataclass(frozen=True, slots=True)
class SendingChipAnswers:
    """The chip's answers are being sent to central. `try_was_lost`: the chip refused a command in a way that costs one
    of its tries. `relay_refused`: a command of the batch is not among those that the permit file allows.
    """

    visit: Visit
    case: WritableCase
    grant: Grant
    session_id: UUID
    batch: int
    session: int = 1
    try_was_lost: bool = False
    relay_refused: bool = False

    def broken_by(self, otherwise: Fault) -> Fault:
        """The fault that ends the visit if central does not go on: its own if the relay refused, else `otherwise`."""
        return RELAY_REFUSED if self.relay_refused else otherwise


@dataclass(frozen=True, slots=True)
class ReadingChipBack:
    """The kiosk reads the chip itself to see what it holds. `broken_by`: the fault that led here, if any. `session`,
    `relayed`: as in OpeningChipSession; `may_finish`: half-written content may be completed in a new session.
    """

    visit: Visit
    case: WritableCase
    grant: Grant
    broken_by: Fault | None = None
    session: int = 1
    relayed: int = 0
    may_finish: bool = False


@dataclass(frozen=True, slots=True)
class RewritingFace:
    """The chip is new and the unit rewrites the face. `attempt` counts from 1."""

    visit: Visit
    case: WritableCase
    grant: Grant
    attempt: int


# With a permit that was found inside after a stop.


@dataclass(frozen=True, slots=True)
class RecoveringChip:
    """Writing was ordered before the stop, and the chip is read to see what it holds now."""

    visit: Visit
    story: InterruptedVisit


@dataclass(frozen=True, slots=True)
class RecoveringGrant:
    """The chip alone does not tell enough, so central is asked for its record and the grant. `permit`: as read from the
    chip; None: the chip is silent.
    """

    visit: Visit
    story: InterruptedVisit
    permit: Permit | None


@dataclass(frozen=True, slots=True)
class AwaitingHolder:
    """A touch is awaited before the permit is moved, to know that somebody is there to receive it."""

    visit: Visit
    ending: Ending


@dataclass(frozen=True, slots=True)
class RecoveringFace:
    """The chip is new, and the face is drawn from its content, `permit`. `attempt` counts from 1."""

    visit: Visit
    ending: Interrupted
    permit: Permit
    attempt: int


Writing = (
    OpeningChipSession
    | RelayingBatch
    | SendingChipAnswers
    | ReadingChipBack
    | RewritingFace
    | RecoveringChip
    | RecoveringGrant
    | RecoveringFace
)
"""States whose course no choice of a person changes."""
