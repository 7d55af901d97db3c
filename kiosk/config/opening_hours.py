"""The table `hours`: when the site is open. Without it the kiosk serves at any time."""

from __future__ import annotations

import re

from kiosk.config.settings_table import SettingsTable
from kiosk.domain.opening_hours import DayHours, SiteHours, Span, SpecialDay

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED = "closed"
MOST_LAST_VISIT_MIN = 60

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_WANTED = 'hours such as "08:30-11:30 13:30-17:00" or "closed"'


def read_opening_hours(reader: SettingsTable, *, is_there: bool) -> SiteHours | None:
    """`is_there`: the site has the table. A weekday that is left out is closed, a special day goes by its weekday."""
    if not is_there:
        return None
    last_visit_min = reader.whole("last_visit_min", "minutes", 0, MOST_LAST_VISIT_MIN, 10)
    weekdays = tuple(_day(reader, weekday, last_visit_min) if reader.has(weekday) else () for weekday in WEEKDAYS)
    special = {day: _day(reader, day.value, last_visit_min) for day in SpecialDay if reader.has(day.value)}
    if not any(reader.has(weekday) for weekday in WEEKDAYS):
        reader.wrong(WEEKDAYS[0], f"is missing, as every other weekday; {_WANTED} is wanted")
    elif not any(weekdays):
        reader.wrong(WEEKDAYS[0], f"no day of the week is open; {_WANTED} is wanted, or no such table")
    reader.nothing_else()
    return SiteHours(weekdays, special, last_visit_min)


def _day(reader: SettingsTable, key: str, last_visit_min: int) -> DayHours:
    said = reader.text(key, _WANTED)
    if said in ("", CLOSED):
        return ()
    spans = []
    for part in said.split():
        found = _SPAN.fullmatch(part)
        if found is None:
            reader.wrong(key, f"is {said!r}; {_WANTED} is wanted")
            return ()
        hour, minute, last_hour, last_minute = (None if each is None else int(each) for each in found.groups())
        closes = 24 * 60 if last_hour is None else last_hour * 60 + (last_minute or 0)
        spans.append(Span((hour or 0) * 60 + (minute or 0), closes))
    ends = [0]
    for span in spans:
        if span.opens < ends[-1] or span.closes <= span.opens:
            reader.wrong(key, f"is {said!r}, which is not in order; over midnight is 22:00-24:00 and 00:00-02:00")
            return ()
        if span.closes - span.opens <= last_visit_min:
            reader.wrong(key, f"is {said!r}, of which a part is no longer than last_visit_min")
            return ()
        ends.append(span.closes)
    return tuple(spans)
