"""Plays a scenario in a simulation from its first act to its last."""

from __future__ import annotations

import sqlite3
import statistics
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.central.client import CentralRefusedCall
from kiosk.demo import floor
from kiosk.demo.automation_client import Painted, ScreenNotSeen
from kiosk.demo.office import Office, OfficeRecord
from kiosk.demo.report import Paper, PermitState, Played, VisitRecord
from kiosk.demo.resident import Resident
from kiosk.demo.scenarios import OfficeStep, PlannedVisit, Scenario
from kiosk.demo.simulation import Simulation
from kiosk.demo.visiting import VisitPlayer

BARE_TRIPS = 15
PAPER_S = 60.0
POLL_S = 0.05


def play(place: Simulation, scenario: Scenario, out: Path, think_s: float) -> Played:
    """Play every act in `place`, with pictures in `out`. Raises `ScreenNotSeen`, `OfficerWasRefused`."""
    return _Stage(place, scenario, out, think_s).play()


class _Stage:
    """The actors of a scenario: kiosk, resident, officer."""

    def __init__(self, place: Simulation, scenario: Scenario, out: Path, think_s: float) -> None:
        self._place, self._scenario, self._out = place, scenario, out
        self._save_face(scenario.visits[0], "face-before.png")
        self._think_s = think_s
        self._open(scenario.kiosks[0])
        self._bare = floor.BareCosts(frame_s=1 / 30, https_s=bare_round_trip(place))
        self._papers = 0
        self._acts: list[VisitRecord | OfficeRecord] = []

    def _open(self, name: str) -> None:
        """Start a kiosk and connect to its window."""
        self._kiosk_name = name
        self._office = Office(self._place, name)
        self._kiosk = self._place.start_kiosk(name)
        self._automation = self._place.automation(self._kiosk)
        self._resident = Resident(
            self._automation, self._place.rig, self._place.display, self._think_s, self._out / "screens"
        )
        self._welcome: Painted | None = None

    def _close(self) -> None:
        self._automation.close()
        status = self._kiosk.end()
        if status != 0:
            self._place.notes.append(f"{self._kiosk_name} ended with status {status}: {self._kiosk.last_words()}")

    def play(self) -> Played:
        for act in self._scenario.acts:
            match act:
                case PlannedVisit():
                    self._acts.append(self._visit(act))
                case OfficeStep():
                    self._acts.append(self._office.does(act, self._review_number()))
        self._save_face(self._scenario.visits[-1], "face-after.png")
        self._close()
        return Played(self._scenario, tuple(self._acts), self._bare, self._place.wires, self._place.notes)

    @property
    def _visits(self) -> list[VisitRecord]:
        return [act for act in self._acts if isinstance(act, VisitRecord)]

    def _review_number(self) -> str:
        application = self._visits[-1].application
        return "" if application is None else application.review_number

    def _visit(self, plan: PlannedVisit) -> VisitRecord:
        if plan.kiosk != self._kiosk_name:
            self._close()
            self._open(plan.kiosk)
        journal = self._place.journal_of(plan.kiosk)
        before, began = self._permit(plan), len(self._automation.history)
        self._resident.stages.clear()
        self._place.rig.do("drain_activity")
        self._resident.activity.drain()
        on = self._place.today()
        known = endorsements(journal)
        try:
            self._welcome = VisitPlayer(self._resident, plan).play(self._welcome)
        except (ScreenNotSeen, KeyError) as error:
            raise ScreenNotSeen(f"{plan.about}: {error}. The kiosk's last words: {self._kiosk.last_words()}") from error
        papers = self._collect_papers(plan)
        new = [number for number in endorsements(journal) if number not in known]
        endorsement_id = new[-1] if new else None
        central = self._office.endorsement_state(endorsement_id)
        application = self._office.application(plan.id_cards[0], plan.permit, plan.application)
        busy = [*floor.busy_of(self._place.rig.do("drain_activity")), *self._resident.activity.drain()]
        measured = floor.measure(
            self._resident.stages,
            busy,
            floor.central_waits(self._place.log_of(plan.kiosk)),
            self._bare,
            by_pcscd=not self._place.wishes.can(plan.kiosk).chip_by_unit,
        )
        return VisitRecord(
            plan,
            on,
            before,
            self._permit(plan),
            self._screens_since(began),
            tuple(measured),
            papers,
            endorsement_id,
            central,
            application,
        )

    def _permit(self, plan: PlannedVisit) -> PermitState:
        state: PermitState = self._place.rig.do("state")["permits"][plan.permit]
        return state

    def _screens_since(self, began: int) -> tuple[str, ...]:
        """The screens that were shown, each model once, in order."""
        shown: dict[int, str] = {}
        for painted in self._automation.history[began:]:
            shown.setdefault(painted.shown, painted.screen)
        return tuple(shown.values())

    def _collect_papers(self, plan: PlannedVisit) -> tuple[Paper, ...]:
        """Tear off what was printed since the last visit, and keep a picture of each."""
        deadline = time.monotonic() + PAPER_S
        while (texts := self._new_texts()) and len(texts) < plan.papers and time.monotonic() < deadline:
            time.sleep(POLL_S)
        papers = []
        for number, text in enumerate(texts):
            picture = self._picture_name(plan, number)
            self._place.rig.do("save_receipt", path=str(self._out / picture), number=self._papers + number)
            papers.append(Paper(text, picture))
        self._papers += len(texts)
        self._place.rig.do("tear_off_receipt")
        return tuple(papers)

    def _new_texts(self) -> list[str]:
        texts: list[str] = self._place.rig.do("receipt_texts")
        return texts[self._papers :]

    def _picture_name(self, plan: PlannedVisit, number: int) -> str:
        kind = "receipt" if plan.writes else "slip"
        visit = f"visit-{len(self._visits) + 1}-" if len(self._scenario.visits) > 1 else ""
        return f"{visit}{kind}{f'-{number + 1}' if number else ''}.png"

    def _save_face(self, plan: PlannedVisit, name: str) -> None:
        self._place.rig.do("save_face", permit_id=plan.permit, path=str(self._out / name))


def endorsements(journal_file: Path) -> list[UUID]:
    """The endorsements and applications that the kiosk's journal names, each once, in order."""
    if not journal_file.is_file():
        return []
    with sqlite3.connect(f"file:{journal_file}?mode=ro", uri=True) as db:
        rows: list[tuple[Any]] = db.execute(
            "SELECT endorsement_id FROM step WHERE endorsement_id IS NOT NULL GROUP BY endorsement_id"
            " ORDER BY MAX(number)"
        ).fetchall()
    db.close()
    return [UUID(number) for (number,) in rows]


def bare_round_trip(place: Simulation) -> float:
    """Median seconds of an HTTPS exchange with central that does nothing there: the contract's own 404."""
    client = place.central_client()
    times = []
    for _ in range(BARE_TRIPS):
        began = time.perf_counter()
        try:
            client.endorsement_state(UUID(int=0))
        except CentralRefusedCall:
            times.append(time.perf_counter() - began)
    return statistics.median(times[1:])
