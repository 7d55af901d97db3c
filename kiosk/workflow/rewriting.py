"""The states in which something is to be written: chip, then face; and those that pick it up after a stop."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import Grant
from kiosk.domain.faults import RELAY_REFUSED, Fault
from kiosk.workflow.visits import Ending, Interrupted, InterruptedVisit, Visit, WritableCase


@dataclass(frozen=True, slots=True)
class OpeningChipSession:
    """`session` counts those of this grant from 1; `relayed`: the last batch that went to the chip in earlier ones."""

    visit: Visit
    case: WritableCase
    grant: Grant
    session: int = 1
    relayed: int = 0


@dataclass(frozen=True, slots=True)
class RelayingBatch:
    """Batch `batch` is on its way to the chip; it will never be sent there again."""

    visit: Visit
    case: WritableCase
    grant: Grant
    session_id: UUID
    batch: int
    session: int = 1


@dataclass(frozen=True, slots=True)
class SendingChipAnswers:
    """`try_was_lost`: the chip refused a command in a way that costs it one of its tries. `relay_refused`: the batch
    asked for what the permit file does not foresee, and central is told so.
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
        """What the visit ends by where central does not go on: its own mistake, if it was told of one."""
        return RELAY_REFUSED if self.relay_refused else otherwise


@dataclass(frozen=True, slots=True)
class ReadingChipBack:
    """What does the chip really hold? `broken_by`: what went wrong on the way here, if anything did. `session`,
    `relayed`: as in OpeningChipSession; `may_finish`: what is half written may be written to its end in a new session.
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
    """The chip is new. `attempt` counts from 1."""

    visit: Visit
    case: WritableCase
    grant: Grant
    attempt: int


# With a permit that was found inside after a stop.


@dataclass(frozen=True, slots=True)
class RecoveringChip:
    """Something was ordered before the stop: what does the chip hold now?"""

    visit: Visit
    story: InterruptedVisit


@dataclass(frozen=True, slots=True)
class RecoveringGrant:
    """The chip alone does not tell: central is asked for what it knows, and for the grant. `permit`: as the chip was
    read; None: it is silent.
    """

    visit: Visit
    story: InterruptedVisit
    permit: Permit | None


@dataclass(frozen=True, slots=True)
class AwaitingHolder:
    """Nothing is left to do that moves nothing: is somebody there to have the permit?"""

    visit: Visit
    ending: Ending


@dataclass(frozen=True, slots=True)
class RecoveringFace:
    """The chip is new and `permit` is what it holds: the face is drawn from that. `attempt` counts from 1."""

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
"""Nothing that a person chooses changes the way."""
