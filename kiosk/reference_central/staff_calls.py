"""Calls for staff by residents: kept for a month, and listed for the staff of the sites."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.tables import StaffCallRow

LATELY = timedelta(hours=1)


def receive(
    session: Session, request: contract.StaffCallRequest, key: str, kiosk_id: str, now: datetime
) -> contract.StaffCallTaken:
    """Record a call and answer; the same key gets the same answer. Raises `ProblemError` "idempotency_conflict"."""
    fingerprint = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    before = session.get(StaffCallRow, (kiosk_id, key))
    if before is not None:
        if before.fingerprint != fingerprint:
            raise ProblemError("idempotency_conflict")
        return contract.StaffCallTaken(received_at=before.received_at)
    session.add(
        StaffCallRow(
            kiosk_id=kiosk_id,
            key=key,
            fingerprint=fingerprint,
            state=request.state,
            custody=request.custody,
            fault=request.fault,
            called_at=request.called_at,
            received_at=now,
        )
    )
    return contract.StaffCallTaken(received_at=now)


def lately(session: Session, now: datetime, within: timedelta = LATELY) -> list[dict[str, Any]]:
    """The calls that came within this time, newest first; nothing but JSON values."""
    query = select(StaffCallRow).where(StaffCallRow.received_at >= now - within)
    return [
        {
            "kiosk": row.kiosk_id,
            "called_at": row.called_at.isoformat(timespec="seconds"),
            "received_at": row.received_at.isoformat(timespec="seconds"),
            "state": row.state,
            "custody": row.custody,
            "fault": row.fault,
        }
        for row in session.scalars(query.order_by(StaffCallRow.received_at.desc(), StaffCallRow.key))
    ]
