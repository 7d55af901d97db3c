"""Faults of the program and of the machine's make-up: what no cell of the table of faults brings about."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import (
    CONFIGURATION,
    PERMIT_HELD_INSIDE,
    PERMIT_UNIT_SILENT,
    RECOVERY_STUCK,
    WORKER_DIED,
    WORKER_HANGS,
)
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.hand_clock import HandClock
from tests.fakes.hanging_file import HangingFile
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.waiting import eventually

# How a worker's end is reported beside the fault.
DIES = pytest.mark.filterwarnings("ignore:Exception in thread:pytest.PytestUnhandledThreadExceptionWarning")


@DIES
def test_a_worker_that_dies_closes_the_machine_and_the_watchdog_is_not_fed(open_place: OpenPlace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        place = open_place(chip=(f"sim://permit_chip?port={port}", f"direct://127.0.0.1:{port}"))
        place.start_kiosk()
        place.sees(s.Idle)
        place.running.warm_up()
        closed = place.sees(s.OutOfService, lambda state: state.fault is WORKER_DIED)
        assert closed.custody is Custody.WITH_HOLDER
        eventually(lambda: not place.running.is_well())


@pytest.fixture
def hanging(open_place: OpenPlace, tmp_path: Path) -> Iterator[tuple[KioskHarness, HandClock, Callable[[], None]]]:
    """A place whose chip worker hangs when it is first needed, the clock of its jobs, and what lets it go on: a file
    is a pipe without a writer, which is as silent as a network drive that went away.
    """
    file = HangingFile(tmp_path / "permit.toml", ASSETS / "permits" / "reference.toml")
    place, clock = open_place(files={"permits": [str(file.path)]}), HandClock()
    file.begin()
    place.start_kiosk(job_clock=clock.monotonic)
    place.sees(s.Idle)
    yield place, clock, file.go_on
    file.go_on()


def test_a_worker_that_hangs_closes_the_machine_and_the_watchdog_is_not_fed_until_it_goes_on(
    hanging: tuple[KioskHarness, HandClock, Callable[[], None]], caplog: pytest.LogCaptureFixture
) -> None:
    place, clock, go_on = hanging
    place.running.look_after_workers()
    assert place.running.is_well()

    def is_closed() -> bool:
        """The job may not have begun yet when its clock is moved; what others were at when it was is done soon."""
        clock.pass_time(1000.0)
        place.running.look_after_workers()
        return place.running.ails() == "workers" and "permit_chip" in _hanging_by(caplog)

    eventually(is_closed)
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (WORKER_HANGS, Custody.WITH_HOLDER)
    place.lets_pass()
    assert isinstance(place.state, s.OutOfService)
    go_on()
    eventually(place.running.is_well)
    place.lets_pass()
    place.sees(s.Idle)


def _hanging_by(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Whom the log names as hanging."""
    lines = (record.getMessage().partition(" ") for record in caplog.records)
    return {json.loads(fields)["worker"] for event, _, fields in lines if event == "worker_hangs"}


def test_a_chip_worker_that_hangs_is_found_out_before_a_permit_is_taken_in(
    hanging: tuple[KioskHarness, HandClock, Callable[[], None]],
) -> None:
    place, clock, _ = hanging
    place.plays(LIN.through(s.AwaitingPermit))
    explaining = place.sees(s.ShowingOutcome)
    assert explaining.custody is Custody.WITH_HOLDER
    assert place.is_untouched(LIN.permit)
    clock.pass_time(1000.0)
    place.running.look_after_workers()
    place.chooses(Intent.FINISH)
    eventually(lambda: isinstance(place.state, s.OutOfService))
    eventually(lambda: place.running.ails() == "workers")


def test_a_file_that_vanished_since_the_start_closes_the_machine(open_place: OpenPlace, tmp_path: Path) -> None:
    path = tmp_path / "permit.toml"
    path.write_text((ASSETS / "permits" / "reference.toml").read_text(encoding="utf-8"), encoding="utf-8")
    place = open_place(files={"permits": [str(path)]})
    path.write_text("name = 1", encoding="utf-8")
    place.start_kiosk()
    place.sees(s.Idle)
    place.running.warm_up()
    assert place.sees(s.OutOfService).fault is CONFIGURATION


def test_without_a_bin_a_forgotten_permit_is_held_inside_for_staff(open_place: OpenPlace, tmp_path: Path) -> None:
    place = open_place(files={"permit_unit": _without_bin(tmp_path)})
    place.start_kiosk()
    place.plays(LIN.until(s.AwaitingRemoval))
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody, closed.held) == (PERMIT_HELD_INSIDE, Custody.INSIDE, True)
    assert place.where_is(LIN.permit) is PermitLocation.STATION


def test_a_unit_that_does_not_finish_in_time_closes_the_machine_until_the_permit_can_be_given_back(
    place: KioskHarness,
) -> None:
    place.at_every_state(
        lambda state: place.rig.fault("permit_unit", "late") if isinstance(state, s.ReturningPermit) else None
    )
    place.plays(LIN.until(s.ShowingAssessment))
    place.chooses(Intent.CANCEL)
    place.sees(s.ReturningPermit)
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (PERMIT_UNIT_SILENT, Custody.INSIDE)
    place.at_every_state(lambda state: None)
    place.rig.clear_faults()

    def is_open_again() -> bool:
        """The line may still hold back what was said while the fault was on; a later look finds the unit well."""
        if isinstance(place.state, s.OutOfService):
            place.lets_pass(31.0)
        return not isinstance(place.state, s.OutOfService)

    eventually(is_open_again)
    if isinstance(place.state, s.AwaitingHolder):  # unless the unit was reset meanwhile, which holds it out
        place.asks_for_permit()
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    assert place.is_untouched(LIN.permit)


def _without_bin(directory: Path) -> str:
    text = (ASSETS / "devices" / "star-tcp300.toml").read_text(encoding="utf-8")
    assert "has_retain_bin = true" in text
    path = directory / "no-bin.toml"
    path.write_text(text.replace("has_retain_bin = true", "has_retain_bin = false"), encoding="utf-8")
    return str(path)


def test_a_unit_that_says_nothing_at_the_start_leaves_the_machine_closed_until_it_does(open_place: OpenPlace) -> None:
    place = open_place()
    place.at_every_state(
        lambda state: place.rig.fault("permit_unit", "late") if isinstance(state, s.Recovering) else None
    )
    place.start_kiosk()
    place.sees(s.Recovering)
    place.lets_pass()
    closed = place.sees(s.OutOfService)
    assert (closed.fault, closed.custody) == (RECOVERY_STUCK, Custody.UNKNOWN)
    place.rig.fault("permit_unit", "unplugged")
    place.rig.clear_faults("permit_unit")
    place.is_open_again()
