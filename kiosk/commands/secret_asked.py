"""Asks for a secret of figures, twice, without showing it."""

from __future__ import annotations

import getpass
import sys
from itertools import pairwise


def asked(words: str) -> str:
    """From the terminal without showing it; from standard input, a line each, where that is none."""
    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().strip()


def is_guessed_first(secret: str) -> bool:
    """Whether it is a row of figures, up or down, or a single one repeated."""
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in pairwise(secret)}
    return len(steps) == 1 and steps <= {0, 1, 9}
