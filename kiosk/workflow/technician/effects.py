"""What service mode orders beside what visits order."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class CheckTechnician:
    """Do number, one-time code and PIN belong together, and is anybody let in now?"""

    number: str
    code: Personal[str]
    pin: Personal[str]


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
