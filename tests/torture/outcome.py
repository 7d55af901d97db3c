"""What a part of the torture says in the end: lines for people, and whether everything held."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from kiosk.runtime.progress_reporter import ProgressReporter

T = TypeVar("T")

TOLD_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lines`: figures and findings, ready to be printed, the figures first; `failed`: how many of them mean that
    something did not hold. A figure that only misses its target is a line and no failure.
    """

    lines: tuple[str, ...]
    failed: int


def counted(part: str, total: int, results: Iterable[T]) -> Iterator[T]:
    """`results` as they come; on standard error, once a minute, how many of `total` there are."""
    told = ProgressReporter(lambda line: print(f"{part}: {line}", file=sys.stderr, flush=True), TOLD_EVERY_S, "tried")
    for number, result in enumerate(results, 1):
        told(number, total)
        yield result
