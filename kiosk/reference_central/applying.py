"""Applications, which a person reviews: receiving them by the region's rules, searching, choosing the collection."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.domain.holder_name import is_same_name
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel
from kiosk.policy.office_days import DayKind
from kiosk.policy.services import OfferedService
from kiosk.reference_central.access import Access
from kiosk.reference_central.access import Asked as AskedOf
from kiosk.reference_central.clock import local_date
from kiosk.reference_central.endorsing import present_address
from kiosk.reference_central.evidence import Proofs, proofs_of_today
from kiosk.reference_central.granting import end
from kiosk.reference_central.partial_writes import reconcile
from kiosk.reference_central.problems import ProblemError
from kiosk.reference_central.records import chip_flaw, holder_flaw, is_behind, is_on_record, record_for, record_of
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.review import Standing, standing_of
from kiosk.reference_central.rules import Asked, RegionRules
from kiosk.reference_central.tables import (
    Application,
    ApplicationTelephone,
    Endorsement,
    Permit,
    Resident,
    ReviewDecision,
)

MOST_FOUND = 20
_RETAINED = ("reported_lost", "cancelled")
_WITHOUT_PERMIT = ("lost", "damaged")  # there may be no permit that can be read
_SERVED_CODES = {Channel.AT_ONCE: "served_at_once", Channel.COUNTER: "counter_only", Channel.NOT_OFFERED: "not_offered"}


class Applying:
    """Answers the calls about applications inside the caller's transaction."""

    def __init__(self, rules: RegionRules, access: Access, fits: Callable[[str, contract.PermitContent], bool]) -> None:
        """`fits`: whether a chip of that permit file can hold that content."""
        self._rules = rules
        self._access = access
        self._fits = fits

    def answer(
        self, session: Session, request: contract.ApplicationRequest, kiosk_id: str, now: datetime
    ) -> contract.ApplicationAnswer:
        """Receive the application, or refuse it. Both are recorded under the application's id."""
        asked = AskedOf.APPLICATION_BY_HOLDER if request.permit is None else AskedOf.APPLICATION_BY_PERMIT
        may_ask = partial(self._access.may_at, session, asked, kiosk_id)
        permit, name = record_for(session, request.holder, request.permit, may_ask)
        answer = self._decided(session, permit, name, request, kiosk_id, now)
        kept: contract.EndorsementAnswer
        if isinstance(answer, contract.Refused):
            kept = answer
        else:
            kept = contract.Pending(
                endorsement_id=request.application_id,
                review_number=answer.review_number,
                expected_on=answer.expected_on,
            )
        if permit is not None:
            session.add(_endorsement(request, permit, kept, kiosk_id, now))
        return answer

    def search(
        self, session: Session, request: contract.ApplicationSearch, kiosk_id: str
    ) -> contract.ApplicationsFound:
        """The holder's applications that the kiosk may ask about, newest first. Empty if central's record has another
        name for the holder, or another chip for the permit.
        """
        if not _is_known(session, request):
            return contract.ApplicationsFound(applications=())
        query = select(Application).where(Application.holder_number == request.holder.id_number)
        if request.permit is not None:
            query = query.where(Application.permit_number == request.permit.permit_number)
        found = session.scalars(query.order_by(Application.created_at.desc())).all()
        may_ask = partial(self._access.may_of, session, AskedOf.SEARCH, kiosk_id)
        newest = [each for each in found if may_ask(each)][:MOST_FOUND]
        return contract.ApplicationsFound(
            applications=tuple(self._progress(session, application) for application in newest)
        )

    def choose(
        self, session: Session, application_id: UUID, choice: contract.CollectionChoice, kiosk_id: str, now: datetime
    ) -> contract.ApplicationProgress:
        """Record how the permit is to be collected. Raises `ProblemError`: not found, not that way, or not now."""
        application = session.get(Application, application_id, with_for_update=True)
        if application is None or not self._access.may_of(session, AskedOf.COLLECTION, kiosk_id, application):
            raise ProblemError("not_found")
        standing = self._standing(session, application)
        if not standing.may_choose_collection or choice.way not in standing.ways:
            raise ProblemError("collection_not_offered")
        application.collection = choice.way
        application.updated_at = now
        return self._progress(session, application)

    def _standing(self, session: Session, application: Application) -> Standing:
        return standing_of(session, application, self._rules.offered(application.region, application.service))

    def _progress(self, session: Session, application: Application) -> contract.ApplicationProgress:
        return self._standing(session, application).progress(application)

    def _decided(
        self,
        session: Session,
        permit: Permit | None,
        name: str,
        request: contract.ApplicationRequest,
        kiosk_id: str,
        now: datetime,
    ) -> contract.ApplicationReceived | contract.Refused:
        def refused(code: str) -> contract.Refused:
            return contract.Refused(
                endorsement_id=request.application_id,
                code=code,
                retain=code in _RETAINED and request.permit is not None,
            )

        if permit is None or (request.permit is None and request.service not in _WITHOUT_PERMIT):
            return refused("unknown_permit")
        flaw = _permit_flaw(session, permit, name, request, now)
        if flaw:
            return refused(flaw)
        if _is_open(session, permit, request.service):
            return refused("already_applied")
        today = local_date(now)
        proofs = proofs_of_today(session, permit, request.evidence, request.agent, today)
        assessment = self._rules.assess(permit, asked_of(request, permit, proofs, today), today)
        service = self._rules.offered(permit.region, request.service)
        code = _code_of(assessment, service, request)
        if code is not None or service is None:
            return refused(code or "not_offered")
        application = Application(
            application_id=request.application_id,
            review_number=_new_review_number(session),
            kiosk_id=kiosk_id,
            permit_number=permit.permit_number,
            holder_number=permit.holder_number,
            region=permit.region,
            service=request.service,
            facts=_facts(request),
            evidence=_kept(permit, request, proofs),
            received_on=today,
            expected_on=self._expected_on(permit, service, today),
            state="in_review",
            collection=None if request.collection is None else request.collection.way,
            created_at=now,
            updated_at=now,
        )
        session.add(application)
        if request.telephone is not None:
            session.flush()
            session.add(
                ApplicationTelephone(application_id=request.application_id, telephone=request.telephone, created_at=now)
            )
        return contract.ApplicationReceived(
            application_id=request.application_id,
            review_number=application.review_number,
            received_on=today,
            expected_on=application.expected_on,
        )

    def _expected_on(self, permit: Permit, service: OfferedService, received_on: date) -> date | None:
        """The date by the region's promise; a promise for the same day applies on working days. None: nothing is
        promised for a review, or the holidays of a year are not known.
        """
        region = self._rules.region_of(permit.region)
        if region is None or service.promise is None or service.effect.channel is Channel.AT_ONCE:
            return None
        kind = region.holidays.kind_of(received_on)
        if kind is None:
            return None
        days = max(service.promise.working_days, 0 if kind is DayKind.WORKDAY else 1)
        return region.holidays.working_day_after(received_on, days)


def _is_known(session: Session, search: contract.ApplicationSearch) -> bool:
    """Whether central knows this person by this name, and the permit that was read as this person's."""
    if search.permit is None:
        known = session.get(Resident, search.holder.id_number)
        return known is not None and is_same_name(known.name, search.holder.name)
    permit, name = record_of(session, search.permit.permit_number)
    if permit is None or chip_flaw(permit, search.permit):
        return False
    return holder_flaw(permit, name, search.holder, search.permit) is None


def asked_of(request: contract.ApplicationRequest, permit: Permit, proofs: Proofs, received_on: date) -> Asked:
    """An application as a question to the rules."""
    return Asked(
        service=request.service,
        declarations=request.declarations,
        verified=proofs.verified,
        agent=None if request.agent is None else request.agent.kind,
        new_category=request.new_category,
        authority_changes=proofs.issuing_authority not in (None, permit.issuing_authority),
        received_on=received_on,
    )


def is_moved(request: contract.ApplicationRequest) -> bool:
    """Whether the address has changed: declared so, or the service is that and no other change is named."""
    if request.service != "change_address":
        return "address_changed" in request.declarations
    changes = [key for key in request.declarations if key.endswith("_changed")]
    return not changes or "address_changed" in changes


def _permit_flaw(
    session: Session, permit: Permit, name: str, request: contract.ApplicationRequest, now: datetime
) -> str | None:
    """The refusal code where the permit is not the holder's, not valid, or not what central knows."""
    flaw = None if request.permit is None else chip_flaw(permit, request.permit)
    is_lost_again = request.service == "lost" and permit.status == "reported_lost"
    if flaw is None and permit.status != "valid" and not is_lost_again:
        flaw = permit.status
    flaw = flaw or holder_flaw(permit, name, request.holder, request.permit)
    if flaw or request.permit is None:
        return flaw
    reconcile(session, permit, request.permit.content, now)
    on_chip = request.permit.content
    return None if is_on_record(permit, on_chip) or is_behind(permit, on_chip) else "record_mismatch"


def withdraw(session: Session, endorsement: Endorsement, now: datetime) -> None:
    """Withdraw an application, unless its review has begun. The kiosk may never have got the answer to it."""
    application = session.get(Application, endorsement.endorsement_id, with_for_update=True)
    if application is None or application.state != "in_review":
        return
    begun = exists().where(ReviewDecision.application_id == application.application_id)
    if session.scalar(select(begun)):
        return
    session.execute(
        delete(ApplicationTelephone).where(ApplicationTelephone.application_id == application.application_id)
    )
    session.delete(application)
    end(endorsement, "cancelled", now)


def _is_open(session: Session, permit: Permit, service: str) -> bool:
    """Whether the same service is applied for and undecided, or a decision still has to be written."""
    if permit.decided_application is not None and session.get(Application, permit.decided_application) is not None:
        return True
    in_review = exists().where(
        Application.permit_number == permit.permit_number,
        Application.service == service,
        Application.state == "in_review",
    )
    return bool(session.scalar(select(in_review)))


def _code_of(
    assessment: Assessment | None, service: OfferedService | None, request: contract.ApplicationRequest
) -> str | None:
    """The refusal code by the region's rules; None where a person may review it."""
    if assessment is None:
        return "not_offered"
    if service is None:
        return "counter_only"
    if assessment.outcome is AssessedOutcome.TOO_EARLY:
        return "too_early"
    if assessment.channel is not Channel.AFTER_REVIEW:
        return "counter_only" if assessment.channel is None else _SERVED_CODES[assessment.channel]
    if request.collection is None:
        return None
    collection = service.collection
    if collection is None or collection.chosen != "at_application":
        return "collection_not_offered"
    ways = [each.way for each in collection.ways]
    return None if request.collection.way in ways else "collection_not_offered"


def _facts(request: contract.ApplicationRequest) -> dict[str, object]:
    """The request as recorded, without data that is kept for less time (telephone) or used once (licence codes)."""
    return request.model_dump(mode="json", exclude={"telephone": True, "evidence": {"__all__": {"licence_code"}}})


def _kept(permit: Permit, request: contract.ApplicationRequest, proofs: Proofs) -> dict[str, object]:
    """The facts for the reviewer: each proof's result, and the holder's address by the proofs or the register."""
    moved = is_moved(request)
    return {
        "results": dict(proofs.results),
        "address": present_address(permit, moved, proofs) if moved else None,
        "issuing_authority": proofs.issuing_authority,
    }


def _new_review_number(session: Session) -> str:
    """A new number of eight digits, easy to say on the telephone; the last one is a check digit (Luhn)."""
    while True:
        digits = str(secrets.randbelow(9_000_000) + 1_000_000)
        number = f"{digits}{check_digit(digits)}"
        number = f"{number[:4]}-{number[4:]}"
        if not session.scalar(select(exists().where(Application.review_number == number))):
            return number


def check_digit(digits: str) -> str:
    """The digit that makes `digits` pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    doubled = [int(each) * (2 - at % 2) for at, each in enumerate(reversed(digits))]
    return str(-sum(each // 10 + each % 10 for each in doubled) % 10)


def _endorsement(
    request: contract.ApplicationRequest,
    permit: Permit,
    answer: contract.EndorsementAnswer,
    kiosk_id: str,
    now: datetime,
) -> Endorsement:
    """The application's endorsement, so that its state can be asked for by its id like any other."""
    present = recorded_content(permit) if request.permit is None else request.permit.content
    return Endorsement(
        endorsement_id=request.application_id,
        kiosk_id=kiosk_id,
        permit_number=permit.permit_number,
        permit_file=permit.permit_file,
        state=answer.state,
        live=False,
        present=present.model_dump(mode="json"),
        answer=answer.model_dump_json(),
        writes_composed=0,
        last_batch=0,
        batches_before=0,
        created_at=now,
        updated_at=now,
    )
