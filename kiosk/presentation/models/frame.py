"""What every screen has around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.texts.words import Text, Words


class WayOut(Enum):
    """What the button that is always at the same place says."""

    NONE = "none"
    CANCEL = "cancel"
    RETURN_PERMIT = "return_permit"  # nothing is done, though it could be
    GIVE_BACK = "give_back"  # nothing else is to be done
    SIGN_OUT = "sign_out"  # of service mode
    WRITING = "writing"  # no button: "writing, please wait"


@dataclass(frozen=True, slots=True)
class Help:
    """What a person wants to know who is stuck on a page: what to do now, where the permit is, how to stop, whom to
    ask.
    """

    now: Text
    permit_is: Text
    stop: Text
    ask: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class StaffButton:
    """Staff can be called from here. `told`: what became of a call a short while ago; None where there was none."""

    told: Words | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every screen has around it.

    `countdown_s`: idle time left at the moment the model was made; None: it does not end by itself. `warning_s`: from
    how many seconds before the end it asks whether somebody is still there. `languages`: those that can be changed to
    here, by tag (CHOOSE_LANGUAGE). `serial`: which of the models that were shown this is, and every intent brings it
    back; 0: none that was shown. `can_go_back`: to the screen before (BACK). `step` of `steps`: how far the visit has
    come; 0: it has none. `help`: for this page; None: it has none. `staff`: None where nobody can be called.
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
