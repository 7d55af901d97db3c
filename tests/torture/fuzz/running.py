"""The part "fuzz" of the torture: hostile bytes, hostile answers of central, spoilt data files, a hostile relay.

`python -m tests.torture fuzz -- NAME FILE` tries one input that the fuzzer kept again; `… -- NAME` fuzzes one decoder
or takes one step alone, at scale 1.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.torture.fuzz import codec_runs
from tests.torture.fuzz.catalogue import TARGETS
from tests.torture.fuzz.steps import STEPS
from tests.torture.outcome import Outcome, counted
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
FINDINGS = ROOT / "build" / "torture" / "fuzz"
WORKERS = 2
FEWEST = 50  # of each step, at the smallest scale
START_S = LIMIT_S
SLOWEST_S = 0.5  # of one input of a step, on average, with room for a machine that does other things
TOLD_LINES = 40  # of a traceback
LONGEST_TOLD = 300

Told = tuple[str, bool]
"""A line, and whether what it tells held."""


def run(scale: float) -> Outcome:
    """Everything that comes from outside, made hostile."""
    seed = random.SystemRandom().randrange(1, 2**31)
    return _run([*STEPS, *TARGETS], scale, seed)


def main(arguments: list[str]) -> int:
    """NAME [FILE]: one input again, or one decoder or step alone."""
    name, *files = arguments
    if files:
        codec_runs.replay(name, Path(files[0]).read_bytes())
        sys.stdout.write(f"{name}: this input is handled as promised\n")
        return 0
    outcome = _run([name], 1.0, random.SystemRandom().randrange(1, 2**31))
    sys.stdout.write("\n".join(outcome.lines) + "\n")
    return 1 if outcome.failed else 0


def _run(names: list[str], scale: float, seed: int) -> Outcome:
    FINDINGS.mkdir(parents=True, exist_ok=True)
    jobs: list[Callable[[], Told]] = []
    for name in names:
        if name in STEPS:
            each = max(FEWEST, round(STEPS[name].count * scale / STEPS[name].parts))
            jobs += [partial(step, name, each, seed + part * each) for part in range(STEPS[name].parts)]
        else:
            jobs.append(partial(_codec, name, max(500, round(codec_runs.INPUTS * scale)), seed))
    with ThreadPoolExecutor(WORKERS) as pool:
        told = list(counted("fuzz", len(jobs), pool.map(lambda job: job(), jobs)))
    return Outcome((f"seed {seed}", *(line for line, _ in told)), sum(not held for _, held in told))


def _codec(name: str, inputs: int, seed: int) -> Told:
    run = codec_runs.fuzz_codec(name, inputs, FINDINGS, seed)
    if run.flaw is not None:
        return run.flaw, False
    return f"{name}: {run.inputs:,} inputs in {run.cpu_s:.0f} s of one core, memory +{run.growth_kib} KiB", True


def step(name: str, count: int, seed: int) -> Told:
    """One step in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "tests.torture.fuzz.steps", name, str(count), str(seed)]
    limit_s = START_S + count * SLOWEST_S
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            timeout=limit_s,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{name}: {count} took longer than {limit_s:.0f} s (seed {seed})", False
    lines = ended.stdout.strip().splitlines()
    if ended.returncode == 0:
        return lines[-1], True
    shown = "\n      ".join(line[:LONGEST_TOLD] for line in lines[-TOLD_LINES:])
    return f"{name} (again: python -m tests.torture.fuzz.steps {name} {count} {seed}):\n      {shown}", False
