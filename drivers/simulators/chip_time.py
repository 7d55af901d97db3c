"""The processing time of a simulated chip."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import Chip

WHO = "permit_chip"
MUTE_S = 1.0  # how long a reader waits for a silent chip before it gives up (T=0 work waiting time, default)


@runtime_checkable
class TimedChip(Protocol):
    """A chip with a processing time for each command."""

    def processing_s(self, apdu: bytes) -> float: ...


def answer_in_time(
    chip: Chip,
    command: bytes,
    activity: ActivityLog,
    pace: float,
    pause: Callable[[float], None],
) -> bytes:
    """The chip's answer, after the time a real one would take at `pace`; recorded as the chip's."""
    thinking = chip.processing_s(command) * pace if isinstance(chip, TimedChip) else 0.0
    with activity.during(WHO, "device", f"command {command[1:2].hex().upper()}"):
        began = time.monotonic()
        answer = chip.command(command)
        left = thinking - (time.monotonic() - began)
        if left > 0:
            pause(left)
    return answer
