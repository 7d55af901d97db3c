"""What the voice needs of the kiosk: settings, the time of day, and a way to report that nothing can be heard."""

from __future__ import annotations

import logging
from datetime import datetime, time

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.sound import SiteSound, SoundSettings
from kiosk.event_log.log_events import LogEvent, log


def sound_of(settings: SoundSettings) -> SiteSound:
    """The sound settings for the screens of this site."""
    return SiteSound(settings, time_of_day, tell_lost_sound)


def time_of_day() -> time:
    """The local time of the kiosk's place, whatever time zone the machine is set to."""
    return datetime.now(SHANGHAI).time()


def tell_lost_sound(why: str) -> None:
    """Log that nothing can be heard. `why`: SDL's message, or which grammar file has a mistake."""
    log(LogEvent.NO_SOUND, level=logging.WARNING, error=why)
