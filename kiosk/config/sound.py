"""The table `sound`: whether screens are spoken, how loud, and the quiet hours."""

from __future__ import annotations

import re
from datetime import time

from kiosk.config.settings_table import SettingsTable
from kiosk.domain.sound import LOUDEST, SoundSettings

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_WANTED = "hours such as 21:00-07:00 are wanted"


def read_sound(reader: SettingsTable, *, is_there: bool) -> SoundSettings:
    """Read the table `sound`. `is_there`: the site has the table. Without it the kiosk has no sound."""
    usual = SoundSettings()
    quiet_from, quiet_until = _hours(reader)
    settings = SoundSettings(
        is_offered=is_there,
        voice=reader.truth("voice", usual.voice),
        signals=reader.truth("signals", usual.signals),
        volume=reader.whole("volume", "percent", 1, LOUDEST, usual.volume),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        quiet_volume=reader.whole("quiet_volume", "percent", 0, LOUDEST, usual.quiet_volume),
        headphone_jack=reader.text("headphone_jack", "a path", "") if reader.has("headphone_jack") else "",
    )
    if settings.headphone_jack and not settings.headphone_jack.startswith("/"):
        reader.wrong("headphone_jack", f"is {settings.headphone_jack!r}; an absolute path is wanted")
    reader.nothing_else()
    return settings


def _hours(reader: SettingsTable) -> tuple[time | None, time | None]:
    if not reader.has("quiet_hours"):
        return None, None
    said = reader.text("quiet_hours", _WANTED.removesuffix(" are wanted"))
    found = _HOURS.fullmatch(said)
    if found is None:
        if said:
            reader.wrong("quiet_hours", f"is {said!r}; {_WANTED}")
        return None, None
    hour, minute, last_hour, last_minute = map(int, found.groups())
    begin, end = time(hour, minute), time(last_hour, last_minute)
    if begin == end:
        reader.wrong("quiet_hours", f"is {said!r}, which is no time at all; {_WANTED}")
    return begin, end
