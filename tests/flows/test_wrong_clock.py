"""A clock that is ahead, behind, or set in mid-visit: what the resident reads, what is written, what is kept.

Central's clock is right; the kiosk's own is set by hand.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import Residents
from kiosk.domain import faults
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from tests.fakes.set_clock import SetClock
from tests.flows.conftest import OpenPlace, with_permits
from tests.flows.test_other_services import ZHAO, comes_for, notice_to_permit
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.running_central import HandClock
from tests.lobby.visitor import LIN
from tests.waiting import eventually

# How a cut of the power ends the machine's thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

SET_BY = [timedelta(days=200), timedelta(days=600), timedelta(days=-200)]


class KioskClock(SetClock, HandClock):
    """Goes with the right time, which tests let pass, until somebody sets it."""

    def __init__(self, right: HandClock) -> None:
        SetClock.__init__(self, right)
        self._hand = right

    def jump(self, seconds: float) -> None:
        self._hand.jump(seconds)


@pytest.fixture
def place(open_place: OpenPlace) -> KioskHarness:
    """A kiosk whose clock somebody can set, and which cares."""
    place = open_place(right_time_s=60)
    place.clock = KioskClock(place.clock)
    place.start_kiosk()
    return place


def sets(place: KioskHarness, by: timedelta) -> None:
    clock = place.clock
    assert isinstance(clock, KioskClock)
    clock.wrong_by = by


def stamps(place: KioskHarness) -> list[tuple[str, datetime]]:
    with closing(sqlite3.connect(place.config.state_dir / "journal.db")) as db:
        rows = db.execute("SELECT event, at FROM step ORDER BY number").fetchall()
    return [(event, datetime.fromisoformat(at)) for event, at in rows]


@pytest.mark.parametrize("by", SET_BY)
@pytest.mark.parametrize("screen", [s.ShowingAssessment, s.Declaring, s.Confirming])
def test_a_clock_that_is_set_in_the_middle_of_a_visit_changes_nothing_of_it(
    place: KioskHarness, by: timedelta, screen: type[s.State]
) -> None:
    place.plays(LIN.until(screen))
    right = place.authority.clock.now()
    sets(place, by)
    place.answers(LIN.since(screen))
    assert place.central_state() == "written"
    assert place.chip(LIN.permit)["valid_to"] == "2027-12-04"
    assert place.face_shows_chip(LIN.permit) is True
    [receipt] = place.receipts()
    assert f"{right:%Y-%m-%d} 10:" in receipt
    [told] = place.central.completions(place.endorsement_id)
    assert abs(told.finished_at - right) < timedelta(minutes=5)
    # Then nobody is served until the clock is right.
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (faults.CLOCK_WRONG, Custody.WITH_HOLDER)
    at = stamps(place)
    assert [event for event, _ in at if event.startswith("Clock")] == ["ClockJumped"]
    assert all(abs(stamp - right) < timedelta(minutes=5) for _, stamp in at)
    sets(place, timedelta())
    place.lets_pass()
    place.sees(s.Idle)
    eventually(
        lambda: (
            [event for event, _ in stamps(place) if event.startswith("Clock")]
            == ["ClockJumped", "ClockJumped", "ClockConfirmed"]
        )
    )


@pytest.mark.parametrize("by", SET_BY)
def test_a_clock_that_is_set_while_idle_closes_the_kiosk_until_it_is_right(place: KioskHarness, by: timedelta) -> None:
    place.sees(s.Idle)
    eventually(lambda: place.running.clock.is_confirmed)
    sets(place, by)
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert closed.fault == faults.CLOCK_WRONG
    place.cable.lead_to(None)
    sets(place, timedelta(seconds=1))
    place.lets_pass()
    place.sees(s.Idle)  # it is back where central had confirmed it, though central is silent


@pytest.mark.parametrize("by", SET_BY)
def test_rules_are_asked_about_the_right_day_when_the_clock_was_set_and_central_is_silent(
    place: KioskHarness, by: timedelta
) -> None:
    eventually(lambda: place.running.clock.is_confirmed)
    place.plays(LIN.until(s.AwaitingPermit))
    place.cable.lead_to(None)
    sets(place, by)
    place.rig.offer_permit(LIN.permit)
    shown = place.sees(s.ShowingAssessment)
    assert shown.matter.on == place.authority.clock.now().date()


@pytest.mark.parametrize(
    ("stopped_s", "by", "kept"),
    [
        (20, timedelta(days=200), False),
        (20, timedelta(days=600), False),
        (20, timedelta(days=-200), False),
        (600, timedelta(hours=-5), True),
        (600, timedelta(days=-200), True),
        (600, timedelta(days=600), True),
    ],
)
def test_whom_a_permit_inside_is_given_to_is_not_for_the_clock_to_say(
    place: KioskHarness, stopped_s: int, by: timedelta, kept: bool
) -> None:
    """The program ends with a permit inside, and the clock is set before it starts again."""
    place.cut_power_at(s.ShowingAssessment)
    place.plays(LIN.until(s.ShowingAssessment))
    place.loses_power()
    place.clock.jump(stopped_s)
    sets(place, by)
    place.start_kiosk()
    if kept:
        assert place.sees(s.ShowingOutcome).custody is Custody.RETAINED
        assert place.where_is(LIN.permit) is PermitLocation.BIN
    else:
        place.asks_for_permit()
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER


def test_a_kiosk_that_starts_behind_its_own_journal_is_closed_while_central_is_silent(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.plays(LIN.renewal())
    place.central_is_told()
    place.stop_kiosk()
    place.cable.lead_to(None)
    sets(place, timedelta(days=-200))
    place.start_kiosk()
    closed = place.sees(s.OutOfService)
    assert closed.fault == faults.CLOCK_WRONG
    address = urlsplit(place.central.url)
    place.cable.lead_to((address.hostname or "", address.port or 0))
    sets(place, timedelta())
    place.lets_pass()
    place.sees(s.Idle)


# -- never confirmed since the start -----------------------------------------------------------------------------------


def goes_on(place: KioskHarness) -> None:
    address = urlsplit(place.central.url)
    place.cable.lead_to((address.hostname or "", address.port or 0))


@pytest.fixture
def unheard(open_place: OpenPlace, everybody: Residents) -> KioskHarness:
    """A kiosk, not started, that will not hear central."""
    place = open_place(with_permits(everybody, LIN.permit, ZHAO.permit), right_time_s=60)
    place.clock = KioskClock(place.clock)
    place.cable.lead_to(None)
    return place


@pytest.mark.parametrize("by", [timedelta(), timedelta(days=200), timedelta(days=600)])
def test_nobody_is_told_a_day_by_a_clock_that_central_never_confirmed(unheard: KioskHarness, by: timedelta) -> None:
    sets(unheard, by)
    unheard.start_kiosk()
    comes_for(unheard, LIN, "status")
    unheard.plays(notice_to_permit(LIN))
    returned = unheard.sees(s.AwaitingRemoval)
    assert isinstance(returned.ending, s.BrokenOff)
    assert returned.ending.fault is faults.CENTRAL_UNREACHABLE
    assert "ShowingStatus" not in unheard.way()


def test_nor_that_an_identity_card_has_expired(unheard: KioskHarness) -> None:
    sets(unheard, timedelta(days=20_000))
    unheard.start_kiosk()
    unheard.plays(LIN.through(s.ReadingIdCard))
    explained = unheard.sees(s.ShowingOutcome)
    assert isinstance(explained.ending, s.BrokenOff)
    assert explained.ending.fault is faults.CENTRAL_UNREACHABLE


def test_as_soon_as_central_was_heard_days_are_told(unheard: KioskHarness) -> None:
    unheard.start_kiosk()
    unheard.sees(s.Idle)
    goes_on(unheard)
    unheard.lets_pass()
    eventually(lambda: unheard.running.clock.is_heard)
    unheard.cable.lead_to(None)
    comes_for(unheard, LIN, "status")
    unheard.plays(notice_to_permit(LIN))
    assert unheard.sees(s.ShowingStatus).matter.on == unheard.authority.clock.now().date()


def test_who_comes_right_after_the_start_is_served(unheard: KioskHarness) -> None:
    goes_on(unheard)
    unheard.start_kiosk()
    comes_for(unheard, LIN, "status")
    unheard.plays(notice_to_permit(LIN))
    assert unheard.sees(s.ShowingStatus).matter.on == unheard.authority.clock.now().date()
