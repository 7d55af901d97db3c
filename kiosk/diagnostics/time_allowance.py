"""How long a check is waited for beyond what every check has, and how it says meanwhile that it goes on."""

from __future__ import annotations

from collections.abc import Callable


class TimeAllowance:
    """Between the thread of one check and the one that waits for it. `tell` takes a line, in the check's thread.

    `more_s`: seconds beyond the limit that all checks share.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.more_s = 0.0

    def ask_for(self, more_s: float) -> None:
        """Wait so many seconds longer; the last word counts."""
        self.more_s = more_s
