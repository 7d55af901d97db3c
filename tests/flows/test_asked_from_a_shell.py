"""A shell beside the running kiosk: `status` and `diagnose` ask the process that has the devices."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lobby.own_kiosk import OwnKiosk
from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.screen]


def asked(kiosk: OwnKiosk, command: str = "status") -> tuple[int, dict[str, Any]]:
    """Exit status, and what is told; nothing where no kiosk answers."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", command, "--json", "--config", str(kiosk.config_file)],
        cwd=ROOT,
        env=kiosk.environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def test_a_running_kiosk_tells_of_its_state_a_dead_one_of_nothing_and_the_next_takes_its_socket(
    kiosk: OwnKiosk,
) -> None:
    kiosk.starts()
    kiosk.sees("welcome")
    eventually(lambda: asked(kiosk)[1].get("process") == kiosk.process.pid)
    status, told = asked(kiosk)
    assert status in (0, 1)
    assert (told["state"]["name"], told["state"]["custody"]) == ("Idle", "with_holder")
    assert {each["name"] for each in told["found"]} >= {"id_reader", "permit_unit", "receipt_printer", "central"}
    _, report = asked(kiosk, "diagnose")
    checks = {check["name"]: check for check in report["checks"]}
    assert f"process {kiosk.process.pid} is Idle" in checks["kiosk"]["detail"]
    assert checks["permit_unit"]["detail"].startswith("as the running kiosk found it")
    assert report["running"]["process"] == kiosk.process.pid

    os.kill(kiosk.process.pid, signal.SIGKILL)
    kiosk.process.wait(LIMIT_S)
    assert asked(kiosk) == (3, {})
    kiosk.starts()
    eventually(lambda: asked(kiosk)[1].get("process") == kiosk.process.pid)
    kiosk.never_ended_badly()
    kiosk.ends()
    assert asked(kiosk) == (3, {})
