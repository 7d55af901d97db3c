"""What a part of the torture says in the end: lines for people, and whether everything held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`lines`: figures and findings, ready to be printed, the figures first; `failed`: how many of them mean that
    something did not hold. A figure that only misses its target is a line and no failure.
    """

    lines: tuple[str, ...]
    failed: int
