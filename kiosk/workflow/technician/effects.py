"""What service mode orders beside what visits order."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.personal import Personal
from kiosk.domain.retained import KeptPermit
from kiosk.domain.service_state import ClosingReason


@dataclass(frozen=True, slots=True)
class CheckTechnician:
    """Do number, one-time code and PIN belong together, and is anybody let in now? `code`: None where the service card
    in the reader stands for it.
    """

    number: str
    code: Personal[str] | None
    pin: Personal[str]


@dataclass(frozen=True, slots=True)
class AwaitServiceCard:
    """Look for a service card, and whether one that was accepted stays there."""


@dataclass(frozen=True, slots=True)
class StopServiceCard:
    """Look for none any more."""


@dataclass(frozen=True, slots=True)
class CheckUnlockCode:
    """Is this the code that unlocks this machine today?"""

    code: Personal[str]


@dataclass(frozen=True, slots=True)
class TestPart:
    """Make a test of a part of the machine, by its name."""

    __test__ = False

    part: str
    test: str


@dataclass(frozen=True, slots=True)
class ChangeServiceState:
    """Close the machine for `reason`, or open it where that is None, and keep it so over restarts. `by`: a
    technician's number.
    """

    reason: ClosingReason | None
    by: str


@dataclass(frozen=True, slots=True)
class ListBin:
    """Which permits lie in the bin?"""


@dataclass(frozen=True, slots=True)
class PrintHandOverList:
    """Print the list with which these permits are handed over, with room for a name and a signature."""

    permits: tuple[KeptPermit, ...]
    language: str


@dataclass(frozen=True, slots=True)
class NoteBinEmptied:
    """Note in the journal that the bin was emptied. `by`: a technician's number."""

    by: str
