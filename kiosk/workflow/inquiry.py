"""The states of choosing, asking and explaining, before anything may be written; part of `states.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.applications import Application
from kiosk.domain.documents import IdDocument
from kiosk.domain.faults import Fault
from kiosk.domain.personal import Personal
from kiosk.policy.assessment import Assessment
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.workflow.visits import Answers, AnyCase, AssessedCase, CaseWithPermit, Ending, Proposal, Visit

# Before the permit is taken in.


@dataclass(frozen=True, slots=True)
class ChoosingService:
    """A service is chosen. `choices`: keys of services, of kinds of visit and of groups of services."""

    visit: Visit
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChoosingAgent:
    """The kind of agent is chosen by a person who is here for another."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ExplainingService:
    """The service is explained before anything is read or taken in."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ShowingNotice:
    visit: Visit


@dataclass(frozen=True, slots=True)
class ReadingIdCard:
    """The holder's identity card is awaited. `unreadable`: the last attempt failed, so it must be laid down again."""

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


# Without a permit: the progress of applications.


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
    """The application has come so far that the holder chooses how to collect the permit."""

    visit: Visit
    applications: tuple[Application, ...]
    chosen: Application


@dataclass(frozen=True, slots=True)
class RecordingCollection:
    visit: Visit
    applications: tuple[Application, ...]


# With the permit inside, or without one where it is lost or damaged.


@dataclass(frozen=True, slots=True)
class ReadingPermit:
    visit: Visit
    holder: IdDocument
    agent: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class LookingAhead:
    """The rules are asked about the permit's coming year, for a holder who only wants to know."""

    visit: Visit
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class ShowingStatus:
    """The permit's dates are shown. `printing`: the slip is on its way; `printed`: it was printed; `paper_trouble`: why
    it was not.
    """

    visit: Visit
    matter: AssessedCase
    calendar: PermitCalendar
    printing: bool = False
    printed: bool = False
    paper_trouble: Fault | None = None


@dataclass(frozen=True, slots=True)
class AskingPendingRewrites:
    """Central was asked for work decided elsewhere for this permit."""

    visit: Visit
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class DeclaringForHolder:
    """An agent answers what the rules must know of the holder before they are asked."""

    visit: Visit
    case: AnyCase
    answers: Answers
    question: str
    central_silent: bool


@dataclass(frozen=True, slots=True)
class Assessing:
    """The rules are asked. `central_silent`: central could not be asked for work decided elsewhere. `shown`: the
    assessment that the holder has already seen and went on from; None: none yet.
    """

    visit: Visit
    case: AnyCase
    answers: Answers
    central_silent: bool
    shown: Assessment | None = None


@dataclass(frozen=True, slots=True)
class ChoosingCategory:
    """The category is chosen, where the permit may become one of another category."""

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
    """The holder answers `question`: a key of the region file's declarations, or the code of a rule to confirm."""

    visit: Visit
    matter: AssessedCase
    question: str

    @property
    def confirms_rule(self) -> bool:
        """Whether `question` is a rule to confirm rather than a declaration."""
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
    """The holder chooses which of `keys` to show; one is enough."""

    visit: Visit
    matter: AssessedCase
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingLicenceCode:
    """The electronic licence code of `key` is awaited at the scanner. `problem`: why it is asked for again
    ("unreadable", "not_verified"), or "".
    """

    visit: Visit
    matter: AssessedCase
    key: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AwaitingAttendant:
    """An attendant is to confirm that the holder stands here. `required`: the visit cannot go on without it; `problem`:
    "wrong" after a wrong code, "locked" while no code is accepted, or "".
    """

    visit: Visit
    pursued: Proposal
    required: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CheckingAttendant:
    """An attendant's code was typed and is being checked."""

    visit: Visit
    pursued: Proposal
    required: bool


@dataclass(frozen=True, slots=True)
class AskingCentral:
    visit: Visit
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class ChoosingCollection:
    """The holder chooses how to collect the permit, before the application is sent."""

    visit: Visit
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class EnteringTelephone:
    """A telephone number is typed. `collection`: the way chosen, None where there was no choice. `is_wrong`: the last
    input was no telephone number.
    """

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
"""States in which the holder is known, and nothing is granted but work that central had decided elsewhere."""


def case_of(state: Inquiry) -> AnyCase:
    """The case that `state` is about."""
    match state:
        case LookingAhead() | AskingPendingRewrites() | DeclaringForHolder() | Assessing() | ChoosingCategory():
            return state.case
        case AwaitingAttendant() | CheckingAttendant():
            return state.pursued.case
        case _:
            return state.matter.case


def asked_in(state: object) -> str:
    """A key for what a person is asked in `state`: the question's key, or the keys to choose from; "" where nothing
    with a key is asked. Two questions that may follow each other have different keys.
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
