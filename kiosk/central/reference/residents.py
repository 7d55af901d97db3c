"""Fictional residents and permits as central's record: imported from a JSON file, replaced as a whole per permit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kiosk.central.contract import Hex, Holder, IdNumber, Key, LicenceCode, Model, NumberOfPermit, PermitContent
from kiosk.central.reference.tables import EvidenceRecord, Permit, Resident


class EvidenceImport(Model):
    """A proof that central has about a holder. `key`: of the region file. Without `licence_code` it is found by central
    itself; with one, only by that code, until `valid_until` (None: for good). `address` and `issuing_authority`: where
    the holder lives by it. `agent_number`: the identity number of whom it lets act for the holder.
    """

    key: Key
    result: Literal["verified", "needs_person"] = "verified"
    licence_code: LicenceCode | None = Field(default=None, repr=False, min_length=1, max_length=200)
    valid_until: AwareDatetime | None = None
    address: str | None = Field(default=None, repr=False, max_length=80)
    issuing_authority: str | None = Field(default=None, max_length=40)
    agent_number: IdNumber | None = Field(default=None, repr=False, max_length=18)


class ResidentImport(Model):
    """One permit and its holder, as central knows them; `content` is what central believes the chip to hold.

    To make "work decided elsewhere", give a newer `content` than the permit's chip carries. `address_on_record`: the
    register's address, if the holder moved. `face_pending`: the chip is current, the face is not.
    """

    holder: Holder
    permit_number: NumberOfPermit = Field(repr=False, min_length=1, max_length=18)
    chip_serial: Hex
    permit_file: str = "reference"
    region: str = Field(pattern=r"^[0-9]{6}$")
    issued_on: date | None = None
    content: PermitContent
    status: Literal["valid", "reported_lost", "cancelled"] = "valid"
    address_on_record: str | None = Field(default=None, repr=False, max_length=80)
    face_pending: bool = False
    endorsed_on: date | None = None
    evidence: tuple[EvidenceImport, ...] = ()


class ImportFileError(ValueError):
    """A file of residents that cannot be used; `mistakes`: one line each, without anybody's data."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


_IMPORTS = TypeAdapter(tuple[ResidentImport, ...])


def load_imports(path: Path) -> tuple[ResidentImport, ...]:
    """Read a JSON list of `ResidentImport`. Raises `ImportFileError`."""
    mistakes: list[str]
    try:
        return _IMPORTS.validate_json(path.read_bytes())
    except OSError as error:
        mistakes = [f"{path.name}: cannot be read: {error.strerror}"]
    except ValidationError as error:
        mistakes = [
            f"{path.name}: {'.'.join(str(part) for part in entry['loc'])}: {entry['type']}"
            for entry in error.errors(include_input=False, include_url=False)
        ]
    raise ImportFileError(mistakes)


def seed(session: Session, imports: Iterable[ResidentImport], now: datetime) -> int:
    """Write every import over what is there for its permit number and its holder's proofs; how many permits."""
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
    """What the chip should hold, by the record."""
    return PermitContent(
        address=permit.address,
        issuing_authority=permit.issuing_authority,
        category=permit.category,
        valid_from=permit.valid_from,
        valid_to=permit.valid_to,
        endorsement_count=permit.endorsement_count,
    )


def record_content(permit: Permit, content: PermitContent, now: datetime) -> None:
    """Bring the record to what the chip holds now."""
    permit.address = content.address
    permit.issuing_authority = content.issuing_authority
    permit.category = content.category
    permit.valid_from = content.valid_from
    permit.valid_to = content.valid_to
    permit.endorsement_count = content.endorsement_count
    permit.updated_at = now
