"""Finds central's record of a permit, and compares it with what a kiosk read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.domain.holder_name import is_same_name, settled_text
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.tables import Permit, Resident

# Built once: building a statement costs more than running it.
_PERMIT = select(Permit).where(Permit.permit_number == bindparam("permit_number")).with_for_update()
_RECORD = (
    select(Permit, Resident.name)
    .join(Resident, Resident.id_number == Permit.holder_number)
    .where(Permit.permit_number == bindparam("permit_number"))
    .with_for_update(of=Permit)
)
_OF_HOLDER = (
    select(Permit, Resident.name)
    .join(Resident, Resident.id_number == Permit.holder_number)
    .where(Permit.holder_number == bindparam("holder_number"), Permit.status != "cancelled")
    .order_by(Permit.valid_to.desc().nulls_last(), Permit.permit_number)
    .with_for_update(of=Permit)
)

_TEXTS = ("address", "issuing_authority", "category")


def permit_of(session: Session, permit_number: str) -> Permit:
    """The record of a permit that a grant was made for, locked until the transaction ends."""
    return session.scalars(_PERMIT, {"permit_number": permit_number}).one()


def record_of(session: Session, permit_number: str) -> tuple[Permit | None, str]:
    """A permit and its holder's name, locked until the transaction ends."""
    row = session.execute(_RECORD, {"permit_number": permit_number}).one_or_none()
    return (None, "") if row is None else (row[0], row[1])


def record_for(
    session: Session, holder: contract.Holder, facts: contract.PermitFacts | None, may_ask: Callable[[str], bool]
) -> tuple[Permit | None, str]:
    """The record of the permit that was read. If none was read, it is the holder's permit that ends last and is not
    cancelled. `may_ask`: whether the kiosk may ask about permits of an area; others are not found.
    """
    if facts is not None:
        permit, name = record_of(session, facts.permit_number)
        return (permit, name) if permit is not None and may_ask(permit.region) else (None, "")
    for permit, name in session.execute(_OF_HOLDER, {"holder_number": holder.id_number}):
        if may_ask(permit.region):
            return permit, name
    return None, ""


def chip_flaw(permit: Permit, facts: contract.PermitFacts) -> str | None:
    """The refusal code if chip and record do not belong to one permit, else None."""
    of_record = (permit.chip_serial, permit.permit_file, permit.holder_number)
    return None if (facts.chip_serial, facts.permit_file, facts.holder_number) == of_record else "chip_mismatch"


def holder_flaw(permit: Permit, name: str, holder: contract.Holder, facts: contract.PermitFacts | None) -> str | None:
    """The refusal code if it is not the holder's permit, or a name differs, else None. `name`: as on record."""
    if holder.id_number != permit.holder_number:
        return "not_your_permit"
    told = [holder.name] if facts is None else [holder.name, facts.holder_name]
    return None if all(is_same_name(each, name) for each in told) else "name_differs"


def is_on_record(permit: Permit, on_chip: contract.PermitContent) -> bool:
    """Whether the chip's content agrees with the record. Texts are compared by characters in any encoding: a
    private-use code point equals its later one, full width equals half width. Dates may differ by a day, because other
    software counts a year from 29 February, or the last day, in another way. Grants are made from the record only.
    """
    recorded = recorded_content(permit)
    if not (
        _is_within_a_day(on_chip.valid_from, recorded.valid_from)
        and _is_within_a_day(on_chip.valid_to, recorded.valid_to)
    ):
        return False
    if on_chip.endorsement_count != recorded.endorsement_count:
        return False
    return all(settled_text(getattr(on_chip, name)) == settled_text(getattr(recorded, name)) for name in _TEXTS)


def _is_within_a_day(one: date | None, other: date | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) <= timedelta(days=1)


def is_behind(permit: Permit, on_chip: contract.PermitContent) -> bool:
    """Whether the chip is older than the record, because of work decided elsewhere."""
    return permit.endorsement_count > on_chip.endorsement_count
