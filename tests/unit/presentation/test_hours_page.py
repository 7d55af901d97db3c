"""The page of a site that is closed."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import CHIP_SILENT
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import OutOfHoursScreen, OutOfServiceScreen
from kiosk.presentation.present import present
from kiosk.texts.words import LocalText, Text
from kiosk.workflow import states as s
from tests.unit.policy.region_cases import region_named

NEAREST = LocalText((("zh-Hans", "福州路一九九号"),))
ABOUT = PresentationContext(
    region_named("shanghai"),
    ("zh-Hans", "en"),
    simulation=False,
    receipt_link="",
    writing_usually_s=30,
    nearest_machine=NEAREST,
)
SUNDAY = date(2026, 11, 22)


def page(opens_at: datetime | None) -> OutOfHoursScreen:
    made = present(ABOUT, s.OutOfHours(SUNDAY, opens_at))
    assert isinstance(made, OutOfHoursScreen)
    return made


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (22, Text("out_of_hours.day.today")),
        (23, Text("out_of_hours.day.tomorrow")),
        (24, Text("out_of_hours.day.tuesday")),
        (28, Text("out_of_hours.day.saturday")),
        (29, Text("out_of_hours.day.date", (("day", date(2026, 11, 29)),))),
    ],
)
def test_the_day_is_named_as_people_do_as_long_as_it_is_clear_which(day: int, told: Text) -> None:
    made = page(datetime(2026, 11, day, 8, 30, tzinfo=SHANGHAI))
    assert (made.day, made.hour, made.minute) == (told, 8, 30)


def test_nothing_is_promised_that_nobody_knows() -> None:
    assert page(None).day is None


def test_the_nearest_machine_comes_first_and_then_the_counter_with_its_hours_and_telephone() -> None:
    keys = [line.key for line in page(None).instead if isinstance(line, Text)]
    assert keys == [
        "next.machine",
        "next.counter_at",
        "hours.workday",
        "hours.rest_day",
        "hours.holiday",
        "next.call",
    ]


def test_a_machine_out_of_service_names_the_nearest_one_too() -> None:
    made = present(ABOUT, s.OutOfService(CHIP_SILENT, Custody.WITH_HOLDER))
    assert isinstance(made, OutOfServiceScreen)
    assert made.counter[0] == Text("next.machine", (("place", NEAREST),))


def test_nobody_is_promised_anything_while_it_is_switched_off() -> None:
    assert isinstance(present(ABOUT, s.OutOfHours(SUNDAY, None, switching_off=True)), OutOfServiceScreen)
