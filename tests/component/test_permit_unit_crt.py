"""The CRT-591-M driver against its simulator: what the contract does not cover, at the wire."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from drivers.device_file import DeviceFileError
from drivers.errors import (
    BinFull,
    DriverError,
    FrameCorrupt,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    NoChip,
    NotInitialised,
    PermitError,
    PermitJammed,
)
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.permit_file_reader import load_permit_file
from drivers.permit_unit.base import BinLevel, FaceRaster, PermitPosition, ResetPolicy, TakeInOutcome
from drivers.permit_unit.crt_591_m.chip_contacts import UnitContacts
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.device_file import ChipPosition, CrtDeviceFile, load_device_file
from drivers.permit_unit.crt_591_m.exchange import ExchangeLimits, FrameExchange
from drivers.permit_unit.crt_591_m.frames import BinCounter, Command, CommandFrame, ContactChip, Entry, Failed, Move
from drivers.permit_unit.dialects import load_unit_file, open_unit_with_contacts
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.permit import Place, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.simulators.residents import load_residents
from drivers.simulators.virtual_chip import Protocol, VirtualChip
from drivers.transport.base import ByteTransport
from drivers.transport.tracing import TraceSink, TracingBytes
from drivers.transport.urls import open_bytes
from tests.waiting import eventually

ASSETS = Path(__file__).parents[2] / "assets"
DEVICE_FILE = ASSETS / "devices" / "crt-591-m.toml"
PERMIT_FILE = load_permit_file(ASSETS / "permits" / "reference.toml")
TODAY = date(2026, 11, 22)


def impatient() -> CrtDeviceFile:
    device_file = load_device_file(DEVICE_FILE)
    timeouts = replace(device_file.timeouts, answer_s=0.4, transport_s=1.5, initialise_s=1.5, chip_s=0.6)
    return replace(device_file, timeouts=timeouts, entry_poll_s=0.02)


def a_chip(protocol: Protocol = "t0") -> VirtualChip:
    residents = load_residents(today=TODAY)
    permit = residents.permits["lin-yuzhen-shanghai"]
    return VirtualChip.from_permit(
        permit, residents.people[permit.holder], PERMIT_FILE, load_test_keys(), protocol=protocol)


class Bench:
    """A simulated unit, its driver, initialised, and a permit in the hand."""

    def __init__(self, run_dir: Path, pace: float, chip: VirtualChip | None = None) -> None:
        self.activity = ActivityLog()
        self.simulator = CrtUnitSim(self.activity, pace, run_dir, late_s=0.8)
        self.url = self.simulator.start()
        self.file = impatient()
        self.unit = self.driver()
        self.permit = SimulatedPermit("bench", chip, RewritableFace())
        self.unit.reset(ResetPolicy.LEAVE)

    def driver(self, wrap: Callable[[ByteTransport], ByteTransport] = lambda link: link) -> Crt591M:
        return Crt591M(lambda: wrap(open_bytes(self.url, "permit_unit")), self.file)

    def take_in(self) -> None:
        self.simulator.offer(self.permit)
        assert self.unit.take_in(lambda: False) is TakeInOutcome.TAKEN_IN

    def position(self) -> PermitPosition:
        return self.unit.status().position

    def send(self, command: Command, parameter: int) -> None:
        """One frame by another program, which ends before it is answered."""
        self.unit.close()
        link = open_bytes(self.url, "permit_unit")
        link.write(CommandFrame(command, parameter).encode())
        assert link.read(1, 1.0) == b"\x06"
        link.close()


@contextmanager
def bench_at(run_dir: Path, pace: float, chip: VirtualChip | None = None) -> Iterator[Bench]:
    bench = Bench(run_dir, pace, chip)
    try:
        yield bench
    finally:
        bench.unit.close()
        bench.simulator.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_at(tmp_path, 0.0) as bench:
        yield bench


@pytest.mark.parametrize("fault", ["nak_once", "garbled_once", "lost_ack"])
def test_one_disturbance_on_the_line_is_not_noticed(bench: Bench, fault: str) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    assert bench.position() is PermitPosition.AT_STATION
    bench.simulator.set_fault(fault)
    bench.unit.give_back()
    assert bench.position() is PermitPosition.AT_MOUTH


@pytest.mark.parametrize(("fault", "kind"), [("garbled", FrameCorrupt), ("silent", LinkTimeout)])
def test_a_line_that_stays_disturbed_is_told_and_heals(bench: Bench, fault: str, kind: type[DriverError]) -> None:
    bench.simulator.set_fault(fault)
    with pytest.raises(kind):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert eventually(lambda: bench.position() is PermitPosition.NONE)


def test_a_late_answer_is_a_time_out_and_does_not_spoil_the_next_one(bench: Bench) -> None:
    bench.simulator.set_fault("late")
    with pytest.raises(LinkTimeout):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert eventually(lambda: _answers(bench)) is True
    bench.take_in()
    assert bench.position() is PermitPosition.AT_STATION


def _answers(bench: Bench) -> bool:
    try:
        return bench.unit.version() == "CRT-591-M SIM V1.00"
    except LinkTimeout:
        return False


@pytest.mark.parametrize(("fault", "status"), [("motor", 0x51), ("contacts_stuck", 0x05)])
def test_a_unit_that_cannot_move_needs_repair_and_keeps_the_permit(bench: Bench, fault: str, status: int) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    with pytest.raises(NeedsRepair) as caught:
        bench.unit.give_back()
    assert caught.value.status == status
    assert bench.position() is PermitPosition.AT_STATION


def test_a_broken_sensor_shows_at_the_initialisation(bench: Bench) -> None:
    bench.simulator.set_fault("sensor")
    with pytest.raises(NeedsRepair):
        bench.unit.reset(ResetPolicy.LEAVE)


def test_a_permit_of_the_wrong_length_is_about_the_permit_and_given_out(bench: Bench) -> None:
    bench.simulator.set_fault("too_long")
    bench.simulator.offer(bench.permit)
    with pytest.raises(PermitError, match="too long"):
        bench.unit.take_in(lambda: False)
    assert bench.position() is PermitPosition.AT_MOUTH
    assert bench.simulator.take() is bench.permit
    bench.simulator.clear_faults()
    bench.simulator.offer(bench.permit)
    assert bench.unit.take_back() is False          # the gate was closed


@pytest.mark.parametrize(("fault", "level"), [("bin_full", BinLevel.FULL), ("counter_overflow", BinLevel.OK)])
def test_a_full_bin_is_told_before_anything_moves(bench: Bench, fault: str, level: BinLevel) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    assert bench.unit.status().bin_level is level
    with pytest.raises(BinFull):
        bench.unit.retain()
    assert bench.position() is PermitPosition.AT_STATION
    assert bench.simulator.bin == []


def test_a_bin_that_is_nearly_full_by_its_counter_is_high(bench: Bench) -> None:
    bench.simulator.retained_count = bench.file.bin_capacity - 2
    bench.unit.reset(ResetPolicy.LEAVE)
    assert bench.unit.status().bin_level is BinLevel.OK
    bench.take_in()
    bench.unit.retain()
    assert bench.unit.status().bin_level is BinLevel.HIGH
    bench.unit.count_bin_anew()
    assert bench.unit.status().bin_level is BinLevel.OK


def test_a_permit_that_jams_on_its_way_to_the_bin_stays_in_the_path(bench: Bench) -> None:
    bench.take_in()
    bench.simulator.set_fault("jam_retaining")
    with pytest.raises(PermitJammed):
        bench.unit.retain()
    assert bench.position() is PermitPosition.IN_PATH
    assert bench.unit.counters().retained == 0


def test_without_power_everything_but_the_initialisation_is_refused(bench: Bench) -> None:
    bench.take_in()
    bench.simulator.set_fault("power_loss")
    for verb in (bench.unit.status, bench.unit.give_back, bench.unit.retain, bench.unit.version, bench.unit.take_back):
        with pytest.raises(NotInitialised):
            verb()
    assert bench.permit.place is Place.STATION
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


@pytest.mark.slow
def test_power_lost_on_the_way_in_leaves_the_permit_in_the_path_and_it_is_drawn_on(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.25) as bench:
        bench.simulator.offer(bench.permit)
        cutting = threading.Timer(0.15, bench.simulator.set_fault, ["power_loss"])
        cutting.start()
        with pytest.raises(DriverError):
            bench.unit.take_in(lambda: False)
        cutting.join()
        assert bench.permit.place is Place.PATH
        assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


def test_a_jammed_permit_that_is_found_stays_where_it_is(bench: Bench) -> None:
    bench.simulator.set_fault("jam_taking_in")
    bench.simulator.offer(bench.permit)
    with pytest.raises(PermitJammed):
        bench.unit.take_in(lambda: False)
    bench.simulator.set_fault("power_loss")
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.IN_PATH


def test_a_gate_that_an_earlier_program_left_open_is_closed(bench: Bench) -> None:
    bench.send(Command.ENTRY, Entry.OPEN)
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE
    bench.simulator.offer(bench.permit)
    assert bench.unit.take_back() is False          # a closed gate has no hold of it
    assert bench.permit.place is Place.MOUTH


@pytest.mark.slow
def test_a_motion_that_an_earlier_program_ordered_is_waited_for(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.4) as bench:
        bench.take_in()
        bench.send(Command.MOVE, Move.HOLD_AT_GATE)
        assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_MOUTH
        initialisations = [busy for busy in bench.activity.drain() if busy.doing == "initialise"]
        assert len(initialisations) == 2            # that of the bench, and this one


def test_a_permit_in_the_gate_that_was_let_go_of_cannot_be_taken_back(bench: Bench) -> None:
    bench.take_in()
    bench.send(Command.MOVE, Move.OUT_OF_GATE)
    assert eventually(lambda: bench.permit.place is Place.MOUTH)
    assert bench.unit.take_back() is False


def test_bad_answers_with_either_head_mean_the_same(tmp_path: Path) -> None:
    simulator = CrtUnitSim(ActivityLog(), 0.0, tmp_path, failed_head=0x45)
    url = simulator.start()
    unit = Crt591M(lambda: open_bytes(url, "permit_unit"), impatient())
    try:
        with pytest.raises(NotInitialised):
            unit.status()
    finally:
        unit.close()
        simulator.stop()


def test_the_retract_counter_counts_only_where_it_was_switched_on(bench: Bench) -> None:
    bench.file = replace(bench.file, counts_retained=False)
    bench.unit.close()
    bench.unit = bench.driver()
    bench.unit.reset(ResetPolicy.LEAVE)
    bench.take_in()
    bench.unit.retain()
    assert bench.unit.counters().retained == 0
    assert bench.simulator.bin == [bench.permit]


def test_a_face_is_none_of_this_unit_s_business(bench: Bench) -> None:
    assert bench.unit.capabilities.rewrites_face is False
    bench.unit.clear_face()
    for act in (lambda: bench.unit.load_face(FaceRaster(8, 8, bytes(8))), bench.unit.erase_and_print):
        with pytest.raises(ValueError, match="rewrites no faces"):
            act()


def test_what_the_unit_says_of_itself(bench: Bench) -> None:
    assert (bench.unit.version(), bench.unit.serial_number(), bench.unit.configuration()) == (
        "CRT-591-M SIM V1.00", "SIM5910001", "0")


@pytest.mark.parametrize(("command", "parameter", "data", "code"), [
    (0x77, 0x30, b"", "00"),
    (Command.INITIALISE, 0x36, b"", "01"),
    (Command.STATUS, 0x35, b"", "01"),
    (Command.MOVE, 0x35, b"", "01"),
    (Command.ENTRY, 0x39, b"", "01"),
    (Command.CONTACT_CHIP, 0x37, b"", "01"),
    (Command.CONTACT_CHIP, ContactChip.APDU, b"\x00\x84\x00\x00\x04", "65"),
    (Command.BIN_COUNTER, 0x39, b"", "01"),
    (Command.BIN_COUNTER, BinCounter.SET, b"12", "04"),
])
def test_what_the_document_does_not_foresee_is_refused(
    bench: Bench, command: int, parameter: int, data: bytes, code: str
) -> None:
    bench.unit.close()
    link = open_bytes(bench.url, "permit_unit")
    exchange = FrameExchange(link, ExchangeLimits(0.3, 3))
    assert exchange.ask(CommandFrame(command, parameter, data), 0.5) == Failed(command, parameter, code)
    link.close()


# The chip by the unit's own commands.


@pytest.mark.parametrize("protocol", ["t0", "t1"])
@pytest.mark.parametrize("position", ["contacts", "antenna"])
def test_the_chip_is_read_through_the_unit(tmp_path: Path, protocol: Protocol, position: ChipPosition) -> None:
    chip = a_chip(protocol)
    with bench_at(tmp_path, 0.0, chip) as bench:
        bench.unit.close()
        bench.file = replace(bench.file, chip_position=position)
        bench.unit = bench.driver()
        bench.take_in()
        with PermitChip(UnitContacts(bench.unit, position), [PERMIT_FILE]) as permit:
            permit.open(1.0)
            record = permit.read()
        assert record.fields == chip.written_fields()
        assert record.atr == chip.atr()
        assert bench.unit.status().position is PermitPosition.AT_STATION


def test_the_wrong_chip_position_finds_no_chip(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        with pytest.raises(NoChip):
            UnitContacts(bench.unit, "antenna").connect(1.0)


@pytest.mark.parametrize("chip", [None, "dead"])
def test_a_permit_whose_chip_does_not_answer_has_none(tmp_path: Path, chip: str | None) -> None:
    virtual = None if chip is None else a_chip()
    if virtual is not None:
        virtual.set_fault("dead")
    with bench_at(tmp_path, 0.0, virtual) as bench:
        bench.take_in()
        with pytest.raises(NoChip):
            UnitContacts(bench.unit, "contacts").connect(1.0)


def test_a_chip_that_falls_silent_is_a_time_out_and_must_be_opened_anew(tmp_path: Path) -> None:
    chip = a_chip()
    with bench_at(tmp_path, 0.0, chip) as bench:
        bench.take_in()
        contacts = UnitContacts(bench.unit, "contacts")
        connected = contacts.connect(1.0)
        chip.set_fault("silent")
        with pytest.raises(LinkTimeout, match="silent"):
            connected.transmit(bytes.fromhex("0084000004"))
        with pytest.raises(LinkLost, match="closed"):
            connected.transmit(bytes.fromhex("0084000004"))
        chip.clear_faults()
        assert contacts.connect(1.0).transmit(bytes.fromhex("0084000004")).sw == 0x9000
        contacts.close()
        contacts.close()


def test_a_chip_command_whose_answer_is_lost_is_not_sent_again(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.activity.drain()
        for fault in ("lost_reply", "lost_ack"):
            bench.simulator.set_fault(fault)
        with pytest.raises(LinkTimeout):
            connected.transmit(bytes.fromhex("0084000004"))
        assert [busy.doing for busy in bench.activity.drain() if busy.who == "permit_chip"] == ["command 84"]


def test_a_permit_that_is_given_back_loses_its_chip_s_power(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.unit.give_back()
        with pytest.raises(LinkLost, match="not activated"):
            connected.transmit(bytes.fromhex("0084000004"))


def test_a_unit_that_lost_power_under_a_chip_command_says_so(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.simulator.set_fault("power_loss")
        with pytest.raises(NotInitialised):
            connected.transmit(bytes.fromhex("0084000004"))
        connected.close()


def test_a_unit_that_is_gone_does_not_keep_a_chip_from_being_closed(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        contacts = UnitContacts(bench.unit, "contacts")
        contacts.connect(1.0)
        bench.simulator.set_fault("unplugged")
        contacts.close()
        with pytest.raises(LinkLost):
            bench.unit.status()
        bench.simulator.clear_faults()
        assert bench.position() is PermitPosition.AT_STATION


def test_a_trace_shows_lengths_and_no_chip_data(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.0, a_chip()) as bench:
        bench.take_in()
        bench.unit.close()
        stream = io.StringIO()
        sink = TraceSink(stream)
        unit = bench.driver(lambda link: TracingBytes(link, sink))
        with PermitChip(UnitContacts(unit, "contacts"), [PERMIT_FILE]) as permit:
            permit.open(1.0)
            permit.read()
        unit.close()
        entries = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert {key for entry in entries for key in entry} == {"at", "dir", "bytes"}


def test_chip_time_and_motions_are_recorded_as_the_device_s_time(tmp_path: Path) -> None:
    with bench_at(tmp_path, 0.05, a_chip()) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        connected.transmit(bytes.fromhex("0084000004"))
        busy = bench.activity.drain()
        assert {(b.who, b.doing) for b in busy if b.cause == "device"} == {
            ("permit_unit", "initialise"), ("permit_unit", "take in"), ("permit_chip", "command 84")}


# The device file.


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = DEVICE_FILE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(("before", "after", "mistake"), [
    ("chip_by_unit = true", "chip_by_unit = 1", "mine.toml: capabilities.chip_by_unit: must be true or false"),
    ('position = "contacts"', 'position = "air"', "mine.toml: chip.position: must be one of contacts, antenna"),
    ('"path"', '"middle"', "mine.toml: sensors.order: 'middle' is none of gate, path, station, ignored"),
    ('"station"', '"ignored"', "mine.toml: sensors.order: station is missing"),
    ("capacity = 20", "capacity = 1", "mine.toml: bin.capacity: must be a whole number from 2 to 999, not 1"),
    ("entry_poll = 0.1", "entry_poll = 9", "mine.toml: protocol.entry_poll: must be seconds"),
    ("resends = 3", "resents = 3", "mine.toml: protocol.resents: is not a key of this table"),
])
def test_a_mistake_is_one_line_that_names_file_and_key(
    tmp_path: Path, before: str, after: str, mistake: str
) -> None:
    with pytest.raises(DeviceFileError) as caught:
        load_unit_file(changed(tmp_path, before, after))
    assert any(line.startswith(mistake) for line in caught.value.mistakes), caught.value.mistakes


def test_a_unit_whose_chip_nothing_reaches_is_a_mistake(tmp_path: Path) -> None:
    path = changed(tmp_path, "chip_by_unit = true", "chip_by_unit = false")
    unit_file = load_unit_file(path)
    _, contacts = open_unit_with_contacts(unit_file, lambda: open_bytes("tcp://127.0.0.1:9"))
    assert contacts is None
    path.write_text(path.read_text("utf-8").replace("chip_by_pcsc = true", "chip_by_pcsc = false"), "utf-8")
    with pytest.raises(DeviceFileError, match="nothing else reaches the chip"):
        load_unit_file(path)


def test_a_dialect_that_nobody_speaks_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(DeviceFileError, match=r"must be one of star-tcp300, crt-591-m, not 'other'"):
        load_unit_file(changed(tmp_path, 'dialect = "crt-591-m"', 'dialect = "other"'))
