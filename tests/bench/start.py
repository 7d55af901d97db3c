"""The kiosk's start, memory and idle time beside a bare window's, and what it imports before its first screen."""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from kiosk.demo.automation_client import AutomationClient
from kiosk.demo.processes import Process
from kiosk.demo.simulation import Simulation
from tests.bench.bare import bare_window
from tests.bench.figures import Figure, Result, spread
from tests.lobby.windowless import simulation_for

ROUNDS, QUICK_ROUNDS = 5, 1
SETTLE_S, QUICK_SETTLE_S = 2.0, 0.5  # after everything is warmed up, until pages are mapped
IDLE_S, QUICK_IDLE_S = 10.0, 3.0
LOOKS_S, QUICK_LOOKS_S = 95.0, 3.0  # three times everything is looked at
START_S = 60.0
MORE_START_S, MEMORY_LIMIT, WARM_MEMORY_LIMIT, IDLE_LIMIT = 0.8, 1.4, 1.45, 1.0
LATER_S = 0.1
MIB = 1024 * 1024

# The welcome screen needs Kivy, and the permit unit's word that nothing is inside; so pyserial too. Of the standard
# library anything may be there.
# Pillow draws the name of a language whose letters join, on its button.
WELCOME_NEEDS = ("kivy", "kivy_deps", "filetype", "PIL", "serial", "assets", "kiosk", "drivers", "screens", "tests")
# Of our own, what talks to other devices and to central belongs after it.
WELCOME_NEEDS_NOT = (
    "kiosk.central",
    "kiosk.services.central.requests",
    "kiosk.services.chip",
    "kiosk.services.face",
    "kiosk.services.central.outbox",
    "kiosk.services.receipt",
    "drivers.permit_chip",
    "drivers.receipt_printer",
    "drivers.simulators",
    "drivers.transport.pcsc",
    "drivers.typeface",
    "kiosk.demo",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One start: seconds from spawning to the first painted screen, PSS in bytes then and when everything is warmed
    up, processor seconds over the idle time.
    """

    start_s: float
    first_pss_bytes: int
    pss_bytes: int
    idle_s: float


def measure(quick: bool) -> Result:
    """Bare window and kiosk in turns; a first round, which finds no caches, is left out."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    bares, kiosks, refused = [], [], []
    with simulation_for("start", 1.0) as simulation:
        for number in range(rounds + (0 if quick else 1)):
            bare = _seen(lambda: bare_window(simulation), _bare_painted, lambda _: None, quick)
            kiosk = _seen(
                lambda: _kiosk(simulation),
                lambda process: _welcome(simulation, process),
                lambda process: process.logs("warmed_up", START_S),
                quick,
            )
            if number or quick:
                bares.append(bare)
                kiosks.append(kiosk)
                refused.append(_start_that_fails_s(simulation))
        looks_s = _looking_s(simulation, QUICK_LOOKS_S if quick else LOOKS_S)
        superfluous, imports = _imports(simulation)
    figures = (
        Figure(
            "start: from the process to the welcome screen",
            _median(kiosks, "start_s"),
            "s",
            "a bare window with the same typeface and settings",
            _median(bares, "start_s"),
            "difference",
            MORE_START_S,
        ),
        Figure(
            "start: memory when the first screen is painted, proportional",
            _median(kiosks, "first_pss_bytes") / MIB,
            "MiB",
            "the same window",
            _median(bares, "first_pss_bytes") / MIB,
            "ratio",
            MEMORY_LIMIT,
        ),
        Figure(
            "start: memory when all is warmed up, proportional",
            _median(kiosks, "pss_bytes") / MIB,
            "MiB",
            "the same window",
            _median(bares, "pss_bytes") / MIB,
            "ratio",
            WARM_MEMORY_LIMIT,
        ),
        Figure(
            f"start: processor time in {QUICK_IDLE_S if quick else IDLE_S:g} idle seconds",
            _median(kiosks, "idle_s"),
            "s",
            "the same window",
            _median(bares, "idle_s"),
            "ratio",
            IDLE_LIMIT,
        ),
        Figure(
            "start: the same, the looks of every half minute with it",
            looks_s,
            "s",
            "the same window",
            _median(bares, "idle_s"),
            "ratio",
        ),
        Figure(
            "start: from the process to the page of one that fails",
            float(statistics.median(refused)),
            "s",
            "the welcome screen of one that does not",
            _median(kiosks, "start_s"),
            "difference",
            LATER_S,
        ),
        Figure("start: modules that the welcome screen does not need", len(superfluous), "modules", limit=0.0),
    )
    details = {
        name: {what: spread([getattr(seen, what) for seen in each]) for what in Seen.__slots__}
        for name, each in (("bare", bares), ("kiosk", kiosks))
    }
    return Result(figures, {**details, "not_needed": superfluous, "imports": imports})


def _median(seen: list[Seen], what: str) -> float:
    return float(statistics.median(getattr(each, what) for each in seen))


def _seen(
    start: Callable[[], Process],
    painted_at: Callable[[Process], float],
    await_warm: Callable[[Process], None],
    quick: bool,
) -> Seen:
    spawned_at = time.monotonic()
    with start() as process:
        start_s = painted_at(process) - spawned_at
        first_pss_bytes = pss_bytes(process.pid)
        await_warm(process)
        time.sleep(QUICK_SETTLE_S if quick else SETTLE_S)
        before = processor_s(process.pid)
        time.sleep(QUICK_IDLE_S if quick else IDLE_S)
        return Seen(start_s, first_pss_bytes, pss_bytes(process.pid), processor_s(process.pid) - before)


def _bare_painted(process: Process) -> float:
    return float(json.loads(process.first_line(START_S))["painted_at"])


def _looking_s(simulation: Simulation, seconds: float) -> float:
    """Processor seconds of as long as `IDLE_S`, by a time in which the devices are looked at again and again."""
    with _kiosk(simulation) as process:
        _welcome(simulation, process)
        process.logs("warmed_up", START_S)
        time.sleep(SETTLE_S)
        before = processor_s(process.pid)
        time.sleep(seconds)
        idle_s = QUICK_IDLE_S if seconds == QUICK_LOOKS_S else IDLE_S
        return (processor_s(process.pid) - before) / seconds * idle_s


def _start_that_fails_s(simulation: Simulation) -> float:
    """Seconds from spawning to the first page, where the region file is not there."""
    wrong = simulation.config_file.with_name("wrong.toml")
    wrong.write_text(
        re.sub(r"(?m)^region = .*$", 'region = "nowhere.toml"', simulation.config_file.read_text("utf-8")), "utf-8"
    )
    spawned_at = time.monotonic()
    with _kiosk(simulation, config=wrong), AutomationClient(simulation.automation_socket, START_S) as automation:
        return automation.wait_for("out_of_service", within_s=START_S).painted_at - spawned_at


def _kiosk(simulation: Simulation, through: tuple[str, ...] = ("-m", "kiosk"), config: Path | None = None) -> Process:
    """The kiosk in its window; ended when the `with` block is left."""
    environment = {
        **simulation.display.environment,
        **simulation.chip_environment,
        "KIVY_HOME": str(simulation.state_dir / "kivy"),
    }
    return Process.of_python(
        "the kiosk",
        [*through, "run", "--config", str(config or simulation.config_file)],
        simulation.state_dir / "kiosk.log",
        environment,
    )


def _welcome(simulation: Simulation, _: Process) -> float:
    """When the welcome screen was painted and could be touched."""
    with AutomationClient(simulation.automation_socket, START_S) as automation:
        painted = automation.wait_for("welcome", within_s=START_S)
        painted.centre("start")
        return painted.painted_at


def processor_s(pid: int) -> float:
    """User and system time of all threads of a process, by the scheduler's own count (the ticks of stat are 10 ms)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def pss_bytes(pid: int) -> int:
    """Proportional set size: shared pages are divided among those who share them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def _imports(simulation: Simulation) -> tuple[list[str], dict[str, Any]]:
    """Modules imported before the welcome screen was painted that it does not need; and how many there were."""
    out = simulation.state_dir / "imports.json"
    with _kiosk(simulation, ("-m", "tests.bench.imports_at_welcome", str(out))) as process:
        painted_at = _welcome(simulation, process)
        time.sleep(SETTLE_S)
    noted = json.loads(out.read_text(encoding="utf-8"))
    before = {name: at for name, at in noted["begun"].items() if at <= painted_at}
    return superfluous(before), {
        "before_welcome": len(before),
        "after_welcome": len(noted["begun"]) - len(before),
        "slow_ms": _slow(before, painted_at),
    }


def superfluous(begun: Mapping[str, float]) -> list[str]:
    """Those of the modules that the welcome screen does not need, without their submodules."""
    allowed = {*sys.stdlib_module_names, *WELCOME_NEEDS}
    found = {name for name in begun if name.partition(".")[0] not in allowed and not name.startswith("_sysconfigdata")}
    found |= {name for name in begun if any(name == one or name.startswith(f"{one}.") for one in WELCOME_NEEDS_NOT)}
    return sorted(name for name in found if name.rpartition(".")[0] not in found)


def _slow(begun: Mapping[str, float], end: float) -> dict[str, float]:
    """The longest spans between the begin of one import and the next: where to look, no more (threads share them)."""
    instants = [*begun.items(), ("", end)]
    spans = {name: round((following - at) * 1000, 1) for (name, at), (_, following) in pairwise(instants)}
    return dict(sorted(spans.items(), key=lambda item: -item[1])[:15])
