"""Effects: frozen values, named in the imperative, that the machine orders and services carry out."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kiosk.domain.documents import FaceJob, IdDocument, Permit
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Grant
from kiosk.domain.personal import Personal
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.workflow.technician.effects import (
    AwaitServiceCard,
    ChangeServiceState,
    CheckTechnician,
    CheckUnlockCode,
    ListBin,
    NoteBinEmptied,
    PrintHandOverList,
    StopServiceCard,
    TestPart,
)
from kiosk.workflow.visits import (
    Answers,
    AnyCase,
    Applied,
    AssessedCase,
    CaseWithPermit,
    ContentHashes,
    Renewed,
    Visit,
    VisitPurpose,
    WritableCase,
)


class NeedsJournal:
    """An effect that must be known after a loss of power: a permit comes in or moves out of its holder's reach, central
    may make a grant, the chip or the face is written. It begins only when the step that orders it is on disk.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ChipCommands:
    """A batch that central composed: pairs of APDU and status words after which it goes on. Opaque to the machine."""

    commands: tuple[tuple[bytes, tuple[int, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelayRefused:
    """The relay rejected a whole batch: command `index` breaks the rule `reason`, a code of the contract."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChipAnswers:
    """The chip's answers: pairs of data and status word in order, opaque to the machine. `refused`: none was sent."""

    answers: tuple[tuple[bytes, int], ...] = field(repr=False)
    refused: RelayRefused | None = None


@dataclass(frozen=True, slots=True)
class InspectPath:
    """Initialise the unit without moving a permit, find out where the permit is, and read the journal."""


@dataclass(frozen=True, slots=True)
class CheckDevices:
    """Check, while idle, that every device that visits need still works."""


@dataclass(frozen=True, slots=True)
class LookAtHours:
    """While nobody is served: is the site open now?"""


@dataclass(frozen=True, slots=True)
class ReadIdCard:
    """Poll the reader until a card was read, or StopIdReader. `besides`: the person whose card was read already and is
    ignored.
    """

    besides: IdDocument | None = None


@dataclass(frozen=True, slots=True)
class StopIdReader:
    pass


@dataclass(frozen=True, slots=True)
class TakePermitIn(NeedsJournal):
    """Wait at the mouth until a permit came, or StopTakingIn."""


@dataclass(frozen=True, slots=True)
class StopTakingIn:
    pass


@dataclass(frozen=True, slots=True)
class ReadChip:
    pass


@dataclass(frozen=True, slots=True)
class AskForPendingRewrites(NeedsJournal):
    """Ask central for work decided elsewhere. `inquiry_id`: the number to cancel the question by if no answer comes."""

    inquiry_id: UUID
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class Assess:
    case: AnyCase
    purpose: VisitPurpose
    answers: Answers


@dataclass(frozen=True, slots=True)
class LookAhead:
    """Ask the rules about this permit's coming year."""

    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class VerifyEvidence:
    """Ask central about one proof: by the licence code, or, without one, by its own records."""

    case: AnyCase
    purpose: VisitPurpose
    key: str
    licence_code: Personal[str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckAttendant:
    """Find the attendant whose secret `code` was typed."""

    code: Personal[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestEndorsement(NeedsJournal):
    endorsement_id: UUID
    purpose: VisitPurpose
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class Apply(NeedsJournal):
    """Send an application, which a person reviews. Its number is the visit's `endorsement_id`."""

    application_id: UUID
    purpose: VisitPurpose
    matter: AssessedCase
    collection: str | None
    telephone: Personal[str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchApplications:
    """Ask central for this holder's applications and their progress."""

    holder: IdDocument


@dataclass(frozen=True, slots=True)
class ChooseCollection:
    """Tell central how the holder will collect the permit."""

    application_id: UUID
    way: str


@dataclass(frozen=True, slots=True)
class CancelEndorsement:
    """Cancel the grant or withdraw the application, if there is one. Queued, and repeated until central confirms it."""

    endorsement_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class OpenChipSession(NeedsJournal):
    """Check again that the grant has not expired, and open a session for writing the chip.

    `call_id`: unique to this session, also where the same grant is written again after a stop.
    """

    grant: Grant
    case: WritableCase
    call_id: UUID


@dataclass(frozen=True, slots=True)
class RelayBatch(NeedsJournal):
    commands: ChipCommands


@dataclass(frozen=True, slots=True)
class SendChipAnswers:
    endorsement_id: UUID
    session_id: UUID
    batch: int
    answers: ChipAnswers


@dataclass(frozen=True, slots=True)
class ReadBackChip:
    pass


@dataclass(frozen=True, slots=True)
class ExamineChip:
    """After a stop: find out which of the two contents the chip holds."""

    hashes: ContentHashes


@dataclass(frozen=True, slots=True)
class RecallEndorsement:
    """After a stop: ask central what it knows of this endorsement, with the grant where `permit` was read."""

    endorsement_id: UUID
    permit: Permit | None


@dataclass(frozen=True, slots=True)
class DrawFace:
    """Draw the face's raster while the holder compares old and new. Nothing is sent and nothing moves."""

    face: FaceJob


@dataclass(frozen=True, slots=True)
class LoadFace:
    """Send the face's raster to the unit while the chip is being written. Nothing moves."""

    face: FaceJob


@dataclass(frozen=True, slots=True)
class RewriteFace(NeedsJournal):
    face: FaceJob


@dataclass(frozen=True, slots=True)
class EjectPermit:
    pass


@dataclass(frozen=True, slots=True)
class WatchMouth:
    """Report when the permit is gone from the mouth."""


@dataclass(frozen=True, slots=True)
class TakePermitBack(NeedsJournal):
    pass


@dataclass(frozen=True, slots=True)
class RetainPermit(NeedsJournal):
    pass


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    visit: Visit
    renewed: Renewed


@dataclass(frozen=True, slots=True)
class PrintApplicationSlip:
    visit: Visit
    applied: Applied


@dataclass(frozen=True, slots=True)
class PrintStatusSlip:
    visit: Visit
    matter: AssessedCase
    calendar: PermitCalendar


@dataclass(frozen=True, slots=True)
class ReportCompletion:
    """Tell central how the endorsement ended. Queued, and repeated until central confirms it."""

    endorsement_id: UUID
    chip: ChipState
    face: FaceState
    custody: Custody
    receipt_printed: bool


@dataclass(frozen=True, slots=True)
class ReadLicenceCode:
    """Wait at the code scanner until a code was read, or StopCodeScanner."""


@dataclass(frozen=True, slots=True)
class StopCodeScanner:
    pass


@dataclass(frozen=True, slots=True)
class ClearPersonalData:
    """Forget the visit: clear the unit's image buffers, the printer's buffer and what services kept."""


@dataclass(frozen=True, slots=True)
class EndProgram:
    """End the program: the machine is being switched off and nothing is under way. No further event is taken."""


Effect = (
    InspectPath
    | CheckDevices
    | LookAtHours
    | ReadIdCard
    | StopIdReader
    | TakePermitIn
    | StopTakingIn
    | ReadChip
    | AskForPendingRewrites
    | Assess
    | RequestEndorsement
    | CancelEndorsement
    | OpenChipSession
    | RelayBatch
    | SendChipAnswers
    | ReadBackChip
    | ExamineChip
    | RecallEndorsement
    | DrawFace
    | LoadFace
    | RewriteFace
    | EjectPermit
    | WatchMouth
    | TakePermitBack
    | RetainPermit
    | PrintReceipt
    | ReportCompletion
    | LookAhead
    | VerifyEvidence
    | CheckAttendant
    | ReadLicenceCode
    | StopCodeScanner
    | Apply
    | SearchApplications
    | ChooseCollection
    | PrintApplicationSlip
    | PrintStatusSlip
    | ClearPersonalData
    | AwaitServiceCard
    | StopServiceCard
    | CheckTechnician
    | CheckUnlockCode
    | TestPart
    | ChangeServiceState
    | ListBin
    | NoteBinEmptied
    | PrintHandOverList
    | EndProgram
)
