"""The kiosks' heartbeats, kept for a week; the heads of their journals are kept for longer."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.tables import HeartbeatRow, Kiosk, KioskJournal

SILENT_AFTER = timedelta(minutes=15)  # three heartbeats
QUEUE_ALARM_AFTER = timedelta(hours=24)


def receive(
    session: Session, request: contract.HeartbeatRequest, key: str, kiosk_id: str, now: datetime
) -> contract.HeartbeatAnswer:
    """Record it and answer; the same key gets the same answer. Raises `ProblemError` "idempotency_conflict"."""
    body = request.model_dump_json()
    fingerprint = hashlib.sha256(body.encode()).hexdigest()
    before = session.get(HeartbeatRow, (kiosk_id, key))
    if before is not None:
        if before.fingerprint != fingerprint:
            raise ProblemError("idempotency_conflict")
        return contract.HeartbeatAnswer.model_validate_json(before.answer)
    answer = contract.HeartbeatAnswer(time=now, journal=_compared(session, request.journal, kiosk_id, now))
    session.add(
        HeartbeatRow(
            kiosk_id=kiosk_id,
            key=key,
            fingerprint=fingerprint,
            report=body,
            answer=answer.model_dump_json(),
            sent_at=request.sent_at,
            received_at=now,
        )
    )
    return answer


def _compared(
    session: Session, told: contract.JournalHead, kiosk_id: str, now: datetime
) -> contract.JournalHead | None:
    """The furthest head known before. Only a further one replaces it, so that a cut journal remains visible."""
    known = session.get(KioskJournal, kiosk_id, with_for_update=True)
    if known is None:
        session.add(
            KioskJournal(
                kiosk_id=kiosk_id, number=told.number, algorithm=told.algorithm, head=told.head, received_at=now
            )
        )
        return None
    before = _head(known)
    if told.number > known.number:
        known.number, known.algorithm, known.head, known.received_at = told.number, told.algorithm, told.head, now
    elif told != before and known.contradicted_at is None:
        known.contradicted_at = now
    return before


def _head(known: KioskJournal) -> contract.JournalHead:
    return contract.JournalHead.model_validate(
        {"number": known.number, "algorithm": known.algorithm, "head": known.head}
    )


def accept_journal(session: Session, kiosk_id: str) -> bool:
    """Forget the head of a kiosk whose journal began again for a known reason; returns whether there was one."""
    known = session.get(KioskJournal, kiosk_id)
    if known is None:
        return False
    session.delete(known)
    return True


def standing(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Every kiosk that is not retired, by name, as its last heartbeat says; nothing but JSON values.

    `alarms`: "silent", "out_of_service", "queue" (waiting for over a day), "journal" (an earlier or another head than
    was known before), "unreadable" (a heartbeat that an earlier central took and this one cannot read).
    """
    newest = select(HeartbeatRow.kiosk_id, func.max(HeartbeatRow.received_at).label("at"))
    latest = newest.group_by(HeartbeatRow.kiosk_id).subquery()
    query = (
        select(Kiosk, HeartbeatRow, KioskJournal)
        .outerjoin(latest, latest.c.kiosk_id == Kiosk.kiosk_id)
        .outerjoin(
            HeartbeatRow,
            (HeartbeatRow.kiosk_id == Kiosk.kiosk_id) & (HeartbeatRow.received_at == latest.c.at),
        )
        .outerjoin(KioskJournal, KioskJournal.kiosk_id == Kiosk.kiosk_id)
        .where(Kiosk.retired_at.is_(None))
        .order_by(Kiosk.kiosk_id, HeartbeatRow.sent_at)
    )
    told = {kiosk.kiosk_id: _line(kiosk, row, journal, now) for kiosk, row, journal in session.execute(query)}
    return list(told.values())


def _line(kiosk: Kiosk, row: HeartbeatRow | None, journal: KioskJournal | None, now: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"kiosk": kiosk.kiosk_id, "area": kiosk.area, "heard_at": None, "alarms": ["silent"]}
    if row is None:
        return line
    try:
        report = contract.HeartbeatRequest.model_validate_json(row.report)
    except ValidationError:  # written by an earlier version, whose contract allowed more
        return line | {"heard_at": row.received_at.isoformat(timespec="seconds"), "alarms": ["unreadable"]}
    oldest = report.queue.oldest_at
    waited = None if oldest is None else max(now - oldest, timedelta())
    alarms = {
        "silent": now - row.received_at > SILENT_AFTER,
        "out_of_service": report.fault is not None,
        "queue": waited is not None and waited > QUEUE_ALARM_AFTER,
        "journal": journal is not None and journal.contradicted_at is not None,
    }
    return line | {
        "heard_at": row.received_at.isoformat(timespec="seconds"),
        "state": report.state,
        "custody": report.custody,
        "fault": report.fault,
        "devices": {each.device: each.state for each in report.devices},
        "versions": report.versions,
        "queue": {"length": report.queue.length, "oldest_s": None if waited is None else round(waited.total_seconds())},
        "journal": report.journal.model_dump(),
        "counters": report.counters,
        "alarms": [name for name, rings in alarms.items() if rings],
    }
