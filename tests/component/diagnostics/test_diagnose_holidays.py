"""`diagnose` names the years whose holidays the region file lacks, from the November before on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.diagnostics import file_checks
from kiosk.diagnostics.finding import Outcome
from kiosk.domain.clock import SHANGHAI, SystemClock
from tests.lobby.production_site import GOOD, written


class CalendarClock(SystemClock):
    """A clock that stands at noon of one day."""

    def __init__(self, year: int, month: int, day: int) -> None:
        self._at = datetime(year, month, day, 12, tzinfo=SHANGHAI)

    def now(self) -> datetime:
        return self._at


@pytest.mark.parametrize(
    ("day", "years"),
    [
        ((2026, 10, 31), []),
        ((2026, 11, 1), [2027]),
        ((2026, 12, 31), [2027]),
        ((2027, 3, 1), [2027]),
    ],
)
def test_a_region_file_without_next_years_holidays_is_a_warning(
    tmp_path: Path, day: tuple[int, int, int], years: list[int]
) -> None:
    config = load_config(written(tmp_path, GOOD), ASSETS)
    ready, *missing = file_checks.region_file(config, CalendarClock(*day))
    assert ready.outcome is Outcome.OK
    assert [finding.outcome for finding in missing] == [Outcome.WARNING] * len(years)
    assert [finding.detail.partition(":")[2].split()[0] for finding in missing] == [f"holidays.{y}" for y in years]


def test_a_region_file_that_has_them_is_ready(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD), ASSETS)
    text = config.files.region.read_text("utf-8")
    later = tmp_path / "later.toml"
    added = '\n[holidays.2027]\ncite = "holidays_2026/第一项至第七项"\noff = [2027-01-01]\nworked = []\n'
    later.write_text(text + added, "utf-8")
    config = replace(config, files=replace(config.files, region=later))
    assert [each.outcome for each in file_checks.region_file(config, CalendarClock(2026, 12, 1))] == [Outcome.OK]
