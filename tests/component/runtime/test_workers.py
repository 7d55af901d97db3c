"""A worker says what it is at, and since when it has given no sign of life."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import get_args

import pytest

from kiosk.domain.faults import WORKER_DIED, WORKER_HANGS
from kiosk.runtime.crew import Crew
from kiosk.runtime.workers import Hang, Worker
from kiosk.services.job_times import longest_time
from kiosk.workflow import effects as do
from kiosk.workflow.effects import Effect
from tests.fakes.hand_clock import HandClock
from tests.waiting import eventually

BY_THE_MACHINE = {
    do.EndProgram,
    do.CheckDevices,
    do.Assess,
    do.LookAhead,
    do.CancelEndorsement,
    do.TestPart,
    do.LookAtHours,
}
"""What the machine's own thread does or hands on."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@contextmanager
def at_work(clock: HandClock, name: str = "permit_chip") -> Iterator[Worker]:
    worker = Worker(name, lambda *_: None, clock.monotonic)
    worker.start()
    try:
        yield worker
    finally:
        worker.close()


class Stuck:
    """A job that does not return until it is let go of."""

    def __init__(self) -> None:
        self.begun, self._end = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        self._end.wait()

    def let_go(self) -> None:
        self._end.set()


def test_a_job_that_takes_longer_than_its_kind_may_is_told_with_its_time(clock: HandClock) -> None:
    stuck = Stuck()
    with at_work(clock) as worker:
        assert worker.hang() is None
        worker.submit(stuck, "ReadChip", 20.0)
        eventually(stuck.begun.is_set)
        clock.pass_time(20.0)
        assert worker.hang() is None
        clock.pass_time(5.0)
        assert worker.hang() == Hang("permit_chip", "ReadChip", 25.0, 25.0)
        stuck.let_go()
        eventually(lambda: worker.hang() is None)


def test_a_job_that_asks_whether_it_is_wanted_elsewhere_lives(clock: HandClock) -> None:
    turn, asked = threading.Semaphore(0), threading.Semaphore(0)

    def polls() -> None:
        while not worker.is_wanted_elsewhere():
            asked.release()
            turn.acquire()

    with at_work(clock) as worker:
        worker.submit(polls, "TakePermitIn", 10.0)
        for _ in range(5):
            asked.acquire()
            clock.pass_time(9.0)
            assert worker.hang() is None
            turn.release()
        asked.acquire()
        clock.pass_time(11.0)
        assert worker.hang() == Hang("permit_chip", "TakePermitIn", 11.0, 56.0)
        worker.submit(lambda: None)
        turn.release()


def test_a_job_that_pauses_does_not_hang(clock: HandClock) -> None:
    begun = threading.Event()

    def pauses() -> None:
        begun.set()
        worker.pause(300.0)

    with at_work(clock) as worker:
        worker.submit(pauses, "heartbeat", 60.0)
        eventually(begun.is_set)
        clock.pass_time(359.0)
        assert worker.hang() is None


def test_a_job_that_waits_its_turn_does_not_hang(clock: HandClock) -> None:
    first, second = Stuck(), Stuck()
    with at_work(clock) as worker:
        worker.submit(first, "ReadChip", 10.0)
        worker.submit(second, "Wipe", 10.0)
        eventually(first.begun.is_set)
        clock.pass_time(50.0)
        first.let_go()
        eventually(second.begun.is_set)
        assert worker.hang() is None
        second.let_go()


def test_a_crew_is_named_in_the_log_once_for_each_that_hangs_and_once_when_it_goes_on(
    clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    stuck = Stuck()
    with at_work(clock) as chip, at_work(clock, "receipt_printer") as printer:
        crew = Crew([chip, printer], clock.monotonic)
        chip.submit(stuck, "ReadChip", 20.0)
        eventually(stuck.begun.is_set)
        crew.look()
        faults = [crew.fault]
        clock.pass_time(21.0)
        crew.look()
        crew.look()
        assert [*faults, crew.fault] == [None, WORKER_HANGS]
        stuck.let_go()
        eventually(lambda: crew.fault is None)
        crew.look()
    told = [record.getMessage().partition(" ") for record in caplog.records]
    assert [(event, json.loads(fields)) for event, _, fields in told] == [
        ("worker_hangs", {"worker": "permit_chip", "doing": "ReadChip", "silent_s": 21.0, "running_s": 21.0}),
        ("worker_goes_on", {"worker": "permit_chip"}),
    ]


@pytest.mark.filterwarnings("ignore:Exception in thread:pytest.PytestUnhandledThreadExceptionWarning")
def test_a_crew_with_one_that_died_tells_of_that_one(clock: HandClock) -> None:
    def fails() -> None:
        raise ArithmeticError

    with at_work(clock) as worker:
        crew = Crew([worker], clock.monotonic)
        worker.submit(fails)
        eventually(lambda: crew.fault is WORKER_DIED)


@pytest.mark.parametrize("effect", sorted(set(get_args(Effect)) - BY_THE_MACHINE, key=attrgetter("__name__")))
def test_every_kind_of_job_has_a_longest_time_and_a_reason(effect: type) -> None:
    longest = longest_time(effect)
    assert longest.seconds > 0
    assert longest.reason
