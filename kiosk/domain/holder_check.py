"""Who says that the person before the machine is the permit's holder: by rule of the site, and in a visit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CheckWay(Enum):
    """How it is said. CAMERA is kept for a comparison of faces, which no kiosk has yet."""

    NONE = "none"
    ATTENDANT = "attendant"
    CAMERA = "camera"


AVAILABLE = (CheckWay.NONE, CheckWay.ATTENDANT)
NEEDS_FACE = (CheckWay.CAMERA,)


@dataclass(frozen=True, slots=True)
class HolderCheckRule:
    """What the site asks for. `required`: without it nothing is endorsed or applied for here."""

    way: CheckWay = CheckWay.NONE
    required: bool = False

    @property
    def without_face(self) -> CheckWay:
        """The way for whoever cannot or will not show a face: there always is one, and it never is worse served."""
        return CheckWay.ATTENDANT if self.way in NEEDS_FACE else self.way


NO_CHECK = HolderCheckRule()


@dataclass(frozen=True, slots=True)
class HolderCheck:
    """What was said in a visit. `by`: the number of the attendant who said it; None where nobody did."""

    way: CheckWay = CheckWay.NONE
    by: str | None = None


UNCHECKED = HolderCheck()
