"""A resident calls staff: what is told of the kiosk, and what became of the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.domain.endorsement import Custody


class CallWay(Enum):
    """By which way staff are called from a kiosk. CENTRAL passes the call on to whoever looks after the site."""

    NONE = "none"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class WantedStaff:
    """What whoever comes should know, and nothing of who calls. `page`: the machine's state by its name; `fault`: its
    code, where there is one.
    """

    at: datetime
    page: str
    custody: Custody
    fault: str | None = None


class CallState(Enum):
    """How far a call has come."""

    UNDER_WAY = "under_way"
    CALLED = "called"
    KEPT = "kept"  # it could not be delivered yet, and is tried again
    FAILED = "failed"  # it will not be delivered any more


@dataclass(frozen=True, slots=True)
class StaffCalled:
    """The last call."""

    at: datetime
    state: CallState
