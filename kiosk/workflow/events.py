"""Events: frozen values, named in the past tense, that services and the clock post and the machine reads."""

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
from kiosk.workflow.technician.events import (
    BinListed,
    BinUnanswered,
    EmptyingNoted,
    PartTested,
    ServiceCardAccepted,
    ServiceCardRefused,
    ServiceCardRemoved,
    ServiceModeRequested,
    ServiceStateChanged,
    ServiceStateNotChanged,
    SignInUnanswered,
    TechnicianAdmitted,
    TechnicianNotAdmitted,
    Unlocked,
    UnlockRefused,
)
from kiosk.workflow.visits import InterruptedVisit, Visit, VisitIds


@dataclass(frozen=True, slots=True)
class PathInspected:
    """The unit was initialised, a permit located, the journal read. `visit`: a new one, for a permit to return."""

    custody: Custody
    story: InterruptedVisit
    visit: Visit


@dataclass(frozen=True, slots=True)
class PathNotInspected:
    """The unit could not be initialised, or could not say where a permit is."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class PersonChose:
    """A person chose something. `choice`: as the intent defines it; it may be a telephone number, so it does not print.
    `asked`: the question on the screen where the choice was made (see `asked_in`), or "". `ids`: for the visit that the
    choice may begin.
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
    """The time for switching off in good order is over."""


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """A device failed. `nothing_sent`: pcscd did not open the chip for an ordered batch, so none of it was sent."""

    fault: Fault
    nothing_sent: bool = False


@dataclass(frozen=True, slots=True)
class DevicesReady:
    """Every device that visits need has answered."""


@dataclass(frozen=True, slots=True)
class IdCardRead:
    """A valid identity card was read. `read_on`: the local date, from which the holder's age is computed."""

    document: IdDocument
    read_on: date


@dataclass(frozen=True, slots=True)
class IdCardRefused:
    """An identity card was read and is not accepted: expired on the local date, wrong check character, wrong kind."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class IdCardNotReadable:
    """A card lies on the reader and could not be read; it must be lifted and laid down again."""


@dataclass(frozen=True, slots=True)
class PermitTakenIn:
    """A fact about custody: INSIDE."""


@dataclass(frozen=True, slots=True)
class PermitNotTakenIn:
    """The order to take a permit in has ended and nothing was taken in."""


@dataclass(frozen=True, slots=True)
class PermitOutOfSight:
    """A fact about custody: UNKNOWN. The order to take a permit in ended, and the unit cannot say if one went in."""

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
    """The card has no chip, no permit's chip, or a chip whose content cannot be sent to central. `kind`: a refusal code
    (no_chip, not_a_permit, foreign_bank, content_unusual, …).
    """

    kind: str


@dataclass(frozen=True, slots=True)
class WorkFound:
    """Central has work decided elsewhere for this permit: chip and face, or the face only."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class NoWorkFound:
    pass


@dataclass(frozen=True, slots=True)
class Assessed:
    """The rules have assessed the case. `on`: the local date that they were asked about."""

    assessment: Assessment
    on: date


@dataclass(frozen=True, slots=True)
class LookedAhead:
    """The rules have answered about an endorsement on the local date `on` and about the permit's coming year."""

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
    """Central was unreachable, sent garbage, or sent a grant that did not verify. `of_pending_rewrites`: the question
    about work decided elsewhere failed, which does not end a visit.
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
    """Central compared what it read from the chip. `written`: the chip holds the granted content."""

    written: bool


@dataclass(frozen=True, slots=True)
class BatchRelayed:
    answers: ChipAnswers


@dataclass(frozen=True, slots=True)
class ChipReadBack:
    """The kiosk itself read the chip back. `permit` None: the chip is silent."""

    permit: Permit | None


@dataclass(frozen=True, slots=True)
class ChipExamined:
    """The chip was read after a stop and compared with the journal's hashes. `permit` None: the chip is silent; with a
    permit and `chip` UNKNOWN it holds neither the old nor the new content.
    """

    permit: Permit | None
    chip: ChipState


@dataclass(frozen=True, slots=True)
class EndorsementRecalled:
    """Central answered about an endorsement from before a stop. `chip`: NEW where central knows that it was written;
    `grant`: the grant, if it may still be used for the permit that was read.
    """

    chip: ChipState
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class FaceRewritten:
    """The unit rewrote the face. `at_mouth`: the same command gave the permit out (a fact about custody)."""

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
    """The scanner read something that is no licence code. It keeps reading."""


@dataclass(frozen=True, slots=True)
class CodeScannerFailed:
    """The scanner failed; the visit goes on without it."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class AttendantConfirmed:
    """The attendant with this number confirmed that the holder stands here."""

    attendant: str


@dataclass(frozen=True, slots=True)
class AttendantNotConfirmed:
    """The code belongs to no attendant. `locked`: no code is accepted for a while."""

    locked: bool


@dataclass(frozen=True, slots=True)
class EvidenceAnswered:
    """Central has answered about one proof."""

    key: str
    result: EvidenceResult


@dataclass(frozen=True, slots=True)
class ApplicationReceived:
    """Central has received the application; a person will review it."""

    received: ReceivedApplication


@dataclass(frozen=True, slots=True)
class ApplicationsFound:
    """Central sent the holder's applications, newest first; empty where there are none."""

    applications: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class CollectionRecorded:
    """Central has recorded how the permit is to be collected. `application`: its present state."""

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
    | ServiceModeRequested
    | ServiceCardAccepted
    | ServiceCardRefused
    | ServiceCardRemoved
    | TechnicianAdmitted
    | TechnicianNotAdmitted
    | SignInUnanswered
    | Unlocked
    | UnlockRefused
    | PartTested
    | BinListed
    | BinUnanswered
    | EmptyingNoted
    | ServiceStateChanged
    | ServiceStateNotChanged
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
"""Events that the engine never drops, whatever visit they are stamped with."""


def custody_told(event: Event) -> Custody | None:
    """Where the permit is according to `event`; None if the event is no fact about custody."""
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
