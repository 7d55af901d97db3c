"""One crash: a visit up to its point, the kill, the next start, and what then holds."""

from __future__ import annotations

import re
import shutil
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from drivers.simulators.permit import PermitLocation
from tests.torture.crash import disk, falls, statements
from tests.torture.crash.crash_harness import CrashHarness, CrashSetting, Hang, KioskDied
from tests.torture.crash.resident import Resident, Seen
from tests.torture.crash.scenarios import NEIGHBOUR, Scenario
from tests.waiting import LIMIT_S, eventually

TOLD_S = LIMIT_S
KEPT = Path("build") / "torture" / "crash-logs"
LAST_WORDS = 8
VISITS = 2
"""A visit that is broken off with its reason on the screen and the permit given back is an answer too, but once only:
on a loaded machine a chip may be taken for silent."""
ENDED_WELL = (["Renewed"], ["Applied"], ["Declined"], ["Informed"])


@dataclass
class Tried:
    """What came of one point. `was_reached`: the kiosk was killed there; `returned_s`: from the restart to the permit
    within reach, None where it was not inside; `was_cold`: that start was from a cold interpreter;
    `outlasted`: states that were left by their deadline alone.
    """

    name: str
    was_reached: bool = True
    wrong: list[str] = field(default_factory=list)
    returned_s: float | None = None
    took_s: float = 0.0
    was_cold: bool = False
    outlasted: list[str] = field(default_factory=list)


def points_of(setting: CrashSetting, scenario: Scenario) -> list[str]:
    """Every point of an uncut visit, in the order in which it comes. Raises AssertionError if the visit goes wrong."""
    world = scenario.world(setting)
    points: list[str] = []
    try:
        resident = Resident(world, scenario.person, scenario.permit, scenario.habits)
        world.start(counts=True)
        resident.stays(begins=True, points=points)
        _wait_until_told(world)
        _hear_out(world, points)
        endings = [seen["ending"] for seen in resident.way if seen["ending"] is not None]
        way = " ".join(seen["state"] for seen in resident.way)
        told = f"{scenario.name} ended with {endings[-1:]}: {way}; {_last_words(world)}"
        assert endings[-1:] == [scenario.ends], told
    except KioskDied as error:
        raise AssertionError(f"{scenario.name}: {error}; {_last_words(world)}") from error
    finally:
        world.close()
    return points


def disk_operations_of(setting: CrashSetting, scenario: Scenario) -> int:
    """How much an uncut visit does to the disk."""
    world = scenario.world(setting)
    try:
        resident = Resident(world, scenario.person, scenario.permit, scenario.habits)
        world.start(disk_kill_before=0)
        resident.stays(begins=True)
        _wait_until_told(world)
        return disk.count(world.disk_log)
    finally:
        world.close()


def moves_of(setting: CrashSetting, scenario: Scenario) -> int:
    """How often the permit is moved in an uncut visit."""
    world = scenario.world(setting)
    moves: list[PermitLocation] = []
    try:
        world.rig.issued(scenario.permit).permit.watch(lambda permit: moves.append(permit.place))
        resident = Resident(world, scenario.person, scenario.permit, scenario.habits)
        world.start()
        resident.stays(begins=True)
    finally:
        world.close()
    return len(moves)


def _hear_out(world: CrashHarness, points: list[str]) -> None:
    assert world.kiosk is not None
    while True:
        try:
            heard = world.kiosk.hear(0.5)
        except Hang:
            return
        points += [heard["point"]] if "point" in heard else []


def try_point(
    setting: CrashSetting, scenario: Scenario, point: str, again: str | None = None, cold: bool = False
) -> Tried:
    """Kill at `point`, and the next life at `again`, if that is given; then everything has to hold."""
    began = time.monotonic()
    tried = Tried(f"{scenario.name}/{point}" + (f"+{again}" if again else ""), was_cold=cold)
    world = scenario.world(setting, falls.pace_of(point))
    try:
        _try(world, scenario, point, again, cold, tried)
    except Hang as error:
        tried.wrong.append(f"hang: {error}")
    except KioskDied as error:
        tried.wrong.append(f"5 serves: {error}; {_last_words(world)}")
    except AssertionError as error:
        tried.wrong.append(f"assertion: {error}")
    finally:
        if tried.wrong:
            _keep_log(world, tried.name)
        world.close()
    tried.took_s = time.monotonic() - began
    return tried


def _keep_log(world: CrashHarness, name: str) -> None:
    """What the kiosk said, for who wants to know why."""
    KEPT.mkdir(parents=True, exist_ok=True)
    if world.log.exists():
        shutil.copy(world.log, KEPT / f"{re.sub('[^A-Za-z0-9.#+-]+', '_', name)}.log")


def _last_words(world: CrashHarness) -> str:
    lines = world.log.read_text(encoding="utf-8", errors="replace").splitlines() if world.log.exists() else []
    return " | ".join(lines[-LAST_WORDS:])


def _try(world: CrashHarness, scenario: Scenario, point: str, again: str | None, cold: bool, tried: Tried) -> None:
    world.rig.drain_activity()
    resident = Resident(world, scenario.person, scenario.permit, scenario.habits)
    tried.was_reached = falls.fall(world, resident, point, begins=True)
    if not tried.was_reached:
        return
    if again is not None:
        world.clock.jump(1.0)
        tried.was_reached = falls.fall(world, resident, again, begins=False)
        if not tried.was_reached:
            return
    if world.kiosk is None:
        resident = _comes_back(world, scenario, cold, tried)
    tried.outlasted += resident.outlasted
    if resident.way[-1]["state"] == "OutOfService" and _place(world, scenario) not in statements.INSIDE:
        # The unit fell silent with the permit on its way out of it; the kiosk looks again after a while.
        world.lets_pass(resident.way[-1]["deadline_s"] + 1.0)
        resident.stays(begins=False)
    last = resident.way[-1]
    resident.leaves()
    _wait_until_told(world)
    tried.wrong += statements.all_of(world, scenario.permit, last, _updates(world), scenario.writes)
    tried.wrong += [f"5 serves: {line}" for line in _next_visit(world, scenario, last, point)]


def _place(world: CrashHarness, scenario: Scenario) -> PermitLocation:
    return world.rig.issued(scenario.permit).permit.place


def _comes_back(world: CrashHarness, scenario: Scenario, cold: bool, tried: Tried) -> Resident:
    """The next start, and the resident before it until nothing is left to do."""
    world.clock.jump(scenario.away_s)
    was_inside = _place(world, scenario) in statements.INSIDE
    back = Resident(world, scenario.person, scenario.permit, scenario.habits)
    kiosk = world.start(cold=cold)
    back.stays(begins=False)
    if was_inside and back.returned_at is not None:
        tried.returned_s = back.returned_at - kiosk.began
    return back


def _updates(world: CrashHarness) -> int:
    return sum(busy["doing"] in ("command D6", "command DC") for busy in world.rig.drain_activity())


def _wait_until_told(world: CrashHarness) -> None:
    waiting = "SELECT 1 FROM message WHERE settled_at IS NULL AND body IS NOT NULL"
    eventually(lambda: not world.rows(waiting), TOLD_S)


def _next_visit(world: CrashHarness, scenario: Scenario, last: Seen, point: str) -> list[str]:
    """Somebody else, or the same person again, is served; staff has been, where the kiosk asked for it."""
    if last["state"] == "OutOfService":
        if not last["fault"]:
            return ["it is out of service and does not say why"]
        world.rig.free_jam()
        world.lets_pass(last["deadline_s"] + 1.0)
        helped = Resident(world, scenario.person, scenario.permit)
        if helped.stays(begins=False)["state"] != "Idle":
            return [f"it stays out of service ({last['fault']}) after staff took the permit out"]
    is_there = _place(world, scenario) is PermitLocation.HAND
    same = is_there and (zlib.crc32(point.encode()) % 2 == 0 or scenario.region != "shanghai")
    person, permit = (scenario.person, scenario.permit) if same else NEIGHBOUR
    wrong: list[str] = []
    for _ in range(VISITS):
        wrong = _visit(world, person, permit)
        if not wrong:
            break
    return wrong


def _visit(world: CrashHarness, person: str, permit: str) -> list[str]:
    """What was wrong with a whole visit."""
    who = Resident(world, person, permit)
    end = who.visits()
    who.leaves()
    endings = [seen["ending"] for seen in who.way if seen["ending"] is not None]
    wrong = []
    if endings[-1:] not in ENDED_WELL:
        faults = {seen["ending_fault"] for seen in who.way}
        wrong.append(f"the next visit ended with {endings[-1:]} {faults} in {end['state']}; {_last_words(world)}")
    if world.rig.issued(permit).permit.place is not PermitLocation.HAND:
        wrong.append("the next visitor did not get the permit back")
    if endings[-1:] == ["Renewed"]:
        _wait_until_told(world)
        wrong += [f"then {line}" for line in statements.all_of(world, permit, end, 0, 0)]
    return wrong
