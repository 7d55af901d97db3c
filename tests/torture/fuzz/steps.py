"""python -m tests.torture.fuzz.steps NAME COUNT SEED: one kind of hostile input that is no codec, tried to the end.

A process of its own, so that what it finds (any exception) is told with its traceback and ends nothing else. Prints one
line for people when everything held.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


def _answers(count: int, seed: int) -> str:
    taken = _module("central_answers").fuzz_answers(count, seed)
    return f"{count:,} answers of central, {taken:,} of them taken as answers, the others refused by an error of ours"


def _grants(count: int, seed: int) -> str:
    return f"{_module('grants').mutate_grants(count, seed):,} changed grants, all refused"


def _files(count: int, seed: int) -> str:
    told: dict[str, tuple[int, int]] = _module("data_files").spoil_files(count, seed)
    refused = sum(bad for _, bad in told.values())
    return f"{count:,} spoilt data files of {len(told)} kinds, {refused:,} told in readable lines, the others usable"


def _relay(count: int, seed: int) -> str:
    adversary = _module("relay_adversary")
    relayed, changed = adversary.attack(count, seed)
    headers = adversary.guess_all_headers()
    return (
        f"{count:,} attacks on the relay with right MACs: {relayed:,} batches relayed, {changed:,} permits changed "
        f"in rewritable fields, none elsewhere; {headers:,} single commands refused"
    )


def _calls(count: int, seed: int) -> str:
    statuses = _module("central_calls").call_central(count, seed)
    told = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
    return f"{statuses.total():,} calls of central by its OpenAPI document ({told})"


def _permits(count: int, seed: int) -> str:
    sensible = _module("permit_dates").assess_permits(count, seed)
    return f"{count:,} permits with any dates before every region's rules, which made sense of {sensible:,}"


def _module(name: str) -> Any:
    # Each needs another part of the program; whoever asks for one step need not wait for all.
    return import_module(f"tests.torture.fuzz.{name}")


@dataclass(frozen=True, slots=True)
class Step:
    """`count`: how many at scale 1; `parts`: into how many processes they are split."""

    work: Callable[[int, int], str]
    count: int
    parts: int = 1


STEPS: dict[str, Step] = {
    "answers": Step(_answers, 100_000, parts=4),
    "calls": Step(_calls, 4000, parts=2),
    "relay": Step(_relay, 20_000),
    "grants": Step(_grants, 20_000),
    "files": Step(_files, 10_000),
    "permits": Step(_permits, 20_000),
}


def main(name: str, count: int, seed: int) -> None:
    """Try so many, and print the line."""
    print(f"{name}: {STEPS[name].work(count, seed)}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
