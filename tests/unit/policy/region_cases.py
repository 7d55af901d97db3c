"""Regions for tests: Shanghai's file, and invented regions with other conventions."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assess import assess
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel
from kiosk.policy.region import Region
from kiosk.policy.region_file import REGIONS_DIR, load_region
from kiosk.policy.request import AssessmentRequest

INVENTED_DIR = Path(__file__).parents[2] / "data" / "regions"
INVENTED = tuple(sorted(path.stem for path in INVENTED_DIR.glob("*.toml")))

TOO_EARLY, IN_WINDOW, OVERDUE = AssessedOutcome.TOO_EARLY, AssessedOutcome.IN_WINDOW, AssessedOutcome.OVERDUE
REAPPLY, CANCELLED = AssessedOutcome.REAPPLY, AssessedOutcome.CANCELLED
CONTINUOUS, RESTART = ResidenceYears.CONTINUOUS, ResidenceYears.RESTART
FROM_MAKE_UP = ResidenceYears.COUNTED_FROM_MAKE_UP
AT_ONCE, AFTER_REVIEW, COUNTER, NOT_OFFERED = Channel

__all__ = [
    "AFTER_REVIEW",
    "AT_ONCE",
    "CANCELLED",
    "CONTINUOUS",
    "COUNTER",
    "FROM_MAKE_UP",
    "INVENTED",
    "IN_WINDOW",
    "NOT_OFFERED",
    "OVERDUE",
    "REAPPLY",
    "RESTART",
    "TOO_EARLY",
    "Service",
    "ask",
    "day",
    "new_term_of",
    "region_named",
]


@cache
def region_named(name: str) -> Region:
    """A region of the tests, or one that is shipped."""
    folder = INVENTED_DIR if name in INVENTED else REGIONS_DIR
    return load_region(folder / f"{name}.toml")


def day(text: str) -> date:
    return date.fromisoformat(text)


def ask(region: str, on: str, valid_from: str | None = None, valid_to: str | None = None, **more: Any) -> Assessment:
    """Assess a permit; days are written 2026-02-28, also in `more`."""
    facts: dict[str, Any] = {key: day(value) if key.endswith("_on") else value for key, value in more.items()}
    return assess(
        region_named(region),
        AssessmentRequest(
            on=day(on),
            valid_from=None if valid_from is None else day(valid_from),
            valid_to=None if valid_to is None else day(valid_to),
            **facts,
        ),
    )


def new_term_of(assessment: Assessment) -> tuple[str, str] | None:
    """The new dates as text."""
    if assessment.new_valid_from is None or assessment.new_valid_to is None:
        assert assessment.new_valid_from is assessment.new_valid_to
        return None
    return assessment.new_valid_from.isoformat(), assessment.new_valid_to.isoformat()
