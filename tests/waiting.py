"""Waiting for something that another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 300.0
"""How long anything is waited for, however busy the machine is: a wait that succeeds ends as soon as the fact is there,
and only one that fails takes so long. The limit of a whole test (pyproject.toml) is larger."""

FOR_EVER_S = 100_000.0
"""For a wait that something must cut short: a test that waits it out runs into the limit of a whole test."""


def eventually(ask: Callable[[], T], within_s: float = LIMIT_S) -> T:
    """The first true answer of `ask`; an AssertionError if there is none within `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {within_s} s"
        time.sleep(0.01)
