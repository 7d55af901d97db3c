"""What the voice wants of the kiosk: settings, the time of day, and somebody to tell that nothing can be heard."""

from __future__ import annotations

import logging
from datetime import datetime, time

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.sound import SiteSound, SoundSettings
from kiosk.event_log.log_events import LogEvent, log


def sound_of(settings: SoundSettings) -> SiteSound:
    """For the screens of this site."""
    return SiteSound(settings, time_of_day, tell_lost_sound)


def time_of_day() -> time:
    """Where the kiosk stands, whatever zone the machine is set to."""
    return datetime.now(SHANGHAI).time()


def tell_lost_sound(why: str) -> None:
    """`why`: what SDL said, or which grammar file has a mistake."""
    log(LogEvent.NO_SOUND, level=logging.WARNING, error=why)
