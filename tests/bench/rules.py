"""The region's rules: one assessment, and loading all region files beside a bare parse of them."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from datetime import date
from statistics import median

from kiosk.policy.assess import assess
from kiosk.policy.region_file import REGIONS_DIR, load_region
from kiosk.policy.request import AssessmentRequest
from tests.bench.figures import Figure, Result, spread

ON = date(2026, 11, 22)
REQUEST = AssessmentRequest(on=ON, valid_from=date(2025, 12, 4), valid_to=date(2026, 12, 4), category="standard")


def measure(quick: bool) -> Result:
    """Medians; the files are read from the page cache."""
    files = sorted(REGIONS_DIR.glob("*.toml"))
    region = load_region(next(file for file in files if file.stem == "shanghai"))
    rounds = 5 if quick else 50
    assessing = _times(lambda: assess(region, REQUEST), rounds * 20)
    loading = _times(lambda: [load_region(file) for file in files], rounds)
    parsing = _times(lambda: [tomllib.loads(file.read_text("utf-8")) for file in files], rounds)
    figures = (
        Figure("rules: one assessment", median(assessing), "s"),
        Figure(
            f"rules: loading all regions ({len(files)})", median(loading), "s", "tomllib alone, on the same files",
            median(parsing), "ratio"),
    )
    return Result(figures, {
        "assessing_s": spread(assessing), "loading_s": spread(loading), "parsing_s": spread(parsing)})


def _times(job: Callable[[], object], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        job()
        took.append(time.perf_counter() - began)
    return took
