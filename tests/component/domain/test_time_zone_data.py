"""A machine without time-zone data: the kiosk brings its own (PyPI's tzdata)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

WITHOUT = """
import json, sys, zoneinfo
zoneinfo.reset_tzpath(to=())
from datetime import datetime
from drivers.simulators.residents import CHINA
from kiosk.domain.clock import SHANGHAI, SystemClock
winter = datetime(2026, 1, 1, 12, tzinfo=SHANGHAI)
print(json.dumps([str(winter.utcoffset()), winter.tzname(), CHINA.key, str(SystemClock().now().utcoffset())]))
from kiosk.__main__ import main
sys.exit(main(["diagnose", "--config", "nowhere.toml"]))
"""


@pytest.mark.slow
def test_the_regions_time_is_known_without_the_machines_time_zone_data() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert json.loads(done.stdout.splitlines()[0]) == ["8:00:00", "CST", "Asia/Shanghai", "8:00:00"]
    assert (done.returncode, done.stderr) == (2, "")
    assert "nowhere.toml: cannot be read" in done.stdout


def test_the_package_that_brings_it_is_pinned() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "\ntzdata==" in (ROOT / name).read_text("utf-8")
