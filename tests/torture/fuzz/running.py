"""The part "fuzz" of the torture: hostile bytes, hostile answers of central, spoilt data files, a hostile relay.

`python -m tests.torture fuzz -- NAME FILE` tries one input that the fuzzer kept again.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tests.torture.fuzz import codec_runs
from tests.torture.fuzz.catalogue import TARGETS
from tests.torture.outcome import Outcome

FINDINGS = Path("build") / "torture" / "fuzz"


def run(scale: float) -> Outcome:
    """Everything that comes from outside, made hostile."""
    seed = random.SystemRandom().randrange(1, 2**31)
    lines, failed = _codecs(scale, seed)
    return Outcome((f"seed {seed}", *lines), failed)


def main(arguments: list[str]) -> int:
    """NAME FILE: one input again."""
    name, file = arguments
    codec_runs.replay(name, Path(file).read_bytes())
    sys.stdout.write(f"{name}: this input is handled as promised\n")
    return 0


def _codecs(scale: float, seed: int) -> tuple[list[str], int]:
    inputs = max(500, int(codec_runs.INPUTS * scale))
    runs = codec_runs.fuzz_codecs(TARGETS, inputs, FINDINGS.absolute(), seed)
    lines = [f"{run.name:18} {run.inputs:>9,} inputs, {run.cpu_s:6.1f} s of one core, memory +{run.growth_kib} KiB"
             for run in runs if run.flaw is None]
    flaws = [run.flaw for run in runs if run.flaw is not None]
    return [*lines, *flaws], len(flaws)
