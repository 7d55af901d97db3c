"""Where a counter is, when it is open, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.policy.office_days import DayKind, OpeningHours
from kiosk.policy.region import Office, Region
from kiosk.screen_models import Text, Words

MOST_OFFICES = 2
"""The nearest kinds of counter; a third would hide the first."""


def office_lines(region: Region) -> tuple[Words, ...]:
    """Where it is done at a counter, when that is open, and whom to call."""
    offices = [office for office in region.offices.values() if office.does_business][:MOST_OFFICES]
    lines = [line for office in offices for line in _office(office)]
    contact = region.contact
    if contact is not None and contact.telephones:
        lines.append(Text("next.call", (("phone", contact.telephones[0]),)))
    return tuple(dict.fromkeys(lines))


def _office(office: Office) -> Iterable[Words]:
    yield Text("next.counter", (("place", office.address),))
    if office.hours is not None:
        yield from _hours(office.hours)


def _hours(hours: OpeningHours) -> Iterable[Text]:
    for kind in DayKind:
        spans = hours.on(kind)
        if spans:
            spoken = " ".join(f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans)
            yield Text(f"hours.{kind.value}", (("hours", spoken),))
