"""Imports fictional residents and permits from a JSON file into central's record. A permit is replaced whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kiosk.central import contract_values as its
from kiosk.central.contract import Holder, Model, PermitContent
from kiosk.data_files.reader import DataFileError
from kiosk.data_files.typed_json import load_typed_json
from kiosk.reference_central.tables import EvidenceRecord, Permit, Resident


class EvidenceImport(Model):
    """A proof that central has about a holder. `key`: of the region file. Without `licence_code` it is found by central
    itself; with one, only by that code, until `valid_until` (None: for good). `address` and `issuing_authority`: where
    the holder lives by it. `agent_number`: the identity number of whom it lets act for the holder.
    """

    key: its.Key
    result: Literal["verified", "needs_person"] = "verified"
    licence_code: its.LicenceCode | None = Field(default=None, repr=False)
    valid_until: its.Moment | None = None
    address: its.Address | None = Field(default=None, repr=False)
    issuing_authority: its.Authority | None = None
    agent_number: its.NumberOfHolder | None = Field(default=None, repr=False)


class ResidentImport(Model):
    """One permit and its holder, as central knows them; `content` is what central believes the chip to hold.

    To make "work decided elsewhere", give a newer `content` than the permit's chip carries. `address_on_record`: the
    register's address, if the holder moved. `face_pending`: the chip is current, the face is not.
    """

    holder: Holder
    permit_number: its.PermitNumber = Field(repr=False, min_length=1)
    chip_serial: its.SerialHex
    permit_file: its.PermitFileName = "reference"
    region: its.AreaCode
    issued_on: its.Day | None = None
    content: PermitContent
    status: Literal["valid", "reported_lost", "cancelled"] = "valid"
    address_on_record: its.Address | None = Field(default=None, repr=False)
    face_pending: its.Flag = False
    endorsed_on: its.Day | None = None
    evidence: tuple[EvidenceImport, ...] = ()


class ImportFileError(DataFileError):
    """A file of residents that cannot be used; no mistake repeats anybody's data."""


_IMPORTS = TypeAdapter(tuple[ResidentImport, ...])


def load_imports(path: Path) -> tuple[ResidentImport, ...]:
    """Read a JSON list of `ResidentImport`. Raises `ImportFileError`."""
    return load_typed_json(path, _IMPORTS, ImportFileError)


def seed(session: Session, imports: Iterable[ResidentImport], now: datetime) -> int:
    """Write every import over its permit's and its holder's records; returns the number of permits."""
    count = 0
    holders = set()
    for entry in imports:
        session.merge(Resident(id_number=entry.holder.id_number, name=entry.holder.name, updated_at=now))
        session.flush()
        if entry.holder.id_number not in holders:
            holders.add(entry.holder.id_number)
            session.execute(delete(EvidenceRecord).where(EvidenceRecord.holder_number == entry.holder.id_number))
        session.add_all(
            EvidenceRecord(holder_number=entry.holder.id_number, **each.model_dump()) for each in entry.evidence
        )
        session.merge(
            Permit(
                permit_number=entry.permit_number,
                chip_serial=entry.chip_serial,
                holder_number=entry.holder.id_number,
                permit_file=entry.permit_file,
                region=entry.region,
                issued_on=entry.issued_on,
                status=entry.status,
                address_on_record=entry.address_on_record,
                face_pending=entry.face_pending,
                endorsed_on=entry.endorsed_on,
                updated_at=now,
                **entry.content.model_dump(),
            )
        )
        session.flush()
        count += 1
    return count


def recorded_content(permit: Permit) -> PermitContent:
    """The content that the chip should hold, by the record."""
    return PermitContent(
        address=permit.address,
        issuing_authority=permit.issuing_authority,
        category=permit.category,
        valid_from=permit.valid_from,
        valid_to=permit.valid_to,
        endorsement_count=permit.endorsement_count,
    )


def record_content(permit: Permit, content: PermitContent, now: datetime) -> None:
    """Set the record to the chip's present content."""
    permit.address = content.address
    permit.issuing_authority = content.issuing_authority
    permit.category = content.category
    permit.valid_from = content.valid_from
    permit.valid_to = content.valid_to
    permit.endorsement_count = content.endorsement_count
    permit.updated_at = now
