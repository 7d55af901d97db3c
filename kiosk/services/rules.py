"""The region's rules, asked on the machine's own thread: a calculation of well under a millisecond."""

from __future__ import annotations

from kiosk.policy.assess import assess
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import age_on
from kiosk.runtime.clock import Clock, today
from kiosk.services.performing import Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on


class RulesService:
    """Answers `Assess` by the region file and the local date."""

    def __init__(self, region: Region, clock: Clock) -> None:
        self._region = region
        self._clock = clock

    def carry_out(self, effect: do.Assess, post: Post) -> None:
        day = today(self._clock)
        permit, birth = effect.case.permit, effect.case.holder.birth
        request = AssessmentRequest(
            on=day,
            valid_from=permit.content.valid_from,
            valid_to=permit.content.valid_to,
            category=permit.content.category,
            issued_on=permit.issued_on,
            age=None if birth is None else age_on(birth.reveal(), day),
            issuing_authority=permit.content.issuing_authority,
        )
        post(on.Assessed(assess(self._region, request), day))
