"""The region's rules, asked on the machine's own thread: a calculation of well under a millisecond."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.domain.clock import today
from kiosk.domain.faults import CENTRAL_UNREACHABLE
from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.service_availability import assess_unseen
from kiosk.policy.terms import age_on
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.services.effect_dispatch import Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.visits import Answers, AnyCase, CaseWithPermit, VisitPurpose


class RulesService:
    """Answers `Assess` and `LookAhead` by the region file and the local date; `pilot`: the region's trial is on. By a
    clock of which central never said since the start that it is right, nobody is told that he is late or too early.
    """

    def __init__(self, region: Region, clock: WatchedClock, *, pilot: bool = False) -> None:
        self._region = region
        self._clock = clock
        self._pilot = pilot

    def assess(self, effect: do.Assess, post: Post) -> None:
        if not self._clock.is_heard:
            post(on.DeviceFailed(CENTRAL_UNREACHABLE))
            return
        day = today(self._clock)
        request = self._request(day, effect.case, effect.purpose, effect.answers)
        rules = assess if isinstance(effect.case, CaseWithPermit) else assess_unseen
        post(on.Assessed(rules(self._region, request), day))

    def look_ahead(self, effect: do.LookAhead, post: Post) -> None:
        if not self._clock.is_heard:
            post(on.DeviceFailed(CENTRAL_UNREACHABLE))
            return
        day = today(self._clock)
        request = self._request(day, effect.case, VisitPurpose(), Answers())
        post(on.LookedAhead(assess(self._region, request), permit_calendar(self._region, request), day))

    def _request(self, day: date, case: AnyCase, purpose: VisitPurpose, answers: Answers) -> AssessmentRequest:
        birth = case.holder.birth
        asked = AssessmentRequest(
            on=day,
            valid_from=None,
            valid_to=None,
            service=purpose.service,
            declared=answers.declared,
            age=None if birth is None else age_on(birth.reveal(), day),
            agent=purpose.agent,
            verified=self._verified(case, answers),
            pilot=self._pilot,
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

    def _verified(self, case: AnyCase, answers: Answers) -> frozenset[str]:
        """What central said yes to, and what the kiosk's own devices read (by its name in region files). Whether the
        agent's identity card is the right one only central can say.
        """
        read = {"id_card"}
        if isinstance(case, CaseWithPermit):
            read.add("permit")
        return answers.verified | (read & self._region.evidence.keys())
