"""How loud a kiosk is, and when: what a site decides about voice and signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

LOUDEST = 100


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """`is_offered`: every screen has buttons for the voice. `voice`: screens are spoken from the beginning of every
    visit; whoever has the buttons can switch it either way. `signals`: short sounds, voice or none. Volumes in percent.
    `quiet_from` to `quiet_until`: when `quiet_volume` holds; both None: never. `headphone_jack`: the kernel's input
    device that tells whether headphones are in; "" where there is none.
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
        """The loudspeaker's volume at this time of day. The quiet hours may go over midnight; their end is outside."""
        begin, end = self.quiet_from, self.quiet_until
        if begin is None or end is None:
            return self.volume
        is_quiet = begin <= moment < end if begin < end else moment >= begin or moment < end
        return self.quiet_volume if is_quiet else self.volume


NO_SOUND = SoundSettings()
"""Nothing to be heard with: no screen offers the voice."""


@dataclass(frozen=True, slots=True)
class SiteSound:
    """What a site decides, the time of day there, and whom to tell why nothing can be heard: `lost` is called on a
    thread of the voice.
    """

    settings: SoundSettings = NO_SOUND
    time_of_day: Callable[[], time] = lambda: time(12)
    lost: Callable[[str], None] = lambda _why: None


NOTHING_TO_HEAR = SiteSound()
"""Of a site without sound."""
