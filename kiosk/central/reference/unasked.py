"""What a kiosk says of a request that never came: kept, and the request turned away should it still come.

A request may be overtaken: the kiosk heard nothing, gave it up, and said so on another connection to another instance.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.central.reference.tables import Endorsement

_NO_ANSWER = ""


def is_unasked(endorsement: Endorsement) -> bool:
    """Whether there is a record of its end alone."""
    return endorsement.answer == _NO_ANSWER


def close_unasked(session: Session, endorsement_id: UUID, kiosk_id: str, state: str, now: datetime) -> Endorsement:
    """A record without a permit, which takes the id: whoever asks for it later gets 409 "idempotency_conflict"."""
    endorsement = Endorsement(
        endorsement_id=endorsement_id, kiosk_id=kiosk_id, permit_number="", permit_file="", state=state, live=False,
        answer=_NO_ANSWER, writes_composed=0, last_batch=0, batches_before=0, created_at=now, updated_at=now,
    )
    session.add(endorsement)
    session.flush()
    return endorsement
