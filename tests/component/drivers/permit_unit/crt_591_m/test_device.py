"""The CRT-591-M driver against its simulator: what the contract does not cover, at the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.errors import (
    BinFull,
    DriverError,
    FrameCorrupt,
    LinkTimeout,
    NeedsRepair,
    NotInitialised,
    PermitError,
    PermitJammed,
)
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.base import BinLevel, FaceRaster, PermitPosition, ResetPolicy
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.exchange import ExchangeLimits, FrameExchange
from drivers.permit_unit.crt_591_m.frames import BinCounter, Command, CommandFrame, ContactChip, Entry, Failed, Move
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.transport.urls import open_bytes
from tests.lobby.unit_bench import CrtBench, closing, impatient_crt
from tests.waiting import eventually

DEVICE_FILE = ASSETS / "devices" / "crt-591-m.toml"
PERMIT_FILE = load_permit_file(ASSETS / "permits" / "reference.toml")
TODAY = date(2026, 11, 22)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CrtBench]:
    with closing(CrtBench(tmp_path, 0.0)) as bench:
        yield bench


@pytest.mark.parametrize("fault", ["nak_once", "garbled_once", "lost_ack"])
def test_one_disturbance_on_the_line_is_not_noticed(bench: CrtBench, fault: str) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    assert bench.position() is PermitPosition.AT_STATION
    bench.simulator.set_fault(fault)
    bench.unit.give_back()
    assert bench.position() is PermitPosition.AT_MOUTH


@pytest.mark.parametrize(("fault", "kind"), [("garbled", FrameCorrupt), ("silent", LinkTimeout)])
def test_a_line_that_stays_disturbed_is_told_and_heals(bench: CrtBench, fault: str, kind: type[DriverError]) -> None:
    bench.simulator.set_fault(fault)
    with pytest.raises(kind):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert eventually(lambda: bench.position() is PermitPosition.NONE)


def test_a_late_answer_is_a_time_out_and_does_not_spoil_the_next_one(bench: CrtBench) -> None:
    bench.simulator.set_fault("late")
    with pytest.raises(LinkTimeout):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert eventually(lambda: _answers(bench)) is True
    bench.take_in()
    assert bench.position() is PermitPosition.AT_STATION


def _answers(bench: CrtBench) -> bool:
    try:
        return bench.unit.version() == "CRT-591-M SIM V1.00"
    except LinkTimeout:
        return False


@pytest.mark.parametrize(("fault", "status"), [("motor", 0x51), ("contacts_stuck", 0x05)])
def test_a_unit_that_cannot_move_needs_repair_and_keeps_the_permit(bench: CrtBench, fault: str, status: int) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    with pytest.raises(NeedsRepair) as caught:
        bench.unit.give_back()
    assert caught.value.status == status
    assert bench.position() is PermitPosition.AT_STATION


def test_a_broken_sensor_shows_at_the_initialisation(bench: CrtBench) -> None:
    bench.simulator.set_fault("sensor")
    with pytest.raises(NeedsRepair):
        bench.unit.reset(ResetPolicy.LEAVE)


def test_a_permit_of_the_wrong_length_is_about_the_permit_and_given_out(bench: CrtBench) -> None:
    bench.simulator.set_fault("too_long")
    bench.simulator.offer(bench.permit)
    with pytest.raises(PermitError, match="too long"):
        bench.unit.take_in(lambda: False)
    assert bench.position() is PermitPosition.AT_MOUTH
    assert bench.simulator.take() is bench.permit
    bench.simulator.clear_faults()
    bench.simulator.offer(bench.permit)
    assert bench.unit.take_back() is False  # the gate was closed


@pytest.mark.parametrize(("fault", "level"), [("bin_full", BinLevel.FULL), ("counter_overflow", BinLevel.OK)])
def test_a_full_bin_is_told_before_anything_moves(bench: CrtBench, fault: str, level: BinLevel) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    assert bench.unit.status().bin_level is level
    with pytest.raises(BinFull):
        bench.unit.retain()
    assert bench.position() is PermitPosition.AT_STATION
    assert bench.simulator.bin == []


def test_a_bin_that_is_nearly_full_by_its_counter_is_high(bench: CrtBench) -> None:
    bench.simulator.retained_count = bench.file.bin_capacity - 2
    bench.unit.reset(ResetPolicy.LEAVE)
    assert bench.unit.status().bin_level is BinLevel.OK
    bench.take_in()
    bench.unit.retain()
    assert bench.unit.status().bin_level is BinLevel.HIGH
    bench.unit.count_bin_anew()
    assert bench.unit.status().bin_level is BinLevel.OK


def test_a_permit_that_jams_on_its_way_to_the_bin_stays_in_the_path(bench: CrtBench) -> None:
    bench.take_in()
    bench.simulator.set_fault("jam_retaining")
    with pytest.raises(PermitJammed):
        bench.unit.retain()
    assert bench.position() is PermitPosition.IN_PATH
    assert bench.unit.counters().retained == 0


def test_without_power_everything_but_the_initialisation_is_refused(bench: CrtBench) -> None:
    bench.take_in()
    bench.simulator.set_fault("power_loss")
    for verb in (bench.unit.status, bench.unit.give_back, bench.unit.retain, bench.unit.version, bench.unit.take_back):
        with pytest.raises(NotInitialised):
            verb()
    assert bench.permit.place is PermitLocation.STATION
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


@pytest.mark.slow
def test_power_lost_on_the_way_in_leaves_the_permit_in_the_path_and_it_is_drawn_on(tmp_path: Path) -> None:
    with closing(CrtBench(tmp_path, 0.25)) as bench:
        bench.simulator.offer(bench.permit)
        cutting = threading.Timer(0.15, bench.simulator.set_fault, ["power_loss"])
        cutting.start()
        with pytest.raises(DriverError):
            bench.unit.take_in(lambda: False)
        cutting.join()
        assert bench.permit.place is PermitLocation.PATH
        assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


def test_a_jammed_permit_that_is_found_stays_where_it_is(bench: CrtBench) -> None:
    bench.simulator.set_fault("jam_taking_in")
    bench.simulator.offer(bench.permit)
    with pytest.raises(PermitJammed):
        bench.unit.take_in(lambda: False)
    bench.simulator.set_fault("power_loss")
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.IN_PATH


def test_a_gate_that_an_earlier_program_left_open_is_closed(bench: CrtBench) -> None:
    bench.send(Command.ENTRY, Entry.OPEN)
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE
    bench.simulator.offer(bench.permit)
    assert bench.unit.take_back() is False  # a closed gate has no hold of it
    assert bench.permit.place is PermitLocation.MOUTH


def test_a_gate_that_stood_open_when_the_unit_fell_silent_is_closed_as_soon_as_it_answers(bench: CrtBench) -> None:
    asked = iter(["gate open", "falls silent"])

    def falls_silent() -> bool:
        if next(asked, "silent") == "falls silent":
            bench.simulator.set_fault("silent")
        return False

    with pytest.raises(LinkTimeout):
        bench.unit.take_in(falls_silent)
    bench.simulator.clear_faults()
    assert eventually(lambda: bench.position() is PermitPosition.NONE)
    bench.simulator.offer(bench.permit)
    assert bench.unit.take_back() is False  # a closed gate has no hold of it
    assert bench.permit.place is PermitLocation.MOUTH


@pytest.mark.slow
def test_a_motion_that_an_earlier_program_ordered_is_waited_for(tmp_path: Path) -> None:
    with closing(CrtBench(tmp_path, 0.4)) as bench:
        bench.take_in()
        bench.send(Command.MOVE, Move.HOLD_AT_GATE)
        assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_MOUTH
        initialisations = [busy for busy in bench.activity.drain() if busy.doing == "initialise"]
        assert len(initialisations) == 2  # that of the bench, and this one


def test_a_permit_in_the_gate_that_was_let_go_of_cannot_be_taken_back(bench: CrtBench) -> None:
    bench.take_in()
    bench.send(Command.MOVE, Move.OUT_OF_GATE)
    assert eventually(lambda: bench.permit.place is PermitLocation.MOUTH)
    assert bench.unit.take_back() is False


def test_bad_answers_with_either_head_mean_the_same(tmp_path: Path) -> None:
    simulator = CrtUnitSim(ActivityLog(), 0.0, tmp_path, failed_head=0x45)
    url = simulator.start()
    unit = Crt591M(lambda: open_bytes(url, "permit_unit"), impatient_crt())
    try:
        with pytest.raises(NotInitialised):
            unit.status()
    finally:
        unit.close()
        simulator.stop()


def test_the_retract_counter_counts_only_where_it_was_switched_on(bench: CrtBench) -> None:
    bench.file = replace(bench.file, counts_retained=False)
    bench.unit.close()
    bench.unit = bench.driver()
    bench.unit.reset(ResetPolicy.LEAVE)
    bench.take_in()
    bench.unit.retain()
    assert bench.unit.counters().retained == 0
    assert bench.simulator.bin == [bench.permit]


def test_a_face_is_none_of_this_unit_s_business(bench: CrtBench) -> None:
    assert bench.unit.capabilities.rewrites_face is False
    bench.unit.clear_face()
    for act in (lambda: bench.unit.load_face(FaceRaster(8, 8, bytes(8))), bench.unit.erase_and_print):
        with pytest.raises(ValueError, match="rewrites no faces"):
            act()


def test_what_the_unit_says_of_itself(bench: CrtBench) -> None:
    assert (bench.unit.version(), bench.unit.serial_number(), bench.unit.configuration()) == (
        "CRT-591-M SIM V1.00",
        "SIM5910001",
        "0",
    )


@pytest.mark.parametrize(
    ("command", "parameter", "data", "code"),
    [
        (0x77, 0x30, b"", "00"),
        (Command.INITIALISE, 0x36, b"", "01"),
        (Command.STATUS, 0x35, b"", "01"),
        (Command.MOVE, 0x35, b"", "01"),
        (Command.ENTRY, 0x39, b"", "01"),
        (Command.CONTACT_CHIP, 0x37, b"", "01"),
        (Command.CONTACT_CHIP, ContactChip.APDU, b"\x00\x84\x00\x00\x04", "65"),
        (Command.BIN_COUNTER, 0x39, b"", "01"),
        (Command.BIN_COUNTER, BinCounter.SET, b"12", "04"),
    ],
)
def test_what_the_document_does_not_foresee_is_refused(
    bench: CrtBench, command: int, parameter: int, data: bytes, code: str
) -> None:
    bench.unit.close()
    link = open_bytes(bench.url, "permit_unit")
    exchange = FrameExchange(link, ExchangeLimits(0.3, 3))
    assert exchange.ask(CommandFrame(command, parameter, data), 0.5) == Failed(command, parameter, code)
    link.close()
