"""The parts that every screen has around its content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.texts.words import Text, Words


class WayOut(Enum):
    """The text of the button that leaves the page, always at the same place."""

    NONE = "none"
    CANCEL = "cancel"
    RETURN_PERMIT = "return_permit"  # nothing is done, though it could be
    GIVE_BACK = "give_back"  # nothing else is to be done
    SIGN_OUT = "sign_out"  # of service mode
    WRITING = "writing"  # no button: "writing, please wait"


@dataclass(frozen=True, slots=True)
class Help:
    """Help for a page: what to do now, where the permit is, how to stop, whom to ask."""

    now: Text
    permit_is: Text
    stop: Text
    ask: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class StaffButton:
    """The button that calls staff. `told`: the result of a recent call; None where there was none."""

    told: Words | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every screen has around it.

    `countdown_s`: seconds of idle time left when the model was made; None: the screen does not end by itself.
    `warning_s`: from how many seconds before the end the screen asks whether somebody is still there. `languages`: tags
    of those that can be chosen here (CHOOSE_LANGUAGE). `serial`: the number of this model, which every intent brings
    back; 0: it was not shown. `can_go_back`: to the screen before (BACK). `step` of `steps`: the progress of the visit;
    0: none is shown. `help`: for this page; None: it has none. `staff`: None where nobody can be called.
    """

    language: str
    way_out: WayOut
    countdown_s: int | None = None
    simulation: bool = False
    languages: tuple[str, ...] = ()
    serial: int = 0
    can_go_back: bool = False
    warning_s: int = 0
    step: int = 0
    steps: int = 0
    help: Help | None = None
    staff: StaffButton | None = None
