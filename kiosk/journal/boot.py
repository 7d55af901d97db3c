"""Which start of the machine this is: seconds that passed can be compared within one start only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that no setting of the clock moves: `passed_s` by a monotonic clock, within the boot `boot_id`."""

    boot_id: str
    passed_s: float

    def seconds_until(self, later: Moment) -> float | None:
        """How long before `later` this was; None where that cannot be told: another boot, or no order in time."""
        if self.boot_id != later.boot_id or later.passed_s < self.passed_s:
            return None
        return later.passed_s - self.passed_s


class Boot:
    """Gives the present moment. Where the kernel's number of this boot cannot be read (random(4)), the program's own
    start counts as one: then nothing is claimed of the time before it.
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
