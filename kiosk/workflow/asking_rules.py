"""The machine's questions to the rules of a region. The functions are pure, so any thread may call them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.service_availability import assess_unseen
from kiosk.policy.terms import age_on
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.visits import Answers, AnyCase, CaseWithPermit, VisitPurpose


def assessed(region: Region, effect: do.Assess, day: date, *, pilot: bool) -> on.Assessed:
    """Assess the case of `effect` on the local date `day`. `pilot`: the region's trial is on."""
    request = _request(region, day, effect.case, effect.purpose, effect.answers, pilot)
    rules = assess if isinstance(effect.case, CaseWithPermit) else assess_unseen
    return on.Assessed(rules(region, request), day)


def looked_ahead(region: Region, effect: do.LookAhead, day: date, *, pilot: bool) -> on.LookedAhead:
    """Assess an endorsement on the local date `day`, and compute the permit's coming year."""
    request = _request(region, day, effect.case, VisitPurpose(), Answers(), pilot)
    return on.LookedAhead(assess(region, request), permit_calendar(region, request), day)


def _request(
    region: Region, day: date, case: AnyCase, purpose: VisitPurpose, answers: Answers, pilot: bool
) -> AssessmentRequest:
    birth = case.holder.birth
    asked = AssessmentRequest(
        on=day,
        valid_from=None,
        valid_to=None,
        service=purpose.service,
        declared=answers.declared,
        age=None if birth is None else age_on(birth.reveal(), day),
        agent=purpose.agent,
        verified=_verified(region, case, answers),
        pilot=pilot,
    )
    if not isinstance(case, CaseWithPermit):
        return asked
    content = case.permit.content
    return replace(
        asked,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        category=content.category,
        new_category=None if answers.category == content.category else answers.category,
        issued_on=case.permit.issued_on,
        issuing_authority=content.issuing_authority,
    )


def _verified(region: Region, case: AnyCase, answers: Answers) -> frozenset[str]:
    """The keys, as in region files, of the proofs that central verified and of what the kiosk's own devices read.

    The agent's identity card is not among the latter: only central can verify it.
    """
    read = {"id_card"}
    if isinstance(case, CaseWithPermit):
        read.add("permit")
    return answers.verified | (read & region.evidence.keys())
