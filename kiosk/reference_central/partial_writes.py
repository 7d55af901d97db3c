"""Interrupted writes: found when the permit is read again, and completed with the earlier grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.clock import local_date
from kiosk.reference_central.granting import expire
from kiosk.reference_central.records import is_on_record
from kiosk.reference_central.residents import record_content
from kiosk.reference_central.tables import Endorsement, Permit

_UNSURE = ("granted", "unknown", "unchanged")


def chip_written(endorsement: Endorsement, permit: Permit, now: datetime) -> None:
    """Record that the chip holds the granted content. The face is pending until a completion says otherwise."""
    content = _granted(endorsement).content
    record_content(permit, content, now)
    permit.face_pending = True
    permit.endorsed_on = local_date(now)
    if permit.decided_application == endorsement.endorsement_id:
        permit.decided_application = None
    endorsement.live = False
    endorsement.state = "written"
    endorsement.updated_at = now


def reconcile(session: Session, permit: Permit, on_chip: contract.PermitContent, now: datetime) -> None:
    """Record a write whose answer was lost, if the chip holds a content for which central handed out a write."""
    if is_on_record(permit, on_chip):
        return
    query = (
        select(Endorsement)
        .where(Endorsement.permit_number == permit.permit_number, Endorsement.writes_composed > 0)
        .where(Endorsement.state.in_(_UNSURE))
        .order_by(Endorsement.created_at)
        .with_for_update()
    )
    for endorsement in session.scalars(query):
        expire(endorsement, now)
        if _granted(endorsement).content == on_chip:
            chip_written(endorsement, permit, now)
            endorsement.state = "face_pending"


def reconcile_face(session: Session, permit: Permit, on_chip: contract.PermitContent, now: datetime) -> None:
    """The same where the record had the content before the chip: the write was not reported, so no face followed."""
    endorsement = _last_written(session, permit)
    if endorsement is None or not is_on_record(permit, on_chip):
        return
    expire(endorsement, now)
    was = contract.PermitContent.model_validate(endorsement.present)
    if endorsement.state in _UNSURE and _granted(endorsement).content == on_chip != was:
        chip_written(endorsement, permit, now)
        endorsement.state = "face_pending"


def half_written(session: Session, permit: Permit, on_chip: contract.PermitContent) -> contract.GrantPayload | None:
    """The grant of which the chip holds a part: each field is as before or as granted, and there are both. This is left
    by a permit file with several protected writes. The decision stands, so the write may be completed. A later try to
    complete it that wrote nothing found the part already, so only the first grant has the content from before.
    """
    wanted: contract.GrantPayload | None = None
    for endorsement in _written_last_first(session, permit):
        grant = _granted(endorsement)
        wanted = wanted or grant
        if endorsement.state not in _UNSURE or grant.content != wanted.content:
            return None
        if _is_part(on_chip, endorsement.present or {}, grant.content):
            return wanted
    return None


def _is_part(on_chip: contract.PermitContent, old: Mapping[str, object], granted: contract.PermitContent) -> bool:
    new, held = _fields(granted, on_chip)
    return held not in (old, new) and all(held[name] in (old.get(name), new[name]) for name in held)


def _fields(*contents: contract.PermitContent) -> list[dict[str, object]]:
    return [content.model_dump(mode="json") for content in contents]


def _last_written(session: Session, permit: Permit) -> Endorsement | None:
    written = _written_last_first(session, permit)
    return written[0] if written else None


def _written_last_first(session: Session, permit: Permit) -> Sequence[Endorsement]:
    """The endorsements of this permit for which a write was handed out, the latest first."""
    query = (
        select(Endorsement)
        .where(Endorsement.permit_number == permit.permit_number, Endorsement.writes_composed > 0)
        .order_by(Endorsement.updated_at.desc())
        .with_for_update()
    )
    return session.scalars(query).all()


def _granted(endorsement: Endorsement) -> contract.GrantPayload:
    return contract.GrantPayload.model_validate(endorsement.granted)
