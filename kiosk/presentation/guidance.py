"""`guidance_of(state)`: which light shows where a hand or an eye must go next. Pure, as the screen's model is.

A light shines only where there is something to do: slowly where something is to be taken, faster where something is to
be brought, or where time is nearly over. While the machine itself is at work, and while nobody is served, all are off.
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
    """What shines from the moment a state is entered, and `later`, after so many seconds in it."""

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
        case s.AwaitingAttendant(problem=""):  # where a code was typed somebody stands there already
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
    """A permit at the mouth that goes back inside at the end of this wait."""
    if seconds <= WARNING_S:
        return Guidance({Light.PERMIT_SLOT: TAKE_NOW})
    return Guidance({Light.PERMIT_SLOT: TAKE}, (seconds - WARNING_S, {Light.PERMIT_SLOT: TAKE_NOW}))
