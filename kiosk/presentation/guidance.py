"""`guidance_of(state)`: the guidance lights that show where to act next. A pure function, as the screen's model is.

A light is on only where there is something to do. It blinks slowly where something is to be taken, and faster where
something is to be brought or time is nearly over. All are off while the machine works and while nobody is served.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.guidance_lights.base import Colour, Glow, Light, Lights, Rate
from kiosk.workflow import states as s
from kiosk.workflow.deadlines import WARNING_S, deadline_of

BRING = Glow(Rate.MEDIUM)
TAKE = Glow(Rate.SLOW)
TAKE_NOW = Glow(Rate.MEDIUM, Colour.YELLOW)
CALL = Glow(Rate.STEADY)


@dataclass(frozen=True, slots=True)
class Guidance:
    """The lights from the moment a state is entered, and `later`: other lights after so many seconds in it."""

    lights: Lights
    later: tuple[float, Lights] | None = None


DARK = Guidance({})


def guidance_of(state: s.State) -> Guidance:
    """The lights of `state`."""
    match state:
        case s.ReadingIdCard() | s.ReadingAgentIdCard():
            return Guidance({Light.ID_READER: BRING})
        case s.AwaitingPermit():
            return Guidance({Light.PERMIT_SLOT: BRING})
        case s.ReadingLicenceCode():
            return Guidance({Light.CODE_SCANNER: BRING})
        case s.AwaitingAttendant(problem=""):  # after a code was typed an attendant is there already
            return Guidance({Light.ATTENDANT_CALL: CALL})
        case s.AwaitingRemoval(reminded=False):
            return Guidance({Light.PERMIT_SLOT: TAKE})
        case s.AwaitingRemoval():
            return _taken_back_after(deadline_of(state).seconds)
        case s.Thanking(paper_trouble=None) | s.ShowingApplication(paper_trouble=None) | s.ShowingStatus(printed=True):
            return Guidance({Light.RECEIPT_OUTLET: TAKE})
        case _:
            return DARK


def _taken_back_after(seconds: float) -> Guidance:
    """The lights for a permit at the mouth that is taken back after `seconds`."""
    if seconds <= WARNING_S:
        return Guidance({Light.PERMIT_SLOT: TAKE_NOW})
    return Guidance({Light.PERMIT_SLOT: TAKE}, (seconds - WARNING_S, {Light.PERMIT_SLOT: TAKE_NOW}))
