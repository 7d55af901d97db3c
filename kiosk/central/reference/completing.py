"""What a kiosk reports at the end: late, repeated, out of order; the endorsement's state only ever moves forward."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.central.reference.access import check_reports
from kiosk.central.reference.finishing import chip_written
from kiosk.central.reference.granting import end
from kiosk.central.reference.records import permit_of
from kiosk.central.reference.tables import Application, CompletionRow, Endorsement
from kiosk.central.reference.unasked import is_unasked

# States in which the chip is known to hold the granted content; nothing takes that back.
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
    # Nothing ends after it was told: a clock that is further ahead must not keep what comes later from being applied.
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


def _is_of_an_earlier_visit(
    session: Session, endorsement: Endorsement, report: contract.CompletionRequest
) -> bool:
    """Whether this is said of an earlier visit, late, while an application's endorsement is granted anew: the chip was
    read since and is as the record says, so nothing that was written is missed.
    """
    if not endorsement.live or report.chip == "new":
        return False
    return is_granted_anew_since(session, endorsement, report.finished_at)


def is_granted_anew_since(session: Session, endorsement: Endorsement, moment: datetime) -> bool:
    """Whether an application's endorsement got the grant that it has now after `moment` (by the kiosk's clock). Any
    other endorsement has one grant for ever.
    """
    if endorsement.granted is None or session.get(Application, endorsement.endorsement_id) is None:
        return False
    return moment < contract.GrantPayload.model_validate(endorsement.granted).issued_at


def keep_of_earlier_kiosk(
    session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime
) -> contract.Recorded:
    """An application's endorsement goes to the kiosk of each visit; what an earlier one says late is kept, no more."""
    check_reports(session, endorsement.endorsement_id)
    session.add(_row(endorsement, report, False, now))
    return contract.Recorded(endorsement_id=endorsement.endorsement_id, state=endorsement.state)


def _row(
    endorsement: Endorsement, report: contract.CompletionRequest, applied: bool, now: datetime
) -> CompletionRow:
    return CompletionRow(
        completion_id=uuid4(),
        endorsement_id=endorsement.endorsement_id,
        report=report.model_dump_json(),
        applied=applied,
        finished_at=report.finished_at,
        received_at=now,
    )


def _apply(session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime) -> None:
    grant = contract.GrantPayload.model_validate(endorsement.granted)
    if grant.face_only:
        _apply_face_only(session, endorsement, report, now)
        return
    could_be_written = endorsement.writes_composed > 0
    if report.chip == "new" and could_be_written and endorsement.state not in _CHIP_NEW:
        chip_written(endorsement, permit_of(session, endorsement.permit_number), now)
    if endorsement.state in _CHIP_NEW:
        _apply_face(session, endorsement, report, now)
    elif endorsement.state != "cancelled":
        end(endorsement, "unchanged" if report.chip == "old" else "unknown", now)


def _apply_face(session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime) -> None:
    """The chip is new; is the face? A later endorsement of the same permit has a face of its own."""
    permit = permit_of(session, endorsement.permit_number)
    is_new = report.face == "new"
    grant = contract.GrantPayload.model_validate(endorsement.granted)
    if permit.endorsement_count == grant.content.endorsement_count:
        permit.face_pending = not is_new
    end(endorsement, "written" if is_new else "face_pending", now)


def _apply_face_only(
    session: Session, endorsement: Endorsement, report: contract.CompletionRequest, now: datetime
) -> None:
    if report.face == "new":
        _apply_face(session, endorsement, report, now)
    elif endorsement.state != "written":
        end(endorsement, "face_pending" if report.face == "pending" else "unchanged", now)
