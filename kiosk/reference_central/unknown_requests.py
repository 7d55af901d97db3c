"""Reports about requests that never came: they are recorded, and the request is refused if it still comes.

A request may be overtaken: the kiosk got no answer, gave the request up, and reported so on another connection to
another instance. For a question about pending work the kiosk knows only its own number, not the grant in the lost
answer.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kiosk.reference_central.tables import Endorsement

_NO_ANSWER = ""


def told_of(session: Session, number: UUID, kiosk_id: str) -> Endorsement | None:
    """The endorsement that a kiosk means by `number`: its id, or the question by which this kiosk found its grant, as
    long as that is open.
    """
    found = session.get(Endorsement, number, with_for_update=True)
    if found is not None:
        return found
    query = select(Endorsement).where(
        Endorsement.found_by == number, Endorsement.kiosk_id == kiosk_id, Endorsement.live
    )
    return session.scalars(query.with_for_update()).one_or_none()


def was_given_up(session: Session, inquiry_id: UUID) -> bool:
    """Whether a kiosk gave a question up before the question came."""
    return session.get(Endorsement, inquiry_id) is not None


def is_unasked(endorsement: Endorsement) -> bool:
    """Whether the record is only of the end of a request that never came."""
    return endorsement.answer == _NO_ANSWER


def has_no_answer() -> ColumnElement[bool]:
    """`is_unasked` as a condition."""
    return Endorsement.answer == _NO_ANSWER


def close_unasked(session: Session, endorsement_id: UUID, kiosk_id: str, state: str, now: datetime) -> Endorsement:
    """Make a record without a permit that occupies the id. A later request gets 409 "idempotency_conflict"."""
    endorsement = Endorsement(
        endorsement_id=endorsement_id,
        kiosk_id=kiosk_id,
        permit_number="",
        permit_file="",
        state=state,
        live=False,
        answer=_NO_ANSWER,
        writes_composed=0,
        last_batch=0,
        batches_before=0,
        created_at=now,
        updated_at=now,
    )
    session.add(endorsement)
    session.flush()
    return endorsement
