"""Moments by a monotonic clock. They can be compared only within one boot of the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment independent of the time of day: `passed_s` seconds of a monotonic clock in the boot `boot_id`."""

    boot_id: str
    passed_s: float

    def seconds_until(self, later: Moment) -> float | None:
        """Seconds from this moment to `later`; None where it is of another boot or earlier."""
        if self.boot_id != later.boot_id or later.passed_s < self.passed_s:
            return None
        return later.passed_s - self.passed_s


class Boot:
    """Gives the present moment. Where the kernel's number of this boot cannot be read (random(4)), the program's start
    counts as a boot, so earlier moments cannot be compared.
    """

    def __init__(self, monotonic: Callable[[], float], path: Path = BOOT_ID) -> None:
        self._monotonic = monotonic
        try:
            self._id, self._began = path.read_text("ascii").strip(), 0.0
        except (OSError, ValueError):
            self._id = ""
        if not self._id:
            self._id, self._began = f"program-{uuid4()}", monotonic()

    def moment(self) -> Moment:
        return Moment(self._id, self._monotonic() - self._began)
