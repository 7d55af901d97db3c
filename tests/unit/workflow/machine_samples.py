"""What can happen to the machine: a few representatives of every event, about invented people."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from kiosk.domain import faults
from kiosk.domain.applications import Application, ApplicationState, EvidenceResult, ReceivedApplication
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.documents import IdDocument, IdKind, Permit, PermitContent
from kiosk.domain.endorsement import ChipState, Drawable, FaceState, Grant, Refusal, ResidenceYears, Service
from kiosk.domain.holder_check import NO_CHECK, CheckWay, HolderCheckRule
from kiosk.domain.identity_number import IdentityNumber, PermitNumber
from kiosk.domain.personal import Personal
from kiosk.domain.retained import KeptPermit
from kiosk.domain.technician import Role, Technician
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel, EvidenceAsked
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.policy.region_file import load_region
from kiosk.workflow import events as on
from kiosk.workflow.effects import ChipAnswers, ChipCommands, RelayRefused
from kiosk.workflow.intents import Intent
from kiosk.workflow.states import CaseWithPermit, ContentHashes, PutAway, Visit
from kiosk.workflow.technician.tasks import Outcome, SignInProblem, TestRecord
from kiosk.workflow.transition import Site
from kiosk.workflow.visits import InterruptedVisit, VisitIds

REGION = load_region(Path(__file__).parents[2] / "data" / "everything_asked.toml")
TODAY = date(2025, 5, 20)
OPENS_AT = datetime(2025, 5, 21, 8, 30, tzinfo=SHANGHAI)
LANGUAGE = "zh-Hans"
OTHER_LANGUAGE = "en"
ASKED_FOR = UUID(int=0xA1)  # the endorsement that the visit asks for
DECIDED_ELSEWHERE = UUID(int=0xA2)
FACE_LEFT_OVER = UUID(int=0xA3)
CUT_OFF = UUID(int=0xA4)  # the endorsement that was under way when the power went
SESSION = UUID(int=0xB1)
VISIT = Visit(UUID(int=0xC1), ASKED_FOR, LANGUAGE)
VISIT_IDS = VisitIds(VISIT.id, VISIT.endorsement_id)
FOUND_VISIT = Visit(UUID(int=0xC2), UUID(int=0xA5), LANGUAGE)

HOLDER = IdDocument(
    IdKind.CITIZEN,
    Personal("林羽真"),
    Personal(IdentityNumber("310000199001010011")),
    Personal(date(1990, 1, 1)),
    Personal("某路1号"),
    date(2020, 1, 1),
    None,
)
OLD = PermitContent(Personal("某路1号"), "某某分局", "standard", date(2024, 6, 1), date(2025, 5, 31), 1)
NEW = replace(OLD, valid_from=date(2025, 6, 1), valid_to=date(2026, 5, 31), endorsement_count=2)
PERMIT = Permit(
    "reference",
    b"\x3b\x00",
    "00112233AABBCCDD",
    "310000",
    Personal(PermitNumber("310000000000000001")),
    HOLDER.name,
    HOLDER.number,
    date(2024, 6, 1),
    OLD,
)
SOMEBODY_ELSES = replace(PERMIT, holder_number=Personal(IdentityNumber("310000199001010038")))
OF_ANOTHER_REGION = replace(PERMIT, region="110000")
RENEWED = replace(PERMIT, content=NEW)
HALF_RENEWED = replace(PERMIT, content=replace(OLD, endorsement_count=2))
ANOTHER_CHIP = replace(RENEWED, chip_serial="FFEEDDCCBBAA9988")
CASE = CaseWithPermit(HOLDER, PERMIT)

GRANT = Grant(
    ASKED_FOR,
    PERMIT.permit_number,
    PERMIT.chip_serial,
    NEW,
    ResidenceYears.CONTINUOUS,
    datetime(2025, 5, 20, 12, tzinfo=UTC),
)
GRANT_CUT_OFF = replace(GRANT, endorsement_id=CUT_OFF)
GRANT_ELSEWHERE = replace(GRANT, endorsement_id=DECIDED_ELSEWHERE)
FACE_GRANT = replace(GRANT, endorsement_id=FACE_LEFT_OVER, content=OLD, face_only=True)
FACE_GRANT_OF_OTHER_CONTENT = replace(FACE_GRANT, content=NEW)
GRANT_UNPRINTABLE = replace(GRANT, drawable=Drawable.CHARACTER_MISSING)
FACE_GRANT_UNPRINTABLE = replace(FACE_GRANT, drawable=Drawable.CHARACTER_MISSING)

IN_WINDOW = Assessment(
    AssessedOutcome.IN_WINDOW,
    date(2025, 5, 1),
    date(2025, 7, 30),
    NEW.valid_from,
    NEW.valid_to,
    ResidenceYears.CONTINUOUS,
    Channel.AT_ONCE,
    EvidenceAsked(),
    (),
)
TOO_EARLY = replace(IN_WINDOW, outcome=AssessedOutcome.TOO_EARLY, channel=None)
AT_THE_COUNTER = replace(IN_WINDOW, outcome=AssessedOutcome.OVERDUE, channel=Channel.COUNTER)
SENSELESS = replace(IN_WINDOW, outcome=None, channel=Channel.COUNTER)

AFTER_REVIEW = replace(IN_WINDOW, channel=Channel.AFTER_REVIEW)
WITH_PROOF = replace(
    IN_WINDOW,
    channel=Channel.COUNTER,
    channel_when_verified=Channel.AT_ONCE,
    evidence=EvidenceAsked(any_of=("deed", "lease")),
)
CALENDAR = PermitCalendar(None, None, None, None, None, ())

RECEIVED = ReceivedApplication(ASKED_FOR, "R-17", TODAY, None)
MADE = Application(
    DECIDED_ELSEWHERE,
    "R-18",
    Service.ENDORSE,
    TODAY,
    None,
    ApplicationState.MADE,
    "officer",
    "agree",
    None,
    None,
    may_choose_collection=True,
    station=None,
    ready_from=None,
    at_kiosk=False,
)
COLLECTION_CHOSEN = replace(MADE, collection="counter", may_choose_collection=False)

COMMANDS = ChipCommands(((b"\x00\x84\x00\x00\x08", (0x9000,)),))
ANSWERS = ChipAnswers(((b"\x01" * 8, 0x9000),))
WRONG_MAC = ChipAnswers(((b"", 0x6988),))
NOT_LET_THROUGH = ChipAnswers((), RelayRefused(0, "select"))

FAULTS = (
    faults.PERMIT_UNIT_PROTOCOL,
    faults.PERMIT_JAMMED,
    faults.CHIP_SILENT,
    faults.COUPLER_LINK,
    faults.ID_READER_LINK,
    faults.PAPER_OUT,
    faults.DISK_FULL,
)

WITH_CHOICE = (Intent.CHOOSE_LANGUAGE, Intent.CHOOSE, Intent.ENTER_TELEPHONE, Intent.ENTER_CODE)

# Without the facts about custody: those are for the walk's own permit unit to tell.
EVENTS: tuple[on.Event, ...] = (
    on.PersonChose(Intent.START, ids=VISIT_IDS),
    *(on.PersonChose(intent) for intent in Intent if intent not in WITH_CHOICE),
    on.PersonChose(Intent.CHOOSE_LANGUAGE, LANGUAGE),
    on.DeadlinePassed("the one of the state"),
    *(on.DeviceFailed(fault) for fault in FAULTS),
    on.DevicesReady(),
    on.SwitchOffRequested("SIGTERM"),
    on.SwitchOffOverdue(),
    on.HoursEnded(TODAY, OPENS_AT),
    on.HoursEnded(TODAY, None),
    on.HoursBegan(),
    on.IdCardRead(HOLDER, TODAY),
    on.IdCardRefused(Refusal("id_card_expired")),
    on.IdCardNotReadable(),
    *(on.PermitRead(permit) for permit in (PERMIT, SOMEBODY_ELSES, OF_ANOTHER_REGION)),
    on.PermitNotRecognised("foreign_bank"),
    on.PermitNotRecognised("content_unusual"),
    *(
        on.WorkFound(grant)
        for grant in (GRANT_ELSEWHERE, FACE_GRANT, FACE_GRANT_OF_OTHER_CONTENT, FACE_GRANT_UNPRINTABLE)
    ),
    on.NoWorkFound(),
    on.PersonChose(Intent.ENTER_CODE, "17000000"),
    on.AttendantConfirmed("17"),
    on.AttendantNotConfirmed(locked=False),
    on.AttendantNotConfirmed(locked=True),
    *(on.Assessed(assessment, TODAY) for assessment in (IN_WINDOW, TOO_EARLY, AT_THE_COUNTER, SENSELESS)),
    on.GrantReceived(GRANT),
    on.GrantReceived(GRANT_UNPRINTABLE),
    on.EndorsementRefused(Refusal("unknown_permit")),
    on.EndorsementRefused(Refusal("reported_lost", retain=True)),
    on.EndorsementPending("R-17", date(2025, 5, 22)),
    on.PermitAlreadyCurrent(date(2026, 5, 31)),
    on.CentralFailed(faults.CENTRAL_UNREACHABLE),
    on.CentralFailed(faults.GRANT_REJECTED),
    *(on.ChipBatchReceived(SESSION, batch, COMMANDS) for batch in (1, 2, 3)),
    on.ChipVerdictReceived(written=True),
    on.ChipVerdictReceived(written=False),
    on.BatchRelayed(ANSWERS),
    on.BatchRelayed(WRONG_MAC),
    on.BatchRelayed(NOT_LET_THROUGH),
    *(on.ChipReadBack(permit) for permit in (RENEWED, PERMIT, HALF_RENEWED, ANOTHER_CHIP, None)),
    on.ChipExamined(RENEWED, ChipState.NEW),
    on.ChipExamined(PERMIT, ChipState.OLD),
    *(on.ChipExamined(permit, ChipState.UNKNOWN) for permit in (HALF_RENEWED, None)),
    on.EndorsementRecalled(ChipState.UNKNOWN, GRANT_CUT_OFF),
    *(on.EndorsementRecalled(chip, None) for chip in (ChipState.UNKNOWN, ChipState.NEW)),
    on.ReceiptPrinted(),
    on.ReceiptNotPrinted(faults.PAPER_OUT),
)

# What leads beyond an endorsement for oneself that is served at once.
OF_OTHER_SERVICES: tuple[on.Event, ...] = (
    on.PersonChose(Intent.OTHER_SERVICES, ids=VISIT_IDS),
    *(
        on.PersonChose(Intent.CHOOSE, key)
        for key in (
            "endorse",
            "status",
            "for_another",
            "progress",
            "permit_troubled",
            "lost",
            "damaged",
            "close_relative",
            "standard",
            "deed",
            "none",
            "counter",
            MADE.review_number,
        )
    ),
    on.PersonChose(Intent.ENTER_TELEPHONE, "13900000000"),
    on.PersonChose(Intent.ENTER_TELEPHONE, "139"),
    *(on.Assessed(assessment, TODAY) for assessment in (AFTER_REVIEW, WITH_PROOF)),
    on.LookedAhead(IN_WINDOW, CALENDAR, TODAY),
    on.LookedAhead(TOO_EARLY, CALENDAR, TODAY),
    *(on.EvidenceAnswered("deed", result) for result in EvidenceResult),
    on.EvidenceAnswered("lease", EvidenceResult.NOT_VERIFIED),
    on.LicenceCodeRead(Personal("LICENCE-CODE")),
    on.LicenceCodeNotReadable(),
    on.CodeScannerFailed(faults.CODE_SCANNER_LINK),
    on.ApplicationReceived(RECEIVED),
    on.ApplicationsFound(()),
    on.ApplicationsFound((MADE,)),
    on.CollectionRecorded(COLLECTION_CHOSEN),
)

# What ends a visit early is walked through elsewhere; with every service besides, the walk would take a minute.
OF_EVERY_SERVICE = (
    *(
        event
        for event in EVENTS
        if event
        not in (
            on.Assessed(TOO_EARLY, TODAY),
            on.Assessed(AT_THE_COUNTER, TODAY),
            on.Assessed(SENSELESS, TODAY),
            on.WorkFound(GRANT_ELSEWHERE),
        )
    ),
    *OF_OTHER_SERVICES,
)

ENGINEER = Technician("17", "某工", Role.ENGINEER)
ENGINEER_BY_CARD = replace(ENGINEER, by_service_card=True)
SITE_STAFF = Technician("19", "某站", Role.SITE_STAFF)
AUDITOR = Technician("18", "某审", Role.AUDITOR)
KEPT = KeptPermit(datetime(2025, 5, 19, 9, tzinfo=SHANGHAI), CUT_OFF, is_certain=False)
PRINTED = TestRecord("receipt_printer", "print", Outcome.ASKED)
OF_TECHNICIANS: tuple[on.Event, ...] = (
    on.ServiceModeRequested(),
    on.PersonChose(Intent.OPEN_SERVICE_MODE),
    on.PersonChose(Intent.ENTER_CODE, "17123456"),
    on.PersonChose(Intent.ENTER_CODE, "1712345678"),
    on.PersonChose(Intent.UNLOCK),
    on.PersonChose(Intent.SIGN_OUT),
    on.PersonChose(Intent.CHOOSE, "receipt_printer"),
    on.PersonChose(Intent.CHOOSE, "journal"),
    on.PersonChose(Intent.CHOOSE, "passed"),
    on.PersonChose(Intent.CHOOSE, "failed"),
    on.PersonChose(Intent.ORDER_BY, "by_trouble"),
    on.PersonChose(Intent.ORDER_BY, "by_part"),
    on.PersonChose(Intent.TEST, "print"),
    on.PersonChose(Intent.TEST, "status"),
    on.ServiceCardAccepted("17"),
    on.ServiceCardRefused(SignInProblem.SERVICE_CARD_FOREIGN),
    on.ServiceCardRefused(SignInProblem.SERVICE_CARD_READER_GONE),
    on.ServiceCardRemoved(),
    on.PersonChose(Intent.CHOOSE, "service_state"),
    on.PersonChose(Intent.CHOOSE, "bin"),
    *(on.PersonChose(Intent.DO, word) for word in ("cleaning", "resume", "print_list", "emptied", "yes")),
    on.ServiceStateChanged(faults.CLOSED_CLEANING),
    on.ServiceStateChanged(None),
    on.ServiceStateNotChanged(),
    on.BinListed(()),
    on.BinListed((KEPT,)),
    on.BinUnanswered(faults.DISK_FULL),
    on.EmptyingNoted(),
    on.TechnicianAdmitted(ENGINEER),
    on.TechnicianAdmitted(ENGINEER_BY_CARD),
    on.TechnicianAdmitted(SITE_STAFF),
    on.TechnicianAdmitted(AUDITOR),
    on.TechnicianNotAdmitted(0.0),
    on.TechnicianNotAdmitted(29.5),
    on.TechnicianNotAdmitted(math.inf),
    on.Unlocked(),
    on.UnlockRefused(),
    on.SignInUnanswered(),
    on.PartTested(PRINTED),
    on.PartTested(TestRecord("receipt_printer", "status", Outcome.PASSED)),
    on.PartTested(TestRecord("receipt_printer", "status", Outcome.FAILED, faults.PAPER_OUT)),
    on.PartTested(TestRecord("id_reader", "status", Outcome.PASSED)),
)
FEW_FAULTS = (faults.PERMIT_UNIT_LINK, faults.CHIP_SILENT)
WITH_TECHNICIANS = (
    *(event for event in EVENTS if not (isinstance(event, on.DeviceFailed) and event.fault not in FEW_FAULTS)),
    *OF_TECHNICIANS,
)
"""With all faults the walk would take minutes, and come upon nothing else."""


SEALS = ContentHashes("old", "new")
STORIES = (
    InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 5.0),
    InterruptedVisit(CUT_OFF, 0, ChipState.OLD, FaceState.OLD, 5.0),
    InterruptedVisit(CUT_OFF, 1, ChipState.UNKNOWN, FaceState.OLD, 5.0, SEALS, relayed=1),
    InterruptedVisit(CUT_OFF, 1, ChipState.NEW, FaceState.PENDING, 5.0, SEALS, relayed=2),
    InterruptedVisit(CUT_OFF, 1, ChipState.NEW, FaceState.PENDING, 3600.0, SEALS, relayed=2),
    InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 3600.0),
    InterruptedVisit(CUT_OFF, 1, ChipState.UNKNOWN, FaceState.OLD, 5.0, SEALS, relayed=1, is_abandoned=True),
    InterruptedVisit(CUT_OFF, 3, ChipState.UNKNOWN, FaceState.OLD, 5.0, SEALS, relayed=2),
    InterruptedVisit(CUT_OFF, 0, ChipState.NEW, FaceState.PENDING, 5.0, ContentHashes("same", "same")),
    InterruptedVisit(
        CUT_OFF,
        1,
        ChipState.UNKNOWN,
        FaceState.OLD,
        5.0,
        SEALS,
        relayed=1,
        is_abandoned=True,
        put_away=PutAway.KNOWN,
        told=True,
    ),
)


def site(
    *,
    has_retain_bin: bool,
    rewrites_face: bool = True,
    has_code_scanner: bool = False,
    holder_check: HolderCheckRule = NO_CHECK,
    has_technicians: bool = False,
    has_service_cards: bool = False,
    keeps_hours: bool = False,
) -> Site:
    """A place of an invented region, with the usual languages."""
    return Site(
        REGION,
        has_retain_bin,
        rewrites_face,
        LANGUAGE,
        (LANGUAGE, OTHER_LANGUAGE),
        has_code_scanner=has_code_scanner,
        holder_check=holder_check,
        has_technicians=has_technicians,
        has_service_cards=has_service_cards,
        parts=("receipt_printer", "journal"),
        keeps_hours=keeps_hours,
    )


ATTENDED = HolderCheckRule(CheckWay.ATTENDANT)
ONLY_ATTENDED = HolderCheckRule(CheckWay.ATTENDANT, required=True)


SITES = {
    "with a bin": site(has_retain_bin=True),
    "without a bin": site(has_retain_bin=False, holder_check=ONLY_ATTENDED),
    "without a face": site(has_retain_bin=True, rewrites_face=False, keeps_hours=True),
    "with technicians": site(has_retain_bin=True, has_technicians=True, has_service_cards=True),
    "of every service": site(has_retain_bin=True, has_code_scanner=True, holder_check=ATTENDED),
}
