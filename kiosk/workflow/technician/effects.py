"""What service mode orders beside what visits order."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.personal import Personal


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
