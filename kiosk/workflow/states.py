"""The states of the machine: one frozen class each, with exactly the data that exists in it.

The purpose and the ending of a visit are in `visits.py`, and are exported from here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.endorsement import Custody, Grant
from kiosk.domain.faults import Fault
from kiosk.policy.assessment import Assessment
from kiosk.workflow.inquiry import (
    Applying,
    AskingCentral,
    AskingPendingRewrites,
    Assessing,
    AwaitingAttendant,
    AwaitingPermit,
    CheckingAttendant,
    ChoosingAgent,
    ChoosingCategory,
    ChoosingCollection,
    ChoosingCollectionLater,
    ChoosingProof,
    ChoosingService,
    Declaring,
    DeclaringForHolder,
    EnteringTelephone,
    ExplainingService,
    Inquiry,
    LookingAhead,
    ReadingAgentIdCard,
    ReadingIdCard,
    ReadingLicenceCode,
    ReadingPermit,
    RecordingCollection,
    SearchingApplications,
    ShowingAssessment,
    ShowingNotice,
    ShowingProgress,
    ShowingStatus,
    VerifyingEvidence,
    WithdrawingOffer,
    asked_in,
    case_of,
)
from kiosk.workflow.rewriting import (
    AwaitingHolder,
    OpeningChipSession,
    ReadingChipBack,
    RecoveringChip,
    RecoveringFace,
    RecoveringGrant,
    RelayingBatch,
    RewritingFace,
    SendingChipAnswers,
    Writing,
)
from kiosk.workflow.technician.tasks import AwaitsTechnician, Task
from kiosk.workflow.visits import (
    Answers,
    AnyCase,
    Applied,
    AssessedCase,
    BrokenOff,
    CaseWithoutPermit,
    CaseWithPermit,
    ContentHashes,
    Declined,
    Ending,
    FoundPermit,
    GrantedElsewhere,
    Informed,
    Interrupted,
    InterruptedVisit,
    Presence,
    Proposal,
    PutAway,
    Renewed,
    Visit,
    VisitKind,
    VisitPurpose,
    WritableCase,
    endorsement_of,
    permit_of,
    reference_of,
)

# Without a visit.


@dataclass(frozen=True, slots=True)
class Recovering:
    """The first state: the world is not trusted until the unit said where a permit is and the journal was read.
    `switching_off`, here and in the three states below: see `Visit`.
    """

    switching_off: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """The path is known to be empty and the welcome screen is shown."""

    language: str
    switching_off: bool = False


@dataclass(frozen=True, slots=True)
class OutOfHours:
    """The path is known to be empty, and the site is closed. `on`: the local day; `opens_at`: when it opens, as far as
    is known.
    """

    on: date
    opens_at: datetime | None
    switching_off: bool = False


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Nobody is served. `custody`: WITH_HOLDER when the path is known to be empty. `held`: the holder of the permit
    inside has gone, so the permit is for the bin or for staff and is not offered at the mouth again. `inspecting`: the
    unit was asked where the permit is and has not answered yet.
    """

    fault: Fault
    custody: Custody
    held: bool = False
    inspecting: bool = False
    switching_off: bool = False


@dataclass(frozen=True, slots=True)
class InServiceMode:
    """A technician is at the machine, or signs in; nobody is served. `task`: what is done. `custody`, `held`: as out of
    service. `fault`: why nobody was served before; None where it was idle. `inspecting`: the unit was asked where the
    permit is before, and has not answered yet.
    """

    task: Task
    language: str
    custody: Custody = Custody.WITH_HOLDER
    fault: Fault | None = None
    held: bool = False
    inspecting: bool = False
    switching_off: bool = False


# With the permit inside.


@dataclass(frozen=True, slots=True)
class Confirming:
    """The holder compares old and new, as central granted it, and can still cancel. `assessed`: the assessment of the
    rules here; None where the work was decided elsewhere.
    """

    visit: Visit
    case: CaseWithPermit
    grant: Grant
    assessed: Assessment | None = None


@dataclass(frozen=True, slots=True)
class ReturningPermit:
    """The unit was ordered to move the permit to the mouth."""

    visit: Visit
    ending: Ending


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Nobody took the permit; the unit was ordered to draw it in again and has not yet confirmed it."""

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
    """The permit is at the mouth, within the holder's reach. `reminded`: the holder was reminded once."""

    visit: Visit
    ending: Ending
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class PrintingReceipt:
    """The permit is with its holder and the receipt is being printed. `renewed`: what was done."""

    visit: Visit
    renewed: Renewed


@dataclass(frozen=True, slots=True)
class Thanking:
    """The last page after an endorsement. `paper_trouble`: why there is no receipt, if there is none."""

    visit: Visit
    renewed: Renewed
    paper_trouble: Fault | None


@dataclass(frozen=True, slots=True)
class PrintingSlip:
    """Central has the application, the permit, if any, is with its holder, and the slip is being printed."""

    visit: Visit
    applied: Applied


@dataclass(frozen=True, slots=True)
class ShowingApplication:
    """The last page after an application. `paper_trouble`: why there is no slip, if there is none."""

    visit: Visit
    applied: Applied
    paper_trouble: Fault | None


@dataclass(frozen=True, slots=True)
class ShowingOutcome:
    """The outcome page after a refusal or a fault. `custody`: WITH_HOLDER or RETAINED."""

    visit: Visit
    ending: Ending
    custody: Custody


InVisit = (
    ChoosingService
    | ChoosingAgent
    | ExplainingService
    | ShowingNotice
    | ReadingIdCard
    | ReadingAgentIdCard
    | AwaitingPermit
    | WithdrawingOffer
    | SearchingApplications
    | ShowingProgress
    | ChoosingCollectionLater
    | RecordingCollection
    | ReadingPermit
    | LookingAhead
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
    | Confirming
    | OpeningChipSession
    | RelayingBatch
    | SendingChipAnswers
    | ReadingChipBack
    | RewritingFace
    | RecoveringChip
    | RecoveringGrant
    | AwaitingHolder
    | RecoveringFace
    | ReturningPermit
    | TakingBack
    | Retaining
    | AwaitingRemoval
    | PrintingReceipt
    | Thanking
    | PrintingSlip
    | ShowingApplication
    | ShowingOutcome
)
AtRest = Idle | OutOfHours
"""All is well and nobody is served."""

ResidentState = Recovering | AtRest | OutOfService | InVisit
State = ResidentState | InServiceMode

AwaitsPerson = (
    Idle
    | ChoosingService
    | ChoosingAgent
    | ExplainingService
    | ShowingNotice
    | ReadingIdCard
    | ReadingAgentIdCard
    | AwaitingPermit
    | ShowingProgress
    | ChoosingCollectionLater
    | ShowingStatus
    | DeclaringForHolder
    | ChoosingCategory
    | ShowingAssessment
    | Declaring
    | ChoosingProof
    | ReadingLicenceCode
    | AwaitingAttendant
    | ChoosingCollection
    | EnteringTelephone
    | Confirming
    | AwaitingHolder
    | AwaitingRemoval
    | Thanking
    | ShowingApplication
    | ShowingOutcome
)
"""States in which a person reads and chooses; in all others a device or central is at work."""


def awaits_person(state: State) -> bool:
    """Whether somebody is to read and choose, a technician among them."""
    return isinstance(state, AwaitsPerson) or (
        isinstance(state, InServiceMode) and isinstance(state.task, AwaitsTechnician)
    )


def visit_of(state: State) -> Visit | None:
    """The visit that `state` belongs to."""
    return state.visit if isinstance(state, InVisit) else None


def is_switching_off(state: State) -> bool:
    """Whether the machine is being switched off: see `kiosk.workflow.switching_off`."""
    return state.visit.switching_off if isinstance(state, InVisit) else state.switching_off


def custody_of(state: State) -> Custody:
    """Where the permit is while the machine is in `state`, by the unit's last fact."""
    match state:
        case Recovering():
            return Custody.UNKNOWN
        case OutOfService(custody=custody) | InServiceMode(custody=custody) | ShowingOutcome(custody=custody):
            return custody
        case AwaitingRemoval() | TakingBack():
            return Custody.AT_MOUTH
        case (
            Idle()
            | OutOfHours()
            | ChoosingService()
            | ChoosingAgent()
            | ExplainingService()
            | ShowingNotice()
            | ReadingIdCard()
            | ReadingAgentIdCard()
            | AwaitingPermit()
            | WithdrawingOffer()
            | SearchingApplications()
            | ShowingProgress()
            | ChoosingCollectionLater()
            | RecordingCollection()
            | PrintingReceipt()
            | Thanking()
            | PrintingSlip()
            | ShowingApplication()
        ):
            return Custody.WITH_HOLDER
        case _ if isinstance(state, Inquiry) and isinstance(case_of(state), CaseWithoutPermit):
            return Custody.WITH_HOLDER
        case _:
            return Custody.INSIDE
