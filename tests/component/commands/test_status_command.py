"""`python -m kiosk status`, asked of a control socket that tells what the test wants."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.app.control_socket import ControlSocket
from kiosk.config.control import ControlSettings
from kiosk.control.client import WITHIN_S
from kiosk.control.snapshot import ClockNow, Found, JournalNow, Snapshot, StateNow, Waiting
from kiosk.control.status_page import duration
from kiosk.domain.faults import CONFIGURATION, PAPER_OUT, PERMIT_UNIT_LINK
from tests.lobby.production_site import GOOD, written
from tests.waiting import eventually

SERVING = Snapshot(
    taken_at="2026-03-02T10:00:00+08:00",
    version="0.1.0",
    process=4711,
    uptime_s=90061.0,
    site="production",
    region="shanghai",
    state=StateNow("Idle", 200.0, "with_holder", serves=True, in_visit=False),
    found=(
        Found("id_reader", True, was_asked=True, since_s=7200.0, looked_at_s=12.0),
        Found("permit_unit", True, was_asked=True, since_s=7200.0, looked_at_s=12.0),
        Found("receipt_printer", False, was_asked=True, since_s=7200.0, looked_at_s=12.0),
        Found("bin", False, was_asked=False),
    ),
    journal=JournalNow(0.1, 1234, "2026-03-02T09:59:00+08:00", Waiting(2, 300.0, None), 3, 0),
    clock=ClockNow(0.4, is_confirmed=True, is_in_doubt=False, jumps=0),
    certificate_days={"kiosk": 300},
    versions={"python": "3.11"},
)
WITHOUT_PAPER = replace(
    SERVING, found=(*SERVING.found[:2], replace(SERVING.found[2], fault=PAPER_OUT, since_s=65.0), SERVING.found[3])
)
CLOSED = replace(SERVING, state=replace(SERVING.state, name="OutOfService", serves=False, fault=PERMIT_UNIT_LINK))
NEVER_STARTED = Snapshot(
    taken_at="2026-03-02T10:00:00+08:00",
    version="0.1.0",
    process=4711,
    uptime_s=5.0,
    site="production",
    region="",
    state=StateNow(
        "Starting",
        5.0,
        "unknown",
        serves=False,
        in_visit=False,
        fault=CONFIGURATION,
        details=("kiosk.toml: site: is 3",),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control"


@pytest.fixture
def ask(path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The exit status and what is printed, of a kiosk that is as the snapshot says."""

    def asked(snapshot: Snapshot, *options: str) -> tuple[int, str]:
        with ControlSocket(ControlSettings(path), lambda: snapshot):
            eventually(path.exists)
            status = main(["status", "--socket", str(path), *options])
        return status, capsys.readouterr().out

    return asked


@pytest.mark.parametrize(
    ("snapshot", "status", "headline"),
    [
        (SERVING, 0, "Serving."),
        (WITHOUT_PAPER, 1, "Degraded: residents are served, but somebody should look."),
        (CLOSED, 2, "Not in service: no permit is taken in."),
        (NEVER_STARTED, 2, "Not in service: no permit is taken in."),
    ],
)
def test_the_exit_status_is_the_verdict(
    ask: Callable[..., tuple[int, str]], snapshot: Snapshot, status: int, headline: str
) -> None:
    told, page = ask(snapshot)
    assert (told, page.splitlines()[0]) == (status, headline)
    told, printed = ask(snapshot, "--json")
    assert (told, json.loads(printed)) == (status, snapshot.as_json())


def test_one_screen_tells_state_devices_messages_journal_and_clock(
    ask: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, page = ask(WITHOUT_PAPER)
    lines = page.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    rows = {name: told for name, _, told in (line.partition(" ") for line in lines[1:] if line[:1].isalpha())}
    assert rows["state"].strip() == "Idle for 3 min 20 s; nobody is there; permit: with_holder"
    assert rows["receipt_printer"].strip() == "4301 paper_out for 1 min 5 s, looked at 12 s ago"
    assert rows["id_reader"].strip() == "ok for 2 h, looked at 12 s ago"
    assert rows["retained"].strip() == "3 permits"
    assert rows["bin"].strip() == "not looked at yet"
    assert rows["messages"].strip() == "2 wait for central, the oldest for 5 min"
    assert rows["clock"].strip() == "2026-03-02T10:00:00+08:00; +0.4 s against central, confirmed"
    assert rows["step"].strip() == "1234, at 2026-03-02T09:59:00+08:00; read 0 s ago"
    assert "process 4711, up for 1 d 1 h" in " ".join(page.split())
    assert "receipt_printer: The receipt printer has no paper." in " ".join(page.split())


def test_a_kiosk_that_cannot_start_says_what_of(ask: Callable[..., tuple[int, str]]) -> None:
    _, page = ask(NEVER_STARTED)
    assert "6503" in page
    assert "kiosk.toml: site: is 3" in page
    assert "the journal was not read" in page


def test_where_no_kiosk_runs_the_exit_status_is_3(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--socket", str(path)]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == f"{path}: no kiosk listens there"


def test_a_kiosk_that_does_not_answer_is_given_up(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen(0)
        began = time.monotonic()
        assert main(["status", "--socket", str(path)]) == 3
        assert time.monotonic() - began >= WITHIN_S
    assert "did not answer within 3 s" in capsys.readouterr().err


def test_the_socket_is_the_configurations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(tmp_path, f'{GOOD}\n[control]\nsocket = "here"\n')
    assert main(["status", "--config", str(config)]) == 3
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'here'}: no kiosk listens there")
    assert main(["status", "--config", str(tmp_path / "none.toml")]) == 3
    assert capsys.readouterr().err.startswith("/run/qianzhu-kiosk/control: ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3600, "1 h"), (3601, "1 h"), (90061, "1 d 1 h"), (-1, "0 s")],
)
def test_a_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words
