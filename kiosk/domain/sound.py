"""A site's settings for voice and signals: whether they are heard, how loud, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

LOUDEST = 100


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Sound at a site. `is_offered`: every screen has buttons for the voice. `voice`: screens are spoken from the
    beginning of every visit, and the buttons can switch that. `signals`: short sounds, with or without the voice.
    Volumes in percent. `quiet_from` to `quiet_until`: when `quiet_volume` applies; both None: never. `headphone_jack`:
    the kernel's input device that reports whether headphones are plugged in; "" where there is none.
    """

    is_offered: bool = False
    voice: bool = False
    signals: bool = False
    volume: int = 60
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_volume: int = 30
    headphone_jack: str = ""

    def volume_at(self, moment: time) -> int:
        """The loudspeaker's volume in percent at this time. Quiet hours may span midnight; their end is excluded."""
        begin, end = self.quiet_from, self.quiet_until
        if begin is None or end is None:
            return self.volume
        is_quiet = begin <= moment < end if begin < end else moment >= begin or moment < end
        return self.quiet_volume if is_quiet else self.volume


NO_SOUND = SoundSettings()
"""The settings of a site without sound: no screen offers the voice."""


@dataclass(frozen=True, slots=True)
class SiteSound:
    """A site's settings, its time of day, and `lost`, which is called on a thread of the voice with the reason why
    nothing can be heard.
    """

    settings: SoundSettings = NO_SOUND
    time_of_day: Callable[[], time] = lambda: time(12)
    lost: Callable[[str], None] = lambda _why: None


NOTHING_TO_HEAR = SiteSound()
"""The sound of a site without sound."""
