"""The officer's side of a review: stages in order, permits made, permits collected. Refusals have a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.central.codes import RETURN_CODES
from kiosk.central.grants import shows_its_texts
from kiosk.policy.assessment import AssessedOutcome, Assessment
from kiosk.policy.services import OldPermit
from kiosk.reference_central.applying import asked_of, check_digit, is_moved
from kiosk.reference_central.clock import local_date
from kiosk.reference_central.evidence import Proofs
from kiosk.reference_central.granting import end, expire
from kiosk.reference_central.records import permit_of
from kiosk.reference_central.residents import record_content, recorded_content
from kiosk.reference_central.review import RETURNS, Stage, Standing, stages_of, standing_of
from kiosk.reference_central.rewriting import decided_content
from kiosk.reference_central.rules import RegionRules
from kiosk.reference_central.tables import Application, Endorsement, Permit, ReviewDecision

_DATED = "endorse"


class ReviewRefused(Exception):
    """An officer's command was refused and nothing was changed. `code`: stable; the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Corrections:
    """An officer's corrections of the application: the holder's address, and the category."""

    address: str | None = field(default=None, repr=False)
    issuing_authority: str | None = None
    category: str | None = None


NO_CORRECTIONS = Corrections()

Query = Select[Application]


class Reviewing:
    """Works inside the caller's transaction."""

    def __init__(self, rules: RegionRules, fits: Callable[[str, contract.PermitContent], bool]) -> None:
        """`fits`: whether a chip of that permit file can hold that content."""
        self._rules = rules
        self._fits = fits

    def waiting(self, session: Session) -> Sequence[Application]:
        """All open applications, oldest first."""
        query = select(Application).where(Application.state.not_in(("returned", "collected")))
        found = session.scalars(query.order_by(Application.created_at)).all()
        return [each for each in found if self.standing(session, each).is_open]

    def application(self, session: Session, number: str) -> Application:
        """The application with this review number (with or without the hyphen), locked. Raises `ReviewRefused`."""
        return self._found(session, number, lambda query: query.with_for_update())

    def shown(self, session: Session, number: str) -> Application:
        """The same without a lock, to show it. Raises `ReviewRefused`."""
        return self._found(session, number, lambda query: query)

    def _found(self, session: Session, number: str, chosen: Callable[[Query], Query]) -> Application:
        digits = "".join(each for each in number if each in "0123456789")  # Python counts ² and ٣ as digits
        if len(digits) != 8 or check_digit(digits[:7]) != digits[7]:
            raise ReviewRefused("mistyped", f"{number} is no review number: eight digits, of which one does not fit")
        query = select(Application).where(Application.review_number == f"{digits[:4]}-{digits[4:]}")
        found = session.scalars(chosen(query)).one_or_none()
        if found is None:
            raise ReviewRefused("unknown", f"no application has the number {number}")
        return found

    def standing(self, session: Session, application: Application) -> Standing:
        """The application's present state."""
        return standing_of(session, application, self._rules.offered(application.region, application.service))

    def stages(self, application: Application) -> tuple[Stage, ...]:
        """The stages of its review, in order."""
        return stages_of(self._rules.offered(application.region, application.service))

    def approve(
        self,
        session: Session,
        number: str,
        now: datetime,
        stage: str | None = None,
        corrections: Corrections = NO_CORRECTIONS,
    ) -> Standing:
        """Approve the next stage; the last one makes the decision. `stage`: refused unless it is the next."""
        application = self.application(session, number)
        due, position = self._due(session, application, stage)
        if position == len(self.stages(application)):
            self._decide(session, application, corrections, now)
        elif corrections != NO_CORRECTIONS:
            raise ReviewRefused("too_soon", "corrections belong to the last stage")
        self._note(session, application, due.key, due.passes, position, None, now)
        return self.standing(session, application)

    def send_back(
        self, session: Session, number: str, reason: str, now: datetime, stage: str | None = None
    ) -> Standing:
        """Return the application at its next stage. `reason`: one of `codes.RETURN_CODES`."""
        if reason not in RETURN_CODES:
            raise ReviewRefused("no_reason", f"a reason is needed: one of {', '.join(RETURN_CODES)}")
        application = self.application(session, number)
        due, position = self._due(session, application, stage)
        application.state = "returned"
        application.return_code = reason
        self._note(session, application, due.key, RETURNS, position, reason, now)
        return self.standing(session, application)

    def made(self, session: Session, number: str, station: str, ready_from: date, now: datetime) -> Standing:
        """Record where, and from which day, the permit is ready."""
        application = self.application(session, number)
        standing = self.standing(session, application)
        if standing.state not in ("approved", "made"):
            raise ReviewRefused("not_approved", f"{number} is {standing.state}, not approved")
        if ready_from < application.received_on:
            raise ReviewRefused("before_received", "it cannot be ready before it was applied for")
        application.state = "made"
        application.station = station
        application.ready_from = ready_from
        application.updated_at = now
        return self.standing(session, application)

    def collected(self, session: Session, number: str, now: datetime) -> Standing:
        """Record that the holder has the permit, from a counter or by post, and apply the decision to the record."""
        application = self.application(session, number)
        standing = self.standing(session, application)
        ready = ("approved", "made") if standing.is_rewritten else ("made",)
        if standing.state not in ready:
            raise ReviewRefused("not_ready", f"{number} is {standing.state}, so there is nothing to collect")
        permit = permit_of(session, application.permit_number)
        if standing.is_rewritten and application.decided is not None:
            self._take_from_kiosks(session, application, now)
            record_content(permit, decided_content(application, permit), now)
            permit.endorsed_on = local_date(now)
            permit.decided_application = None
        elif self._old_permit(application) is OldPermit.WITHDRAWN:
            permit.status = "cancelled"
            permit.updated_at = now
        application.state = "collected"
        application.updated_at = now
        return self.standing(session, application)

    def _due(self, session: Session, application: Application, wanted: str | None) -> tuple[Stage, int]:
        """The stage to be decided next, and its number from 1."""
        number = application.review_number
        if application.state != "in_review":
            raise ReviewRefused("already_decided", f"{number} is {application.state} already")
        stages = self.stages(application)
        position = len(self.standing(session, application).decisions) + 1
        if position > len(stages):
            raise ReviewRefused("already_decided", f"every stage of {number} is decided")
        due = stages[position - 1]
        if wanted is not None and wanted != due.key:
            known = ", ".join(stage.key for stage in stages)
            raise ReviewRefused("out_of_order", f"the next stage of {number} is {due.key} (of {known}), not {wanted}")
        return due, position

    def _note(
        self,
        session: Session,
        application: Application,
        stage: str,
        result: str,
        position: int,
        reason: str | None,
        now: datetime,
    ) -> None:
        session.add(
            ReviewDecision(
                application_id=application.application_id,
                position=position,
                stage=stage,
                result=result,
                reason=reason,
                decided_at=now,
            )
        )
        application.updated_at = now
        session.flush()

    def _decide(self, session: Session, application: Application, corrections: Corrections, now: datetime) -> None:
        """Decide at the last stage what is to be written, or what happens to the old permit."""
        permit = permit_of(session, application.permit_number)
        if self._old_permit(application) is OldPermit.REWRITTEN:
            self._decide_rewrite(session, permit, application, corrections, now)
        elif application.service == "lost":
            permit.status = "reported_lost"
            permit.updated_at = now
        application.state = "approved"

    def _decide_rewrite(
        self, session: Session, permit: Permit, application: Application, corrections: Corrections, now: datetime
    ) -> None:
        number = application.review_number
        if permit.status != "valid":
            raise ReviewRefused("permit_not_valid", f"the permit of {number} is {permit.status}")
        waiting = permit.decided_application
        if waiting is not None and session.get(Application, waiting) is not None:
            raise ReviewRefused("decision_waits", "another decision still has to be written on this permit")
        changes, application.residence_years = self._decision(permit, application, corrections, now)
        if not changes and application.service == "change_address":
            return  # a new employer or school, which the permit does not contain
        application.decided = changes
        decided = decided_content(application, permit)
        if not self._fits(permit.permit_file, decided):
            raise ReviewRefused("does_not_fit", "the chip cannot hold this content")
        if not shows_its_texts(decided):
            raise ReviewRefused("not_shown", "a text of this content shows nothing, or hides a character")
        permit.decided_application = application.application_id

    def _decision(
        self, permit: Permit, application: Application, corrections: Corrections, now: datetime
    ) -> tuple[dict[str, object], str | None]:
        """The changes of the permit, by the rules of the day on which the application was received."""
        request = contract.ApplicationRequest.model_validate(application.facts)
        kept = application.evidence
        proofs = Proofs(
            tuple(kept["results"].items()),
            corrections.address or kept["address"],
            corrections.issuing_authority or kept["issuing_authority"],
        )
        if corrections.category is not None:
            request = request.model_copy(update={"new_category": corrections.category})
        moved = is_moved(request)
        if moved and proofs.address is None:
            raise ReviewRefused("address_needed", "the new address is not known to central: give it with --address")
        # If it was endorsed since, the rules of that day apply, and the new dates are kept.
        counted = max(application.received_on, permit.endorsed_on or application.received_on)
        asked = asked_of(request, permit, proofs, counted)
        assessment = self._rules.assess(permit, asked, local_date(now))
        if assessment is None or assessment.outcome is None:
            raise ReviewRefused("no_rules", "the region's rules say nothing about this permit")
        changes = _dates(assessment, request.service)
        if moved or corrections.address is not None:
            changes["address"] = proofs.address
        if proofs.issuing_authority is not None:
            changes["issuing_authority"] = proofs.issuing_authority
        if request.new_category is not None:
            changes["category"] = request.new_category
        present = recorded_content(permit).model_dump(mode="json")
        changes = {key: value for key, value in changes.items() if value != present[key]}
        return changes, None if assessment.residence_years is None else assessment.residence_years.value

    def _old_permit(self, application: Application) -> OldPermit | None:
        service = self._rules.offered(application.region, application.service)
        return None if service is None else service.old_permit

    def _take_from_kiosks(self, session: Session, application: Application, now: datetime) -> None:
        """End a grant that a kiosk still holds, unless it has begun to write."""
        endorsement = session.get(Endorsement, application.application_id, with_for_update=True)
        if endorsement is None:
            return
        expire(endorsement, now)
        if endorsement.live and endorsement.writes_composed:
            raise ReviewRefused("being_written", "a kiosk is writing this permit now")
        if endorsement.live:
            end(endorsement, "cancelled", now)


def _dates(assessment: Assessment, service: str) -> dict[str, object]:
    """The new term. Without one an endorsement is refused; other services keep the dates."""
    if assessment.outcome is AssessedOutcome.TOO_EARLY or assessment.new_valid_to is None:
        if service == _DATED:
            raise ReviewRefused("no_dates", "the rules give this permit no new term: it may have been endorsed since")
        return {}
    start = assessment.new_valid_from
    return {
        "valid_from": None if start is None else start.isoformat(),
        "valid_to": assessment.new_valid_to.isoformat(),
    }
