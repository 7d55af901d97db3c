"""Dates that a chip or central may hold and no authority ever wrote: each region's rules bear them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import Service
from kiosk.domain.personal import Personal
from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import PermitCalendar, permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import REGIONS_DIR, load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import term_end
from kiosk.presentation.context import next_window
from kiosk.services.face import face_values
from tests.torture.fuzz.promises import hold

PERMITS = 20_000  # at scale 1
IN_ONE_GO = 2000
REGIONS = tuple(load_region(path) for path in sorted(REGIONS_DIR.glob("*.toml")))
EDGES = [date.min, date(1, 1, 2), date(1900, 1, 1), date(2024, 2, 29), date(9998, 12, 31), date.max]
NEAR = st.dates(date(2015, 1, 1), date(2035, 12, 31))
DAYS = st.one_of(NEAR, NEAR, NEAR, st.sampled_from(EDGES), st.dates())
CATEGORIES = ("standard", "long", "student", "", "x" * 40, "\u202e")


def assess_permits(permits: int, begin: int) -> int:
    """Ask every part of the rules about so many permits; about how many of them they made sense."""
    sensible = 0
    for done in range(0, permits, IN_ONE_GO):

        @seed(begin + done)
        @settings(
            max_examples=min(IN_ONE_GO, permits - done),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            st.sampled_from(REGIONS),
            DAYS,
            st.none() | DAYS,
            st.none() | DAYS,
            st.none() | DAYS,
            st.sampled_from(CATEGORIES),
            st.sampled_from(Service),
            st.none() | st.integers(0, 900),
        )
        def attempt(
            region: Region,
            on: date,
            start: date | None,
            end: date | None,
            issued: date | None,
            category: str,
            service: Service,
            age_days: int | None,
        ) -> None:
            nonlocal sensible
            if age_days is not None and 1900 < on.year < 9000:  # as an authority writes it
                start, issued, category = on - timedelta(days=age_days), None, sorted(region.categories)[0]
                end = term_end(start, region.categories[category].months, region.term.end_date)
            content = PermitContent(Personal("样例路1号"), "上海市公安局浦东分局", category, start, end, 65535)
            request = AssessmentRequest(
                on=on, valid_from=start, valid_to=end, category=category, issued_on=issued, service=service
            )
            found = assess(region, request)
            sensible += found.outcome is not None
            hold(isinstance(permit_calendar(region, request), PermitCalendar), "a permit has a calendar")
            window = next_window(region, content)
            hold(window is None or window[0] <= window[1], "a window begins before it ends")
            hold(set(face_values(content)) >= {"valid_from", "valid_to"}, "a face can be drawn")

        attempt()
    return sensible
