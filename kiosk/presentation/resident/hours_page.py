"""The page of a site that is closed: when it opens, and where to go until then."""

from __future__ import annotations

from datetime import timedelta

from kiosk.presentation.context import PresentationContext, frame_of, machine_lines
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import OutOfHoursScreen
from kiosk.presentation.resident.offices import office_lines
from kiosk.texts.words import Text
from kiosk.workflow import states as s

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_A_WEEK = timedelta(days=7)


def hours_page(about: PresentationContext, state: s.OutOfHours) -> OutOfHoursScreen:
    """Today, tomorrow or a weekday, as long as it is clear which; then a date."""
    opens_at = state.opens_at
    return OutOfHoursScreen(
        frame_of(about, state, WayOut.NONE),
        _day(state),
        0 if opens_at is None else opens_at.hour,
        0 if opens_at is None else opens_at.minute,
        (*machine_lines(about), *office_lines(about.region, 1)),
    )


def _day(state: s.OutOfHours) -> Text | None:
    if state.opens_at is None:
        return None
    day = state.opens_at.date()
    if day == state.on:
        return Text("out_of_hours.day.today")
    if day == state.on + timedelta(days=1):
        return Text("out_of_hours.day.tomorrow")
    if day < state.on + _A_WEEK:
        return Text(f"out_of_hours.day.{WEEKDAYS[day.weekday()]}")
    return Text("out_of_hours.day.date", (("day", day),))
