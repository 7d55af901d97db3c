"""Signals: short sounds between one screen and the next (card read, attention, take the permit)."""

from __future__ import annotations

from enum import Enum

from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import (
    IdCardScreen,
    LicenceCodeScreen,
    NoticeScreen,
    OutcomeScreen,
    PageKind,
    PermitInsideScreen,
    ReadingScreen,
    ScreenModel,
    TakePermitScreen,
    WelcomeScreen,
)


class Signal(Enum):
    """A signal; its file is assets/voice/signals/<value>.wav."""

    ID_CARD_READ = "id_card_read"
    ATTENTION = "attention"
    TAKE_PERMIT = "take_permit"


def signal(before: ScreenModel | None, now: ScreenModel) -> Signal | None:
    """The signal when `now` follows `before`; None where the same is shown again."""
    if isinstance(now, TakePermitScreen):
        is_news = not isinstance(before, TakePermitScreen) or now.urgent != before.urgent
        return Signal.TAKE_PERMIT if is_news else None
    if _asks_for_help(now):
        return None if before is not None and _asks_for_help(before) and type(before) is type(now) else Signal.ATTENTION
    if isinstance(before, IdCardScreen) and _follows_reading(before, now):
        return Signal.ID_CARD_READ
    return None


def _asks_for_help(model: ScreenModel) -> bool:
    match model:
        case OutcomeScreen(kind=kind):
            return kind is PageKind.FAULT
        case PermitInsideScreen(frame=frame):
            return frame.way_out is WayOut.RETURN_PERMIT  # somebody is asked whether they wait for a permit
        case IdCardScreen(problem=problem) | LicenceCodeScreen(problem=problem):
            return problem is not None
        case _:
            return False


def _follows_reading(before: IdCardScreen, now: ScreenModel) -> bool:
    """Whether the card that `before` asked for was read, so that the visit goes on."""
    if isinstance(now, IdCardScreen):
        return now.of_agent and not before.of_agent
    return not isinstance(now, WelcomeScreen | NoticeScreen | OutcomeScreen | ReadingScreen)
