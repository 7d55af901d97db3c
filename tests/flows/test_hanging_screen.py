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

from tests.fakes.systemd import Systemd
from tests.lobby.own_kiosk import OwnKiosk
from tests.waiting import LIMIT_S, eventually

WATCHDOG_S = 4

pytestmark = [
    pytest.mark.slow,
    pytest.mark.screen,
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no Xvfb to be stopped"),
]


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


def sends(kiosk: OwnKiosk, sign: signal.Signals) -> None:
    display = kiosk.simulation.display
    assert display.x11_pid is not None
    os.kill(display.x11_pid, sign)


def test_a_hanging_display_ends_in_a_new_start_with_the_permit_where_it_was(kiosk: OwnKiosk, systemd: Systemd) -> None:
    kiosk.starts()
    welcome = kiosk.sees("welcome")
    systemd.listen()
    systemd.hears("READY=1")
    systemd.hears("WATCHDOG=1")

    sends(kiosk, signal.SIGSTOP)
    kiosk.logs('watchdog_not_fed {"ails": "display"}')
    assert systemd.is_silent_for(WATCHDOG_S)
    sends(kiosk, signal.SIGCONT)
    systemd.hears("WATCHDOG=1")

    kiosk.renews_until("assessment", welcome)
    systemd.hears("WATCHDOG=1")
    sends(kiosk, signal.SIGSTOP)
    eventually(lambda: systemd.is_silent_for(WATCHDOG_S))
    os.kill(kiosk.process.pid, signal.SIGABRT)
    assert kiosk.process.wait(LIMIT_S) == -signal.SIGABRT
    assert kiosk.permit_in_unit == kiosk.permit
    sends(kiosk, signal.SIGCONT)

    kiosk.starts()
    kiosk.touches("permit_inside", "cancel")
    kiosk.sees("take_permit")
    kiosk.resident.takes_permit()
    kiosk.sees("outcome")
    assert kiosk.permit_is == "hand"
    systemd.hears("WATCHDOG=1")
    assert kiosk.process.end(LIMIT_S) == 0
    assert "Traceback" not in kiosk.said()
