"""A kiosk does not start with a wrong region file, and says which file, which line and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.policy.region_file import REGIONS_DIR
from tests.component.test_config import GOOD, ROOT, written
from tests.waiting import LIMIT_S

WRONG = (
    ('code = "overdue_from_day_61"\n', 'code = "overdue_from_day_61"\nlast = { days = 200 }\n', "overdue[1].last",
     "leaves a gap: the days after it have no rule; the last tier has no last day"),
    ("opens_before = { days = 30 }", "opens_before = { days = 30 }\ncolour = 1", "window.colour",
     "is not a key of this table"),
    ("2026-05-09", "2026-02-30", "holidays.2026.worked", "no such date: '2026-02-30'"),
    ('cite = "page/服务收费"', 'cite = "page/费用"', "services.endorse.fee.cite",
     "cites section '费用', which sources.page does not list"),
)


@pytest.mark.slow
def test_the_kiosk_does_not_start_and_says_each_mistake(tmp_path: Path) -> None:
    text = (REGIONS_DIR / "shanghai.toml").read_text(encoding="utf-8")
    for right, wrong, _, _ in WRONG:
        assert right in text
        text = text.replace(right, wrong, 1)
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    config = written(tmp_path, GOOD.replace('region = "shanghai"', 'region = "ours.toml"'))
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(config)],
        capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT, check=False)
    assert ended.returncode == 2
    said = [line for line in ended.stderr.splitlines() if line.startswith("ours.toml:")]
    assert {tuple(line.split(": ", 2)[1:]) for line in said} == {(key, reason) for _, _, key, reason in WRONG}
    assert said == ended.stderr.splitlines()
    lines = text.splitlines()
    assert "colour" in lines[int(next(line for line in said if "colour" in line).split(":")[1]) - 1]
    assert not (tmp_path / "state" / "journal.db").exists()


def test_a_region_that_there_is_no_file_of_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    config = written(tmp_path, GOOD.replace('region = "shanghai"', 'region = "atlantis"'))
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(config)],
        capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT, check=False)
    assert ended.returncode == 2
    assert "there is no atlantis.toml; known here: " in ended.stderr
