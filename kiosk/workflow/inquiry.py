"""The states in which somebody chooses, is asked and is told, before anything may be written; part of `states.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.applications import Application
from kiosk.domain.documents import IdDocument
from kiosk.domain.faults import Fault
from kiosk.domain.personal import Personal
from kiosk.policy.assessment import Assessment
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.workflow.visits import Answers, AnyCase, AssessedCase, CaseWithPermit, Ending, Proposal, Visit

# Before the permit is in.


@dataclass(frozen=True, slots=True)
class ChoosingService:
    """`choices`: keys of services, of errands and of groups of services."""

    visit: Visit
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChoosingAgent:
    """Who is here for another person?"""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ExplainingService:
    """What the visit is for is explained before anything is read or taken in."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ShowingNotice:
    visit: Visit


@dataclass(frozen=True, slots=True)
class ReadingIdCard:
    """`unreadable`: the last attempt failed; lift the card and lay it down again."""

    visit: Visit
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class ReadingAgentIdCard:
    """The holder's identity card was read; that of the person who acts for the holder is wanted."""

    visit: Visit
    holder: IdDocument
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class AwaitingPermit:
    """The unit was ordered to take a permit in."""

    visit: Visit
    holder: IdDocument
    agent: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class WithdrawingOffer:
    """The order to take a permit in was withdrawn; the unit has not yet said whether it was in time."""

    visit: Visit
    ending: Ending


# Without any permit: how far is an application?


@dataclass(frozen=True, slots=True)
class SearchingApplications:
    visit: Visit
    holder: IdDocument


@dataclass(frozen=True, slots=True)
class ShowingProgress:
    visit: Visit
    applications: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class ChoosingCollectionLater:
    """The application has come so far that the holder says how the permit is to be had."""

    visit: Visit
    applications: tuple[Application, ...]
    chosen: Application


@dataclass(frozen=True, slots=True)
class RecordingCollection:
    visit: Visit
    applications: tuple[Application, ...]


# With the permit inside; without one only where it is lost.


@dataclass(frozen=True, slots=True)
class ReadingPermit:
    visit: Visit
    holder: IdDocument
    agent: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class LookingAhead:
    """The holder only asks: what do the rules say of the coming year?"""

    visit: Visit
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class ShowingStatus:
    """`printing`: the slip is on its way; `printed`: it came; `paper_trouble`: why it did not."""

    visit: Visit
    matter: AssessedCase
    calendar: PermitCalendar
    printing: bool = False
    printed: bool = False
    paper_trouble: Fault | None = None


@dataclass(frozen=True, slots=True)
class AskingPendingRewrites:
    """Is there work decided elsewhere for this permit?"""

    visit: Visit
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class DeclaringForHolder:
    """What the rules must know of a holder for whom somebody acts, before they are asked at all."""

    visit: Visit
    case: AnyCase
    answers: Answers
    question: str
    central_silent: bool


@dataclass(frozen=True, slots=True)
class Assessing:
    """`central_silent`: whether work is decided elsewhere could not be asked. `shown`: what the holder has already seen
    and went on from; None: nothing yet.
    """

    visit: Visit
    case: AnyCase
    answers: Answers
    central_silent: bool
    shown: Assessment | None = None


@dataclass(frozen=True, slots=True)
class ChoosingCategory:
    """The permit may become one of another category."""

    visit: Visit
    case: CaseWithPermit
    answers: Answers
    central_silent: bool


@dataclass(frozen=True, slots=True)
class ShowingAssessment:
    visit: Visit
    matter: AssessedCase
    central_silent: bool


@dataclass(frozen=True, slots=True)
class Declaring:
    """`question`: a key of the region file's declarations, or the code of a rule that the holder has to confirm."""

    visit: Visit
    matter: AssessedCase
    question: str

    @property
    def confirms_rule(self) -> bool:
        """Whether a rule is to be confirmed, not a question answered."""
        return self.question in self.matter.assessment.to_confirm


@dataclass(frozen=True, slots=True)
class VerifyingEvidence:
    """Central was asked about one proof. `licence_code` None: by its own records."""

    visit: Visit
    matter: AssessedCase
    key: str
    licence_code: Personal[str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChoosingProof:
    """One of `keys` is enough: which can the holder show?"""

    visit: Visit
    matter: AssessedCase
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingLicenceCode:
    """The electronic licence code of `key` is awaited at the scanner. `problem`: why once more ("unreadable",
    "not_verified"), or "".
    """

    visit: Visit
    matter: AssessedCase
    key: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AwaitingAttendant:
    """Somebody of the site is to say that the holder stands here. `required`: without that nothing goes on; `problem`:
    why once more ("wrong"), why not for a while ("locked"), or "".
    """

    visit: Visit
    pursued: Proposal
    required: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CheckingAttendant:
    """A code was typed; it is being compared."""

    visit: Visit
    pursued: Proposal
    required: bool


@dataclass(frozen=True, slots=True)
class AskingCentral:
    visit: Visit
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class ChoosingCollection:
    """How is the permit to be had once it is decided? Asked before the application is sent."""

    visit: Visit
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class EnteringTelephone:
    """`collection`: the way chosen, None where there was no choice. `is_wrong`: the last number cannot be one."""

    visit: Visit
    matter: AssessedCase
    collection: str | None
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Applying:
    """The application is on its way to central."""

    visit: Visit
    matter: AssessedCase
    collection: str | None


Inquiry = (
    LookingAhead
    | ShowingStatus
    | AskingPendingRewrites
    | DeclaringForHolder
    | Assessing
    | ChoosingCategory
    | ShowingAssessment
    | Declaring
    | VerifyingEvidence
    | ChoosingProof
    | ReadingLicenceCode
    | AwaitingAttendant
    | CheckingAttendant
    | AskingCentral
    | ChoosingCollection
    | EnteringTelephone
    | Applying
)
"""Whose papers they are is known, and nothing is granted yet but what central offered by itself."""


def case_of(state: Inquiry) -> AnyCase:
    """Whose papers, and which."""
    match state:
        case LookingAhead() | AskingPendingRewrites() | DeclaringForHolder() | Assessing() | ChoosingCategory():
            return state.case
        case AwaitingAttendant() | CheckingAttendant():
            return state.pursued.case
        case _:
            return state.matter.case


def asked_in(state: object) -> str:
    """What a person is asked in `state`, as a key: that of the question, or what is to be chosen from; "" in a state
    that asks nothing by a key. Two questions that may follow each other differ in it.
    """
    match state:
        case Declaring() | DeclaringForHolder():
            return state.question
        case ChoosingService(choices=keys):
            return f"service of {', '.join(keys)}"
        case ChoosingProof(keys=keys):
            return f"proof of {', '.join(keys)}"
        case ReadingLicenceCode(key=key):
            return f"licence of {key}"
        case ChoosingAgent():
            return "agent"
        case ChoosingCategory():
            return "category"
        case ChoosingCollection() | ChoosingCollectionLater():
            return "collection"
        case EnteringTelephone():
            return "telephone"
        case AwaitingAttendant():
            return "attendant"
        case _:
            return ""
