"""The bench itself, with few repetitions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_quick_run_of_one_part_writes_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "face", "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(out.read_text(encoding="utf-8"))
    figures = {figure["name"]: figure for figure in report["figures"]}
    assert report["quick"]
    assert figures["face: the demo's permit"]["bare"] == 38400
    assert figures["face: the demo's permit"]["outcome"] <= 0.25
    assert figures["face: every field full of dense characters"]["outcome"] <= 0.4
    assert figures["face: line and chip at the same time"]["value"] > 0.0
    assert "face: the demo's permit" in run.stdout


@pytest.mark.slow
def test_an_unknown_part_is_told(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "tea"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert run.returncode == 2
    assert "invalid choice: 'tea'" in run.stderr
