"""A chip by the CRT-591-M's own commands, at the wire."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.errors import (
    LinkLost,
    LinkTimeout,
    NoChip,
    NotInitialised,
)
from drivers.permit_chip.chip import PermitChip
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.base import PermitPosition
from drivers.permit_unit.crt_591_m.chip_contacts import UnitContacts
from drivers.permit_unit.crt_591_m.device_file import ChipPosition
from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.residents import load_residents
from drivers.simulators.virtual_chip import Protocol, VirtualChip
from drivers.transport.tracing import TraceSink, TracingBytes
from tests.lobby.unit_bench import CrtBench, closing

PERMIT_FILE = load_permit_file(ASSETS / "permits" / "reference.toml")
TODAY = date(2026, 11, 22)


def a_chip(protocol: Protocol = "t0") -> VirtualChip:
    residents = load_residents(today=TODAY)
    permit = residents.permits["lin-yuzhen-shanghai"]
    return VirtualChip.from_permit(
        permit, residents.people[permit.holder], PERMIT_FILE, load_test_keys(), protocol=protocol
    )


@pytest.mark.parametrize("protocol", ["t0", "t1"])
@pytest.mark.parametrize("position", ["contacts", "antenna"])
def test_the_chip_is_read_through_the_unit(tmp_path: Path, protocol: Protocol, position: ChipPosition) -> None:
    chip = a_chip(protocol)
    with closing(CrtBench(tmp_path, 0.0, chip)) as bench:
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
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
        bench.take_in()
        with pytest.raises(NoChip):
            UnitContacts(bench.unit, "antenna").connect(1.0)


@pytest.mark.parametrize("chip", [None, "dead"])
def test_a_permit_whose_chip_does_not_answer_has_none(tmp_path: Path, chip: str | None) -> None:
    virtual = None if chip is None else a_chip()
    if virtual is not None:
        virtual.set_fault("dead")
    with closing(CrtBench(tmp_path, 0.0, virtual)) as bench:
        bench.take_in()
        with pytest.raises(NoChip):
            UnitContacts(bench.unit, "contacts").connect(1.0)


def test_a_chip_that_falls_silent_is_a_time_out_and_must_be_opened_anew(tmp_path: Path) -> None:
    chip = a_chip()
    with closing(CrtBench(tmp_path, 0.0, chip)) as bench:
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
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.activity.drain()
        for fault in ("lost_reply", "lost_ack"):
            bench.simulator.set_fault(fault)
        with pytest.raises(LinkTimeout):
            connected.transmit(bytes.fromhex("0084000004"))
        assert [busy.doing for busy in bench.activity.drain() if busy.who == "permit_chip"] == ["command 84"]


def test_a_permit_that_is_given_back_loses_its_chip_s_power(tmp_path: Path) -> None:
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.unit.give_back()
        with pytest.raises(LinkLost, match="not activated"):
            connected.transmit(bytes.fromhex("0084000004"))


def test_a_unit_that_lost_power_under_a_chip_command_says_so(tmp_path: Path) -> None:
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        bench.simulator.set_fault("power_loss")
        with pytest.raises(NotInitialised):
            connected.transmit(bytes.fromhex("0084000004"))
        connected.close()


def test_a_unit_that_is_gone_does_not_keep_a_chip_from_being_closed(tmp_path: Path) -> None:
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
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
    with closing(CrtBench(tmp_path, 0.0, a_chip())) as bench:
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
    with closing(CrtBench(tmp_path, 0.05, a_chip())) as bench:
        bench.take_in()
        connected = UnitContacts(bench.unit, "contacts").connect(1.0)
        connected.transmit(bytes.fromhex("0084000004"))
        busy = bench.activity.drain()
        assert {(b.who, b.doing) for b in busy if b.cause == "device"} == {
            ("permit_unit", "initialise"),
            ("permit_unit", "take in"),
            ("permit_chip", "command 84"),
        }
