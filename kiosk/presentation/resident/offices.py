"""The lines about counters: where they are, when they are open, whom to call."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.policy.office_days import DayKind, OpeningHours
from kiosk.policy.region import Office, Region
from kiosk.presentation.context import counter_of
from kiosk.texts.words import LocalText, Text, Words

MOST_OFFICES = 2
"""At most so many kinds of counter, the nearest ones; a third would distract from the first."""


def office_lines(region: Region, most: int = MOST_OFFICES) -> tuple[Words, ...]:
    """Where the counters are, when they are open, and whom to call. `most`: at most so many counters."""
    offices = [office for office in region.offices.values() if office.does_business][:most]
    lines = [line for office in offices for line in _office(office)]
    numbers = [office.telephone for office in offices if office.telephone is not None]
    if region.contact is not None:
        numbers += region.contact.telephones
    lines += [Text("next.call", (("phone", number),)) for number in numbers]
    return tuple(dict.fromkeys(lines))


def _office(office: Office) -> Iterable[Words]:
    yield counter_of(office)
    if office.website is not None and not _is_told(office.website, office.address):
        yield Text("next.website", (("site", office.website),))
    if office.hours is not None:
        yield from _hours(office.hours)


def _is_told(website: str, address: LocalText | None) -> bool:
    """Whether the address names the website already, in every language."""
    return address is not None and all(website in text for _, text in address.by_language)


def _hours(hours: OpeningHours) -> Iterable[Text]:
    for kind in DayKind:
        spans = hours.on(kind)
        if spans:
            spoken = " ".join(f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans)
            yield Text(f"hours.{kind.value}", (("hours", spoken),))
