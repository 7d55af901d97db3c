"""What every screen has around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class WayOut(Enum):
    """What the button that is always at the same place says."""

    NONE = "none"
    CANCEL = "cancel"
    RETURN_PERMIT = "return_permit"
    WRITING = "writing"  # no button: "writing, please wait"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every screen has around it. `countdown_s`: idle time left at the moment the model was made; None: no
    countdown. `languages`: those that can be changed to here, by tag (CHOOSE_LANGUAGE). `serial`: which of the models
    that were shown this is, and every intent brings it back; 0: none that was shown.
    """

    language: str
    way_out: WayOut
    countdown_s: int | None = None
    simulation: bool = False
    languages: tuple[str, ...] = ()
    serial: int = 0
