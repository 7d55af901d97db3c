"""A display that hangs as with a hung graphics driver: systemd hears nothing and starts the program anew.

The test is in systemd's place; the display is a real X server that is stopped by a signal.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo.resident import Resident
from kiosk.demo.simulation import Simulation, Wishes
from tests.fakes.systemd import Systemd
from tests.flows.place import LIN
from tests.waiting import LIMIT_S, eventually

WATCHDOG_S = 4

pytestmark = [
    pytest.mark.slow,
    pytest.mark.screen,
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no Xvfb to be stopped"),
]


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with Simulation(Wishes(pace=0.0, hidden=True, direct_chip=True), tmp_path / "state") as simulation:
        yield simulation


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    """It begins to listen later; until then the kiosk has a stale address."""
    systemd = Systemd(tmp_path / "notify")
    systemd.go_away()
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
    monkeypatch.setenv("WATCHDOG_USEC", str(WATCHDOG_S * 1_000_000))
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    yield systemd
    systemd.go_away()


def sends(simulation: Simulation, sign: signal.Signals) -> None:
    assert simulation.display.x11_pid is not None
    os.kill(simulation.display.x11_pid, sign)


def test_a_hanging_display_ends_in_a_new_start_with_the_permit_where_it_was(
    simulation: Simulation, systemd: Systemd
) -> None:
    log = simulation.state_dir / "kiosk.log"
    kiosk = simulation.start_kiosk()
    resident = Resident(simulation.automation(kiosk), simulation.rig, simulation.display, 0.0)
    welcome = resident.sees("welcome", within_s=LIMIT_S)
    systemd.listen()
    systemd.hears("READY=1")
    systemd.hears("WATCHDOG=1")

    sends(simulation, signal.SIGSTOP)
    eventually(lambda: 'watchdog_not_fed {"ails": "display"}' in log.read_text("utf-8"))
    assert systemd.is_silent_for(WATCHDOG_S)
    sends(simulation, signal.SIGCONT)
    systemd.hears("WATCHDOG=1")

    resident.touches(welcome, "start")
    resident.touches(resident.sees("notice", within_s=LIMIT_S), "accept_notice")
    resident.sees("id_card", within_s=LIMIT_S)
    resident.lays_id_card(LIN.person)
    resident.sees("insert_permit", within_s=LIMIT_S)
    resident.offers_permit(LIN.permit)
    resident.sees("assessment", within_s=LIMIT_S)
    systemd.hears("WATCHDOG=1")
    sends(simulation, signal.SIGSTOP)
    eventually(lambda: systemd.is_silent_for(WATCHDOG_S))
    os.kill(kiosk.pid, signal.SIGABRT)
    assert kiosk.wait(LIMIT_S) == -signal.SIGABRT
    assert simulation.rig.do("state")["permit_in_unit"] == LIN.permit
    sends(simulation, signal.SIGCONT)

    kiosk = simulation.start_kiosk()
    resident = Resident(simulation.automation(kiosk), simulation.rig, simulation.display, 0.0)
    resident.touches(resident.sees("permit_inside", within_s=LIMIT_S), "cancel")
    resident.sees("take_permit", within_s=LIMIT_S)
    resident.takes_permit()
    resident.sees("outcome", within_s=LIMIT_S)
    assert simulation.rig.do("state")["permits"][LIN.permit]["place"] == "hand"
    systemd.hears("WATCHDOG=1")
    assert kiosk.end(LIMIT_S) == 0
    assert "Traceback" not in log.read_text("utf-8")
