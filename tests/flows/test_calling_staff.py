"""Somebody calls staff at a whole kiosk, and the visit goes on."""

from __future__ import annotations

from kiosk.domain.staff_call import CallState
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.waiting import eventually


def became(place: KioskHarness) -> CallState | None:
    assert place.running.staff is not None
    last = place.running.staff.last_call(place.state)
    return None if last is None else last.state


def calls(place: KioskHarness) -> None:
    assert place.running.staff is not None
    place.running.staff.call(place.state)


def test_central_hears_of_the_page_and_the_visit_goes_on(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.begins()
    place.sees(s.ShowingNotice)
    calls(place)
    eventually(lambda: became(place) is CallState.CALLED)
    assert [(call["kiosk"], call["state"], call["fault"]) for call in place.central.staff_calls()] == [
        ("kiosk-1", "ShowingNotice", None)
    ]
    place.chooses(Intent.ACCEPT_NOTICE)
    place.sees(s.ReadingIdCard)


def test_a_call_that_central_does_not_hear_closes_nothing(place: KioskHarness) -> None:
    place.sees(s.Idle)
    place.central.set_fault("refuse_connection")
    calls(place)
    eventually(lambda: became(place) is CallState.KEPT)
    place.central.clear_faults()
    eventually(lambda: became(place) is CallState.CALLED)
    place.begins()
    place.sees(s.ShowingNotice)
