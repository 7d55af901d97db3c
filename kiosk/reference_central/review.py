"""The state of an application, and the stages of its review by the region file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import contract
from kiosk.policy.services import OfferedService, OldPermit
from kiosk.reference_central.rewriting import AT_KIOSK, WRITTEN
from kiosk.reference_central.tables import Application, Endorsement, ReviewDecision

RETURNS = "return"  # the result with which a stage sends an application back


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its key, and the result that lets the application go on."""

    key: str
    passes: str


# Where a region reviews and names no stages.
ONE_STAGE = (Stage("decision", "agree"),)


def stages_of(service: OfferedService | None) -> tuple[Stage, ...]:
    """The stages in order; at least one."""
    review = None if service is None else service.review
    if review is None or not review.stages:
        return ONE_STAGE
    return tuple(
        Stage(stage.key, next((result for result in stage.results if result != RETURNS), "agree"))
        for stage in review.stages
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state of an application. `state`: the contract's word; `is_rewritten`: the permit is rewritten and
    not replaced; `is_open`: work is left to do; `ways`: of collection, as offered.
    """

    state: str
    is_rewritten: bool
    is_open: bool
    decisions: tuple[ReviewDecision, ...]
    ways: tuple[str, ...]
    may_choose_collection: bool

    def progress(self, application: Application) -> contract.ApplicationProgress:
        """The progress for the resident."""
        last = self.decisions[-1] if self.decisions else None
        waits = self.is_open and self.state != "in_review"
        return contract.ApplicationProgress.model_validate(
            {
                "application_id": application.application_id,
                "review_number": application.review_number,
                "service": application.service,
                "received_on": application.received_on,
                "expected_on": application.expected_on,
                "state": self.state,
                "stage": None if last is None else last.stage,
                "stage_result": None if last is None else last.result,
                "return_code": application.return_code,
                "collection": None if application.collection is None else {"way": application.collection},
                "may_choose_collection": self.may_choose_collection,
                "station": application.station,
                "ready_from": application.ready_from,
                "at_kiosk": waits and self.is_rewritten and application.collection in AT_KIOSK,
            }
        )


def standing_of(session: Session, application: Application, service: OfferedService | None) -> Standing:
    """The present state of `application`. `service`: by the present region file."""
    is_rewritten = service is not None and service.old_permit is OldPermit.REWRITTEN
    state = application.state
    if is_rewritten and state in ("approved", "made"):
        endorsement = session.get(Endorsement, application.application_id)
        state = "collected" if endorsement is not None and endorsement.state in WRITTEN else state
    decisions = session.scalars(
        select(ReviewDecision)
        .where(ReviewDecision.application_id == application.application_id)
        .order_by(ReviewDecision.position)
    ).all()
    collection = None if service is None else service.collection
    ways: tuple[str, ...] = ()
    if collection is not None:
        # At a kiosk a permit is rewritten; a new one is not made there.
        ways = tuple(each.way for each in collection.ways if is_rewritten or each.way != "kiosk")
    is_open = state == "in_review" or (
        state in ("approved", "made") and (not is_rewritten or application.decided is not None)
    )
    is_time = collection is not None and is_open and state in _CHOSEN_WHILE[collection.chosen, is_rewritten]
    return Standing(state, is_rewritten, is_open, tuple(decisions), ways, bool(ways) and is_time)


# A rewritten permit is ready as soon as it is approved; a new one once it is made.
_CHOSEN_WHILE = {
    ("at_application", True): ("in_review",),
    ("at_application", False): ("in_review",),
    ("when_made", True): ("approved", "made"),
    ("when_made", False): ("made",),
}
