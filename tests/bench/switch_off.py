"""From SIGTERM to the permit at the mouth, with nothing written yet and every device at its real pace."""

from __future__ import annotations

import os
import signal
import statistics
import time

from kiosk.demo.resident import Resident
from kiosk.demo.simulation import Simulation
from tests.bench.figures import Figure, Result, spread
from tests.lobby.windowless import NotReached, simulation_for

PERSON, PERMIT = "lin-yuzhen", "lin-yuzhen-shanghai"
ROUNDS, QUICK_ROUNDS = 5, 1
LIMIT_S = 5.0
GIVEN_UP_AFTER_S, LOOK_S = 60.0, 0.02


def measure(quick: bool) -> Result:
    """A kiosk for each round, with a permit inside and the result on its screen."""
    with simulation_for("switch-off", 1.0) as simulation:
        times = [_seconds_to_the_mouth(simulation) for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
    figure = Figure(
        f"switch-off: from SIGTERM to the permit at the mouth, median of {len(times)}",
        statistics.median(times),
        "s",
        "two seconds of it are the unit's motor",
        None,
        "itself",
        LIMIT_S,
    )
    return Result((figure,), {"seconds": spread(times)})


def _seconds_to_the_mouth(simulation: Simulation) -> float:
    kiosk = simulation.start_kiosk()
    resident = Resident(simulation.automation(kiosk), simulation.rig, simulation.display, think_s=0.0)
    resident.touches(resident.sees("welcome"), "start")
    resident.touches(resident.sees("notice"), "accept_notice")
    resident.sees("id_card")
    resident.lays_id_card(PERSON)
    resident.sees("insert_permit")
    resident.offers_permit(PERMIT)
    resident.sees("assessment")
    began = time.monotonic()
    os.kill(kiosk.pid, signal.SIGTERM)
    while simulation.rig.do("state")["permits"][PERMIT]["place"] != "mouth":
        if time.monotonic() - began > GIVEN_UP_AFTER_S:
            raise NotReached(f"the permit does not come out: {kiosk.last_words()}")
        time.sleep(LOOK_S)
    took_s = time.monotonic() - began
    simulation.rig.do("take_permit")
    kiosk.wait(GIVEN_UP_AFTER_S)
    return took_s
