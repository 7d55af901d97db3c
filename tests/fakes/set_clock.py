"""A clock whose time of day somebody sets, while the seconds pass as they do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Right(Protocol):
    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SetClock:
    """`right`: the time as it is. `wrong_by`: how far the time of day is ahead of it."""

    def __init__(self, right: Right, wrong_by: timedelta = timedelta()) -> None:
        self.right = right
        self.wrong_by = wrong_by

    def now(self) -> datetime:
        return self.right.now() + self.wrong_by

    def monotonic(self) -> float:
        return self.right.monotonic()
