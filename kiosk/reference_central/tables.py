"""The tables of the reference central, for any database.

`retention.py` has every table's retention time; `migrations/` has the schema's history.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A moment, stored in UTC, always with its offset in Python. Naive values are a mistake."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its offset")
        in_utc = value.astimezone(UTC)
        # SQLite has no type for it and would keep the text of whatever offset came first.
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        date: Date,
        UUID: Uuid,
        dict[str, Any]: JSON(none_as_null=True),
    }


class Kiosk(Base):
    """A kiosk that may call: the subject CN of its certificates. `area`: its area code, None: not known."""

    __tablename__ = "kiosks"
    kiosk_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    area: Mapped[str | None] = mapped_column(String(6))
    registered_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class RevokedCertificate(Base):
    """A certificate that is turned away although its kiosk is registered. SHA-256 of the DER, lower-case hex."""

    __tablename__ = "revoked_certificates"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(64))


class Resident(Base):
    __tablename__ = "residents"
    id_number: Mapped[str] = mapped_column(String(18), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    updated_at: Mapped[datetime]


class Permit(Base):
    """Central's record of a permit: what the chip should hold. `status`: valid, reported_lost, cancelled.

    `address_on_record`: where the register says the holder lives, if elsewhere than on the permit. `face_pending`: the
    chip was written, the face not known to follow. `endorsed_on`: the local date of the last write through a kiosk.
    `decided_application`: an approved application that still has to be written on this permit.
    """

    __tablename__ = "permits"
    permit_number: Mapped[str] = mapped_column(String(18), primary_key=True)
    chip_serial: Mapped[str] = mapped_column(String(64), unique=True)
    holder_number: Mapped[str] = mapped_column(ForeignKey("residents.id_number"), index=True)
    permit_file: Mapped[str] = mapped_column(String(40))
    region: Mapped[str] = mapped_column(String(6))
    issued_on: Mapped[date | None]
    address: Mapped[str] = mapped_column(String(80))
    issuing_authority: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    endorsement_count: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    address_on_record: Mapped[str | None] = mapped_column(String(80))
    face_pending: Mapped[bool]
    endorsed_on: Mapped[date | None]
    decided_application: Mapped[UUID | None]
    updated_at: Mapped[datetime]


class Endorsement(Base):
    """One request of a kiosk and what became of it. `live`: a grant that may still be used.

    An application has one under its own id: "pending" until it is decided, then with a grant for each visit to a kiosk.
    `batches_before`: the highest number of a batch when the present grant was made. `found_by`: the kiosk's question
    about pending work that the present grant answered. `holder_check`: who said that the holder stood at the kiosk.
    """

    __tablename__ = "endorsements"
    __table_args__ = (
        Index(
            "one_live_grant_per_permit",
            "permit_number",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index("endorsements_by_permit", "permit_number"),
        Index("endorsements_by_age", "created_at"),
        Index("endorsements_by_inquiry", "found_by"),
    )
    endorsement_id: Mapped[UUID] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"))
    permit_number: Mapped[str] = mapped_column(String(18))
    permit_file: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    live: Mapped[bool]
    granted: Mapped[dict[str, Any] | None]  # GrantPayload
    present: Mapped[dict[str, Any] | None]  # PermitContent that the chip held when the grant was made
    answer: Mapped[str] = mapped_column(Text)  # the first answer, as JSON
    writes_composed: Mapped[int]  # protected writes that central handed out
    last_batch: Mapped[int]  # highest number of a batch, through all chip sessions
    batches_before: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime | None]  # the kiosk's time of the newest completion that was applied
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    found_by: Mapped[UUID | None]
    holder_check: Mapped[dict[str, Any] | None]


class EarlierKiosk(Base):
    """A kiosk that held the grant of an application at an earlier visit: it may still report on it, late."""

    __tablename__ = "earlier_kiosks"
    endorsement_id: Mapped[UUID] = mapped_column(ForeignKey("endorsements.endorsement_id"), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime]


class ChipSession(Base):
    """One conversation with a chip, ended once it has a verdict or a later one took its place."""

    __tablename__ = "chip_sessions"
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    endorsement_id: Mapped[UUID] = mapped_column(ForeignKey("endorsements.endorsement_id"), index=True)
    atr: Mapped[str] = mapped_column(String(80))
    closed: Mapped[bool]
    verdict: Mapped[str | None] = mapped_column(String(20))
    failure: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]


class ChipBatchRow(Base):
    """A batch of commands, a hash of what was answered to it, and the step that followed.

    `write_index`: which protected write it carries, or fetches the challenge for. `relay_refusal`: the code of the
    rule for which the kiosk's relay sent nothing of it to the chip.
    """

    __tablename__ = "chip_batches"
    session_id: Mapped[UUID] = mapped_column(ForeignKey("chip_sessions.session_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    stage: Mapped[str] = mapped_column(String(20))
    write_index: Mapped[int]
    commands: Mapped[str] = mapped_column(Text)
    answers_hash: Mapped[str | None] = mapped_column(String(64))
    next_step: Mapped[str | None] = mapped_column(Text)
    relay_refusal: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]


class CompletionRow(Base):
    """A completion as it came, applied or not."""

    __tablename__ = "completions"
    completion_id: Mapped[UUID] = mapped_column(primary_key=True)
    endorsement_id: Mapped[UUID] = mapped_column(ForeignKey("endorsements.endorsement_id"), index=True)
    report: Mapped[str] = mapped_column(Text)
    applied: Mapped[bool]
    finished_at: Mapped[datetime]
    received_at: Mapped[datetime]


class IdempotentAnswer(Base):
    """The first answer to a key. `fingerprint`: SHA-256 of call and body."""

    __tablename__ = "idempotent_answers"
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class KioskSequence(Base):
    """A sequence number that a kiosk used, and for which key: gaps and double use can be seen."""

    __tablename__ = "kiosk_sequences"
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    call: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(index=True)


class HeartbeatRow(Base):
    """A heartbeat with its answer. It is outside the stream of numbered calls, so it has a key of its own.
    `fingerprint`: SHA-256 of the body.
    """

    __tablename__ = "heartbeats"
    __table_args__ = (Index("heartbeats_by_kiosk", "kiosk_id", "received_at"),)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    report: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]


class StaffCallRow(Base):
    """A call for staff from a kiosk. It is outside the stream of numbered calls, as a heartbeat is. `fingerprint`:
    SHA-256 of the body.
    """

    __tablename__ = "staff_calls"
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(64))
    custody: Mapped[str] = mapped_column(String(20))
    fault: Mapped[str | None] = mapped_column(String(64))
    called_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)


class KioskJournal(Base):
    """The furthest head of a kiosk's journal that central heard of. `contradicted_at`: when the kiosk first told of an
    earlier one, or of another one with the same number.
    """

    __tablename__ = "kiosk_journals"
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.kiosk_id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    algorithm: Mapped[str] = mapped_column(String(10))
    head: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    contradicted_at: Mapped[datetime | None]


class Application(Base):
    """An application for review. `facts`: the request as it came, without telephone and licence codes. `evidence`: what
    central knew of each proof when it came in. `decided`: what changes of the permit's content, once that is approved
    and has to be written.

    `state`: in_review, returned, approved, made, collected. An approved one whose endorsement is written is collected.
    """

    __tablename__ = "applications"
    __table_args__ = (
        Index(
            "one_open_application_per_service",
            "permit_number",
            "service",
            unique=True,
            sqlite_where=text("state = 'in_review'"),
            postgresql_where=text("state = 'in_review'"),
        ),
        Index("applications_by_age", "created_at"),
    )
    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    review_number: Mapped[str] = mapped_column(String(12), unique=True)
    kiosk_id: Mapped[str] = mapped_column(String(64))
    permit_number: Mapped[str] = mapped_column(String(18))
    holder_number: Mapped[str] = mapped_column(String(18), index=True)
    region: Mapped[str] = mapped_column(String(6))  # area code of the permit
    service: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    received_on: Mapped[date]
    expected_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    return_code: Mapped[str | None] = mapped_column(String(64))
    decided: Mapped[dict[str, Any] | None]
    residence_years: Mapped[str | None] = mapped_column(String(40))
    collection: Mapped[str | None] = mapped_column(String(20))
    station: Mapped[str | None] = mapped_column(String(80))
    ready_from: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ApplicationTelephone(Base):
    """Where the result is told, apart from the application because it is needed for a shorter time."""

    __tablename__ = "application_telephones"
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.application_id"), primary_key=True)
    telephone: Mapped[str] = mapped_column(String(15))
    created_at: Mapped[datetime]


class ReviewDecision(Base):
    """One stage of a review, decided. `stage`, `result`: as the region's file calls them."""

    __tablename__ = "review_decisions"
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.application_id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    stage: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime]


class EvidenceRecord(Base):
    """A proof that central has about a holder, by a licence code or without one. `result`: verified, needs_person.

    `address`, `issuing_authority`: what it proves of the holder's home. `agent_number`: of whom acts for the holder.
    """

    __tablename__ = "evidence_records"
    record_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    holder_number: Mapped[str] = mapped_column(ForeignKey("residents.id_number"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(20))
    licence_code: Mapped[str | None] = mapped_column(String(200))
    valid_until: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(80))
    issuing_authority: Mapped[str | None] = mapped_column(String(40))
    agent_number: Mapped[str | None] = mapped_column(String(18))


class EvidenceCheck(Base):
    """A proof that was asked about: it counts for this holder and permit on this local day."""

    __tablename__ = "evidence_checks"
    __table_args__ = (Index("evidence_checks_by_holder", "holder_number", "day"),)
    kiosk_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_number: Mapped[str] = mapped_column(String(18))
    permit_number: Mapped[str | None] = mapped_column(String(18))
    key: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    address: Mapped[str | None] = mapped_column(String(80))
    issuing_authority: Mapped[str | None] = mapped_column(String(40))
    agent_number: Mapped[str | None] = mapped_column(String(18))
    created_at: Mapped[datetime] = mapped_column(index=True)
