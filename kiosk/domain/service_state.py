"""Whether people have closed the machine, and why: a short list of reasons, each an entry of the fault catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.domain.faults import CLOSED_CLEANING, CLOSED_MAINTENANCE, CLOSED_MOVING, CLOSED_PAPER, Fault


class ClosingReason(Enum):
    """Why the machine was closed. Residents read it in their language."""

    CLEANING = "cleaning"
    MAINTENANCE = "maintenance"
    PAPER = "paper"
    MOVING = "moving"


CLOSED_FOR: dict[ClosingReason, Fault] = {
    ClosingReason.CLEANING: CLOSED_CLEANING,
    ClosingReason.MAINTENANCE: CLOSED_MAINTENANCE,
    ClosingReason.PAPER: CLOSED_PAPER,
    ClosingReason.MOVING: CLOSED_MOVING,
}


def is_closed_by_people(fault: Fault | None) -> bool:
    """Whether people closed the machine, so that only people open it again."""
    return fault in CLOSED_FOR.values()


@dataclass(frozen=True, slots=True)
class Closing:
    """The machine was closed. `by`: "technician" and a number, or "user" and a login name; `at`: None where that
    was not kept.
    """

    reason: ClosingReason
    by: str
    at: datetime | None
