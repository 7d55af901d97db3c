"""Whole visits beside their floor: what the program adds to lines, devices, people, polling, frames and round trips."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from kiosk.demo import floor
from kiosk.demo.automation_client import AutomationClient, Painted, ScreenNotSeen
from kiosk.demo.processes import Process
from kiosk.demo.resident import Resident
from kiosk.demo.simulation import KIOSK, Simulation
from kiosk.demo.visiting import renew
from tests.bench.bare import bare_costs
from tests.bench.figures import Figure, Result, spread
from tests.lobby.residents import write_residents
from tests.lobby.windowless import STATE, simulation_for

VISITS, QUICK_VISITS = 20, 2
PACE = 0.2
LIMIT_S, FIRST_LIMIT_S = 0.25, 0.4
WARM_S = 60.0


def measure(quick: bool) -> Result:
    """One kiosk, a first visit that is told apart, and then as many as the median is taken of."""
    people = write_residents(STATE / "residents.toml", 1 + (QUICK_VISITS if quick else VISITS))
    with simulation_for("visit", PACE, STATE / "residents.toml") as simulation:
        bare = bare_costs(simulation, quick)
        kiosk = simulation.start_kiosk()
        kiosk.logs("warmed_up", WARM_S)  # a machine is switched on some time before its first resident comes
        visits = _visits(simulation, kiosk, simulation.automation(kiosk), people, bare)
    first, *later = visits
    shares = [sum(each.overhead_s for each in visit) for visit in later]
    floors = [sum(each.floor_s for each in visit) for visit in later]
    figures = (
        Figure(
            f"visit: the program's own share, median of {len(later)}",
            statistics.median(shares),
            "s",
            "the visit's floor, which is subtracted",
            None,
            "itself",
            LIMIT_S,
        ),
        Figure("visit: its floor, median", statistics.median(floors), "s"),
        Figure(
            "visit: the program's own share of the first",
            sum(each.overhead_s for each in first),
            "s",
            "the same, in a kiosk that has warmed up and that nobody has touched yet",
            None,
            "itself",
            FIRST_LIMIT_S,
        ),
        Figure("visit: one bare frame", bare.frame_s, "s", "from the call that changes a label to the painted frame"),
        Figure("visit: one bare HTTPS round trip", bare.https_s, "s", "uvicorn with nothing behind it, mutual TLS"),
    )
    details = {
        "pace": PACE,
        "share_s": spread(shares),
        "stages": _by_stage(later),
        "first": floor.as_json(first),
        "each_share_s": [round(share, 4) for share in shares],
    }
    note = f"devices and lines took {PACE} of their real time; the resident did not think"
    return Result(figures, details, (note,))


def _visits(
    simulation: Simulation,
    kiosk: Process,
    automation: AutomationClient,
    people: Sequence[tuple[str, str]],
    bare: floor.BareCosts,
) -> list[list[floor.MeasuredStage]]:
    """Every stage of every visit, with its floor."""
    welcome: Painted | None = None
    measured = []
    for person, permit in people:
        resident = Resident(automation, simulation.rig, simulation.display, think_s=0.0)
        simulation.rig.do("drain_activity")
        try:
            welcome = renew(resident, person, permit, welcome)
        except ScreenNotSeen as error:
            raise ScreenNotSeen(f"{person}: {error}. The kiosk's last words: {kiosk.last_words()}") from error
        simulation.rig.do("tear_off_receipt")
        busy = [*floor.busy_of(simulation.rig.do("drain_activity")), *resident.activity.drain()]
        measured.append(floor.measure(resident.stages, busy, floor.central_waits(simulation.log_of(KIOSK)), bare))
    return measured


def _by_stage(visits: Sequence[Sequence[floor.MeasuredStage]]) -> list[dict[str, Any]]:
    """Where the time goes: means in milliseconds, in the visit's order."""
    return [
        {
            "name": same[0].stage.name,
            "mean_ms": _mean_ms(each.stage.seconds for each in same),
            "floor_ms": _mean_ms(each.floor_s for each in same),
            "ours_ms": _mean_ms(each.overhead_s for each in same),
            "screens": statistics.mean(len(each.stage.painted) for each in same),
        }
        for same in zip(*visits, strict=True)
    ]


def _mean_ms(seconds: Iterable[float]) -> float:
    return round(statistics.mean(seconds) * 1000, 1)
