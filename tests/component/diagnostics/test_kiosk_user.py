"""Whose rights count for `diagnose`, and what it finds of them: key, state directory, journal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.diagnostics.finding import Outcome
from kiosk.diagnostics.journal_rights import rights_in
from kiosk.diagnostics.key_rights import look_at
from kiosk.diagnostics.kiosk_user import KioskUser
from tests.lobby.production_site import GOOD, written
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
NOBODY = 65534
ME = KioskUser(os.geteuid())
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user than the kiosk's")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.key"
    path.touch(mode=0o600)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_key_of_the_kiosks_alone_is_in_order(key: Path, mode: int) -> None:
    key.chmod(mode)
    assert look_at(key, ME).outcome is Outcome.OK


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o666, 0o601])
def test_a_key_that_others_may_use_is_a_fault(key: Path, mode: int) -> None:
    key.chmod(mode)
    found = look_at(key, ME)
    assert (found.outcome, found.fault and found.fault.code) == (Outcome.FAILED, "6503")
    assert found.detail.startswith(f"kiosk.key is open to others than the kiosk (mode {mode:04o}): chown root:")


@as_root
def test_a_key_that_the_kiosks_user_may_not_read_is_a_fault_even_to_root(key: Path) -> None:
    found = look_at(key, KioskUser(NOBODY))
    assert found.detail.startswith("user nobody may not read kiosk.key (of user root, mode 0600)")


@as_root
def test_a_state_directory_of_another_user_is_a_fault_even_to_root(tmp_path: Path) -> None:
    (found,) = rights_in(tmp_path, KioskUser(NOBODY))
    assert (found.outcome, found.fault and found.fault.code) == (Outcome.FAILED, "6506")
    assert found.detail.startswith(f"{tmp_path} belongs to user root, the kiosk runs as nobody: chown -R nobody:")


@as_root
def test_a_state_directory_that_its_user_may_not_write_is_a_fault_even_to_root(open_folder: Path) -> None:
    state = open_folder / "state"
    state.mkdir(mode=0o500)
    os.chown(state, NOBODY, -1)
    (found,) = rights_in(state, KioskUser(NOBODY))
    assert found.detail.startswith(f"user nobody may not write in {state}")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@as_root
def test_somebody_else_is_told_so_first_and_no_part_is_accused(open_folder: Path) -> None:
    (open_folder / "state").mkdir(mode=0o700)
    config = written(open_folder, GOOD)
    asking = f"""
import os, sys
from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.settings import read_config
from pathlib import Path
import kiosk.commands.diagnose
from kiosk.diagnostics.versions import program_versions
program_versions(), read_config(Path({str(config)!r}), ASSETS)  # what is imported late may be where only root may look
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.exit(main(["diagnose", "--json", "--config", {str(config)!r}]))
"""
    done = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, timeout=LIMIT_S, check=False, cwd=ROOT
    )
    assert done.returncode == 2, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert checks[0]["name"] == "user"
    assert checks[0]["detail"].startswith("you are nobody, the kiosk runs as root: ask as that user")
    assert {check["name"] for check in checks if check["outcome"] == "failed"} == {"user"}
