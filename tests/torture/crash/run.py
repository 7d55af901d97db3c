"""All crashes: points are found, shared out among workers, tried, and counted."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.torture.crash import disk, scenarios
from tests.torture.crash.crash_harness import CrashSetting
from tests.torture.crash.falls import POINT_KINDS
from tests.torture.crash.harness import Tried, disk_operations_of, moves_of, points_of, try_point
from tests.torture.crash.scenarios import Scenario
from tests.torture.outcome import Outcome, counted
from tests.waiting import LIMIT_S

WORKERS = 2
SEED = 20261122
COLD_EVERY = 8
"""One start in so many is from a cold interpreter, as in the field; the time to the permit's return is taken there."""
DOUBLES = 150
WHOLE, LEAST = 0.1, 8
"""Below this scale only two visits are looked at; so many points at least are tried."""
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Job:
    """One crash to be tried. `again`: where the life after it ends too."""

    scenario: str
    point: str
    again: str | None = None
    cold: bool = False

    @property
    def name(self) -> str:
        return f"{self.scenario}/{self.point}" + (f"+{self.again}" if self.again else "")


def run(scale: float) -> Outcome:
    """Try every point at scale 1, a seeded part of them below."""
    began = time.monotonic()
    chance = random.Random(SEED)
    visits = scenarios.ALL if scale >= WHOLE else scenarios.IN_SHORT
    with CrashSetting() as setting:
        found = {scenario.name: _points(setting, scenario) for scenario in visits}
    jobs = [Job(name, point) for name, points in found.items() for point in points]
    jobs += _doubles(jobs, chance)
    chance.shuffle(jobs)
    jobs = jobs[: max(LEAST, round(len(jobs) * scale))]
    jobs = [replace(job, cold=number % COLD_EVERY == 0) for number, job in enumerate(jobs)]
    return _outcome(found, list(counted("crash", len(jobs), _tried(jobs))), time.monotonic() - began)


def _points(setting: CrashSetting, scenario: Scenario) -> list[str]:
    """Every fall of one visit. What a visit has in common with others is tried in the others."""
    points = points_of(setting, scenario)
    powered = [f"power/{point}" for point in points if point.startswith(("journal/", "device/permit_"))]
    if not scenario.is_whole:
        points = [point for point in points[_first_inside(points) :] if not _is_mid_face(point)]
        powered = []
    if scenario.loses_disk:
        count = disk_operations_of(setting, scenario) if disk.why_not() is None else 0
        lucks = list(disk.Luck)
        points += [f"disk/{number}-{lucks[number % len(lucks)].value}" for number in range(1, count + 1)]
    moves = moves_of(setting, scenario) if scenario.loses_unit else 0
    points += [f"{kind}/{number}" for kind in ("motion", "unit") for number in range(1, moves + 1)]
    return points + powered


def _first_inside(points: list[str]) -> int:
    """Where the way of the permit begins."""
    return next(number for number, point in enumerate(points) if "permit_unit.take_in" in point)


def _is_mid_face(point: str) -> bool:
    """One of the many blocks of a face, neither among the first nor the last."""
    found = re.search(r"load_face#1\.(\d+)/", point)
    return found is not None and int(found[1]) > 4


def _doubles(jobs: list[Job], chance: random.Random) -> list[Job]:
    """Some, with the life after the crash cut too, at a point that a first life passes on its way as well."""
    starts = [job.point for job in jobs if job.scenario == "renewal" and _is_of_a_start(job.point)]
    chosen = [job for job in jobs if job.scenario in ("renewal", "ssse", "long-stop") and "/" in job.point]
    if not starts:
        return []
    return [
        replace(job, again=chance.choice(starts))
        for job in chance.sample(chosen, min(len(chosen), DOUBLES))
        if not job.point.startswith(("motion/", "unit/"))
    ]


def _is_of_a_start(point: str) -> bool:
    verbs = ("unit.reset", "unit.status", "chip.read", "chip.open", "GET ")
    return "#1" in point and point.startswith(POINT_KINDS) and any(verb in point for verb in verbs)


def _tried(jobs: Sequence[Job]) -> Iterator[Tried]:
    """The jobs' results as they come, from several processes with a setting each."""
    if len(jobs) < 2 * WORKERS:
        with CrashSetting() as setting:
            yield from (_try(setting, job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Tried | None] = context.Queue()
    workers = [
        context.Process(target=_work, args=(jobs[number::WORKERS], results), name=f"crash-{number}")
        for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    left = len(workers)
    while left:
        result = results.get(timeout=LIMIT_S)
        if result is None:
            left -= 1
        else:
            if result.wrong:
                print(f"FAILED {result.name}: {'; '.join(result.wrong)}", file=sys.stderr, flush=True)
            yield result
    for worker in workers:
        worker.join()


def _work(jobs: Sequence[Job], results: multiprocessing.Queue[Tried | None]) -> None:
    with CrashSetting() as setting:
        for job in jobs:
            results.put(_try(setting, job))
    results.put(None)


def _try(setting: CrashSetting, job: Job) -> Tried:
    return try_point(setting, scenarios.BY_NAME[job.scenario], job.point, job.again, job.cold)


def _outcome(found: dict[str, list[str]], results: list[Tried], took_s: float) -> Outcome:
    reached = [each for each in results if each.was_reached]
    failed = [each for each in results if each.wrong]
    cold = sorted(each.returned_s for each in reached if each.returned_s is not None and each.was_cold)
    warm = sorted(each.returned_s for each in reached if each.returned_s is not None and not each.was_cold)
    distinct = {each.name for each in reached}
    places = Counter(each.name.split("/")[1] for each in reached)
    lines = [
        f"crash points: {len(distinct)} distinct tried, {len(failed)} failed"
        f" ({len(results) - len(reached)} did not come again; {sum(map(len, found.values()))} found)",
        "by kind: " + ", ".join(f"{kind} {number}" for kind, number in sorted(places.items())),
        "by visit: "
        + ", ".join(
            f"{name} {sum(each.name.startswith(name + '/') for each in reached)}/{len(points)}"
            for name, points in found.items()
        ),
        f"crashed again during the recovery: {sum('+' in each.name for each in reached)}",
        _told("from the restart to the permit in the mouth, cold interpreter, devices without delay", cold),
        _told("the same, interpreter warm", warm),
        f"left by a state's own deadline alone: {Counter(state for each in reached for state in each.outlasted)}",
        f"{took_s / max(1, len(results)):.2f} s a point",
    ]
    shown = sorted(failed, key=lambda each: each.name)[:SHOWN]
    lines += [f"FAILED {each.name}: {'; '.join(each.wrong)}" for each in shown]
    return Outcome(tuple(line for line in lines if line), len(failed))


def _told(what: str, times: list[float]) -> str:
    if len(times) < 2:
        return ""
    return (
        f"{what}: median {statistics.median(times):.2f} s,"
        f" 95th percentile {times[round(0.95 * (len(times) - 1))]:.2f} s ({len(times)} returns)"
    )


def main(arguments: list[str]) -> int:
    """Try one point again, list the points, or try a visit's points only."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture crash --")
    parser.add_argument("--point", help="VISIT/POINT[+POINT], as a failure names it")
    parser.add_argument("--visit", choices=sorted(scenarios.BY_NAME), help="the points of one visit")
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--sample", type=int, help="so many of them")
    args = parser.parse_args(arguments)
    if args.point:
        visit, _, rest = args.point.partition("/")
        point, _, again = rest.partition("+")
        jobs = [Job(visit, point, again or None)]
        found = {visit: [point]}
    else:
        chosen: list[Scenario] = [scenarios.BY_NAME[args.visit]] if args.visit else list(scenarios.ALL)
        with CrashSetting() as setting:
            found = {scenario.name: _points(setting, scenario) for scenario in chosen}
        jobs = [Job(name, point) for name, points in found.items() for point in points]
    if args.list:
        print("\n".join(job.name for job in jobs))
        return 0
    if args.sample:
        jobs = random.Random(SEED).sample(jobs, min(args.sample, len(jobs)))
    outcome = _outcome(found, list(counted("crash", len(jobs), _tried(jobs))), 0.0)
    print("\n".join(outcome.lines))
    return 1 if outcome.failed else 0
