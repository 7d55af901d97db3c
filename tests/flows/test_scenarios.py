"""Every scenario, played as a person at a shell plays it; only faster."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo import scenarios
from kiosk.demo.scenarios import SCENARIOS, Scenario
from tests.sampling import long_but
from tests.waiting import LIMIT_S

ONE_VISIT = {
    "outcome",
    "custody",
    "chip",
    "face",
    "receipt",
    "central",
    "stages",
    "overhead_s",
    "bare",
    "wires",
    "notes",
    "disagreements",
}

pytestmark = pytest.mark.slow

PLAYED = (scenarios.DEFAULT, "status-only")


def played(scenario: Scenario, out: Path) -> dict[str, Any]:
    """The report, after the run ended with status 0."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "kiosk",
            "demo",
            "--scenario",
            scenario.name,
            "--out",
            str(out),
            "--hidden",
            "--pace",
            "0.1",
            "--think",
            "0.05",
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    return report


@pytest.mark.parametrize("scenario", long_but(PLAYED, SCENARIOS, names=(scenario.name for scenario in SCENARIOS)))
def test_a_scenario_ends_as_it_should(scenario: Scenario, tmp_path: Path) -> None:
    report = played(scenario, tmp_path)
    assert report["outcome"] == scenario.outcome
    assert report["disagreements"] == []
    assert report["custody"] == "with_holder"
    pictures = {path.name for path in tmp_path.glob("*.png")}
    assert {"face-before.png", "face-after.png"} <= pictures
    assert len(pictures) == 2 + sum(visit.papers for visit in scenario.visits)
    assert len(list((tmp_path / "screens").glob("*.png"))) >= 2 + len(scenario.visits[0].shows)
    if scenario.name == scenarios.DEFAULT:
        assert set(report) == ONE_VISIT
    else:
        assert [visit["about"] for visit in report["visits"]] == [visit.about for visit in scenario.visits]
        assert len(report["office"]) == len(scenario.acts) - len(scenario.visits)


def test_a_scenario_that_nobody_wrote_ends_with_status_2_and_the_list() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--scenario", "atlantis"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 2
    assert "there is no scenario 'atlantis'; there are shanghai-renewal" in done.stderr
