"""What a deadline is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """`shown`: the screen warns before the end and offers more time."""

    name: str
    seconds: float
    shown: bool
    reason: str
