"""python -m tests.torture.fuzz.codec_process TARGET RUNS RESULT [libFuzzer's options]: one decoder, fuzzed to the end.

A process of its own, because the fuzzer instruments modules while they are imported and never returns. RESULT is
written when RUNS inputs were tried; a process that ends without it has found something, which it tells on stderr.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import atheris

from tests.torture.fuzz.catalogue import PLANTED, TARGETS

WARM_UP = 0.2  # of all inputs: until then caches fill and the fuzzer's own corpus grows fast


class Counting:
    """Calls `check` for every input and writes down what it cost when all were tried."""

    def __init__(self, check: Callable[[bytes], None], runs: int, result: Path) -> None:
        self._check = check
        self._runs = runs
        self._result = result
        self._tried = 0
        self._began = time.process_time()
        self._warm = self._held()

    def __call__(self, data: bytes) -> None:
        self._check(data)
        self._tried += 1
        if self._tried == int(self._runs * WARM_UP):
            self._warm = self._held()
        elif self._tried == self._runs:
            self._write()

    def _held(self) -> tuple[int, int]:
        """Resident kilobytes, and blocks that Python holds."""
        gc.collect()
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        return resident, sys.getallocatedblocks()

    def _write(self) -> None:
        resident_kib, blocks = self._held()
        self._result.write_text(
            json.dumps(
                {
                    "inputs": self._tried,
                    "seconds": round(time.process_time() - self._began, 1),
                    "resident_kib": [self._warm[0], resident_kib],
                    "blocks": [self._warm[1], blocks],
                }
            ),
            encoding="utf-8",
        )


def main(name: str, runs: int, result: Path, options: list[str]) -> None:
    """Fuzz; does not return."""
    target = (TARGETS | PLANTED)[name]
    with atheris.instrument_imports(include=list(target.instrumented), enable_loader_override=False):
        module = import_module(target.module)
    check: Callable[[bytes], None] = getattr(module, f"check_{name}")
    seeds = result.with_suffix(".seeds")
    seeds.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(module.SEEDS[name]):
        (seeds / f"{place:03}").write_bytes(seed)
    arguments = [sys.argv[0], f"-runs={runs}", *options, str(seeds)]
    atheris.Setup(arguments, Counting(check, runs, result))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
