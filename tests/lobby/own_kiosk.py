"""Many tests before the same simulated devices: display, devices and central stay, the kiosk is each test's own."""

from __future__ import annotations

import itertools
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.demo.automation_client import Painted
from kiosk.demo.processes import Process
from kiosk.demo.resident import Resident
from kiosk.demo.simulation import Simulation, Wishes
from tests.lobby.residents import write_residents
from tests.waiting import LIMIT_S, eventually

PEOPLE = 28
"""How many there are; who renewed a permit does not come again."""

DISPLAY_PX = (1920, 1920)
"""Upright and lying windows both have room on it."""

HANDS = ("withdraw_permit", "take_permit", "free_jam", "empty_bin", "lift_id_card", "clear_faults")
"""What leaves the devices as they were, whatever a test left in them."""


class OwnKiosk:
    """A kiosk that no other test has, with state, configuration and log of its own, and who stands before it.

    It is opened, as a process with its window, by `starts`. `person` has a permit that can be renewed once.
    """

    def __init__(self, simulation: Simulation, name: str, person: str, permit: str, screen: str = "") -> None:
        self.simulation = simulation
        self.name = name
        self.person = person
        self.permit = permit
        self.config_file = simulation.let_in(name, screen)
        self.state_dir = simulation.journal_of(name).parent
        self.log = simulation.log_of(name)
        self._process: Process | None = None
        self._resident: Resident | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    @property
    def resident(self) -> Resident:
        assert self._resident is not None
        return self._resident

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the program that the test starts itself."""
        simulation = self.simulation
        kivy_home = {"KIVY_HOME": str(simulation.state_dir / "kivy")}
        return {**os.environ, **simulation.display.environment, **simulation.chip_environment, **kivy_home}

    # -- what the test does --------------------------------------------------------------------------------------------

    def starts(self) -> None:
        """Open it, or open it again, and stand before its window."""
        self._process = self.simulation.start_kiosk(self.name)
        self._resident = Resident(
            self.simulation.automation(self._process), self.simulation.rig, self.simulation.display, 0.0
        )

    def sees(self, *screens: str) -> Painted:
        return self.resident.sees(*screens, within_s=LIMIT_S)

    def touches(self, screen: str, target: str) -> None:
        self.resident.touches(self.sees(screen), target)

    def renews_until(self, screen: str, welcome: Painted | None = None) -> Painted:
        """From the welcome screen, if it was not seen already, through a renewal up to this screen, which is not
        answered.
        """
        acts: list[tuple[str, Callable[[Painted], None]]] = [
            ("welcome", lambda painted: self.resident.touches(painted, "start")),
            ("notice", lambda painted: self.resident.touches(painted, "accept_notice")),
            ("id_card", lambda _: self.resident.lays_id_card(self.person)),
            ("insert_permit", lambda _: self.resident.offers_permit(self.permit)),
            ("assessment", lambda painted: self.resident.touches(painted, "answer_no")),
            ("confirm", lambda painted: self.resident.touches(painted, "confirm")),
            ("writing", lambda _: None),
            ("take_permit", lambda _: None),
        ]
        for name, act in acts:
            painted = welcome if welcome is not None and name == "welcome" else self.sees(name)
            if name == screen:
                return painted
            act(painted)
        raise ValueError(f"a renewal has no screen {screen!r}")

    def gets_permit_back(self) -> None:
        """Ask for the permit that a stop left inside, take it, and read what became of it."""
        self.touches("permit_inside", "cancel")
        self.sees("take_permit")
        self.resident.takes_permit()
        self.touches("outcome", "finish")
        assert self.permit_is == "hand"

    def leaves_permit_inside(self) -> None:
        """A visit, cut by the power when the permit is in the unit."""
        self.starts()
        self.renews_until("assessment")
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT_S)
        self.simulation.rig.do("lift_id_card")
        assert self.permit_in_unit == self.permit

    def takes_what_comes_out(self) -> None:
        eventually(lambda: self.permit_is == "mouth")
        self.simulation.rig.do("take_permit")

    def is_asked_to_end(self, sign: signal.Signals) -> None:
        os.kill(self.process.pid, sign)

    def ends(self) -> None:
        assert self.process.end() == 0

    # -- what became of it ---------------------------------------------------------------------------------------------

    @property
    def permit_state(self) -> dict[str, Any]:
        """The permit's place, what its chip holds, what was done to its face."""
        state: dict[str, Any] = self.simulation.rig.do("state")["permits"][self.permit]
        return state

    @property
    def permit_is(self) -> str:
        return str(self.permit_state["place"])

    @property
    def permit_in_unit(self) -> str | None:
        held: str | None = self.simulation.rig.do("state")["permit_in_unit"]
        return held

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def logs(self, *words: str) -> None:
        """Wait until it has said all of these."""
        eventually(lambda: all(word in self.said() for word in words))

    def never_ended_badly(self) -> None:
        assert self.process.is_running()
        assert "Traceback" not in self.said()


class SharedSimulation:
    """Display, simulated devices and central, started once; a kiosk and a person for each test."""

    def __init__(self, directory: Path) -> None:
        self._stack = ExitStack()
        self._numbers = itertools.count(1)
        residents = directory / "residents.toml"
        self._people = deque(write_residents(residents, PEOPLE))
        self.simulation = Simulation(
            Wishes(pace=0.0, hidden=True, direct_chip=True, residents=residents, display_px=DISPLAY_PX),
            directory / "state",
        )

    def __enter__(self) -> Self:
        self._stack.enter_context(self.simulation)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def somebody(self) -> tuple[str, str]:
        """One who comes once: person and permit."""
        return self._people.popleft()

    @contextmanager
    def own_kiosk(self, screen: str = "") -> Iterator[OwnKiosk]:
        """Ended when the block is left, and every permit is in a hand again. `screen`: which it has."""
        person, permit = self.somebody()
        kiosk = OwnKiosk(self.simulation, f"kiosk-of-test-{next(self._numbers)}", person, permit, screen)
        as_issued = kiosk.permit_state
        try:
            yield kiosk
        finally:
            if self.simulation.display.x11_pid is not None:
                os.kill(self.simulation.display.x11_pid, signal.SIGCONT)
            self.simulation.end_kiosks()
            for hand in HANDS:
                self.simulation.rig.do(hand)
            if kiosk.permit_state == as_issued:
                self._people.append((person, permit))
