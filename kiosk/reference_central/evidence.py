"""Proofs: looked up in central's records, by a licence code or without one, and counted on the day they were shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.policy.proofs import is_verified, verifiable
from kiosk.reference_central.access import Access, Asked
from kiosk.reference_central.clock import local_date
from kiosk.reference_central.records import chip_flaw, holder_flaw, record_for
from kiosk.reference_central.rules import RegionRules
from kiosk.reference_central.tables import EvidenceCheck, EvidenceRecord, Permit

VERIFIED, NOT_VERIFIED, NEEDS_PERSON = "verified", "not_verified", "needs_person"


@dataclass(frozen=True, slots=True)
class Proofs:
    """Central's results for the proofs that were shown. `results`: by key; `address`, `issuing_authority`: the holder's
    home according to them, None where none has it.
    """

    results: tuple[tuple[str, str], ...] = ()
    address: str | None = field(default=None, repr=False)
    issuing_authority: str | None = None

    @property
    def verified(self) -> frozenset[str]:
        """The keys of the verified proofs."""
        return frozenset(key for key, result in self.results if result == VERIFIED)


NO_PROOFS = Proofs()


class Verifying:
    """Answers POST /v1/evidence inside the caller's transaction."""

    def __init__(self, rules: RegionRules, access: Access) -> None:
        self._rules = rules
        self._access = access

    def answer(
        self, session: Session, request: contract.EvidenceRequest, kiosk_id: str, now: datetime
    ) -> contract.EvidenceAnswer:
        """Look the proof up, record the result, and answer."""
        asked = Asked.EVIDENCE_BY_HOLDER if request.permit is None else Asked.EVIDENCE_BY_PERMIT
        may_ask = partial(self._access.may_at, session, asked, kiosk_id)
        permit, name = record_for(session, request.holder, request.permit, may_ask)
        found, result = _Found(), NOT_VERIFIED
        if permit is not None and not _flaw(permit, name, request):
            found, result = self._looked_up(session, permit, request, now)
        session.add(
            EvidenceCheck(
                kiosk_id=kiosk_id,
                evidence_id=request.evidence_id,
                holder_number=request.holder.id_number,
                permit_number=None if permit is None else permit.permit_number,
                key=request.key,
                result=result,
                day=local_date(now),
                address=found.address,
                issuing_authority=found.issuing_authority,
                agent_number=found.agent_number,
                created_at=now,
            )
        )
        return contract.EvidenceAnswer.model_validate(
            {"evidence_id": request.evidence_id, "key": request.key, "result": result}
        )

    def _looked_up(
        self, session: Session, permit: Permit, request: contract.EvidenceRequest, now: datetime
    ) -> tuple[_Found, str]:
        region = self._rules.region_of(permit.region)
        keys = () if region is None or request.key not in region.evidence else verifiable(region, request.key)
        if region is None or not keys:
            return _Found(), NEEDS_PERSON
        query = select(EvidenceRecord).where(
            EvidenceRecord.holder_number == request.holder.id_number,
            EvidenceRecord.key.in_(keys),
            EvidenceRecord.licence_code == request.licence_code
            if request.licence_code is not None
            else EvidenceRecord.licence_code.is_(None),
        )
        agent = None if request.agent is None else request.agent.person.id_number
        records = [
            each
            for each in session.scalars(query.order_by(EvidenceRecord.record_id))
            if (each.valid_until is None or now < each.valid_until) and each.agent_number in (None, agent)
        ]
        good = [each for each in records if each.result == VERIFIED]
        if is_verified(region, request.key, {each.key for each in good}):
            return _found_in(good), VERIFIED
        return _Found(), NEEDS_PERSON if any(each.result == NEEDS_PERSON for each in records) else NOT_VERIFIED


@dataclass(frozen=True, slots=True)
class _Found:
    """A record that was found, with its further facts."""

    address: str | None = field(default=None, repr=False)
    issuing_authority: str | None = None
    agent_number: str | None = field(default=None, repr=False)


def _found_in(records: list[EvidenceRecord]) -> _Found:
    return _Found(
        address=next((each.address for each in records if each.address is not None), None),
        issuing_authority=next(
            (each.issuing_authority for each in records if each.issuing_authority is not None), None
        ),
        agent_number=next((each.agent_number for each in records if each.agent_number is not None), None),
    )


def proofs_of_today(
    session: Session,
    permit: Permit,
    shown: Iterable[contract.EvidenceShown],
    agent: contract.AgentFacts | None,
    today: date,
) -> Proofs:
    """Central's own results of today, for this holder and permit, for the proofs that the kiosk names."""
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
