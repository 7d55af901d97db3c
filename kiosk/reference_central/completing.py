"""Completions, which may come late, repeated and out of order. An endorsement's state only moves forward."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.reference_central.access import check_reports
from kiosk.reference_central.granting import end
from kiosk.reference_central.partial_writes import chip_written
from kiosk.reference_central.records import permit_of
from kiosk.reference_central.tables import Application, CompletionRow, Endorsement
from kiosk.reference_central.unknown_requests import is_unasked

# States in which the chip is known to hold the granted content; they are never left for an earlier one.
_CHIP_NEW = ("written", "face_pending")
_NEVER_GRANTED = ("pending", "refused", "already_current")
CLOCKS_MAY_DIFFER = timedelta(minutes=10)


def complete(
    session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime
) -> contract.Recorded:
    """Keep the report; apply it unless a newer one (by the kiosk's `finished_at`) was applied before. Raises
    `ProblemError` "too_many".
    """
    check_reports(session, endorsement.endorsement_id)
    if is_unasked(endorsement):
        session.add(_row(endorsement, report, False, now))
        return contract.Recorded(endorsement_id=endorsement.endorsement_id, state=endorsement.state)
    # A visit ends before its report. A clock that is far ahead must not keep later reports from being applied.
    finished_at = min(report.finished_at, now + CLOCKS_MAY_DIFFER)
    newest = endorsement.completed_at is None or finished_at >= endorsement.completed_at
    # An application that was withdrawn before anybody decided has no grant; the report says where the permit is.
    was_granted = endorsement.granted is not None and endorsement.state not in _NEVER_GRANTED
    applied = newest and was_granted and not _is_of_an_earlier_visit(session, endorsement, report)
    session.add(_row(endorsement, report, applied, now))
    if applied:
        _apply(session, endorsement, report, now)
        endorsement.completed_at = finished_at
    return contract.Recorded(endorsement_id=endorsement.endorsement_id, state=endorsement.state)


def _is_of_an_earlier_visit(session: Session, endorsement: Endorsement, report: contract.CompletionRequest) -> bool:
    """Whether this late report is about an earlier visit, while an application's endorsement has a new grant. The chip
    was read since and agrees with the record, so no write is missed.
    """
    if not endorsement.live or report.chip == "new":
        return False
    return is_granted_anew_since(session, endorsement, report.finished_at)


def is_granted_anew_since(session: Session, endorsement: Endorsement, moment: datetime) -> bool:
    """Whether an application's endorsement got its present grant after `moment` (by the kiosk's clock). Any other
    endorsement has only one grant.
    """
    if endorsement.granted is None or session.get(Application, endorsement.endorsement_id) is None:
        return False
    return moment < contract.GrantPayload.model_validate(endorsement.granted).issued_at


def keep_of_earlier_kiosk(
    session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime
) -> contract.Recorded:
    """Keep a late report of an earlier kiosk without applying it: the endorsement has gone to a later visit's kiosk."""
    check_reports(session, endorsement.endorsement_id)
    session.add(_row(endorsement, report, False, now))
    return contract.Recorded(endorsement_id=endorsement.endorsement_id, state=endorsement.state)


def _row(endorsement: Endorsement, report: contract.CompletionRequest, applied: bool, now: datetime) -> CompletionRow:
    return CompletionRow(
        completion_id=uuid4(),
        endorsement_id=endorsement.endorsement_id,
        report=report.model_dump_json(),
        applied=applied,
        finished_at=report.finished_at,
        received_at=now,
    )


def state_after(chip: str, face: str, *, face_only: bool, chip_is_new: bool) -> str:
    """An endorsement's state after an applied report. `face_only`: the grant was for the face alone; `chip_is_new`:
    central knows or assumes that the chip holds the granted content. The permit's custody does not matter.
    """
    if face_only:
        return {"new": "written", "pending": "face_pending", "old": "unchanged"}[face]
    if chip_is_new:
        return "written" if face == "new" else "face_pending"
    return "unchanged" if chip == "old" else "unknown"


def markdown() -> str:
    """Chip and face → state, as the README shows it."""
    lines = [
        "| `chip` | `face` | a write was handed out | none was | grant for the face alone |",
        "| --- | --- | --- | --- | --- |",
    ]
    for chip in ("old", "new", "unknown"):
        for face in ("old", "new", "pending"):
            states = (
                state_after(chip, face, face_only=False, chip_is_new=chip == "new"),
                state_after(chip, face, face_only=False, chip_is_new=False),
                state_after(chip, face, face_only=True, chip_is_new=True),
            )
            lines.append(f"| {chip} | {face} | " + " | ".join(states) + " |")
    return "\n".join(lines)


def _apply(session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime) -> None:
    grant = contract.GrantPayload.model_validate(endorsement.granted)
    was_new = endorsement.state in _CHIP_NEW
    is_new = was_new or (report.chip == "new" and endorsement.writes_composed > 0)
    if grant.face_only:
        if report.face != "new" and endorsement.state == "written":
            return
    elif not is_new and endorsement.state == "cancelled":
        return
    permit = permit_of(session, endorsement.permit_number)
    if is_new and not was_new and not grant.face_only:
        chip_written(endorsement, permit, now)
    tells_of_face = report.face == "new" if grant.face_only else is_new
    # A later endorsement of the same permit has a face of its own.
    if tells_of_face and permit.endorsement_count == grant.content.endorsement_count:
        permit.face_pending = report.face != "new"
    end(endorsement, state_after(report.chip, report.face, face_only=grant.face_only, chip_is_new=is_new), now)
