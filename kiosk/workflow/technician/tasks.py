"""What a technician does at the machine: one frozen value per page of service mode, with the data that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.domain.faults import Fault
from kiosk.domain.personal import Personal
from kiosk.domain.retained import KeptPermit
from kiosk.domain.service_state import ClosingReason
from kiosk.domain.technician import Technician


class SignInProblem(Enum):
    """Why nobody was let in."""

    WRONG = "wrong"  # number, one-time code or PIN; which of them is not told
    WAIT = "wait"  # too many wrong tries: nothing is looked at for a while
    LOCKED = "locked"  # only an unlocking helps
    UNLOCK_REFUSED = "unlock_refused"
    UNANSWERED = "unanswered"  # the check did not come to its end
    PIN_OF_SERVICE_CARD = "pin_of_card"  # the PIN, or nobody here has this card's number
    SERVICE_CARD_FOREIGN = "card_foreign"  # no service card at all
    SERVICE_CARD_OF_OTHERS = "card_of_others"  # of an authority that is not the site's
    SERVICE_CARD_EXPIRED = "card_expired"  # or not valid yet
    SERVICE_CARD_REVOKED = "card_revoked"  # lost, or its technician left
    SERVICE_CARD_NOT_PROVEN = "card_not_proven"  # its key is not that of its certificate
    SERVICE_CARD_UNREADABLE = "card_unreadable"  # pulled out too early, upside down, or dead
    SERVICE_CARD_REMOVED = "card_removed"  # before the PIN was looked at
    SERVICE_CARD_READER_GONE = "card_reader_gone"


SERVICE_CARD_PROBLEMS = frozenset(
    {
        SignInProblem.SERVICE_CARD_FOREIGN,
        SignInProblem.SERVICE_CARD_OF_OTHERS,
        SignInProblem.SERVICE_CARD_EXPIRED,
        SignInProblem.SERVICE_CARD_REVOKED,
        SignInProblem.SERVICE_CARD_NOT_PROVEN,
        SignInProblem.SERVICE_CARD_UNREADABLE,
        SignInProblem.SERVICE_CARD_READER_GONE,
    }
)
"""Why a card, or its reader, is of no use."""


class View(Enum):
    """How the overview is ordered."""

    BY_PART = "by_part"
    BY_TROUBLE = "by_trouble"


class Outcome(Enum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    NO_ANSWER = "no_answer"  # neither the device nor the program said anything in time
    ASKED = "asked"  # the device did its part; whether it came out well is for a person to say


@dataclass(frozen=True, slots=True)
class TestRecord:
    """What a test of a part came to."""

    __test__ = False  # no test of pytest's

    part: str
    test: str
    outcome: Outcome
    fault: Fault | None = None


# Signing in.


@dataclass(frozen=True, slots=True)
class EnteringNumber:
    """The technician's number and a one-time code are typed in one, or a service card is put in. `wait_s`: until
    another try is looked at.
    """

    problem: SignInProblem | None = None
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """Number and code were typed, and nothing was looked at yet. `code`: None where a service card was accepted."""

    number: str
    code: Personal[str] | None


@dataclass(frozen=True, slots=True)
class CheckingTechnician:
    """`by_service_card`: a service card stands for the one-time code."""

    by_service_card: bool = False


@dataclass(frozen=True, slots=True)
class EnteringUnlockCode:
    """`problem`: why the last one did not unlock."""

    problem: SignInProblem | None = None


@dataclass(frozen=True, slots=True)
class CheckingUnlockCode:
    pass


# Signed in.


@dataclass(frozen=True, slots=True)
class ShowingOverview:
    who: Technician
    view: View = View.BY_PART


@dataclass(frozen=True, slots=True)
class ShowingPart:
    """One part of the machine: how it is, what can be tested. `last`: the test that was just made."""

    who: Technician
    part: str
    last: TestRecord | None = None


@dataclass(frozen=True, slots=True)
class TestingPart:
    """A test was ordered and has not ended."""

    __test__ = False

    who: Technician
    part: str
    test: str


@dataclass(frozen=True, slots=True)
class JudgingTest:
    """The device did its part; the technician says whether it came out well."""

    who: Technician
    record: TestRecord


@dataclass(frozen=True, slots=True)
class ShowingServiceState:
    """Whether the machine is closed, and what it can be closed for. `failed`: the last change could not be kept."""

    who: Technician
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ChangingServiceState:
    """The machine is being closed for `reason`; None: it is being opened."""

    who: Technician
    reason: ClosingReason | None


class BinResult(Enum):
    """What was last done at the page of the bin."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    EMPTIED = "emptied"
    FAILED = "failed"  # the journal could not be read or written


@dataclass(frozen=True, slots=True)
class ListingBin:
    """The journal is asked which permits lie in the bin."""

    who: Technician


@dataclass(frozen=True, slots=True)
class ShowingBin:
    """The permits in the bin, by the journal; None: it did not answer."""

    who: Technician
    permits: tuple[KeptPermit, ...] | None
    result: BinResult | None = None


@dataclass(frozen=True, slots=True)
class PrintingHandOver:
    """The list with which the permits are handed over is being printed."""

    who: Technician
    permits: tuple[KeptPermit, ...]


@dataclass(frozen=True, slots=True)
class AskingIfEmptied:
    """Were all of these permits taken out? The note cannot be taken back."""

    who: Technician
    permits: tuple[KeptPermit, ...]


@dataclass(frozen=True, slots=True)
class NotingEmptied:
    """The journal is to say that the bin was emptied."""

    who: Technician
    permits: tuple[KeptPermit, ...]


SigningIn = EnteringNumber | EnteringPin | CheckingTechnician | EnteringUnlockCode | CheckingUnlockCode
AtServiceState = ShowingServiceState | ChangingServiceState
AtBin = ListingBin | ShowingBin | PrintingHandOver | AskingIfEmptied | NotingEmptied
SignedIn = ShowingOverview | ShowingPart | TestingPart | JudgingTest | AtServiceState | AtBin
Task = SigningIn | SignedIn

AwaitsTechnician = (
    EnteringNumber
    | EnteringPin
    | EnteringUnlockCode
    | ShowingOverview
    | ShowingPart
    | JudgingTest
    | ShowingServiceState
    | ShowingBin
    | AskingIfEmptied
)
"""A technician is to read and choose; otherwise a device or the program is at work."""

CanGoBack = EnteringPin | EnteringUnlockCode | ShowingPart | ShowingServiceState | ShowingBin | AskingIfEmptied


def technician_of(task: Task) -> Technician | None:
    """Who works at the machine; None before anybody was let in."""
    return task.who if isinstance(task, SignedIn) else None


def rests_on_service_card(task: Task) -> bool:
    """Whether whoever works here came by a service card, which then has to stay in its reader."""
    match task:
        case EnteringPin(code=code):
            return code is None
        case CheckingTechnician(by_service_card=by_service_card):
            return by_service_card
        case _:
            who = technician_of(task)
            return who is not None and who.by_service_card
