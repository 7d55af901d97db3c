"""The check that the person at the machine is the permit's holder: the site's rule, and its result in a visit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CheckWay(Enum):
    """How the holder is checked. CAMERA is reserved for a comparison of faces, which no kiosk has yet."""

    NONE = "none"
    ATTENDANT = "attendant"
    CAMERA = "camera"


AVAILABLE = (CheckWay.NONE, CheckWay.ATTENDANT)
NEEDS_FACE = (CheckWay.CAMERA,)


@dataclass(frozen=True, slots=True)
class HolderCheckRule:
    """The site's rule. `required`: without a check nothing is endorsed or applied for here."""

    way: CheckWay = CheckWay.NONE
    required: bool = False

    @property
    def without_face(self) -> CheckWay:
        """The way for people who cannot or will not show a face. It always exists and gives the same service."""
        return CheckWay.ATTENDANT if self.way in NEEDS_FACE else self.way


NO_CHECK = HolderCheckRule()


@dataclass(frozen=True, slots=True)
class HolderCheck:
    """The result in a visit. `by`: the number of the attendant who confirmed the holder; None where nobody did."""

    way: CheckWay = CheckWay.NONE
    by: str | None = None


UNCHECKED = HolderCheck()
