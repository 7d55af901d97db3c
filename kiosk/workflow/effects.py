"""What to do: frozen values in the imperative. The machine orders them; services carry them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kiosk.domain.documents import FaceJob, IdDocument, Permit
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Grant
from kiosk.domain.personal import Personal
from kiosk.policy.permit_calendar import PermitCalendar
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
    """An effect that begins what must be known after a loss of power: a permit comes in or moves where its holder
    cannot reach it, central may make a grant, the chip or the face is written. It is not begun unless the step that
    orders it is on disk.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ChipCommands:
    """A batch that central composed: (APDU, status words that let it go on) in order. Opaque to the machine."""

    commands: tuple[tuple[bytes, tuple[int, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelayRefused:
    """The relay let nothing of a batch through: command `index` breaks its rule `reason`, a code of the contract."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChipAnswers:
    """What the chip answered: (data, status word) in order. Opaque to the machine. `refused`: it was asked nothing."""

    answers: tuple[tuple[bytes, int], ...] = field(repr=False)
    refused: RelayRefused | None = None


@dataclass(frozen=True, slots=True)
class InspectPath:
    """Initialise the unit leaving a permit where it is, look, and read the journal."""


@dataclass(frozen=True, slots=True)
class CheckDevices:
    """While idle: is everything that a visit needs still there?"""


@dataclass(frozen=True, slots=True)
class LookAtHours:
    """While nobody is served: is the site open now?"""


@dataclass(frozen=True, slots=True)
class ReadIdCard:
    """Poll the reader until a card was read, or StopIdReader. `besides`: whose card does not count, because it was read
    already.
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
    """`inquiry_id`: under which central is told to forget the question, should its answer not come."""

    inquiry_id: UUID
    case: CaseWithPermit


@dataclass(frozen=True, slots=True)
class Assess:
    case: AnyCase
    purpose: VisitPurpose
    answers: Answers


@dataclass(frozen=True, slots=True)
class LookAhead:
    """What do the rules say of this permit's coming year?"""

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
    """Whose code was typed? `code`: an attendant's own secret."""

    code: Personal[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestEndorsement(NeedsJournal):
    endorsement_id: UUID
    purpose: VisitPurpose
    matter: AssessedCase


@dataclass(frozen=True, slots=True)
class Apply(NeedsJournal):
    """Send what a person will review. Its number is that of the visit's endorsement."""

    application_id: UUID
    purpose: VisitPurpose
    matter: AssessedCase
    collection: str | None
    telephone: Personal[str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchApplications:
    """How far are this holder's applications?"""

    holder: IdDocument


@dataclass(frozen=True, slots=True)
class ChooseCollection:
    """Tell central how the permit is to be had."""

    application_id: UUID
    way: str


@dataclass(frozen=True, slots=True)
class CancelEndorsement:
    """Give the grant back, or withdraw the application, if there is one: queued, repeated until central took note."""

    endorsement_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class OpenChipSession(NeedsJournal):
    """Checks once more that the grant has not expired, before anything reaches the chip. `call_id`: of this session
    alone, also where the same grant is written once more after a stop.
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
    """After a stop: which of the two contents does the chip hold?"""

    hashes: ContentHashes


@dataclass(frozen=True, slots=True)
class RecallEndorsement:
    """After a stop: what does central know of this endorsement? With its grant, where `permit` was read."""

    endorsement_id: UUID
    permit: Permit | None


@dataclass(frozen=True, slots=True)
class DrawFace:
    """Draw the dots while the holder compares old and new; nothing is sent and nothing moves."""

    face: FaceJob


@dataclass(frozen=True, slots=True)
class LoadFace:
    """Send the raster ahead, while the chip is being written; nothing moves."""

    face: FaceJob


@dataclass(frozen=True, slots=True)
class RewriteFace(NeedsJournal):
    face: FaceJob


@dataclass(frozen=True, slots=True)
class EjectPermit:
    pass


@dataclass(frozen=True, slots=True)
class WatchMouth:
    """Tell when the permit is gone from the mouth."""


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
    """Tell central how it ended, whatever happened: queued and repeated until central took note."""

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
    """Forget the visit: image buffers of the unit, the printer's buffer, everything that a service kept."""


@dataclass(frozen=True, slots=True)
class EndProgram:
    """The machine is switched off and nothing is under way any more: no further event is taken."""


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
    | EndProgram
)
