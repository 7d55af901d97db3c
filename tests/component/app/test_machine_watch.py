"""What is kept ready for a technician's page, and that a machine may be such that it cannot be collected."""

from __future__ import annotations

import logging

import pytest

from kiosk.app.machine_watch import MachineWatch
from kiosk.control.snapshot import Snapshot
from kiosk.domain.technician import LANGUAGES
from kiosk.workflow import states as s
from kiosk.workflow.technician import tasks as t
from screens.authoring.sample_visits.technician import machine
from tests.waiting import eventually

AT_WORK = s.InServiceMode(t.EnteringNumber(), LANGUAGES[0])


def test_what_cannot_be_collected_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Snapshot | None] = []

    well, tries = machine({}), iter((True,))

    def take() -> Snapshot:
        if next(tries, False):
            raise ZeroDivisionError
        return well

    with caplog.at_level(logging.ERROR):
        watch = MachineWatch(take, lambda: told.append(watch.latest), every_s=0.01)
        watch.follow(AT_WORK)
        eventually(lambda: well in told)
    assert told[0] is None
    assert "machine_unseen" in caplog.text
    watch.follow(s.Idle(LANGUAGES[0]))
    assert watch.latest is None
