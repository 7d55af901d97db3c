"""A day's touches in a window: how much memory the kiosk needs after them."""

from __future__ import annotations

import random
import time
from contextlib import suppress

from drivers.simulators.control import RigRefused
from kiosk.demo.automation_client import AutomationClient, Painted
from kiosk.demo.processes import Process
from kiosk.demo.simulation import Simulation
from tests.bench.figures import Figure, Result
from tests.bench.start import MIB, pss_bytes
from tests.lobby.windowless import simulation_for

TOUCHES, QUICK_TOUCHES = 2000, 20
WARM_S = 60.0
ANSWER_S = 0.15  # most touches change the screen within it; some change nothing
REST_S = 3.0
AT_THE_DEVICES = ("id_card", "insert_permit", "take_permit")
LIMIT_MIB = 190.0
SEED = 20261129  # the same day each time


def measure(quick: bool) -> Result:
    """Random touches of what can be touched, on a kiosk that is given identity cards and permits now and then."""
    touches = QUICK_TOUCHES if quick else TOUCHES
    with simulation_for("day", 0.0) as simulation:
        kiosk = simulation.start_kiosk()
        automation = simulation.automation(kiosk)
        automation.wait_for("welcome", within_s=WARM_S)
        kiosk.logs("warmed_up", WARM_S)
        warm_bytes = pss_bytes(kiosk.pid)
        course = _touched(simulation, kiosk, automation, touches)
        time.sleep(REST_S)
        end_bytes = pss_bytes(kiosk.pid)
    screens = sorted({painted.screen for painted in automation.history})
    figures = (
        Figure(f"day: memory after {touches} touches, proportional", end_bytes / MIB, "MiB", limit=LIMIT_MIB),
        Figure("day: the same when warmed up, before the first touch", warm_bytes / MIB, "MiB"),
    )
    return Result(figures, {"screens": screens, "course_mib": [round(size / MIB, 1) for size in course]})


def _touched(simulation: Simulation, kiosk: Process, automation: AutomationClient, count: int) -> list[int]:
    """Touch `count` times; the memory after every tenth part."""
    hand = random.Random(SEED)
    course = []
    for number in range(1, count + 1):
        painted = _with_targets(automation)
        seen = len(automation.history)
        if painted.screen in AT_THE_DEVICES and (not painted.targets or hand.random() < 0.5):
            _use_hands(simulation, painted.screen, hand)
        else:
            automation.touch(hand.choice(sorted(painted.targets)))
        _await_more(automation, seen)
        if number % max(count // 10, 1) == 0:
            course.append(pss_bytes(kiosk.pid))
    return course


def _with_targets(automation: AutomationClient) -> Painted:
    """The present screen, as soon as it can be touched, or waits for hands at a device, where it needs no button."""
    deadline = time.monotonic() + WARM_S
    while True:
        present = automation.history[-1]  # read once: the next one may come at any moment
        if present.targets or present.screen in AT_THE_DEVICES:
            return present
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing can be touched on {present.screen}")
        time.sleep(0.01)


def _use_hands(simulation: Simulation, screen: str, hand: random.Random) -> None:
    """What a person does with identity card and permit; what cannot be done just then is not done."""
    people, permits = sorted(simulation.residents.people), sorted(simulation.residents.permits)
    with suppress(RigRefused):
        match screen:
            case "id_card":
                simulation.rig.do("lay_id_card", person_id=hand.choice(people))
            case "insert_permit":
                simulation.rig.do("lift_id_card")
                simulation.rig.do("offer_permit", permit_id=hand.choice(permits))
            case "take_permit":
                simulation.rig.do("take_permit")


def _await_more(automation: AutomationClient, seen: int) -> None:
    """Until something else was painted, or for as long as a person waits before touching again."""
    deadline = time.monotonic() + ANSWER_S
    while len(automation.history) == seen and time.monotonic() < deadline:
        time.sleep(0.005)
