"""The regions' rules: the dearest assessment of all, and loading all region files beside a bare parse of them."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median

from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import REGIONS_DIR, load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import term_end
from tests.bench.figures import Figure, Result, spread

START = date(2025, 12, 4)
LATE_DAYS = 45
ASSESSMENT_LIMIT_S, LOADING_LIMIT_S = 0.001, 0.1


def measure(quick: bool) -> Result:
    """Medians; the files are read from the page cache. Loading and parsing take turns."""
    files = sorted(REGIONS_DIR.glob("*.toml"))
    regions = [load_region(file) for file in files]
    rounds = 5 if quick else 50
    assessing = {
        f"{region.code} {request.service.value}": _times(partial(assess, region, request), rounds * 4)
        for region in regions
        for request in _requests(region)
    }
    dearest = max(assessing, key=lambda name: median(assessing[name]))
    calendars = [
        took
        for region in regions
        for took in _times(partial(permit_calendar, region, next(iter(_requests(region)))), rounds)
    ]
    loading, parsing = [], []
    for _ in range(rounds):
        loading += _times(lambda: [load_region(file) for file in files], 1)
        parsing += _times(lambda: [tomllib.loads(file.read_text("utf-8")) for file in files], 1)
    beside, bare = "tomllib alone, on the same files", median(parsing)
    figures = (
        Figure(f"rules: one assessment ({dearest})", median(assessing[dearest]), "s", limit=ASSESSMENT_LIMIT_S),
        Figure("rules: a permit's calendar", median(calendars), "s"),
        Figure(f"rules: loading all regions ({len(files)})", median(loading), "s", limit=LOADING_LIMIT_S),
        Figure("rules: loading beside parsing", median(loading), "s", beside, bare, "ratio"),
    )
    return Result(
        figures,
        {
            "assessing_s": {name: spread(took) for name, took in assessing.items()},
            "loading_s": spread(loading),
            "parsing_s": spread(parsing),
            "calendar_s": spread(calendars),
        },
    )


def _requests(region: Region) -> list[AssessmentRequest]:
    """A permit some weeks overdue, for every service; every declaration is made and nothing was verified."""
    category = next(iter(region.categories))
    end = term_end(START, region.categories[category].months, region.term.end_date)
    return [
        AssessmentRequest(
            on=date.fromordinal(end.toordinal() + LATE_DAYS),
            valid_from=START,
            valid_to=end,
            category=category,
            service=service,
            declared=frozenset(region.declarations),
            age=40,
        )
        for service in region.services
    ]


def _times(job: Callable[[], object], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        job()
        took.append(time.perf_counter() - began)
    return took
