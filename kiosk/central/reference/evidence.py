"""Proofs: looked up in central's records, by a licence code or without one, and counted on the day they were shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.central.reference.clock import local_date
from kiosk.central.reference.records import chip_flaw, holder_flaw, record_for
from kiosk.central.reference.rules import RegionRules
from kiosk.central.reference.tables import EvidenceCheck, EvidenceRecord, Permit
from kiosk.policy.region import Region

VERIFIED, NOT_VERIFIED, NEEDS_PERSON = "verified", "not_verified", "needs_person"


@dataclass(frozen=True, slots=True)
class Proofs:
    """What central knows of the proofs that were shown. `results`: by key; `address`, `issuing_authority`: where the
    holder lives by them, None where none of them says so.
    """

    results: tuple[tuple[str, str], ...] = ()
    address: str | None = field(default=None, repr=False)
    issuing_authority: str | None = None

    @property
    def verified(self) -> frozenset[str]:
        """The keys that count."""
        return frozenset(key for key, result in self.results if result == VERIFIED)


NO_PROOFS = Proofs()


class Verifying:
    """Answers POST /v1/evidence inside the caller's transaction."""

    def __init__(self, rules: RegionRules) -> None:
        self._rules = rules

    def answer(
        self, session: Session, request: contract.EvidenceRequest, kiosk_id: str, now: datetime
    ) -> contract.EvidenceAnswer:
        """Look the proof up, keep the result, answer."""
        permit, name = record_for(session, request.holder, request.permit)
        record, result = None, NOT_VERIFIED
        if permit is not None and not _flaw(permit, name, request):
            record, result = self._looked_up(session, permit, request, now)
        session.add(
            EvidenceCheck(
                kiosk_id=kiosk_id,
                evidence_id=request.evidence_id,
                holder_number=request.holder.id_number,
                permit_number=None if permit is None else permit.permit_number,
                key=request.key,
                result=result,
                day=local_date(now),
                address=None if record is None else record.address,
                issuing_authority=None if record is None else record.issuing_authority,
                agent_number=None if record is None else record.agent_number,
                created_at=now,
            )
        )
        return contract.EvidenceAnswer.model_validate(
            {"evidence_id": request.evidence_id, "key": request.key, "result": result}
        )

    def _looked_up(
        self, session: Session, permit: Permit, request: contract.EvidenceRequest, now: datetime
    ) -> tuple[EvidenceRecord | None, str]:
        keys = _verifiable(self._rules.region_of(permit.region), request.key)
        if not keys:
            return None, NEEDS_PERSON
        query = select(EvidenceRecord).where(
            EvidenceRecord.holder_number == request.holder.id_number,
            EvidenceRecord.key.in_(keys),
            EvidenceRecord.licence_code == request.licence_code
            if request.licence_code is not None else EvidenceRecord.licence_code.is_(None),
        )
        agent = None if request.agent is None else request.agent.person.id_number
        found = [
            each for each in session.scalars(query.order_by(EvidenceRecord.record_id))
            if (each.valid_until is None or now < each.valid_until) and each.agent_number in (None, agent)
        ]
        best = min(found, key=lambda each: each.result != VERIFIED, default=None)
        return best, NOT_VERIFIED if best is None else best.result


def proofs_of_today(
    session: Session,
    permit: Permit,
    shown: Iterable[contract.EvidenceShown],
    agent: contract.AgentFacts | None,
    today: date,
) -> Proofs:
    """What central itself found today for this holder and permit of the proofs that the kiosk names."""
    keys = {each.key for each in shown}
    if not keys:
        return NO_PROOFS
    checks = session.scalars(
        select(EvidenceCheck)
        .where(
            EvidenceCheck.holder_number == permit.holder_number,
            EvidenceCheck.day == today,
            EvidenceCheck.permit_number == permit.permit_number,
            EvidenceCheck.key.in_(keys),
        )
        .order_by(EvidenceCheck.created_at)
    ).all()
    who = None if agent is None else agent.person.id_number
    counted = [each for each in checks if each.agent_number in (None, who)]
    results = {each.key: each.result for each in counted}
    good = [each for each in counted if each.result == VERIFIED]
    results.update({each.key: each.result for each in good})
    return Proofs(
        results=tuple(sorted((dict.fromkeys(keys, NOT_VERIFIED) | results).items())),
        address=next((each.address for each in reversed(good) if each.address is not None), None),
        issuing_authority=next(
            (each.issuing_authority for each in reversed(good) if each.issuing_authority is not None), None
        ),
    )


def _flaw(permit: Permit, name: str, request: contract.EvidenceRequest) -> str | None:
    flaw = None if request.permit is None else chip_flaw(permit, request.permit)
    return flaw or holder_flaw(permit, name, request.holder, request.permit)


def _verifiable(region: Region | None, key: str) -> tuple[str, ...]:
    """The keys of records that prove `key`: itself, and the members of the group that it is."""
    if region is None or key not in region.evidence:
        return ()
    keys = (key, *region.evidence[key].any_of)
    return tuple(each for each in keys if region.evidence[each].central_verifies)
