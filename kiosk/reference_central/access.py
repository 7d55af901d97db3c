"""The table of access: which kiosk may make which call, by the call's subject and the kiosk's relation to it.

A kiosk that is not registered, or whose certificate is revoked, is turned away earlier (`kiosks.identify`). A kiosk
without access gets the same answer as for a subject that does not exist, so that refusals reveal nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kiosk.reference_central.kiosks import area_of
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.rules import RegionRules
from kiosk.reference_central.tables import Application, CompletionRow, EarlierKiosk, Endorsement
from kiosk.reference_central.unknown_requests import has_no_answer, told_of

MOST_UNASKED = 2000  # records of what a kiosk says never came, in `UNASKED_WITHIN`; a visit has three
UNASKED_WITHIN = timedelta(days=1)
MOST_REPORTS = 100  # of one endorsement; a visit sends three, and repeats none under another key


class Relation(Enum):
    """The relation of the calling kiosk to the subject of its call."""

    OWN = "it asked first, or holds the grant now"
    HAD = "it held the grant at an earlier visit"
    REGION = "it stands in the region of the permit"
    FOREIGN = "it stands in another region"
    AREALESS = "nobody said where it stands"
    OTHER = "another kiosk's, wherever that stands"
    NOBODYS = "central never had it"


class Asked(Enum):
    """The calls, by their names among the numbered calls. A call that can be about two subjects is listed twice.

    `…_by_permit`: with a permit that was read. `…_by_holder`: with the identity card's name and number alone.
    """

    ENDORSEMENTS = "POST /v1/endorsements"
    STATE = "GET /v1/endorsements/{endorsement_id}"
    CANCELLATION = "POST /v1/endorsements/{endorsement_id}/cancellation"
    CHIP_SESSION = "POST /v1/endorsements/{endorsement_id}/chip-session"
    RESPONSES = "POST /v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses"
    COMPLETION = "POST /v1/endorsements/{endorsement_id}/completion"
    PENDING_REWRITES = "POST /v1/permits/pending-rewrites"
    APPLICATION_BY_PERMIT = "POST /v1/applications"
    APPLICATION_BY_HOLDER = "POST /v1/applications, no permit read"
    SEARCH = "POST /v1/applications/search"
    COLLECTION = "POST /v1/applications/{application_id}/collection"
    EVIDENCE_BY_PERMIT = "POST /v1/evidence"
    EVIDENCE_BY_HOLDER = "POST /v1/evidence, no permit read"
    HEARTBEAT = "POST /v1/heartbeat"
    STAFF_CALL = "POST /v1/staff-calls"


_OWN, _HAD, _NOBODYS = Relation.OWN, Relation.HAD, Relation.NOBODYS
_REGION, _AREALESS = Relation.REGION, Relation.AREALESS

MAY_ASK: Mapping[Asked, frozenset[Relation]] = {
    # A permit that was read lies in the machine: its chip and its holder's card are compared with the record.
    Asked.ENDORSEMENTS: frozenset({_REGION, _AREALESS}),
    Asked.PENDING_REWRITES: frozenset({_REGION, _AREALESS}),
    Asked.APPLICATION_BY_PERMIT: frozenset({_REGION, _AREALESS}),
    Asked.EVIDENCE_BY_PERMIT: frozenset({_REGION, _AREALESS}),
    # A name and a number do not prove where a person is.
    Asked.APPLICATION_BY_HOLDER: frozenset({_REGION}),
    Asked.EVIDENCE_BY_HOLDER: frozenset({_REGION}),
    # For each application that is found; a wrong name finds none.
    Asked.SEARCH: frozenset({_OWN, _REGION}),
    Asked.COLLECTION: frozenset({_OWN, _REGION}),
    Asked.STATE: frozenset({_OWN}),
    Asked.CHIP_SESSION: frozenset({_OWN}),
    Asked.RESPONSES: frozenset({_OWN}),
    # A subject that central never had is closed by the kiosk's report (decision 0029), within a daily limit.
    Asked.CANCELLATION: frozenset({_OWN, _NOBODYS}),
    Asked.COMPLETION: frozenset({_OWN, _HAD, _NOBODYS}),
    # About the calling kiosk only.
    Asked.HEARTBEAT: frozenset({_OWN}),
    Asked.STAFF_CALL: frozenset({_OWN}),
}

TOLD_OTHERWISE: Mapping[Asked, str] = {
    Asked.ENDORSEMENTS: "refused: unknown_permit",
    Asked.PENDING_REWRITES: "no work",
    Asked.APPLICATION_BY_PERMIT: "refused: unknown_permit",
    Asked.APPLICATION_BY_HOLDER: "refused: unknown_permit",
    Asked.EVIDENCE_BY_PERMIT: "not_verified",
    Asked.EVIDENCE_BY_HOLDER: "not_verified",
    Asked.SEARCH: "nothing found",
    Asked.COLLECTION: "404 not_found",
    Asked.STATE: "404 not_found",
    Asked.CHIP_SESSION: "404 not_found",
    Asked.RESPONSES: "404 not_found",
    Asked.CANCELLATION: "404 not_found",
    Asked.COMPLETION: "404 not_found",
    Asked.HEARTBEAT: "never",
    Asked.STAFF_CALL: "never",
}


class Access:
    """Applies the table inside the caller's transaction. `rules`: which areas belong to one region."""

    def __init__(self, rules: RegionRules) -> None:
        self._rules = rules

    def may(self, asked: Asked, relation: Relation) -> bool:
        """Whether the table allows it."""
        return relation in MAY_ASK[asked]

    def to_area(self, session: Session, kiosk_id: str, area_code: str) -> Relation:
        """The relation of a kiosk to permits of an area."""
        area = area_of(session, kiosk_id)
        if area is None:
            return Relation.AREALESS
        return Relation.REGION if self._rules.is_one_region(area, area_code) else Relation.FOREIGN

    def may_at(self, session: Session, asked: Asked, kiosk_id: str, area_code: str) -> bool:
        """Whether a kiosk may make that call about a permit of an area."""
        return self.may(asked, self.to_area(session, kiosk_id, area_code))

    def may_of(self, session: Session, asked: Asked, kiosk_id: str, application: Application) -> bool:
        """Whether a kiosk may make that call about an application."""
        is_own = application.kiosk_id == kiosk_id
        relation = Relation.OWN if is_own else self.to_area(session, kiosk_id, application.region)
        return self.may(asked, relation)

    def endorsement(self, session: Session, asked: Asked, endorsement_id: UUID, kiosk_id: str) -> Endorsement:
        """The endorsement of a call, locked. Raises `ProblemError` "not_found"."""
        found = session.get(Endorsement, endorsement_id, with_for_update=True)
        if found is None or not self.may(asked, self._to_endorsement(session, kiosk_id, found)):
            raise ProblemError("not_found")
        return found

    def told_of(self, session: Session, asked: Asked, number: UUID, kiosk_id: str, now: datetime) -> Endorsement | None:
        """The endorsement that a kiosk speaks of, by its id or by its own question (see `unasked`), locked; None where
        central never had it and the kiosk may say so. Raises `ProblemError`: "not_found", "too_many".
        """
        found = told_of(session, number, kiosk_id)
        relation = Relation.NOBODYS if found is None else self._to_endorsement(session, kiosk_id, found)
        if not self.may(asked, relation):
            raise ProblemError("not_found")
        if found is None and self._has_said_enough(session, kiosk_id, now):
            raise ProblemError("too_many")
        return found

    def _to_endorsement(self, session: Session, kiosk_id: str, endorsement: Endorsement) -> Relation:
        if endorsement.kiosk_id == kiosk_id:
            return Relation.OWN
        had = session.get(EarlierKiosk, (endorsement.endorsement_id, kiosk_id))
        return Relation.OTHER if had is None else Relation.HAD

    def _has_said_enough(self, session: Session, kiosk_id: str, now: datetime) -> bool:
        said = select(func.count()).where(
            Endorsement.kiosk_id == kiosk_id, Endorsement.created_at > now - UNASKED_WITHIN, has_no_answer()
        )
        return (session.scalar(said) or 0) >= MOST_UNASKED


def check_reports(session: Session, endorsement_id: UUID) -> None:
    """Raise `ProblemError` "too_many" where an endorsement has more reports than is plausible."""
    reports = select(func.count()).where(CompletionRow.endorsement_id == endorsement_id)
    if (session.scalar(reports) or 0) >= MOST_REPORTS:
        raise ProblemError("too_many")


def remember(session: Session, endorsement: Endorsement, now: datetime) -> None:
    """Record the kiosk that holds an endorsement's grant as an earlier holder, before another one gets it."""
    known = exists().where(
        EarlierKiosk.endorsement_id == endorsement.endorsement_id, EarlierKiosk.kiosk_id == endorsement.kiosk_id
    )
    if not session.scalar(select(known)):
        session.add(EarlierKiosk(endorsement_id=endorsement.endorsement_id, kiosk_id=endorsement.kiosk_id, until=now))


def markdown() -> str:
    """The table as the README shows it."""
    columns = (_OWN, _HAD, _REGION, Relation.FOREIGN, _AREALESS, _NOBODYS)
    lines = ["| asked | " + " | ".join(each.name.lower() for each in columns) + " | others are told |"]
    lines.append("| --- " * (len(columns) + 2) + "|")
    for asked, may in MAY_ASK.items():
        marks = " | ".join("yes" if each in may else "" for each in columns)
        lines.append(f"| `{asked.value}` | {marks} | {TOLD_OTHERWISE[asked]} |")
    return "\n".join(lines)
