"""The page of the result: what a later day would give is told where the region dates new terms by a table of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assets import ASSETS
from kiosk.policy.assess import assess
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.resident.assessment_page import assessment_page
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from tests.unit.workflow.machine_samples import CASE, OLD, PERMIT, VISIT

REGIONS = ASSETS / "regions"
TERM = (date(2025, 12, 4), date(2026, 12, 4))


@pytest.fixture(scope="module")
def beijing() -> Region:
    return load_region(REGIONS / "beijing.toml")


def later_lines(region: Region, on: date) -> list[Text]:
    content = replace(OLD, valid_from=TERM[0], valid_to=TERM[1])
    found = assess(region, AssessmentRequest(on=on, valid_from=TERM[0], valid_to=TERM[1], category="standard"))
    matter = s.AssessedCase(replace(CASE, permit=replace(PERMIT, content=content)), s.Answers(), found, on)
    page = assessment_page(
        PresentationContext(region, ("zh-Hans", "en"), False, "https://kiosk.example/r/", 12),
        s.ShowingAssessment(VISIT, matter, central_silent=False),
    )
    return [line for line in page.lines if isinstance(line, Text) and line.key.startswith("assessment.line.later")]


def test_who_comes_early_in_beijing_is_told_what_the_end_date_itself_would_give(beijing: Region) -> None:
    assert later_lines(beijing, date(2026, 11, 22)) == [
        Text("assessment.line.later_until", (("day", date(2026, 12, 4)), ("end", date(2027, 12, 4))))
    ]


def test_who_comes_within_a_month_after_the_end_in_beijing_is_told_from_when_the_day_counts(beijing: Region) -> None:
    assert later_lines(beijing, date(2026, 12, 20)) == [
        Text("assessment.line.later_from_that_day", (("day", date(2027, 1, 4)),))
    ]


def test_who_comes_later_still_is_told_of_no_other_day(beijing: Region) -> None:
    assert later_lines(beijing, date(2027, 2, 1)) == []


def test_a_region_without_such_a_table_tells_of_no_later_day() -> None:
    assert later_lines(load_region(REGIONS / "shanghai.toml"), date(2026, 11, 22)) == []
