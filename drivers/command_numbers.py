"""Numbers on a command line, for `type=` of argparse. Each has a range; a number outside it gives one readable line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date

LONGEST_WAIT_S = 3600.0
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


def whole(unit: str, low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number of `unit` from `low` to `high`, both included."""

    def read(text: str) -> int:
        if _WHOLE.fullmatch(text) is None or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text[:40]!r}; a whole number of {unit} from {low} to {high} is wanted")
        return int(text)

    return read


def number(unit: str, low: float, high: float) -> Callable[[str], float]:
    """Reads a number of `unit` from `low` to `high`, both included, written with figures and at most one point."""

    def read(text: str) -> float:
        if _NUMBER.fullmatch(text) is None or not low <= float(text) <= high:
            raise argparse.ArgumentTypeError(f"{text[:40]!r}; a number of {unit} from {low:g} to {high:g} is wanted")
        return float(text)

    return read


wait_s = number("seconds", 0, LONGEST_WAIT_S)
"""How long to wait; 0 looks once."""

running_s = number("seconds", 0.1, LONGEST_WAIT_S)
"""How long something runs."""

pace = number("the real time", 0, 100)
"""The speed of simulated devices: 1 takes real times, 0 none."""


def day(text: str) -> date:
    """Reads a date written 2026-02-28, of a year from 1900 to 2099."""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r}; a date such as 2026-02-28 is wanted") from None
