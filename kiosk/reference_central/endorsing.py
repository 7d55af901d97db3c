"""Central's decision on a request: by its own record first, then by the facts the kiosk read, then by the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.domain.holder_name import settled_text
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel
from kiosk.reference_central.access import Access
from kiosk.reference_central.access import Asked as AskedOf
from kiosk.reference_central.clock import local_date
from kiosk.reference_central.evidence import Proofs, proofs_of_today
from kiosk.reference_central.granting import Granting, insert_new, is_granted_elsewhere
from kiosk.reference_central.partial_writes import half_written, reconcile, reconcile_face
from kiosk.reference_central.records import chip_flaw, holder_flaw, is_behind, is_on_record, record_of
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.rewriting import decided_content, hand_out, waiting_here
from kiosk.reference_central.rules import Asked
from kiosk.reference_central.tables import Endorsement, Permit
from kiosk.reference_central.unknown_requests import was_given_up

# A permit that was endorsed within this time has been endorsed in this window; the widest window is 31 days.
RECENTLY = timedelta(days=31)

_RETAINED = ("reported_lost", "cancelled")
_MOVED = "address_changed"
_REWRITING = ("endorse", "change_address", "correct", "change_category")  # services that rewrite a permit


class Rules(Protocol):
    """The regions' rules, as `kiosk.policy` interprets them."""

    def assess(self, permit: Permit, asked: Asked, on: date) -> Assessment | None:
        """The assessment by the rules of the permit's region on that day; None where no region file covers it."""


class Endorsing:
    """Answers POST /v1/endorsements and POST /v1/permits/pending-rewrites inside the caller's transaction."""

    def __init__(
        self, rules: Rules, access: Access, granting: Granting, fits: Callable[[str, contract.PermitContent], bool]
    ) -> None:
        """`fits`: whether a chip of that permit file can hold that content."""
        self._rules = rules
        self._access = access
        self._granting = granting
        self._fits = fits

    def answer(
        self, session: Session, request: contract.EndorsementRequest, kiosk_id: str, now: datetime
    ) -> contract.EndorsementAnswer:
        """Decide on the request, record the decision, and answer."""
        permit, name = record_of(session, request.permit.permit_number)
        if permit is not None and not self._access.may_at(session, AskedOf.ENDORSEMENTS, kiosk_id, permit.region):
            permit = None
        endorsement = _new(request.endorsement_id, kiosk_id, request.permit, now)
        endorsement.holder_check = None if request.holder_check is None else request.holder_check.model_dump()
        answer = self._decided(session, permit, name, request, kiosk_id, endorsement, now)
        endorsement.state = answer.state
        endorsement.answer = answer.model_dump_json()
        insert_new(session, endorsement)
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

        Reasons against the permit are not given here, but in the answer to a request for an endorsement.
        """
        nothing = contract.PendingRewritesAnswer(work=None)
        if was_given_up(session, request.inquiry_id):
            return nothing
        permit, name = record_of(session, request.permit.permit_number)
        if permit is None or permit.status != "valid":
            return nothing
        if not self._access.may_at(session, AskedOf.PENDING_REWRITES, kiosk_id, permit.region):
            return nothing
        if chip_flaw(permit, request.permit) or holder_flaw(permit, name, request.holder, request.permit):
            return nothing
        on_chip = request.permit.content
        reconcile(session, permit, on_chip, now)
        reconcile_face(session, permit, on_chip, now)
        is_current = is_on_record(permit, on_chip)
        unfinished = None if is_current else half_written(session, permit, on_chip)
        if permit.decided_application is not None and (is_current or unfinished is not None):
            decided = self._decided_work(session, permit, request, kiosk_id, now)
            if decided is not None:
                return decided
        rewrites = is_behind(permit, on_chip) or unfinished is not None
        if not rewrites and not permit.face_pending:
            return nothing
        content = recorded_content(permit) if unfinished is None else unfinished.content
        if not self._fits(permit.permit_file, content):
            return nothing
        if is_granted_elsewhere(session, permit.permit_number, kiosk_id, now):
            return nothing
        endorsement = _new(new_id, kiosk_id, request.permit, now)
        endorsement.found_by = request.inquiry_id
        years = None if unfinished is None else unfinished.residence_years
        granted = self._grant(endorsement, permit, content, years, now, face_only=not rewrites)
        endorsement.state = "granted"
        endorsement.answer = granted.model_dump_json()
        session.add(endorsement)
        kind: str = "rewrite" if rewrites else "face_only"
        return contract.PendingRewritesAnswer.model_validate({"work": {"kind": kind, "grant": granted.grant}})

    def _decided_work(
        self, session: Session, permit: Permit, request: contract.PendingRewritesRequest, kiosk_id: str, now: datetime
    ) -> contract.PendingRewritesAnswer | None:
        """The grant of an approved application, under its own id; None where it is not to be written by a kiosk."""
        waiting = waiting_here(session, permit)
        if waiting is None:
            return None
        application, endorsement = waiting
        content = decided_content(application, permit)
        if not self._fits(permit.permit_file, content):
            return None
        if is_granted_elsewhere(session, permit.permit_number, kiosk_id, now):
            return contract.PendingRewritesAnswer(work=None)
        hand_out(session, endorsement, request, kiosk_id, now)
        granted = self._grant(endorsement, permit, content, application.residence_years, now, face_only=False)
        endorsement.answer = granted.model_dump_json()
        return contract.PendingRewritesAnswer(work=contract.PendingRewrite(kind="rewrite", grant=granted.grant))

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
            return contract.Refused(endorsement_id=request.endorsement_id, code=code, retain=code in _RETAINED)

        if permit is None:
            return refused("unknown_permit")
        flaw = chip_flaw(permit, request.permit)
        if flaw is None and permit.status != "valid":
            flaw = permit.status  # before the check of the holder: a lost permit is retained, whoever brings it
        flaw = flaw or holder_flaw(permit, name, request.holder, request.permit)
        if flaw:
            return refused(flaw)
        if request.service not in _REWRITING:
            return refused("not_offered")
        on_chip = request.permit.content
        reconcile(session, permit, on_chip, now)
        unfinished = None if is_on_record(permit, on_chip) else half_written(session, permit, on_chip)
        residence_years: str | None
        if unfinished is not None:
            content, residence_years = unfinished.content, unfinished.residence_years
        elif is_behind(permit, on_chip):
            content, residence_years = recorded_content(permit), None
        elif not is_on_record(permit, on_chip):
            return refused("record_mismatch")
        else:
            by_rules = self._by_rules(session, permit, request, local_date(now))
            if isinstance(by_rules, str):
                return refused(by_rules)
            if isinstance(by_rules, date):
                return contract.AlreadyCurrent(endorsement_id=request.endorsement_id, valid_to=by_rules)
            content, residence_years = by_rules
        if not self._fits(permit.permit_file, content):
            return refused("counter_only")
        if is_granted_elsewhere(session, permit.permit_number, kiosk_id, now):
            return refused("grant_in_use")
        return self._grant(endorsement, permit, content, residence_years, now, face_only=False)

    def _by_rules(
        self, session: Session, permit: Permit, request: contract.EndorsementRequest, today: date
    ) -> tuple[contract.PermitContent, str | None] | date | str:
        """The new content and what it means for residence years; the end of the term that is current already; or the
        code of a refusal.
        """
        proofs = proofs_of_today(session, permit, request.evidence, request.agent, today)
        address = present_address(permit, _MOVED in request.declarations, proofs)
        if address is None:
            return "address_changed"
        authority = proofs.issuing_authority or permit.issuing_authority
        assessment = self._rules.assess(
            permit,
            Asked(
                service=request.service,
                declarations=request.declarations,
                verified=proofs.verified,
                agent=None if request.agent is None else request.agent.kind,
                new_category=request.new_category,
                authority_changes=authority != permit.issuing_authority,
            ),
            today,
        )
        if assessment is not None and assessment.outcome is AssessedOutcome.TOO_EARLY:
            if permit.valid_to is not None and _endorsed_recently(permit, today):
                return permit.valid_to
            return "too_early"
        if assessment is None or assessment.channel is not Channel.AT_ONCE or assessment.new_valid_to is None:
            return "address_changed" if _MOVED in request.declarations else "counter_only"
        years = assessment.residence_years
        content = recorded_content(permit).model_copy(
            update={
                "address": address,
                "issuing_authority": authority,
                "category": request.new_category or permit.category,
                "valid_from": assessment.new_valid_from,
                "valid_to": assessment.new_valid_to,
                "endorsement_count": permit.endorsement_count + 1,
            }
        )
        return content, None if years is None else years.value

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
        batches_before=0,
        created_at=now,
        updated_at=now,
    )


def _endorsed_recently(permit: Permit, today: date) -> bool:
    return permit.endorsed_on is not None and today - permit.endorsed_on <= RECENTLY


def present_address(permit: Permit, moved: bool, proofs: Proofs) -> str | None:
    """The holder's present address; None where it is unsettled, after an undeclared move or without a proof."""
    registered = permit.address_on_record or permit.address
    if not moved:
        return permit.address if settled_text(registered) == settled_text(permit.address) else None
    known = {each for each in (permit.address_on_record, proofs.address) if each is not None} - {permit.address}
    return known.pop() if len(known) == 1 else None
