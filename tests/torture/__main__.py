"""python -m tests.torture [part …] [--scale S] | part -- [its own arguments]: everything that could go wrong, tried.

Each part is a module with `run(scale) -> Outcome`. Scale 1 is what is promised; the tests run the same code at a small
one. A part with arguments of its own (which point to try again, which page to write) has `main(arguments)` too.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.torture.outcome import Outcome

PARTS: dict[str, tuple[str, str]] = {
    "faults": ("tests.torture.faults", "every fault in every state: each cell ends in a named outcome"),
    "switching_off": ("tests.torture.faults.switching_off", "switched off in every state, with each device silent"),
    "crash": ("tests.torture.crash.run", "the kiosk killed at every point of a visit, and started again"),
    "chip": ("tests.torture.chip", "the chip torn and silenced at every point of being written, both permit files"),
    "soak": ("tests.torture.soak", "thousands of visits in a row, with the in-process chip and through pcscd"),
    "central": ("tests.torture.central", "central's speed beside a bare endpoint, and its processes killed at will"),
    "fuzz": ("tests.torture.fuzz.running", "hostile input: bytes, central's answers, data files, a central taken over"),
}
"""Module and one line of each part, in the order in which they run."""

RESULTS = Path("build") / "torture"


def main(arguments: list[str]) -> int:
    """Run parts and print what came of each; 1 if anything did not hold."""
    if len(arguments) > 1 and arguments[0] in PARTS and arguments[1] == "--":
        status: int = _module(arguments[0]).main(arguments[2:])
        return status
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    told = "; ".join(f"{name}: {line}" for name, (_, line) in PARTS.items())
    parser.add_argument("parts", nargs="*", metavar="part", help=told)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is what is promised")
    args = parser.parse_args(arguments)
    unknown = [name for name in args.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    failed = 0
    for name in args.parts or PARTS:
        began = time.monotonic()
        outcome: Outcome = _module(name).run(args.scale)
        failed += outcome.failed
        _tell(name, outcome, time.monotonic() - began)
    return 1 if failed else 0


def _module(name: str) -> Any:
    return import_module(PARTS[name][0])


def _tell(name: str, outcome: Outcome, took_s: float) -> None:
    verdict = "all held" if outcome.failed == 0 else f"{outcome.failed} FAILED"
    text = "\n".join([f"== {name}: {verdict} ({took_s / 60:.1f} min)", *(f"   {line}" for line in outcome.lines), ""])
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.txt").write_text(text, encoding="utf-8")
    print(text, flush=True)


def _keep_the_program_s_log_apart() -> None:
    """Thousands of troubles are what is wanted here; who examines the log has a handler at its logger."""
    logger = logging.getLogger("kiosk")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


if __name__ == "__main__":
    _keep_the_program_s_log_apart()
    sys.exit(main(sys.argv[1:]))
