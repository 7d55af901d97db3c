"""What happened: frozen values in the past tense. Services and the clock post them; the machine reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kiosk.domain.applications import Application, EvidenceResult, ReceivedApplication
from kiosk.domain.documents import IdDocument, Permit
from kiosk.domain.endorsement import ChipState, Custody, Grant, Refusal
from kiosk.domain.faults import Fault
from kiosk.domain.personal import Personal
from kiosk.policy.assessment import Assessment
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.workflow.effects import ChipAnswers, ChipCommands
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import InterruptedVisit, Visit, VisitIds


@dataclass(frozen=True, slots=True)
class PathInspected:
    """The unit was initialised and looked; the journal was read. `visit`: a fresh one, in case somebody must be
    served.
    """

    custody: Custody
    story: InterruptedVisit
    visit: Visit


@dataclass(frozen=True, slots=True)
class PathNotInspected:
    """The unit could not be initialised, or could not look."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class PersonChose:
    """`choice`: what the intent says it is; a telephone number among others, so it does not print. `asked`: what was
    asked on the screen that it was made on (see `asked_in`); "": nothing that has a key. `ids`: for the visit that it
    may begin.
    """

    intent: Intent
    choice: str = field(default="", repr=False)
    asked: str = ""
    ids: VisitIds | None = None


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    name: str


@dataclass(frozen=True, slots=True)
class HoursEnded:
    """The site is closed, or closes so soon that no visit is begun any more. `on`: the local day; `opens_at`: when
    visits begin again; None: not in the next weeks.
    """

    on: date
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoursBegan:
    """The site is open."""


@dataclass(frozen=True, slots=True)
class SwitchOffRequested:
    """The machine is to be switched off. `why`: the signal's name, or "window" where the window was to be closed."""

    why: str


@dataclass(frozen=True, slots=True)
class SwitchOffOverdue:
    """The time to come to an end in good order is up."""


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """`nothing_sent`: a batch for the chip was ordered, and pcscd did not even let the chip be opened for it."""

    fault: Fault
    nothing_sent: bool = False


@dataclass(frozen=True, slots=True)
class DevicesReady:
    """Everything that a visit needs has answered."""


@dataclass(frozen=True, slots=True)
class IdCardRead:
    """A card that is good here. `read_on`: the local day, by which the holder's age is reckoned."""

    document: IdDocument
    read_on: date


@dataclass(frozen=True, slots=True)
class IdCardRefused:
    """Read, and not good here: expired (by the local date), a wrong check character, a card for other persons."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class IdCardNotReadable:
    """A card lies there and could not be read: lift it and lay it down again."""


@dataclass(frozen=True, slots=True)
class PermitTakenIn:
    """A fact about custody: INSIDE."""


@dataclass(frozen=True, slots=True)
class PermitNotTakenIn:
    """The withdrawn order had taken nothing in."""


@dataclass(frozen=True, slots=True)
class PermitOutOfSight:
    """A fact about custody: UNKNOWN. The order to take one in has ended; whether one went in, the unit cannot say."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class PermitAtMouth:
    """A fact about custody: AT_MOUTH."""


@dataclass(frozen=True, slots=True)
class PermitTaken:
    """A fact about custody: WITH_HOLDER."""


@dataclass(frozen=True, slots=True)
class PermitRetained:
    """A fact about custody: RETAINED."""


@dataclass(frozen=True, slots=True)
class PermitRead:
    permit: Permit


@dataclass(frozen=True, slots=True)
class PermitNotRecognised:
    """No chip, not the chip of a permit, or one whose content is nothing that central could be told. `kind`: a refusal
    code (no_chip, not_a_permit, foreign_bank, content_unusual, …).
    """

    kind: str


@dataclass(frozen=True, slots=True)
class WorkFound:
    """Central has decided work for this permit: rewrite, or face only."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class NoWorkFound:
    pass


@dataclass(frozen=True, slots=True)
class Assessed:
    """`on`: the local date that the rules were asked about."""

    assessment: Assessment
    on: date


@dataclass(frozen=True, slots=True)
class LookedAhead:
    """The rules on an endorsement today (the local date `on`), and the permit's coming year."""

    assessment: Assessment
    calendar: PermitCalendar
    on: date


@dataclass(frozen=True, slots=True)
class GrantReceived:
    grant: Grant


@dataclass(frozen=True, slots=True)
class EndorsementRefused:
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class EndorsementPending:
    review_number: str
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class PermitAlreadyCurrent:
    valid_to: date


@dataclass(frozen=True, slots=True)
class CentralFailed:
    """Unreachable, garbage, or a grant that did not verify. `of_pending_rewrites`: what failed is the question about
    work decided elsewhere, for which a visit does not wait to the end.
    """

    fault: Fault
    of_pending_rewrites: bool = False


@dataclass(frozen=True, slots=True)
class ChipBatchReceived:
    session_id: UUID
    batch: int
    commands: ChipCommands


@dataclass(frozen=True, slots=True)
class ChipVerdictReceived:
    """Central compared what it read: the chip holds the granted content, or it does not."""

    written: bool


@dataclass(frozen=True, slots=True)
class BatchRelayed:
    answers: ChipAnswers


@dataclass(frozen=True, slots=True)
class ChipReadBack:
    """Read by the kiosk itself. `permit` None: the chip is silent."""

    permit: Permit | None


@dataclass(frozen=True, slots=True)
class ChipExamined:
    """Read after a stop and compared with the journal's hashes. `permit` None: the chip is silent; with a permit and
    `chip` UNKNOWN it holds neither the old nor the new content.
    """

    permit: Permit | None
    chip: ChipState


@dataclass(frozen=True, slots=True)
class EndorsementRecalled:
    """Central told again of an endorsement. `chip`: NEW where it knows that the chip was written; `grant`: its grant,
    if that may still be used for the permit that was read.
    """

    chip: ChipState
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class FaceRewritten:
    """The unit said so. `at_mouth`: the same command gave the permit out (a fact about custody)."""

    at_mouth: bool


@dataclass(frozen=True, slots=True)
class FaceNotRewritten:
    fault: Fault


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    pass


@dataclass(frozen=True, slots=True)
class ReceiptNotPrinted:
    fault: Fault


@dataclass(frozen=True, slots=True)
class LicenceCodeRead:
    """The scanner read an electronic licence code."""

    code: Personal[str]


@dataclass(frozen=True, slots=True)
class LicenceCodeNotReadable:
    """Something was held before the scanner that is no code: once more. The scanner still reads."""


@dataclass(frozen=True, slots=True)
class CodeScannerFailed:
    """The scanner does not serve; the visit goes on without it."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class AttendantConfirmed:
    """An attendant of this number says that the holder stands here."""

    attendant: str


@dataclass(frozen=True, slots=True)
class AttendantNotConfirmed:
    """The code is nobody's. `locked`: none is looked at for a while."""

    locked: bool


@dataclass(frozen=True, slots=True)
class EvidenceAnswered:
    """Central's word on one proof."""

    key: str
    result: EvidenceResult


@dataclass(frozen=True, slots=True)
class ApplicationReceived:
    """Central has taken the application in; a person will review it."""

    received: ReceivedApplication


@dataclass(frozen=True, slots=True)
class ApplicationsFound:
    """The holder's applications, newest first; none: empty."""

    applications: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class CollectionRecorded:
    """Central knows how the permit is to be collected. `application`: as it stands now."""

    application: Application


Event = (
    PathInspected
    | PathNotInspected
    | PersonChose
    | DeadlinePassed
    | DeviceFailed
    | DevicesReady
    | IdCardRead
    | IdCardRefused
    | IdCardNotReadable
    | PermitTakenIn
    | PermitNotTakenIn
    | PermitAtMouth
    | PermitTaken
    | PermitOutOfSight
    | PermitRetained
    | PermitRead
    | PermitNotRecognised
    | WorkFound
    | NoWorkFound
    | Assessed
    | GrantReceived
    | EndorsementRefused
    | EndorsementPending
    | PermitAlreadyCurrent
    | CentralFailed
    | ChipBatchReceived
    | ChipVerdictReceived
    | BatchRelayed
    | ChipReadBack
    | ChipExamined
    | EndorsementRecalled
    | FaceRewritten
    | FaceNotRewritten
    | ReceiptPrinted
    | ReceiptNotPrinted
    | LicenceCodeRead
    | LicenceCodeNotReadable
    | CodeScannerFailed
    | AttendantConfirmed
    | AttendantNotConfirmed
    | EvidenceAnswered
    | ApplicationReceived
    | ApplicationsFound
    | CollectionRecorded
    | LookedAhead
    | HoursEnded
    | HoursBegan
    | SwitchOffRequested
    | SwitchOffOverdue
)

CUSTODY_FACTS = (
    PathInspected,
    PermitTakenIn,
    PermitOutOfSight,
    PermitAtMouth,
    PermitTaken,
    PermitRetained,
    FaceRewritten,
)
"""Never dropped, whatever visit they are stamped with."""


def custody_told(event: Event) -> Custody | None:
    """Where the permit is by what the unit says in `event`; None if it says nothing about that."""
    match event:
        case PathInspected(custody=custody):
            return custody
        case PermitTakenIn():
            return Custody.INSIDE
        case PermitOutOfSight():
            return Custody.UNKNOWN
        case PermitAtMouth() | FaceRewritten(at_mouth=True):
            return Custody.AT_MOUTH
        case PermitTaken():
            return Custody.WITH_HOLDER
        case PermitRetained():
            return Custody.RETAINED
        case _:
            return None
