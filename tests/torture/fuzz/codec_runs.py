"""Every decoder fuzzed in a process of its own, two at a time, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.torture.fuzz.catalogue import PLANTED, TARGETS
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[3]
INPUTS = 1_000_000  # what is promised, at scale 1
LONG_SHARE = 40  # one long input for so many short ones
HANG_S = 30  # an input that takes longer is a hang; on a busy machine a short one may take seconds
MEMORY_MIB = 1024
SLOWEST_INPUT_S = 0.01  # on average, with room for a machine that does other things
START_S = LIMIT_S

# What may grow after the first fifth of the inputs: the fuzzer's own corpus, and nothing of ours.
MOST_GROWTH_KIB = 16 * 1024
MOST_GROWTH_BLOCKS = 2000


@dataclass(frozen=True, slots=True)
class CodecRun:
    """What came of one decoder. `flaw`: what was found, ready to be read, and how to see it again; None if nothing."""

    name: str
    inputs: int
    cpu_s: float
    growth_kib: int
    flaw: str | None


def fuzz_codec(name: str, inputs: int, directory: Path, seed: int, hang_s: int = HANG_S) -> CodecRun:
    """One decoder: short inputs first, then long ones."""
    directory.mkdir(parents=True, exist_ok=True)
    target = (TARGETS | PLANTED)[name]
    short = _pass(name, inputs, target.short_bytes, directory, seed, hang_s)
    if short.flaw is not None:
        return short
    long = _pass(name, max(100, inputs // LONG_SHARE), target.long_bytes, directory, seed, hang_s)
    return CodecRun(
        name, short.inputs + long.inputs, short.cpu_s + long.cpu_s, max(short.growth_kib, long.growth_kib), long.flaw
    )


def replay(name: str, data: bytes) -> None:
    """Try one input again, without the fuzzer. Raises what it raises."""
    check: Callable[[bytes], None] = getattr(import_module(TARGETS[name].module), f"check_{name}")
    check(data)


def seeds(name: str) -> list[bytes]:
    """What a decoder's fuzzing begins with."""
    begins: list[bytes] = import_module(TARGETS[name].module).SEEDS[name]
    return begins


def _pass(name: str, inputs: int, longest: int, directory: Path, seed: int, hang_s: int) -> CodecRun:
    result = directory / f"{name}-{longest}.json"
    result.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "tests.torture.fuzz.codec_process",
        name,
        str(inputs),
        str(result),
        f"-max_len={longest}",
        f"-seed={seed}",
        f"-timeout={hang_s}",
        f"-rss_limit_mb={MEMORY_MIB}",
        "-verbosity=0",
        f"-artifact_prefix={directory / name}-",
    ]
    limit_s = START_S + inputs * SLOWEST_INPUT_S
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            timeout=limit_s,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return CodecRun(name, 0, limit_s, 0, f"{name}: {inputs} inputs took longer than {limit_s:.0f} s")
    if ended.returncode != 0 or not result.exists():
        told = "\n      ".join(_interesting(ended.stdout))
        return CodecRun(name, 0, 0.0, 0, f"{name}: {told}\n      again: python -m tests.torture fuzz -- {name} FILE")
    told = json.loads(result.read_text(encoding="utf-8"))
    resident, blocks = told["resident_kib"], told["blocks"]
    leaks = resident[1] - resident[0] > MOST_GROWTH_KIB or blocks[1] - blocks[0] > MOST_GROWTH_BLOCKS
    flaw = f"{name}: grew by {resident[1] - resident[0]} KiB, {blocks[1] - blocks[0]} blocks" if leaks else None
    return CodecRun(name, told["inputs"], told["seconds"], resident[1] - resident[0], flaw)


def _interesting(told: str) -> Iterator[str]:
    """The lines of the fuzzer's report that say what happened: the traceback and where the input is."""
    for line in told.splitlines():
        if line.strip() and not line.startswith(("INFO", "WARNING", "#", "MS:", "0x")):
            yield line.strip()
