"""The kiosk without its window in this process, before a simulation whose parts are processes of their own."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from assets import ASSETS
from drivers.simulators.residents import DEFAULT as RESIDENTS
from kiosk.app.kiosk import Kiosk
from kiosk.config.settings import load_config
from kiosk.demo.simulation import ROOT, Simulation, Wishes
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import VisitIds

STATE = ROOT / "build" / "bench"
STATE_S = 60.0

S = TypeVar("S")


class NotReached(Exception):
    """The machine did not get where it was expected."""


def fail(*why: object) -> None:
    """For workers and desks: their trouble ends the measuring."""
    raise RuntimeError(str(why))


@contextmanager
def simulation_for(
    part: str, pace: float, residents: Path = RESIDENTS, *, speaks: bool = False
) -> Iterator[Simulation]:
    """A simulation on a hidden display. This process may then reach its pcscd, and no other for as long as it lives."""
    wishes = Wishes(pace=pace, hidden=True, residents=residents, speaks=speaks)
    with Simulation(wishes, STATE / part) as simulation:
        os.environ.update(simulation.chip_environment)
        yield simulation


@dataclass
class Windowless:
    """A kiosk without its window, in this process, and a resident who acts at once. `entered`: every state and when."""

    simulation: Simulation
    entered: list[tuple[float, s.State]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shown: queue.SimpleQueue[tuple[float, s.State]] = queue.SimpleQueue()
        self.kiosk = Kiosk(load_config(self.simulation.config_file, ASSETS), self._show)

    def __enter__(self) -> Windowless:
        self.kiosk.start()
        self.await_state(s.Idle)
        self.kiosk.warm_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.kiosk.stop()

    def _show(self, state: s.State) -> None:
        self._shown.put((time.monotonic(), state))

    def await_state(self, kind: type[S]) -> S:
        """The next state of this kind. Raises `NotReached`."""
        deadline = time.monotonic() + STATE_S
        while True:
            try:
                instant, state = self._shown.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                last = type(self.entered[-1][1]).__name__ if self.entered else "nothing"
                raise NotReached(f"waited for {kind.__name__}, the machine is at {last}") from None
            self.entered.append((instant, state))
            if isinstance(state, kind):
                return state

    def choose(self, intent: Intent, visit: s.Visit) -> None:
        self.kiosk.engine.post(on.PersonChose(intent, ""), visit.id)

    def renew(self, person: str, permit: str, before_confirming: Callable[[], None] = lambda: None) -> None:
        """One whole visit."""
        rig = self.simulation.rig
        visit = s.Visit(uuid4(), uuid4(), "zh-Hans")
        self.kiosk.engine.post(on.PersonChose(Intent.START, ids=VisitIds(visit.id, visit.endorsement_id)))
        self.await_state(s.ShowingNotice)
        self.choose(Intent.ACCEPT_NOTICE, visit)
        self.await_state(s.ReadingIdCard)
        rig.do("lay_id_card", person_id=person)
        self.await_state(s.AwaitingPermit)
        rig.do("lift_id_card")
        rig.do("offer_permit", permit_id=permit)
        self.await_state(s.ShowingAssessment)
        self.choose(Intent.GO_ON, visit)
        self.await_state(s.Declaring)
        self.choose(Intent.ANSWER_NO, visit)
        self.await_state(s.Confirming)
        before_confirming()
        self.choose(Intent.CONFIRM, visit)
        self.await_state(s.AwaitingRemoval)
        rig.do("take_permit")
        self.await_state(s.Thanking)
        self.choose(Intent.FINISH, visit)
        self.await_state(s.Idle)

    def last(self, kind: type[s.State]) -> float:
        """When a state of this kind was entered last, monotonic."""
        return next(instant for instant, state in reversed(self.entered) if isinstance(state, kind))
