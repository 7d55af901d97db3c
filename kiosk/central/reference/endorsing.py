"""Central's decision on one request: on its own record first, then on the facts the kiosk read, then on the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.central.reference.clock import local_date
from kiosk.central.reference.granting import Granting, expire, is_granted_elsewhere
from kiosk.central.reference.residents import record_content, recorded_content
from kiosk.central.reference.tables import Endorsement, Permit, Resident
from kiosk.policy.assessment import AssessedOutcome, Assessment, Served

# A permit endorsed at most this long ago has had the endorsement of this window; the widest window is 31 days.
RECENTLY = timedelta(days=31)

_RETAINED = ("reported_lost", "cancelled")


class Rules(Protocol):
    """The regions' rules, as `kiosk.policy` interprets them."""

    def assess(self, permit: Permit, holder_number: str, declarations: tuple[str, ...], on: date) -> Assessment | None:
        """What the rules of the permit's region say on that day; None where no region file covers it."""


class Endorsing:
    """Answers POST /v1/endorsements and POST /v1/permits/pending-rewrites inside the caller's transaction."""

    def __init__(self, rules: Rules, granting: Granting, fits: Callable[[str, contract.PermitContent], bool]) -> None:
        """`fits`: whether a chip of that permit file can hold that content."""
        self._rules = rules
        self._granting = granting
        self._fits = fits

    def answer(
        self, session: Session, request: contract.EndorsementRequest, kiosk_id: str, now: datetime
    ) -> contract.EndorsementAnswer:
        """Decide, record, answer."""
        permit, name = _record(session, request.permit.permit_number)
        endorsement = _new(request.endorsement_id, kiosk_id, request.permit, now)
        answer = self._decided(session, permit, name, request, kiosk_id, endorsement, now)
        endorsement.state = answer.state
        endorsement.answer = answer.model_dump_json()
        session.add(endorsement)
        return answer

    def pending_rewrites(
        self,
        session: Session,
        request: contract.PendingRewritesRequest,
        kiosk_id: str,
        new_id: UUID,
        now: datetime,
    ) -> contract.PendingRewritesAnswer:
        """Work decided elsewhere: an endorsement of central's own (`new_id`) with its grant, or nothing.

        Whatever speaks against the permit is not told here; the request for an endorsement tells it.
        """
        nothing = contract.PendingRewritesAnswer(work=None)
        permit, name = _record(session, request.permit.permit_number)
        if permit is None or permit.status != "valid":
            return nothing
        if _chip_flaw(permit, request.permit) or _holder_flaw(permit, name, request.holder, request.permit):
            return nothing
        reconcile(session, permit, request.permit.content, now)
        behind = _is_behind(permit, request.permit.content)
        if not behind and not permit.face_pending:
            current = _is_on_record(permit, request.permit.content) and _endorsed_recently(permit, local_date(now))
            return contract.PendingRewritesAnswer(work=None, already_current=current)
        if not self._fits(permit.permit_file, recorded_content(permit)):
            return nothing
        if is_granted_elsewhere(session, permit.permit_number, kiosk_id, now):
            return nothing
        endorsement = _new(new_id, kiosk_id, request.permit, now)
        granted = self._grant(endorsement, permit, recorded_content(permit), None, now, face_only=not behind)
        endorsement.state = "granted"
        endorsement.answer = granted.model_dump_json()
        session.add(endorsement)
        kind: str = "rewrite" if behind else "face_only"
        return contract.PendingRewritesAnswer.model_validate({"work": {"kind": kind, "grant": granted.grant}})

    def _decided(
        self,
        session: Session,
        permit: Permit | None,
        name: str,
        request: contract.EndorsementRequest,
        kiosk_id: str,
        endorsement: Endorsement,
        now: datetime,
    ) -> contract.EndorsementAnswer:
        def refused(code: str) -> contract.Refused:
            return contract.Refused(
                endorsement_id=request.endorsement_id, code=code, retain=code in _RETAINED
            )

        if permit is None:
            return refused("unknown_permit")
        flaw = _chip_flaw(permit, request.permit)
        if flaw is None and permit.status != "valid":
            flaw = permit.status      # before the holder: a lost permit is kept, whoever brings it
        flaw = flaw or _holder_flaw(permit, name, request.holder, request.permit)
        if flaw:
            return refused(flaw)
        if request.service != "endorse":
            return refused("not_offered")
        reconcile(session, permit, request.permit.content, now)
        if _is_behind(permit, request.permit.content):
            content, residence_years = recorded_content(permit), None
        elif not _is_on_record(permit, request.permit.content):
            return refused("record_mismatch")
        elif "address_changed" in request.declarations or permit.address_on_record not in (None, permit.address):
            return refused("address_changed")
        else:
            today = local_date(now)
            assessment = self._rules.assess(permit, request.holder.id_number, request.declarations, today)
            if assessment is not None and assessment.outcome is AssessedOutcome.TOO_EARLY:
                if permit.valid_to is not None and _endorsed_recently(permit, today):
                    return contract.AlreadyCurrent(endorsement_id=request.endorsement_id, valid_to=permit.valid_to)
                return refused("too_early")
            if assessment is None or assessment.served is not Served.AT_ONCE or assessment.new_valid_to is None:
                return refused("counter_only")
            years = assessment.residence_years
            content, residence_years = _endorsed(permit, assessment), None if years is None else years.value
        if not self._fits(permit.permit_file, content):
            return refused("counter_only")
        if is_granted_elsewhere(session, permit.permit_number, kiosk_id, now):
            return refused("grant_in_use")
        return self._grant(endorsement, permit, content, residence_years, now, face_only=False)

    def _grant(
        self,
        endorsement: Endorsement,
        permit: Permit,
        content: contract.PermitContent,
        residence_years: str | None,
        now: datetime,
        *,
        face_only: bool,
    ) -> contract.Granted:
        payload, signed = self._granting.grant(
            endorsement.endorsement_id, permit, content, residence_years, now, face_only=face_only
        )
        endorsement.granted = payload.model_dump(mode="json")
        endorsement.live = True
        endorsement.expires_at = payload.expires_at
        return contract.Granted(endorsement_id=endorsement.endorsement_id, grant=signed)


def reconcile(session: Session, permit: Permit, on_chip: contract.PermitContent, now: datetime) -> None:
    """Learn from the chip what a lost reply hid: it holds what central granted and handed a write out for."""
    if on_chip == recorded_content(permit):
        return
    query = (
        select(Endorsement)
        .where(Endorsement.permit_number == permit.permit_number, Endorsement.writes_composed > 0)
        .where(Endorsement.state.in_(("granted", "unknown", "unchanged")))
    )
    for endorsement in session.scalars(query):
        expire(endorsement, now)
        if contract.GrantPayload.model_validate(endorsement.granted).content == on_chip:
            chip_written(endorsement, permit, now)
            endorsement.state = "face_pending"


def chip_written(endorsement: Endorsement, permit: Permit, now: datetime) -> None:
    """The chip holds the granted content: the record follows, the face is pending until a completion says otherwise."""
    content = contract.GrantPayload.model_validate(endorsement.granted).content
    record_content(permit, content, now)
    permit.face_pending = True
    permit.endorsed_on = local_date(now)
    endorsement.live = False
    endorsement.state = "written"
    endorsement.updated_at = now


def permit_of(session: Session, permit_number: str) -> Permit:
    """The record of a permit that a grant was made for, locked until the transaction ends."""
    return session.scalars(_PERMIT, {"permit_number": permit_number}).one()


# Built once: building a statement costs more than running it.
_PERMIT = select(Permit).where(Permit.permit_number == bindparam("permit_number")).with_for_update()
_RECORD = (
    select(Permit, Resident.name)
    .join(Resident, Resident.id_number == Permit.holder_number)
    .where(Permit.permit_number == bindparam("permit_number"))
    .with_for_update(of=Permit)
)


def _record(session: Session, permit_number: str) -> tuple[Permit | None, str]:
    """A permit and its holder's name, locked until the transaction ends."""
    row = session.execute(_RECORD, {"permit_number": permit_number}).one_or_none()
    return (None, "") if row is None else (row[0], row[1])


def _new(endorsement_id: UUID, kiosk_id: str, facts: contract.PermitFacts, now: datetime) -> Endorsement:
    return Endorsement(
        endorsement_id=endorsement_id,
        kiosk_id=kiosk_id,
        permit_number=facts.permit_number,
        permit_file=facts.permit_file,
        live=False,
        present=facts.content.model_dump(mode="json"),
        writes_composed=0,
        last_batch=0,
        created_at=now,
        updated_at=now,
    )


def _chip_flaw(permit: Permit, facts: contract.PermitFacts) -> str | None:
    of_record = (permit.chip_serial, permit.permit_file, permit.holder_number)
    return None if (facts.chip_serial, facts.permit_file, facts.holder_number) == of_record else "chip_mismatch"


def _holder_flaw(permit: Permit, name: str, holder: contract.Holder, facts: contract.PermitFacts) -> str | None:
    if holder.id_number != permit.holder_number:
        return "not_your_permit"
    same_name = {holder.name.strip(), facts.holder_name.strip()} == {name.strip()}
    return None if same_name else "name_differs"


def _is_on_record(permit: Permit, on_chip: contract.PermitContent) -> bool:
    return on_chip == recorded_content(permit)


def _is_behind(permit: Permit, on_chip: contract.PermitContent) -> bool:
    return permit.endorsement_count > on_chip.endorsement_count


def _endorsed_recently(permit: Permit, today: date) -> bool:
    return permit.endorsed_on is not None and today - permit.endorsed_on <= RECENTLY


def _endorsed(permit: Permit, assessment: Assessment) -> contract.PermitContent:
    return recorded_content(permit).model_copy(
        update={
            "valid_from": assessment.new_valid_from,
            "valid_to": assessment.new_valid_to,
            "endorsement_count": permit.endorsement_count + 1,
        }
    )
