"""The day by which rules are applied is Shanghai's, whatever zone the machine is set to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from drivers.simulators.residents import load_residents
from kiosk.domain.clock import SHANGHAI, SystemClock, today
from kiosk.reference_central.clock import local_date


class StandingClock:
    """A clock that stands at one moment."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment.astimezone(SHANGHAI)

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture(params=["America/Los_Angeles", "UTC", "Asia/Shanghai", "Asia/Urumqi", "Pacific/Kiritimati"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_the_kiosks_clock_is_shanghais_in_every_zone_of_the_machine(machine_zone: str) -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(hours=8)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2019, 5, 9, 15, 59, 59, tzinfo=UTC), date(2019, 5, 9)),
        (datetime(2019, 5, 9, 16, 0, 0, tzinfo=UTC), date(2019, 5, 10)),
        (datetime(2019, 12, 31, 16, 0, 0, tzinfo=UTC), date(2020, 1, 1)),
        (datetime(2024, 2, 28, 16, 0, 0, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_kiosk_and_central_change_the_day_at_midnight_in_shanghai(
    machine_zone: str, moment: datetime, day: date
) -> None:
    assert today(StandingClock(moment)) == day
    assert local_date(moment) == day


def test_what_the_data_calls_today_is_the_day_in_shanghai(machine_zone: str) -> None:
    before = today(SystemClock())
    found = load_residents()
    assert found == load_residents(today=before) or found == load_residents(today=today(SystemClock()))
