"""A kiosk that is open at some hours only. It is ten in the morning of Sunday, 22 November 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain import faults
from kiosk.domain.clock import SHANGHAI
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.set_clock import SetClock
from tests.flows.conftest import OpenPlace
from tests.flows.test_wrong_clock import KioskClock, sets
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually

SUNDAY = date(2026, 11, 22)


def at(hour: int, minute: int, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def opened(open_place: OpenPlace, sunday: str, **more: str) -> KioskHarness:
    place = open_place(tables={"hours": {"sunday": sunday, **more}}, right_time_s=60)
    place.clock = KioskClock(place.clock)
    place.start_kiosk()
    return place


def looks_around(place: KioskHarness) -> None:
    """Half a minute passes, and what it looks at has answered."""
    place.sees(s.Idle)
    place.hears_central()


def closes(place: KioskHarness) -> s.OutOfHours:
    """It looks around until it is closed."""

    def is_closed() -> bool:
        if isinstance(place.state, s.Idle):
            place.lets_pass()
        return isinstance(place.state, s.OutOfHours)

    eventually(is_closed)
    state = place.state
    assert isinstance(state, s.OutOfHours)
    return state


def test_outside_its_hours_it_says_when_it_opens_begins_no_visit_and_wakes_by_itself(open_place: OpenPlace) -> None:
    place = opened(open_place, "10:30-17:00")
    looks_around(place)
    assert closes(place) == s.OutOfHours(SUNDAY, at(10, 30))
    place.begins()
    place.begins(choosing=True)
    place.lets_pass()
    assert isinstance(place.state, s.OutOfHours)
    place.lets_pass(30 * 60)
    eventually(lambda: isinstance(place.state, s.Idle))  # it was idle before too
    place.plays(LIN.renewal())
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"


def test_a_visit_that_is_under_way_at_closing_time_is_finished_and_the_next_one_not_begun(
    open_place: OpenPlace,
) -> None:
    place = opened(open_place, "08:30-10:30", monday="08:30-17:00")
    looks_around(place)
    place.plays(LIN.until(s.Confirming))
    place.clock.jump(60.0)
    place.at_every_state(lambda state: place.clock.jump(1800.0) if isinstance(state, s.RewritingFace) else None)
    place.answers(LIN.since(s.Confirming))
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.central_state() == "written"
    assert place.sees(s.OutOfHours) == s.OutOfHours(SUNDAY, at(8, 30, 23))
    place.begins()
    place.lets_pass()
    assert isinstance(place.state, s.OutOfHours)


def test_a_permit_inside_at_closing_time_is_given_back(open_place: OpenPlace) -> None:
    place = opened(open_place, "08:30-10:30")
    looks_around(place)
    place.plays(LIN.until(s.ShowingAssessment))
    place.clock.jump(1800.0)
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    place.chooses(Intent.FINISH)
    place.sees(s.OutOfHours)
    assert place.is_untouched(LIN.permit)


def test_no_visit_begins_in_the_last_minutes(open_place: OpenPlace) -> None:
    place = opened(open_place, "08:30-10:09", monday="08:30-17:00")
    looks_around(place)
    assert closes(place) == s.OutOfHours(SUNDAY, at(8, 30, 23))


def test_it_is_another_day_and_the_page_says_so(open_place: OpenPlace) -> None:
    place = opened(open_place, "08:30-10:05", monday="08:30-17:00")
    looks_around(place)
    closes(place)
    place.lets_pass(14.5 * 3600)
    assert place.sees(s.OutOfHours, lambda state: state.on == date(2026, 11, 23)).opens_at == at(8, 30, 23)


def test_what_breaks_while_it_is_closed_is_noticed_and_told_and_it_closes_again_when_mended(
    open_place: OpenPlace,
) -> None:
    place = opened(open_place, "12:00-17:00")
    looks_around(place)
    closes(place)
    place.rig.fault("id_reader", "unplugged")
    place.lets_pass()
    assert place.sees(s.OutOfService).fault is faults.ID_READER_LINK
    place.rig.clear_faults()

    def is_closed() -> bool:
        place.lets_pass()
        return isinstance(place.state, s.OutOfHours)

    eventually(is_closed)


def test_nobody_is_sent_away_by_a_clock_that_nobody_confirmed(open_place: OpenPlace) -> None:
    place = open_place(tables={"hours": {"sunday": "12:00-17:00"}})
    place.cable.lead_to(None)
    place.start_kiosk()
    place.sees(s.Idle)
    place.lets_pass()
    place.lets_pass()
    assert s.OutOfHours not in {type(state) for state in place.states}


@pytest.mark.parametrize("by", [timedelta(hours=3), timedelta(days=-200)])
def test_a_clock_that_is_set_opens_nothing(open_place: OpenPlace, by: timedelta) -> None:
    place = opened(open_place, "12:00-17:00")
    looks_around(place)
    closes(place)
    assert isinstance(place.clock, SetClock)
    sets(place, by)
    place.lets_pass()
    place.sees(s.OutOfService)  # because of the clock, as while it is open
    assert [type(state) for state in place.states[-2:]] == [s.OutOfHours, s.OutOfService]


def test_a_start_while_it_is_closed_goes_to_the_page_and_a_wish_to_switch_off_is_heard(open_place: OpenPlace) -> None:
    place = opened(open_place, "12:00-17:00")
    looks_around(place)
    closes(place)
    place.running.switch_off("SIGTERM")
    eventually(lambda: place.running.engine.has_ended)
    place.stop_kiosk()
    place.start_kiosk()
    looks_around(place)
    closes(place)


def test_central_hears_that_the_site_is_closed(open_place: OpenPlace) -> None:
    place = opened(open_place, "12:00-17:00")
    looks_around(place)
    closes(place)
    place.running.warm_up()
    eventually(lambda: any(kiosk.get("state") == "OutOfHours" for kiosk in place.central.standing()))
    [kiosk] = [kiosk for kiosk in place.central.standing() if kiosk.get("state")]
    assert "out_of_service" not in kiosk["alarms"]
