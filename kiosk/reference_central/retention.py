"""The retention time of each kind of record, and the deletion of older ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, ScalarSelect, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from kiosk.reference_central.clock import local_date
from kiosk.reference_central.tables import (
    Application,
    ApplicationTelephone,
    Base,
    ChipBatchRow,
    ChipSession,
    CompletionRow,
    EarlierKiosk,
    Endorsement,
    EvidenceCheck,
    EvidenceRecord,
    HeartbeatRow,
    IdempotentAnswer,
    Kiosk,
    KioskJournal,
    KioskSequence,
    Permit,
    Resident,
    ReviewDecision,
    RevokedCertificate,
    StaffCallRow,
)

MOST_BEHIND, MOST_AHEAD = timedelta(days=1), timedelta(days=30)
_WRITTEN_AT = (HeartbeatRow.received_at, Endorsement.created_at)

Outlived = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Retention:
    """The retention of a table. `outlived(now)`: the condition for rows to delete; `why`: the reason for the time."""

    table: type[Base]
    keep: timedelta
    why: str
    outlived: Outlived


IDEMPOTENCY = timedelta(days=30)
CHIP_TRAFFIC = timedelta(days=30)
ENDORSEMENTS = timedelta(days=3 * 365)
SEQUENCES = timedelta(days=90)
ENDED_PERMITS = timedelta(days=2 * 365)
CERTIFICATES = timedelta(days=5 * 365)
TELEPHONES = timedelta(days=180)
EVIDENCE_CHECKS = timedelta(days=30)
HEARTBEATS = timedelta(days=7)
STAFF_CALLS = timedelta(days=30)


def _old_endorsements(now: datetime) -> Select[UUID]:
    return select(Endorsement.endorsement_id).where(
        Endorsement.created_at < now - ENDORSEMENTS, Endorsement.live.is_(False)
    )


def _old_applications(now: datetime) -> Select[UUID]:
    return select(Application.application_id).where(Application.created_at < now - ENDORSEMENTS)


def _without_permit(now: datetime) -> Select[str]:
    return select(Resident.id_number).where(
        Resident.updated_at < now - ENDED_PERMITS, Resident.id_number.not_in(select(Permit.holder_number))
    )


def _long_retired(now: datetime) -> Select[str]:
    return select(Kiosk.kiosk_id).where(Kiosk.retired_at < now - CERTIFICATES)


def _newest_heartbeat() -> ScalarSelect[datetime]:
    other = aliased(HeartbeatRow)
    newest = select(func.max(other.received_at)).where(other.kiosk_id == HeartbeatRow.kiosk_id)
    return newest.correlate(HeartbeatRow).scalar_subquery()


def _highest_old_number(now: datetime) -> ScalarSelect[int]:
    other = aliased(KioskSequence)
    old = (other.kiosk_id == KioskSequence.kiosk_id, other.received_at < now - SEQUENCES)
    return select(func.max(other.sequence)).where(*old).correlate(KioskSequence).scalar_subquery()


# Children before parents.
RETENTIONS = (
    Retention(
        IdempotentAnswer,
        IDEMPOTENCY,
        "a kiosk stores and forwards for days, not for months; answers hold grants",
        lambda now: IdempotentAnswer.created_at < now - IDEMPOTENCY,
    ),
    Retention(
        ChipBatchRow,
        CHIP_TRAFFIC,
        "commands hold addresses; wanted only while a write may be disputed",
        lambda now: ChipBatchRow.created_at < now - CHIP_TRAFFIC,
    ),
    Retention(
        ChipSession,
        CHIP_TRAFFIC,
        "goes with its batches",
        lambda now: ChipSession.created_at < now - CHIP_TRAFFIC,
    ),
    Retention(
        CompletionRow,
        ENDORSEMENTS,
        "goes with its endorsement",
        lambda now: CompletionRow.endorsement_id.in_(_old_endorsements(now)),
    ),
    Retention(
        EarlierKiosk,
        ENDORSEMENTS,
        "goes with its endorsement",
        lambda now: EarlierKiosk.endorsement_id.in_(_old_endorsements(now)),
    ),
    Retention(
        Endorsement,
        ENDORSEMENTS,
        "a decision can be asked about for as long as the permit's years are counted",
        lambda now: Endorsement.endorsement_id.in_(_old_endorsements(now)),
    ),
    Retention(
        ApplicationTelephone,
        TELEPHONES,
        "the result is told once; unclaimed permits are asked about for half a year",
        lambda now: ApplicationTelephone.created_at < now - TELEPHONES,
    ),
    Retention(
        ReviewDecision,
        ENDORSEMENTS,
        "goes with its application",
        lambda now: ReviewDecision.application_id.in_(_old_applications(now)),
    ),
    Retention(
        Application,
        ENDORSEMENTS,
        "as an endorsement: what was decided can be asked about",
        lambda now: Application.application_id.in_(_old_applications(now)),
    ),
    Retention(
        EvidenceCheck,
        EVIDENCE_CHECKS,
        "counts for a day; kept while the visit may be disputed",
        lambda now: EvidenceCheck.created_at < now - EVIDENCE_CHECKS,
    ),
    Retention(
        HeartbeatRow,
        HEARTBEATS,
        "a key is repeated within minutes; the newest tells since when a kiosk is silent",
        lambda now: or_(
            and_(HeartbeatRow.received_at < now - HEARTBEATS, HeartbeatRow.received_at < _newest_heartbeat()),
            HeartbeatRow.kiosk_id.in_(_long_retired(now)),
        ),
    ),
    Retention(
        StaffCallRow,
        STAFF_CALLS,
        "answered within minutes; kept while somebody may ask why nobody came",
        lambda now: StaffCallRow.received_at < now - STAFF_CALLS,
    ),
    Retention(
        KioskJournal,
        CERTIFICATES,
        "goes with its kiosk: a journal that was cut must not be forgotten",
        lambda now: KioskJournal.kiosk_id.in_(_long_retired(now)),
    ),
    Retention(
        KioskSequence,
        SEQUENCES,
        "gaps are looked for within days; the highest old one tells that others came before",
        lambda now: or_(
            and_(KioskSequence.received_at < now - SEQUENCES, KioskSequence.sequence < _highest_old_number(now)),
            KioskSequence.kiosk_id.in_(_long_retired(now)),
        ),
    ),
    Retention(
        Permit,
        ENDED_PERMITS,
        "after its end a permit can be made up or applied for anew",
        lambda now: and_(Permit.valid_to.is_not(None), Permit.valid_to < local_date(now - ENDED_PERMITS)),
    ),
    Retention(
        EvidenceRecord,
        ENDED_PERMITS,
        "goes with its holder",
        lambda now: EvidenceRecord.holder_number.in_(_without_permit(now)),
    ),
    Retention(
        Resident,
        ENDED_PERMITS,
        "goes with the last permit",
        lambda now: Resident.id_number.in_(_without_permit(now)),
    ),
    Retention(
        RevokedCertificate,
        CERTIFICATES,
        "longer than any certificate is valid",
        lambda now: RevokedCertificate.revoked_at < now - CERTIFICATES,
    ),
    Retention(
        Kiosk,
        CERTIFICATES,
        "a retired kiosk, once nothing names it",
        lambda now: and_(Kiosk.kiosk_id.in_(_long_retired(now)), Kiosk.kiosk_id.not_in(select(Endorsement.kiosk_id))),
    ),
)


def doubt_of_clock(session: Session, now: datetime) -> str | None:
    """Why `now` is implausible, compared with central's newest row; None if it is plausible. Heartbeats come every five
    minutes, so a clock far ahead of the newest row is probably wrong.
    """
    written = [session.scalar(select(func.max(column))) for column in _WRITTEN_AT]
    newest = max((moment for moment in written if moment is not None), default=None)
    if newest is None:
        return None
    if now < newest - MOST_BEHIND:
        return f"the clock says {now:%Y-%m-%d}, but central wrote its newest row on {newest:%Y-%m-%d}, later than that"
    if now > newest + MOST_AHEAD:
        return f"the clock says {now:%Y-%m-%d}, {(now - newest).days} days after central wrote its newest row"
    return None


def purge(session: Session, now: datetime) -> dict[str, int]:
    """Delete records past their retention time; returns the number of deleted rows by table."""
    deleted = {}
    for retention in RETENTIONS:
        result = session.execute(
            delete(retention.table).where(retention.outlived(now)).execution_options(synchronize_session=False)
        )
        deleted[retention.table.__tablename__] = result.rowcount if isinstance(result, CursorResult) else 0
    return deleted
