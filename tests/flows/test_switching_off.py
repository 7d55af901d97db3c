"""The program itself, with its window, is asked to end by real signals; and says all it has to into a full pipe."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pytest

from kiosk.demo.automation_client import AutomationClient
from kiosk.demo.resident import Resident
from kiosk.demo.visiting import renew
from tests.lobby.own_kiosk import OwnKiosk
from tests.sampling import long_but
from tests.waiting import LIMIT_S, eventually

pytestmark = [pytest.mark.slow, pytest.mark.screen]

SIGNS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def last_words(kiosk: OwnKiosk) -> tuple[str, str, list[str]]:
    """State, custody and effects of the journal's last row."""
    with closing(sqlite3.connect(kiosk.state_dir / "journal.db")) as db:
        state, custody, effects = db.execute(
            "SELECT state_after, custody, effects FROM step ORDER BY number DESC LIMIT 1"
        ).fetchone()
    return state, custody, json.loads(effects)


def was_in(kiosk: OwnKiosk, state: str) -> bool:
    """Whether the machine has come into this state, be it past it already."""
    with closing(sqlite3.connect(kiosk.state_dir / "journal.db")) as db:
        return bool(db.execute("SELECT count(*) FROM step WHERE state_after = ?", (state,)).fetchone()[0])


@pytest.mark.parametrize("sign", long_but({"SIGTERM"}, SIGNS, names=(sign.name for sign in SIGNS)))
def test_a_kiosk_that_nobody_uses_ends_in_good_order(kiosk: OwnKiosk, sign: signal.Signals) -> None:
    kiosk.starts()
    kiosk.sees("welcome")
    kiosk.is_asked_to_end(sign)
    assert kiosk.process.wait(LIMIT_S) == 0
    assert last_words(kiosk) == ("Idle", "with_holder", ["EndProgram"])
    assert f'switch_off_asked {{"why": "{sign.name}"}}' in kiosk.said()
    assert " stopped {}" in kiosk.said()
    assert "Traceback" not in kiosk.said()


@pytest.mark.parametrize(
    "screen",
    long_but({"insert_permit", "writing"}, ["insert_permit", "assessment", "confirm", "writing", "take_permit"]),
)
def test_wherever_a_visit_is_the_permit_comes_out_before_the_program_ends(kiosk: OwnKiosk, screen: str) -> None:
    before = kiosk.permit_state
    kiosk.starts()
    if screen == "writing":  # a busy machine may have written before it has painted that it writes
        kiosk.resident.touches(kiosk.renews_until("confirm"), "confirm")
        eventually(lambda: was_in(kiosk, "RelayingBatch"))
    else:
        kiosk.renews_until(screen)
    kiosk.is_asked_to_end(signal.SIGTERM)
    kiosk.is_asked_to_end(signal.SIGTERM)  # who is impatient changes nothing
    if screen != "insert_permit":
        kiosk.takes_what_comes_out()
    assert kiosk.process.wait(LIMIT_S) == 0
    assert kiosk.permit_is == "hand"
    state, custody, effects = last_words(kiosk)
    assert (state, custody, effects[-1]) == ("Idle", "with_holder", "EndProgram")
    was_written = kiosk.permit_state != before
    assert was_written is (screen in ("writing", "take_permit"))


def test_the_page_says_that_the_machine_is_being_switched_off(kiosk: OwnKiosk) -> None:
    kiosk.starts()
    kiosk.renews_until("assessment")
    kiosk.is_asked_to_end(signal.SIGTERM)
    kiosk.sees("take_permit")
    kiosk.takes_what_comes_out()
    kiosk.sees("outcome")
    assert kiosk.process.wait(LIMIT_S) == 0


def test_a_kiosk_whose_standard_error_nobody_reads_completes_a_whole_visit(kiosk: OwnKiosk) -> None:
    simulation = kiosk.simulation
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while os.write(writing, b"." * 4095 + b"\n"):
            continue
    os.set_blocking(writing, True)
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "run", "--config", str(kiosk.config_file)],
        stdout=writing,
        stderr=writing,
        env=kiosk.environment,
    )
    os.close(writing)
    with AutomationClient(simulation.automation_socket, LIMIT_S) as witness:
        renew(Resident(witness, simulation.rig, simulation.display, 0.0), kiosk.person, kiosk.permit)
    assert kiosk.permit_is == "hand"
    process.send_signal(signal.SIGTERM)
    with os.fdopen(reading, encoding="utf-8") as lines:
        said = lines.read()
    assert process.wait(LIMIT_S) == 0
    assert '"after": "Thanking"' in said
    assert " stopped {}" in said
