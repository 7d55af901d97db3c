"""`diagnose` beside a running kiosk: it is asked, its state is the verdict, and none of its devices is opened."""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.app.control_socket import ControlSocket
from kiosk.config.settings import Config, load_config
from kiosk.control.snapshot import Found, Snapshot, StateNow
from kiosk.diagnostics.checks import CHECKS, diagnose
from kiosk.diagnostics.finding import Outcome
from kiosk.diagnostics.report import DEGRADED, NOT_IN_SERVICE, READY, Report
from kiosk.domain.clock import SystemClock
from kiosk.domain.devices import DEVICES
from kiosk.domain.faults import PAPER_OUT, PERMIT_JAMMED, PERMIT_UNIT_LINK
from kiosk.journal.journal import Journal
from kiosk.journal.state_lock import HOLDER, StateLock
from tests.lobby.production_site import GOOD, written
from tests.waiting import eventually

OF_DEVICES = [check for check in CHECKS if check.name in {device.name for device in DEVICES}]
"""Nothing answers on any wire of this configuration, so a check that opens one fails."""

SERVING = Snapshot(
    taken_at="2026-03-02T10:00:00+08:00",
    version="0.1.0",
    process=4711,
    uptime_s=90061.0,
    site="production",
    region="shanghai",
    state=StateNow("Idle", 200.0, "with_holder", serves=True, in_visit=False),
    found=tuple(Found(device.name, device.visits_need_it, True, None, 7200.0, 12.0) for device in DEVICES),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "state").mkdir()
    return load_config(written(tmp_path, f'{GOOD}\n[control]\nsocket = "control"\n'), ASSETS)


def beside(config: Config, snapshot: Snapshot) -> Report:
    """The report beside a kiosk that is so."""
    with ControlSocket(config.control, lambda: snapshot):
        eventually(config.control.socket.exists)
        return diagnose(config, (), SystemClock(), OF_DEVICES)


def told(report: Report, name: str) -> tuple[Outcome, str | None, str]:
    check = next(check for check in report.checks if check.name == name)
    return check.outcome, None if check.fault is None else check.fault.code, check.detail


def test_a_healthy_running_kiosk_is_ready_and_its_devices_are_as_it_found_them(config: Config) -> None:
    report = beside(config, SERVING)
    assert report.exit_status == READY
    assert told(report, "kiosk") == (Outcome.OK, None, "process 4711 is Idle for 3 min 20 s, and serves")
    for name in ("id_reader", "permit_unit", "permit_chip", "receipt_printer"):
        assert told(report, name) == (Outcome.OK, None, "as the running kiosk found it 12 s ago; so for 2 h")
    assert report.as_json()["running"]["verdict"] == "serving"
    json.dumps(report.as_json())


def test_a_degraded_one_is_degraded_and_says_by_what(config: Config) -> None:
    found = tuple(replace(each, fault=PAPER_OUT) if each.name == "receipt_printer" else each for each in SERVING.found)
    report = beside(config, replace(SERVING, found=found))
    assert report.exit_status == DEGRADED
    assert told(report, "kiosk")[2].endswith("and serves; 4301 receipt_printer")
    assert told(report, "receipt_printer")[:2] == (Outcome.FAILED, "4301")


def test_one_that_is_out_of_service_is_so_and_tells_the_cause_that_it_knows(config: Config) -> None:
    closed = replace(SERVING.state, name="OutOfService", serves=False, fault=PERMIT_JAMMED, details=("a line",))
    report = beside(config, replace(SERVING, state=closed))
    assert report.exit_status == NOT_IN_SERVICE
    assert told(report, "kiosk")[:2] == (Outcome.FAILED, "2301")
    assert "a line" in told(report, "kiosk")[2]
    assert "A permit is stuck." in " ".join(report.as_table(200).split())


def test_a_fault_beside_a_kiosk_that_serves_is_no_closed_kiosk(config: Config) -> None:
    found = tuple(
        replace(each, fault=PERMIT_UNIT_LINK) if each.name == "permit_unit" else each for each in SERVING.found
    )
    report = beside(config, replace(SERVING, found=found))
    assert told(report, "permit_unit")[:2] == (Outcome.FAILED, "2101")
    assert report.exit_status == DEGRADED


def test_a_device_that_was_not_looked_at_yet_is_no_trouble(config: Config) -> None:
    report = beside(config, replace(SERVING, found=()))
    assert told(report, "permit_unit") == (Outcome.SKIPPED, None, "the running kiosk has not looked at it yet")
    assert report.exit_status == READY


def test_a_kiosk_that_runs_and_does_not_listen_keeps_its_devices(config: Config) -> None:
    lock = StateLock.take(config.state_dir, HOLDER)
    try:
        report = diagnose(config, (), SystemClock(), OF_DEVICES)
    finally:
        lock.release()
    assert told(report, "kiosk")[0] is Outcome.FAILED
    assert told(report, "kiosk")[2].startswith(f"the kiosk, process {os.getpid()}, runs and does not listen")
    assert told(report, "permit_unit") == (Outcome.SKIPPED, None, "the running kiosk has it")
    assert report.exit_status == NOT_IN_SERVICE


def test_a_journal_command_that_holds_the_state_directory_is_no_kiosk(config: Config) -> None:
    lock = StateLock.take(config.state_dir, "a journal command")
    try:
        report = diagnose(config, (), SystemClock(), [])
    finally:
        lock.release()
    assert told(report, "kiosk") == (Outcome.OK, None, "none runs, so its devices are asked here")


def test_a_kiosk_that_hangs_is_not_ready(config: Config) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(config.control.socket))
        deaf.listen(1)
        report = diagnose(config, (), SystemClock(), OF_DEVICES)
    assert told(report, "kiosk")[:2] == (Outcome.FAILED, "6203")
    assert told(report, "permit_unit")[0] is Outcome.SKIPPED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user than the kiosk's")
def test_root_is_told_whose_rights_count_and_the_journal_is_left_to_the_kiosk(config: Config) -> None:
    with closing(Journal(config.state_dir / "journal.db", SystemClock().now)):
        pass
    for path in (config.state_dir, *config.state_dir.iterdir()):
        os.chown(path, 65534, -1)
    journal = [check for check in CHECKS if check.name == "journal"]
    snapshot = replace(SERVING, found=(Found("journal", True, True, None, 60.0, 1.0),))
    with ControlSocket(config.control, lambda: snapshot):
        eventually(config.control.socket.exists)
        report = diagnose(config, (), SystemClock(), journal)
    assert told(report, "user") == (Outcome.OK, None, "you are root; the kiosk runs as nobody, whose rights count here")
    assert told(report, "journal")[0] is Outcome.OK
    assert report.exit_status == READY
