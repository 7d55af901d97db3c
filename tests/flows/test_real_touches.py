"""Whole visits in a real window, with a real pointer, by somebody who touches wrongly and too often: everything that
was meant happens once, and nothing else does.

Which button is touched, and where, is what the window says can be touched at that moment. In a run of `make test`
every language meets both orientations and both modes; `make long` has all that is left, and the small panel.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo.automation_client import Painted
from kiosk.demo.scenarios import RENEWED, PlannedVisit
from kiosk.demo.visiting import VisitPlayer
from tests.lobby.clumsy_resident import ClumsyResident
from tests.lobby.outside import Outside, outside
from tests.lobby.own_kiosk import DISPLAY_PX, OwnKiosk, SharedSimulation
from tests.screens.window import NEEDS_X
from tests.waiting import LIMIT_S, eventually

pytestmark = [pytest.mark.screen, pytest.mark.slow, NEEDS_X]

PORTRAIT, LANDSCAPE, PANEL = "portrait-1080x1920", "landscape-1920x1080", "panel-1280x800"
USUAL, EASY = False, True
CASES: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...] = (
    (PORTRAIT, (("zh-Hans", USUAL), ("en", EASY), ("ug", USUAL))),
    (LANDSCAPE, (("zh-Hans", EASY), ("en", USUAL), ("ug", EASY))),
)
REST: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...] = (
    (PORTRAIT, (("zh-Hans", EASY), ("en", USUAL), ("ug", EASY))),
    (LANDSCAPE, (("zh-Hans", USUAL), ("en", EASY), ("ug", USUAL))),
    (PANEL, tuple((language, easy) for easy in (USUAL, EASY) for language in ("zh-Hans", "en", "ug"))),
)
MEANT = ["start", "accept_notice", "answer_no", "confirm", "finish"]
BESIDE = ["button down", "button up", "key down", "key up"]


@pytest.mark.parametrize(
    ("screen", "visits"),
    [
        *(pytest.param(*case, id=case[0]) for case in CASES),
        *(pytest.param(*case, id=f"{case[0]}-rest", marks=pytest.mark.long) for case in REST),
    ],
)
def test_what_is_meant_happens_once_and_nothing_else_does(
    shared_simulation: SharedSimulation, screen: str, visits: tuple[tuple[str, bool], ...]
) -> None:
    display = shared_simulation.simulation.display.environment
    with (
        outside(display["DISPLAY"], *DISPLAY_PX) as beside,
        shared_simulation.own_kiosk(screen) as kiosk,
    ):
        _touches(display["DISPLAY"], DISPLAY_PX[0] // 3, DISPLAY_PX[1] // 3)
        eventually(lambda: beside.heard() == BESIDE)
        beside.forget()
        kiosk.starts()
        people = [(kiosk.person, kiosk.permit), *(shared_simulation.somebody() for _ in visits[1:])]
        welcome: Painted | None = None
        for (person, permit), (language, is_easy) in zip(people, visits, strict=True):
            plan = PlannedVisit("renewal", (person,), permit, shows=RENEWED, language=language, is_easy=is_easy)
            welcome = _visits_clumsily(kiosk, plan, beside, welcome)
        _touches(display["DISPLAY"], DISPLAY_PX[0] - 2, DISPLAY_PX[1] - 2)  # beside the window, and below
        eventually(lambda: beside.heard()[:2] == BESIDE[:2])
        kiosk.never_ended_badly()
        kiosk.ends()


def _visits_clumsily(kiosk: OwnKiosk, plan: PlannedVisit, beside: Outside, welcome: Painted | None) -> Painted:
    """A whole visit, and what became of it; the welcome screen after it."""
    simulation, automation = kiosk.simulation, kiosk.resident.automation
    journal = simulation.journal_of(kiosk.name)
    chosen, written = _intents(journal), _written(journal)
    receipts, began = _rig(kiosk)["receipts"], len(automation.history)
    before = _rig(kiosk)["permits"][plan.permit]

    resident = ClumsyResident(automation, simulation.rig, simulation.display, 0.0, kiosk_pid=kiosk.process.pid)
    player = VisitPlayer(resident, plan)
    welcome = player.play(welcome)
    simulation.rig.do("tear_off_receipt")

    assert [screen for screen in player.screens if screen != "welcome"] == list(RENEWED)
    assert _intents(journal)[len(chosen) :] == MEANT
    assert _written(journal) == written + 1
    assert all(after == before + 1 for before, after in resident.pages_turned)
    seen = automation.history[began:]
    assert {painted.language for painted in seen if painted.screen != "welcome"} == {plan.language}
    after = _rig(kiosk)["permits"][plan.permit]
    assert (after["place"], after["face_shows_chip"]) == ("hand", True)
    assert after["face_prints"] == before["face_prints"] + 1
    assert after["chip"] != before["chip"]
    assert _rig(kiosk)["receipts"] == receipts + 1
    assert beside.heard() == []
    return welcome


def _rig(kiosk: OwnKiosk) -> dict[str, Any]:
    state: dict[str, Any] = kiosk.simulation.rig.do("state")
    return state


def _intents(journal: Path) -> list[str]:
    """What people chose, by the kiosk's journal, but for the language and for more time, which turning a page asks
    for.
    """
    if not journal.is_file():
        return []
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT facts FROM step WHERE event = 'PersonChose' ORDER BY number").fetchall()
    intents = [str(json.loads(facts)["intent"]) for (facts,) in rows]
    return [intent for intent in intents if intent not in ("more_time", "choose_language")]


def _written(journal: Path) -> int:
    """How many chips were written to, by the kiosk's journal."""
    if not journal.is_file():
        return 0
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT COUNT(*) FROM step WHERE state_after = 'OpeningChipSession'").fetchone()[0])


def _touches(display: str, x: int, y: int) -> None:
    """One click and one key, wherever they go."""
    words = ("mousemove", str(x), str(y), "click", "--delay", "0", "1", "key", "--delay", "0", "F7")
    subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": display}, check=True, timeout=LIMIT_S)
