"""Approved applications that wait to be written: finding them, and handing them out to the kiosk with the permit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.access import remember
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.tables import Application, ChipSession, Endorsement, Permit

AT_KIOSK = (None, "kiosk")  # ways of collection with which any kiosk of the region rewrites the permit
WRITTEN = ("written", "face_pending")  # states of an endorsement whose chip holds the granted content


def waiting_here(session: Session, permit: Permit) -> tuple[Application, Endorsement] | None:
    """The application that was decided for this permit and may be written by a kiosk, with its endorsement."""
    application = session.get(Application, permit.decided_application)
    endorsement = session.get(Endorsement, permit.decided_application, with_for_update=True)
    if application is None or endorsement is None or application.collection not in AT_KIOSK:
        return None
    return application, endorsement


def decided_content(application: Application, permit: Permit) -> contract.PermitContent:
    """The record's content with the decision's changes; other changes since then are kept."""
    changes = application.decided or {}
    count = permit.endorsement_count + 1
    return contract.PermitContent.model_validate(
        recorded_content(permit).model_dump() | changes | {"endorsement_count": count}
    )


def hand_out(
    session: Session, endorsement: Endorsement, request: contract.PendingRewritesRequest, kiosk_id: str, now: datetime
) -> None:
    """Give the application's endorsement to the kiosk that holds the permit now. Its earlier chip sessions end. Their
    commands never reached the chip, which was read again and agrees with the record.
    """
    session.execute(
        update(ChipSession).where(ChipSession.endorsement_id == endorsement.endorsement_id).values(closed=True)
    )
    if endorsement.kiosk_id != kiosk_id:
        remember(session, endorsement, now)
    endorsement.kiosk_id = kiosk_id
    endorsement.permit_file = request.permit.permit_file
    endorsement.present = request.permit.content.model_dump(mode="json")
    endorsement.found_by = request.inquiry_id
    endorsement.writes_composed = 0
    endorsement.batches_before = endorsement.last_batch
    endorsement.completed_at = None
    endorsement.state = "granted"
    endorsement.updated_at = now
