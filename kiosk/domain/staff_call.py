"""Values of a call for staff: how staff are called, what they are told, and the call's result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.domain.endorsement import Custody


class CallWay(Enum):
    """How staff are called from a kiosk. CENTRAL passes the call on to the staff of the site."""

    NONE = "none"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class WantedStaff:
    """What the called staff are told; nothing about the caller. `page`: the name of the machine's state; `fault`: its
    code, where there is one.
    """

    at: datetime
    page: str
    custody: Custody
    fault: str | None = None


class CallState(Enum):
    """The state of a call."""

    UNDER_WAY = "under_way"
    CALLED = "called"
    KEPT = "kept"  # not delivered yet, and tried again
    FAILED = "failed"  # it will not be delivered any more


@dataclass(frozen=True, slots=True)
class StaffCalled:
    """The last call, with its time and state."""

    at: datetime
    state: CallState
