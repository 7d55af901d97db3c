"""Parses the `Date` of an HTTP answer: only the three forms of RFC 9110, section 5.6.7. A date with the wrong day of
the week is rejected.

The standard library's parser also accepts dates of e-mail with their zones, and reads "CST" as that of North America.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = f"(?P<weekday>{'|'.join(day[:3] for day in _DAYS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        f"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        f"(?P<weekday>{'|'.join(_DAYS)}), (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        f"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)
_CENTURY = 2000  # for a year with two digits: no central of this contract is older
_LAST_YEAR = 2076  # a year more than 50 ahead means the past (RFC 9110); from the year of this contract


def parse_http_date(text: str) -> datetime | None:
    """The time in `text`, in whole seconds; None for a text in none of the three forms, or no date."""
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            break
    else:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += _CENTURY if _CENTURY + year <= _LAST_YEAR else _CENTURY - 100
    second = min(int(found["second"]), 59) if found["second"] == "60" else int(found["second"])  # a leap second
    try:
        moment = datetime(
            year,
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            second,
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment if _DAYS[moment.weekday()].startswith(found["weekday"]) else None
