"""What to do: frozen values in the imperative. The machine orders them; services carry them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Grant
from kiosk.policy.assessment import Assessment
from kiosk.workflow.states import Case, Renewed, Visit


@dataclass(frozen=True, slots=True)
class ChipCommands:
    """A batch that central composed: (APDU, status words that let it go on) in order. Opaque to the machine."""

    commands: tuple[tuple[bytes, tuple[int, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChipAnswers:
    """What the chip answered: (data, status word) in order. Opaque to the machine."""

    answers: tuple[tuple[bytes, int], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class InspectPath:
    """Initialise the unit leaving a permit where it is, look, and read the journal."""


@dataclass(frozen=True, slots=True)
class CheckDevices:
    """While idle: is everything that a visit needs still there?"""


@dataclass(frozen=True, slots=True)
class ReadIdCard:
    """Poll the reader until a card was read, or StopIdReader."""


@dataclass(frozen=True, slots=True)
class StopIdReader:
    pass


@dataclass(frozen=True, slots=True)
class TakePermitIn:
    """Wait at the mouth until a permit came, or StopTakingIn."""


@dataclass(frozen=True, slots=True)
class StopTakingIn:
    pass


@dataclass(frozen=True, slots=True)
class ReadChip:
    pass


@dataclass(frozen=True, slots=True)
class AskForPendingRewrites:
    case: Case


@dataclass(frozen=True, slots=True)
class Assess:
    case: Case


@dataclass(frozen=True, slots=True)
class RequestEndorsement:
    endorsement_id: UUID
    case: Case
    assessment: Assessment
    declarations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelEndorsement:
    """Give the grant back, if there is one: queued and repeated until central took note."""

    endorsement_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class OpenChipSession:
    """Checks once more that the grant has not expired, before anything reaches the chip."""

    grant: Grant
    case: Case


@dataclass(frozen=True, slots=True)
class RelayBatch:
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
class DrawFace:
    """Draw the dots while the holder compares old and new; nothing is sent and nothing moves."""

    content: PermitContent
    permit_file: str


@dataclass(frozen=True, slots=True)
class LoadFace:
    """Send the raster ahead, while the chip is being written; nothing moves."""

    content: PermitContent
    permit_file: str


@dataclass(frozen=True, slots=True)
class RewriteFace:
    content: PermitContent
    permit_file: str


@dataclass(frozen=True, slots=True)
class EjectPermit:
    pass


@dataclass(frozen=True, slots=True)
class WatchMouth:
    """Tell when the permit is gone from the mouth."""


@dataclass(frozen=True, slots=True)
class TakePermitBack:
    pass


@dataclass(frozen=True, slots=True)
class RetainPermit:
    pass


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    visit: Visit
    renewed: Renewed


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
class Wipe:
    """Forget the visit: image buffers of the unit, the printer's buffer, everything that a service kept."""


Effect = (
    InspectPath | CheckDevices | ReadIdCard | StopIdReader | TakePermitIn | StopTakingIn | ReadChip |
    AskForPendingRewrites
    | Assess | RequestEndorsement | CancelEndorsement | OpenChipSession | RelayBatch | SendChipAnswers | ReadBackChip
    | DrawFace | LoadFace | RewriteFace | EjectPermit | WatchMouth | TakePermitBack | RetainPermit | PrintReceipt |
    ReportCompletion
    | ReadLicenceCode | StopCodeScanner | Wipe
)
