"""Another program holds the journal for a while: it is waited for, and then said; a permit inside goes back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.faults import JOURNAL_HELD
from kiosk.journal import place as journal_place
from kiosk.runtime import engine
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import WITHIN_S, KioskHarness
from tests.lobby.visitor import LIN


@contextmanager
def held(place: KioskHarness) -> Iterator[sqlite3.Connection]:
    """Somebody copies the journal with a lock on it. (Rolled back at the end, unless that was done before.)"""
    path = place.config.state_dir / "journal.db"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=WITHIN_S, check_same_thread=False)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield db
        if db.in_transaction:
            db.execute("ROLLBACK")


def test_a_copy_that_holds_the_journal_for_a_while_breaks_no_visit_off(place: KioskHarness) -> None:
    place.plays(LIN.until(s.ShowingAssessment))
    assert place.running.engine.answers(WITHIN_S)
    with held(place) as copy:
        place.answers(LIN.through(s.ShowingAssessment)[-1:])
        assert place.running.engine.answers(0.5), "a machine that waits for the journal gets on"
        copy.execute("ROLLBACK")
        place.plays(LIN.renewal()[len(LIN.through(s.ShowingAssessment)) :])
    assert place.central_state() == "written"


def test_a_journal_that_stays_held_is_named_and_the_permit_goes_back(
    place: KioskHarness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place.plays(LIN.until(s.ShowingAssessment))
    assert place.running.engine.answers(WITHIN_S)
    with held(place):
        place.answers(LIN.through(s.ShowingAssessment)[-1:])
        place.sees(s.AwaitingRemoval)
        place.takes_permit()
        explaining = place.sees(s.ShowingOutcome)
        assert isinstance(explaining.ending, s.BrokenOff)
        assert explaining.ending.fault is JOURNAL_HELD
        place.chooses(Intent.FINISH)
        assert place.sees(s.OutOfService).fault is JOURNAL_HELD
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.is_untouched(LIN.permit)
    told = [json.loads(line.partition(" ")[2]) for line in caplog.messages if line.startswith("journal_failed")]
    assert {line["fault"] for line in told} == {"6302"}
    place.is_open_again()
    place.rig.lift_id_card()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_the_journal_is_waited_for_as_long_as_the_machine_counts_as_alive() -> None:
    assert journal_place.HELD_S > 8.0
    assert 2 * journal_place.HELD_S < engine.LONGEST_RECORDING_S
