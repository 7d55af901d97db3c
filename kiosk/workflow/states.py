"""What is going on: one frozen value per state, carrying exactly the data that exists in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kiosk.domain.documents import IdDocument, Permit
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Grant, Refusal
from kiosk.faults import Fault
from kiosk.policy.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Visit:
    """One resident, from first touch to idle. Both numbers are random and say nothing about the person."""

    id: UUID
    endorsement_id: UUID     # made before it is needed, so that it is journalled before central hears of it
    language: str


@dataclass(frozen=True, slots=True)
class Case:
    """Both documents have been read and belong to one person."""

    holder: IdDocument
    permit: Permit


# How a visit ends: what is to be told, recorded and reported.


@dataclass(frozen=True, slots=True)
class Renewed:
    """The chip holds the granted content."""

    case: Case
    grant: Grant
    face: FaceState


@dataclass(frozen=True, slots=True)
class Declined:
    """A proper no, or the resident's own; nothing was changed."""

    refusal: Refusal
    permit: Permit | None = None
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class UnderReview:
    """Central's officers will decide; come back later."""

    review_number: str
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """A fault ended the visit. `chip`, `face`: what is known; `endorsement_id`: granted, so central waits for a
    completion.
    """

    fault: Fault
    chip: ChipState
    face: FaceState
    endorsement_id: UUID | None = None
    permit: Permit | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The program was stopped in mid-visit; who it was is not known any more. `endorsement_id`: central waits for
    it.
    """

    endorsement_id: UUID | None
    session_opened: bool
    chip: ChipState
    face: FaceState


Ending = Renewed | Declined | UnderReview | BrokenOff | Interrupted


# Without a visit.


@dataclass(frozen=True, slots=True)
class Recovering:
    """The first state: the world is not trusted until the unit said where a permit is and the journal was read."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The path is known to be empty; the welcome screen stands."""

    language: str


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Nobody is served. `custody`: WITH_HOLDER when the path is known to be empty. `held`: the permit's holder has
    gone, so what is inside is for the bin or for staff and is not offered at the mouth again. `inspecting`: the unit
    was asked where the permit is and has not answered yet.
    """

    fault: Fault
    custody: Custody
    held: bool = False
    inspecting: bool = False


# Before the permit is in.


@dataclass(frozen=True, slots=True)
class ShowingNotice:
    visit: Visit


@dataclass(frozen=True, slots=True)
class ReadingIdCard:
    """`unreadable`: the last attempt failed; lift the card and lay it down again."""

    visit: Visit
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class AwaitingPermit:
    """The unit was ordered to take a permit in."""

    visit: Visit
    holder: IdDocument


@dataclass(frozen=True, slots=True)
class WithdrawingOffer:
    """The order to take a permit in was withdrawn; the unit has not yet said whether it was in time."""

    visit: Visit
    ending: Ending


# With the permit inside.


@dataclass(frozen=True, slots=True)
class ReadingPermit:
    visit: Visit
    holder: IdDocument


@dataclass(frozen=True, slots=True)
class AskingPendingRewrites:
    """Is there work decided elsewhere for this permit?"""

    visit: Visit
    case: Case


@dataclass(frozen=True, slots=True)
class Assessing:
    """`central_silent`: whether work is decided elsewhere could not be asked."""

    visit: Visit
    case: Case
    central_silent: bool


@dataclass(frozen=True, slots=True)
class ShowingAssessment:
    """`on`: the local date that the rules were asked about."""

    visit: Visit
    case: Case
    assessment: Assessment
    on: date
    central_silent: bool


@dataclass(frozen=True, slots=True)
class Declaring:
    visit: Visit
    case: Case
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class AskingCentral:
    visit: Visit
    case: Case
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Confirming:
    """Old → new is on the screen, as central granted it; cancelling still costs nothing."""

    visit: Visit
    case: Case
    grant: Grant


@dataclass(frozen=True, slots=True)
class OpeningChipSession:
    visit: Visit
    case: Case
    grant: Grant


@dataclass(frozen=True, slots=True)
class RelayingBatch:
    """Batch `batch` is on its way to the chip; it will never be sent there again."""

    visit: Visit
    case: Case
    grant: Grant
    session_id: UUID
    batch: int


@dataclass(frozen=True, slots=True)
class SendingChipAnswers:
    visit: Visit
    case: Case
    grant: Grant
    session_id: UUID
    batch: int


@dataclass(frozen=True, slots=True)
class ReadingChipBack:
    """What does the chip really hold? `broken_by`: what went wrong on the way here, if anything did."""

    visit: Visit
    case: Case
    grant: Grant
    broken_by: Fault | None = None


@dataclass(frozen=True, slots=True)
class RewritingFace:
    """The chip is new. `attempt` counts from 1."""

    visit: Visit
    case: Case
    grant: Grant
    attempt: int


@dataclass(frozen=True, slots=True)
class ReturningPermit:
    """The unit was ordered to move the permit to the mouth."""

    visit: Visit
    ending: Ending


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Nobody took the permit; the unit was ordered to draw it in again, and has not yet said that it did."""

    visit: Visit
    ending: Ending


@dataclass(frozen=True, slots=True)
class Retaining:
    """The unit was ordered to move the permit to the bin."""

    visit: Visit
    ending: Ending


# With the permit at the mouth, and after.


@dataclass(frozen=True, slots=True)
class AwaitingRemoval:
    """The permit is within the holder's reach. `reminded`: the warning is on."""

    visit: Visit
    ending: Ending
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class PrintingReceipt:
    """The permit is with its holder; the paper comes. `renewed` is what was done."""

    visit: Visit
    renewed: Renewed


@dataclass(frozen=True, slots=True)
class Thanking:
    """`paper_trouble`: why there is no paper, if there is none."""

    visit: Visit
    renewed: Renewed
    paper_trouble: Fault | None


@dataclass(frozen=True, slots=True)
class Explaining:
    """The five-part page: no, or broken. `custody` WITH_HOLDER or RETAINED."""

    visit: Visit
    ending: Ending
    custody: Custody


InVisit = (
    ShowingNotice | ReadingIdCard | AwaitingPermit | WithdrawingOffer | ReadingPermit | AskingPendingRewrites |
    Assessing
    | ShowingAssessment | Declaring | AskingCentral | Confirming | OpeningChipSession | RelayingBatch |
    SendingChipAnswers
    | ReadingChipBack | RewritingFace | ReturningPermit | TakingBack | Retaining | AwaitingRemoval | PrintingReceipt
    | Thanking | Explaining
)
State = Recovering | Idle | OutOfService | InVisit

AwaitsPerson = (
    Idle | ShowingNotice | ReadingIdCard | AwaitingPermit | ShowingAssessment | Declaring | Confirming
    | AwaitingRemoval | Thanking | Explaining
)
"""Somebody is to read and choose; in all other states a device or central is at work."""

Writing = OpeningChipSession | RelayingBatch | SendingChipAnswers | ReadingChipBack | RewritingFace


def visit_of(state: State) -> Visit | None:
    """The visit that `state` belongs to."""
    return state.visit if isinstance(state, InVisit) else None


def custody_of(state: State) -> Custody:
    """Where the permit is while the machine is in `state`: what the unit's last fact said."""
    match state:
        case Recovering():
            return Custody.UNKNOWN
        case OutOfService(custody=custody) | Explaining(custody=custody):
            return custody
        case AwaitingRemoval() | TakingBack():
            return Custody.AT_MOUTH
        case (
            Idle() | ShowingNotice() | ReadingIdCard() | AwaitingPermit() | WithdrawingOffer() | PrintingReceipt()
            | Thanking()
        ):
            return Custody.WITH_HOLDER
        case _:
            return Custody.INSIDE
