"""The service of the region's rules. It runs on the machine's own thread and takes well under a millisecond."""

from __future__ import annotations

from kiosk.domain.clock import today
from kiosk.domain.faults import CENTRAL_UNREACHABLE
from kiosk.policy.region import Region
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.services.effect_dispatch import Post
from kiosk.workflow import asking_rules
from kiosk.workflow import effects as do
from kiosk.workflow import events as on


class RulesService:
    """Answers `Assess` and `LookAhead` by the region file and the local date. `pilot`: the region's trial is on.

    Until central has confirmed the clock since the start, nobody is told to be late or too early.
    """

    def __init__(self, region: Region, clock: WatchedClock, *, pilot: bool = False) -> None:
        self._region = region
        self._clock = clock
        self._pilot = pilot

    def assess(self, effect: do.Assess, post: Post) -> None:
        if not self._clock.is_heard:
            post(on.DeviceFailed(CENTRAL_UNREACHABLE))
            return
        post(asking_rules.assessed(self._region, effect, today(self._clock), pilot=self._pilot))

    def look_ahead(self, effect: do.LookAhead, post: Post) -> None:
        if not self._clock.is_heard:
            post(on.DeviceFailed(CENTRAL_UNREACHABLE))
            return
        post(asking_rules.looked_ahead(self._region, effect, today(self._clock), pilot=self._pilot))
