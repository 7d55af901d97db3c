"""A journal of many steps: it is waited for as long as it needs, within a limit, and its last step is looked at too."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.settings import Config, load_config
from kiosk.diagnostics.checks import CHECKS, Check, diagnose
from kiosk.diagnostics.finding import Findings, ok
from kiosk.diagnostics.journal_check import LONGEST_S, SLOWEST_STEPS_PER_S, journal
from kiosk.diagnostics.report import CheckResult
from kiosk.diagnostics.time_allowance import TimeAllowance
from kiosk.domain.clock import Clock, SystemClock
from kiosk.domain.faults import DISK_FULL, JOURNAL_BROKEN
from kiosk.journal.chain import HASHES, PORTION, HashName
from kiosk.journal.verification import verify_file
from kiosk.runtime.progress_reporter import ProgressReporter
from tests.lobby.long_journal import write_long_journal
from tests.lobby.production_site import GOOD, written
from tests.waiting import FOR_EVER_S

STEPS = 20_000
ONLY_THE_JOURNAL = [check for check in CHECKS if check.name == "journal"]


def site(folder: Path, steps: int = STEPS, algorithm: HashName = "sha256") -> Config:
    write_long_journal(folder / "state" / "journal.db", steps, SystemClock().now(), algorithm)
    return load_config(written(folder, GOOD), ASSETS)


def change(config: Config, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(config.state_dir / "journal.db")) as db, db:
        db.execute(statement, values)


def told_of_the_journal(config: Config) -> CheckResult:
    return diagnose(config, (), SystemClock(), ONLY_THE_JOURNAL).checks[-1]


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", HASHES)
def test_a_long_journal_is_verified_and_a_break_at_its_end_is_found(tmp_path: Path, algorithm: HashName) -> None:
    config = site(tmp_path, algorithm=algorithm)
    whole = told_of_the_journal(config)
    assert (whole.fault, whole.detail) == (None, f"{STEPS} steps hold together; no message waits for central")
    change(config, "UPDATE step SET custody = 'retained' WHERE number = ?", STEPS)
    broken = told_of_the_journal(config)
    assert broken.fault is JOURNAL_BROKEN
    assert broken.detail.startswith(f"{STEPS - 1} steps hold together; changed at step {STEPS}")


def test_time_is_asked_for_as_the_journal_is_long_but_not_as_long_as_it_says(tmp_path: Path) -> None:
    config, patience = site(tmp_path, 500), TimeAllowance(lambda line: None)
    journal(config, SystemClock(), patience)
    assert patience.more_s == 500 / SLOWEST_STEPS_PER_S
    change(config, "UPDATE sqlite_sequence SET seq = 1 << 60 WHERE name = 'step'")
    [cut] = journal(config, SystemClock(), patience)
    assert cut.fault is JOURNAL_BROKEN
    assert patience.more_s == LONGEST_S


def test_a_verification_says_how_far_it_is(tmp_path: Path) -> None:
    path, lines = site(tmp_path, 2 * PORTION + 1).state_dir / "journal.db", list[str]()
    assert verify_file(path, "sha256", progress=ProgressReporter(lines.append, 0.0)).broken is None
    assert lines == [f"{done:,} of {2 * PORTION + 1:,} steps looked through" for done in (0, PORTION, 2 * PORTION)]


def test_what_takes_no_time_is_verified_without_a_word_on_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site(tmp_path, 500)
    assert main(["journal", "--config", str(tmp_path / "kiosk.toml"), "verify"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("500 steps hold together; the newest is 500:sha256:")
    assert said.err == ""


def long_check(goes_on_s: float, asks_for_s: float, over: threading.Event) -> Check:
    def run(config: Config, clock: Clock, patience: TimeAllowance) -> Findings:
        patience.ask_for(asks_for_s)
        patience.tell("half of it")
        over.wait(goes_on_s)
        return [ok("all of it")]

    return Check("long", run, silent=DISK_FULL)


@pytest.fixture
def diagnosed(tmp_path: Path) -> Callable[[float, float], tuple[str, list[str]]]:
    """What comes of a check that takes so long and asks for so long, where 0.2 s is the limit of every check."""

    def diagnosed(goes_on_s: float, asks_for_s: float) -> tuple[str, list[str]]:
        over, lines = threading.Event(), list[str]()
        checks = [long_check(goes_on_s, asks_for_s, over)]
        try:
            report = diagnose(
                load_config(written(tmp_path, GOOD), ASSETS), (), SystemClock(), checks, 0.2, lines.append
            )
        finally:
            over.set()
        return report.checks[-1].detail, lines

    return diagnosed


def test_a_check_that_asked_for_time_is_waited_for_beyond_the_limit_of_all(
    diagnosed: Callable[[float, float], tuple[str, list[str]]],
) -> None:
    assert diagnosed(0.6, 30.0) == ("all of it", ["half of it"])


def test_a_check_that_asked_for_time_and_hangs_is_given_up_all_the_same(
    diagnosed: Callable[[float, float], tuple[str, list[str]]],
) -> None:
    assert diagnosed(FOR_EVER_S, 0.2) == ("the check did not come back in time", ["half of it"])
