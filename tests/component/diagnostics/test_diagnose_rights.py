"""`diagnose` where the kiosk's user cannot write its journal: nobody is told that the machine is ready."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.diagnostics.checks import CHECKS, diagnose
from kiosk.diagnostics.finding import Outcome
from kiosk.diagnostics.report import CheckResult
from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import Journal
from tests.lobby.production_site import GOOD, written

RIGHTS = [check for check in CHECKS if check.name == "journal_rights"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with a journal, as a kiosk leaves it that was ended by force."""
    (tmp_path / "state").mkdir()
    with closing(Journal(tmp_path / "state" / "journal.db", SystemClock().now)):
        pass
    (tmp_path / "state" / "journal.db-wal").touch()
    return tmp_path / "state"


def found(state: Path) -> tuple[int, CheckResult]:
    """Exit status, and what is said of the journal's rights."""
    config = replace(load_config(written(state.parent, GOOD), ASSETS), state_dir=state)
    report = diagnose(config, (), SystemClock(), RIGHTS)
    return report.exit_status, report.checks[-1]


def test_a_journal_of_the_kiosks_own_is_in_order(state: Path) -> None:
    assert found(state)[0] == 0
    (state / "journal.db").unlink()
    (state / "journal.db-wal").unlink()
    assert found(state)[1].detail == "no journal yet"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave another user's file")
@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
def test_a_journal_that_somebody_made_as_another_user_is_not_ready(state: Path, name: str) -> None:
    os.chown(state / name, 65534, -1)
    status, result = found(state)
    assert (status, result.outcome, result.fault and result.fault.code) == (2, Outcome.FAILED, "6506")
    assert result.detail.startswith(f"{name} belongs to user nobody, its directory to root")
    assert result.detail.endswith(f"chown root {state / name}")


@pytest.mark.parametrize("mode", [0o400, 0o000, 0o200])
def test_a_journal_that_its_owner_may_not_write_or_read_is_not_ready(state: Path, mode: int) -> None:
    (state / "journal.db").chmod(mode)
    status, result = found(state)
    assert (status, result.fault and result.fault.code) == (2, "6506")


def test_something_else_in_the_journals_place_is_not_ready(state: Path) -> None:
    (state / "journal.db").unlink()
    os.mkfifo(state / "journal.db")
    status, result = found(state)
    assert (status, result.fault and result.fault.code) == (2, "6401")
    assert result.detail == "journal.db is a FIFO; the next start puts it aside"


def test_a_link_to_what_is_not_there_is_not_ready(state: Path) -> None:
    (state / "journal.db").unlink()
    (state / "journal.db").symlink_to(state / "away" / "journal.db")
    status, result = found(state)
    assert (status, result.fault and result.fault.code) == (2, "6506")
