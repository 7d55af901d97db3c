"""The program itself, with its window, is asked to end by real signals; and says all it has to into a full pipe."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kiosk.demo.automation_client import AutomationClient, Painted
from kiosk.demo.processes import Process
from kiosk.demo.resident import Resident
from kiosk.demo.simulation import KIOSK, Simulation, Wishes
from kiosk.demo.visiting import renew
from tests.flows.place import LIN
from tests.sampling import long_but
from tests.waiting import LIMIT_S, eventually

pytestmark = [pytest.mark.slow, pytest.mark.screen]

SIGNS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with Simulation(Wishes(pace=0.0, hidden=True, direct_chip=True), tmp_path / "state") as simulation:
        yield simulation


class Lobby:
    """One kiosk and who stands before it."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.kiosk: Process = simulation.start_kiosk()
        self.resident = Resident(simulation.automation(self.kiosk), simulation.rig, simulation.display, 0.0)
        self.painted = self.sees("welcome")

    def sees(self, screen: str) -> Painted:
        return self.resident.sees(screen, within_s=LIMIT_S)

    def touches(self, target: str) -> None:
        self.resident.touches(self.painted, target)

    def goes_to(self, screen: str) -> None:
        """From the welcome screen through a renewal, up to this screen."""
        acts: list[tuple[str, Callable[[], None]]] = [
            ("welcome", lambda: self.touches("start")),
            ("notice", lambda: self.touches("accept_notice")),
            ("id_card", lambda: self.resident.lays_id_card(LIN.person)),
            ("insert_permit", lambda: self.resident.offers_permit(LIN.permit)),
            ("assessment", lambda: self.touches("go_on")),
            ("question", lambda: self.touches("answer_no")),
            ("confirm", lambda: self.touches("confirm")),
            ("writing", lambda: None),
            ("take_permit", self.resident.takes_permit),
        ]
        for number, (name, act) in enumerate(acts):
            if number:
                self.painted = self.sees(name)
            if name == screen:
                return
            act()

    @property
    def permit_is(self) -> str:
        return str(self.simulation.rig.do("state")["permits"][LIN.permit]["place"])

    def is_asked_to_end(self, sign: signal.Signals) -> None:
        os.kill(self.kiosk.pid, sign)

    def takes_what_comes_out(self) -> None:
        eventually(lambda: self.permit_is == "mouth")
        self.simulation.rig.do("take_permit")

    def last_words(self) -> tuple[str, str, list[str]]:
        """State, custody and effects of the journal's last row."""
        with closing(sqlite3.connect(self.simulation.journal_of(KIOSK))) as db:
            state, custody, effects = db.execute(
                "SELECT state_after, custody, effects FROM step ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return state, custody, json.loads(effects)


@pytest.mark.parametrize("sign", long_but({"SIGTERM"}, SIGNS, names=(sign.name for sign in SIGNS)))
def test_a_kiosk_that_nobody_uses_ends_in_good_order(simulation: Simulation, sign: signal.Signals) -> None:
    lobby = Lobby(simulation)
    lobby.is_asked_to_end(sign)
    assert lobby.kiosk.wait(LIMIT_S) == 0
    state, custody, effects = lobby.last_words()
    assert (state, custody, effects) == ("Idle", "with_holder", ["EndProgram"])
    log = (simulation.state_dir / "kiosk.log").read_text("utf-8")
    assert f'switch_off_asked {{"why": "{sign.name}"}}' in log
    assert " stopped {}" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    "screen",
    long_but({"insert_permit", "writing"}, ["insert_permit", "assessment", "confirm", "writing", "take_permit"]),
)
def test_wherever_a_visit_is_the_permit_comes_out_before_the_program_ends(simulation: Simulation, screen: str) -> None:
    lobby = Lobby(simulation)
    before = simulation.rig.do("state")["permits"][LIN.permit]
    lobby.goes_to(screen)
    lobby.is_asked_to_end(signal.SIGTERM)
    lobby.is_asked_to_end(signal.SIGTERM)  # who is impatient changes nothing
    if screen != "insert_permit":
        lobby.takes_what_comes_out()
    assert lobby.kiosk.wait(LIMIT_S) == 0
    assert lobby.permit_is == "hand"
    state, custody, effects = lobby.last_words()
    assert (state, custody, effects[-1]) == ("Idle", "with_holder", "EndProgram")
    was_written = simulation.rig.do("state")["permits"][LIN.permit] != before
    assert was_written is (screen in ("writing", "take_permit"))


def test_the_page_says_that_the_machine_is_being_switched_off(simulation: Simulation) -> None:
    lobby = Lobby(simulation)
    lobby.goes_to("assessment")
    lobby.is_asked_to_end(signal.SIGTERM)
    lobby.sees("take_permit")
    lobby.takes_what_comes_out()
    lobby.sees("outcome")
    assert lobby.kiosk.wait(LIMIT_S) == 0


def test_a_kiosk_whose_standard_error_nobody_reads_completes_a_whole_visit(simulation: Simulation) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while os.write(writing, b"." * 4095 + b"\n"):
            continue
    os.set_blocking(writing, True)
    kiosk = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "run", "--config", str(simulation.config_file)],
        stdout=writing,
        stderr=writing,
        env={
            **os.environ,
            **simulation.display.environment,
            **simulation.chip_environment,
            "KIVY_HOME": str(simulation.state_dir / "kivy"),
        },
    )
    os.close(writing)
    with AutomationClient(simulation.automation_socket, LIMIT_S) as automation:
        renew(Resident(automation, simulation.rig, simulation.display, 0.0), LIN.person, LIN.permit)
    assert simulation.rig.do("state")["permits"][LIN.permit]["place"] == "hand"
    kiosk.send_signal(signal.SIGTERM)
    with os.fdopen(reading, encoding="utf-8") as lines:
        said = lines.read()
    assert kiosk.wait(LIMIT_S) == 0
    assert '"after": "Thanking"' in said
    assert " stopped {}" in said
