"""Extra time for a long check, and its progress reports."""

from __future__ import annotations

from collections.abc import Callable


class TimeAllowance:
    """Shared by the thread of one check and the thread that waits for it. `tell` takes a line, on the check's thread.

    `more_s`: seconds beyond the limit that all checks share.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.more_s = 0.0

    def ask_for(self, more_s: float) -> None:
        """Ask for so many more seconds; the last request counts."""
        self.more_s = more_s
