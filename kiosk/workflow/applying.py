"""The states of an application that a person reviews: collection, telephone number for the result, sending."""

from __future__ import annotations

import re

from kiosk.domain.endorsement import Refusal
from kiosk.domain.faults import CENTRAL_UNREACHABLE
from kiosk.domain.personal import Personal
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.services import OfferedService
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, conclude, decline

AT_APPLICATION = "at_application"
_TELEPHONE = re.compile(r"1[0-9]{10}|0[0-9]{9,11}")
"""A mobile number of 11 digits, or an area code with a number of 7 or 8 digits behind it (national numbering plan)."""


def set_out(site: Site, visit: s.Visit, matter: s.AssessedCase) -> Step:
    """Ask the applicant what the region requires (collection, telephone), then send the application."""
    service = _service(site, visit)
    if service is not None and service.collection is not None and service.collection.chosen == AT_APPLICATION:
        ways = service.collection.ways
        if len(ways) > 1:
            return Step(s.ChoosingCollection(visit, matter))
        return _ask_telephone(site, visit, matter, ways[0].way if ways else None)
    return _ask_telephone(site, visit, matter, None)


def _service(site: Site, visit: s.Visit) -> OfferedService | None:
    return site.region.services.get(visit.purpose.service)


def _ask_telephone(site: Site, visit: s.Visit, matter: s.AssessedCase, collection: str | None) -> Step:
    service = _service(site, visit)
    if service is not None and service.review is not None and service.review.asks_telephone:
        return Step(s.EnteringTelephone(visit, matter, collection))
    return _send(visit, matter, collection, None)


def _send(visit: s.Visit, matter: s.AssessedCase, collection: str | None, telephone: Personal[str] | None) -> Step:
    application = do.Apply(visit.endorsement_id, visit.purpose, matter, collection, telephone)
    return Step(s.Applying(visit, matter, collection), (application,))


def choosing_collection(site: Site, state: s.ChoosingCollection, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=way) if way in _ways(site, state.visit):
            return _ask_telephone(site, state.visit, state.matter, way)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.matter.case)
        case on.DeadlinePassed():
            return decline(state.visit, RefusalCode.TIMED_OUT, state.matter.case)
        case _:
            return None


def _ways(site: Site, visit: s.Visit) -> tuple[str, ...]:
    service = _service(site, visit)
    return () if service is None or service.collection is None else tuple(each.way for each in service.collection.ways)


def entering_telephone(state: s.EnteringTelephone, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.ENTER_TELEPHONE, choice=digits):
            if _TELEPHONE.fullmatch(digits) is None:
                return Step(s.EnteringTelephone(state.visit, state.matter, state.collection, is_wrong=True))
            return _send(state.visit, state.matter, state.collection, Personal(digits))
        case on.PersonChose(intent=Intent.NO_TELEPHONE):
            return _send(state.visit, state.matter, state.collection, None)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.matter.case)
        case on.DeadlinePassed():
            return decline(state.visit, RefusalCode.TIMED_OUT, state.matter.case)
        case _:
            return None


def applying(site: Site, state: s.Applying, event: on.Event) -> Step | None:
    match event:
        case on.ApplicationReceived(received=received):
            applied = s.Applied(state.matter.case, state.visit.purpose.service, received, state.collection)
            if isinstance(state.matter.case, s.CaseWithoutPermit):
                return Step(s.PrintingSlip(state.visit, applied), (do.PrintApplicationSlip(state.visit, applied),))
            return conclude(state.visit, state.matter.case, applied)
        case on.EndorsementRefused(refusal=refusal):
            return refuse(site, state, refusal)
        case on.CentralFailed(fault=fault):
            return _withdraw(state, fault.name)
        case on.DeadlinePassed():
            return _withdraw(state, CENTRAL_UNREACHABLE.name)
        case on.PersonChose(intent=Intent.CANCEL):
            return _withdraw(state, RefusalCode.HOLDER_CANCELLED)
        case _:
            return None


def _withdraw(state: s.Applying, code: str) -> Step:
    """End the visit and cancel the application, because central may have received it though its answer was lost."""
    case = state.matter.case
    declined = s.Declined(Refusal(code), s.permit_of(case))
    return conclude(state.visit, case, declined, do.CancelEndorsement(state.visit.endorsement_id, "kiosk_gave_up"))


def refuse(site: Site, state: s.Applying | s.AskingCentral, refusal: Refusal) -> Step:
    """End the visit with central's refusal. The permit is retained only if the refusal says so and there is a bin."""
    case = state.matter.case
    if isinstance(case, s.CaseWithoutPermit):
        return conclude(state.visit, case, s.Declined(refusal))
    ending = s.Declined(refusal, case.permit)
    if refusal.retain and site.has_retain_bin:
        return Step(s.Retaining(state.visit, ending), (do.RetainPermit(),))
    return conclude(state.visit, case, ending)
