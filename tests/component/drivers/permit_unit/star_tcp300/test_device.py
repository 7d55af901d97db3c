"""The Star TCP300 driver against its simulator: what the contract does not cover, at the wire."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.errors import (
    DriverError,
    FrameCorrupt,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    NotInitialised,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import FaceRaster, PermitPosition, ResetPolicy, TakeInOutcome
from drivers.permit_unit.star_tcp300.device import ORDERED_ANEW_EVERY_S, Lamp, StarTcp300
from drivers.permit_unit.star_tcp300.device_file import load_device_file
from drivers.permit_unit.star_tcp300.frames import Command, CommandBlock
from drivers.permit_unit.star_tcp300.raster import image_block_data, image_blocks
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.transport.tracing import TraceSink, TracingBytes
from drivers.transport.urls import open_bytes
from tests.lobby.unit_bench import STAR_FILE, StarBench, closing
from tests.waiting import LIMIT_S, eventually

BLANK = FaceRaster(480, 320, bytes(480 * 40))
FACE = FaceRaster(480, 320, bytes(40 * 40) + b"\xff\x81" * 40 + bytes(480 * 40 - 1680))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[StarBench]:
    with closing(StarBench(tmp_path, 0.0)) as bench:
        yield bench


@pytest.mark.parametrize("fault", ["nak_once", "garbled_once"])
def test_one_disturbance_on_the_line_is_not_noticed(bench: StarBench, fault: str) -> None:
    bench.take_in()
    bench.simulator.set_fault(fault)
    assert bench.position() is PermitPosition.AT_STATION
    bench.simulator.set_fault(fault)
    bench.unit.give_back()
    assert bench.position() is PermitPosition.AT_MOUTH


def test_a_line_that_garbles_everything_is_a_corrupt_frame(bench: StarBench) -> None:
    bench.simulator.set_fault("garbled")
    with pytest.raises(FrameCorrupt):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert bench.position() is PermitPosition.NONE


def test_a_silent_unit_is_a_time_out(bench: StarBench) -> None:
    bench.simulator.set_fault("silent")
    with pytest.raises(LinkTimeout):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert bench.position() is PermitPosition.NONE


def test_a_late_answer_is_a_time_out_and_does_not_spoil_the_next_one(bench: StarBench) -> None:
    bench.simulator.set_fault("late")
    with pytest.raises(LinkTimeout):
        bench.unit.status()
    bench.simulator.clear_faults()
    assert eventually(lambda: _answers(bench)) is True


def _answers(bench: StarBench) -> bool:
    try:
        return bench.unit.version().startswith("TCP300")
    except LinkTimeout:
        return False


@pytest.mark.parametrize(
    ("fault", "status"),
    [("erase_head_hot", 0x43), ("cam_motor", 0x42)],
)
def test_a_unit_that_cannot_print_needs_repair_and_keeps_the_permit(bench: StarBench, fault: str, status: int) -> None:
    bench.face.print_columns(FACE.columns)
    bench.take_in()
    bench.simulator.set_fault(fault)
    with pytest.raises(NeedsRepair) as caught:
        bench.unit.erase_and_print()
    assert caught.value.status == status
    assert bench.position() is PermitPosition.AT_STATION
    assert bench.face.raster == FACE


def test_printing_succeeds_on_the_second_try_with_the_image_still_there(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.load_face(FACE)
    bench.simulator.set_fault("erase_head_hot")
    with pytest.raises(NeedsRepair):
        bench.unit.erase_and_print()
    bench.simulator.clear_faults()
    assert bench.unit.take_back() is True
    bench.unit.erase_and_print()
    assert bench.face.raster == FACE


def test_a_broken_memory_is_found_by_the_reset(bench: StarBench) -> None:
    bench.simulator.set_fault("eeprom")
    with pytest.raises(NeedsRepair) as caught:
        bench.unit.reset(ResetPolicy.GIVE_BACK)
    assert caught.value.status == 0x45


@pytest.mark.parametrize("fault", ["image_error", "buffer_overflow"])
def test_an_image_that_the_unit_does_not_take_is_unexpected(bench: StarBench, fault: str) -> None:
    bench.simulator.set_fault(fault)
    with pytest.raises(UnexpectedReply):
        bench.unit.load_face(FACE)


def test_a_permit_put_in_the_wrong_way_is_held_out_again(bench: StarBench) -> None:
    bench.simulator.set_fault("wrong_way")
    bench.simulator.offer(bench.permit)
    with pytest.raises(PermitError, match="wrong way"):
        bench.unit.take_in(lambda: False)
    assert bench.position() is PermitPosition.AT_MOUTH
    assert bench.simulator.take() is bench.permit


def test_a_permit_that_sticks_at_the_station_is_still_reached_there(bench: StarBench) -> None:
    bench.simulator.set_fault("jam_at_station")
    bench.take_in()
    assert bench.permit.place is PermitLocation.STATION
    with pytest.raises(PermitJammed):
        bench.unit.give_back()
    assert bench.position() is PermitPosition.AT_STATION


def test_a_jam_while_printing_leaves_half_a_face_in_the_path(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.load_face(FaceRaster(480, 320, b"\x0f" * (480 * 40)))
    bench.simulator.set_fault("jam_printing")
    with pytest.raises(PermitJammed):
        bench.unit.erase_and_print()
    assert bench.position() is PermitPosition.IN_PATH
    assert bench.face.raster.columns == b"\x0f" * (240 * 40) + bytes(240 * 40)


def test_a_jam_after_printing_leaves_a_whole_face_in_the_path(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.load_face(FACE)
    bench.simulator.set_fault("jam_giving_out")
    with pytest.raises(PermitJammed):
        bench.unit.erase_and_print()
    assert bench.position() is PermitPosition.IN_PATH
    assert bench.face.raster == FACE
    assert bench.simulator.free_jam() is bench.permit


def test_a_lost_reply_to_the_print_leaves_the_face_written_and_the_permit_at_the_mouth(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.load_face(FACE)
    bench.simulator.set_fault("lost_print_reply")
    with pytest.raises(LinkTimeout):
        bench.unit.erase_and_print()
    assert bench.position() is PermitPosition.AT_MOUTH
    assert bench.face.raster == FACE


def test_a_full_bin_shows_as_a_jam(bench: StarBench) -> None:
    bench.take_in()
    bench.simulator.set_fault("bin_full")
    with pytest.raises(PermitJammed):
        bench.unit.retain()
    assert bench.simulator.bin == []


def test_a_unit_without_a_bin_refuses_to_retain_before_anything_moves(bench: StarBench) -> None:
    device_file = load_device_file(STAR_FILE)
    no_bin = replace(device_file, capabilities=replace(device_file.capabilities, has_retain_bin=False))
    bench.take_in()
    bench.unit.close()
    unit = StarTcp300(lambda: open_bytes(bench.url, "permit_unit"), no_bin)
    with pytest.raises(ValueError, match="no retain bin"):
        unit.retain()
    assert unit.status().position is PermitPosition.AT_STATION
    unit.close()


def test_closing_the_cover_loses_the_image(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.load_face(FACE)
    assert bench.simulator.raster == FACE.columns
    bench.simulator.open_cover()
    bench.simulator.close_cover()
    assert bench.simulator.raster == BLANK.columns


def test_closing_the_cover_gives_out_what_is_inside(bench: StarBench) -> None:
    bench.take_in()
    bench.simulator.open_cover()
    bench.simulator.close_cover()
    assert bench.position() is PermitPosition.AT_MOUTH


def test_closing_a_closed_cover_disturbs_no_wait_for_a_permit(bench: StarBench) -> None:
    link = open_bytes(bench.url, "permit_unit")
    link.write(CommandBlock(Command.REAR_IDLE).encode())
    assert link.read(1, LIMIT_S) == b"\x06"
    bench.simulator.close_cover()
    bench.simulator.offer(bench.permit)
    eventually(lambda: bench.permit.place is PermitLocation.STATION)
    link.close()
    assert bench.position() is PermitPosition.AT_STATION


def test_a_driver_that_starts_anew_withdraws_the_order_of_its_predecessor(bench: StarBench) -> None:
    link = open_bytes(bench.url, "permit_unit")
    link.write(CommandBlock(Command.REAR_IDLE).encode())
    assert link.read(1, LIMIT_S) == b"\x06"
    link.close()
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE
    bench.simulator.offer(bench.permit)
    assert bench.position() is PermitPosition.AT_MOUTH


def test_an_answer_that_nobody_acknowledged_does_not_lock_the_next_driver_out(bench: StarBench) -> None:
    link = open_bytes(bench.url, "permit_unit")
    link.write(CommandBlock(Command.STATUS).encode())
    assert link.read(1, LIMIT_S) == b"\x06"
    link.close()
    assert bench.position() is PermitPosition.NONE


def test_a_link_lost_while_printing_is_reported_and_the_unit_goes_on(tmp_path: Path) -> None:
    with closing(StarBench(tmp_path, 0.05)) as bench:
        bench.take_in()
        bench.unit.load_face(FACE)
        unplugging = threading.Timer(0.15, bench.simulator.set_fault, ["unplugged"])
        unplugging.start()
        with pytest.raises(LinkLost):
            bench.unit.erase_and_print()
        unplugging.join()
        eventually(lambda: bench.permit.place is PermitLocation.MOUTH)
        bench.simulator.clear_faults()
        assert bench.position() is PermitPosition.AT_MOUTH
        assert bench.face.raster == FACE


def test_a_permit_that_moves_when_the_order_is_withdrawn_is_taken_in(tmp_path: Path) -> None:
    with closing(StarBench(tmp_path, 0.25)) as bench:
        bench.simulator.offer(bench.permit)
        asked: list[bool] = []

        def stop() -> bool:
            asked.append(bench.permit.place is PermitLocation.PATH)
            return asked[-1]

        assert bench.unit.take_in(stop) is TakeInOutcome.TAKEN_IN
        assert asked[-1] is True
        assert bench.position() is PermitPosition.AT_STATION


@pytest.mark.slow
def test_power_lost_while_taking_in_leaves_the_permit_in_the_path_until_it_is_found(tmp_path: Path) -> None:
    with closing(StarBench(tmp_path, 0.25)) as bench:
        bench.simulator.offer(bench.permit)
        cutting = threading.Timer(0.1, bench.simulator.set_fault, ["power_loss"])
        cutting.start()
        with pytest.raises(DriverError):
            bench.unit.take_in(lambda: bench.permit.place is PermitLocation.PATH and not cutting.is_alive())
        cutting.join()
        assert bench.permit.place is PermitLocation.PATH
        assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.AT_STATION


def test_a_reset_breaks_off_what_is_going_on(tmp_path: Path) -> None:
    with closing(StarBench(tmp_path, 0.05)) as bench:
        bench.take_in()
        bench.unit.close()
        link = open_bytes(bench.url, "permit_unit")
        link.write(CommandBlock(Command.ERASE_PRINT_GIVE_OUT).encode())
        assert link.read(1, LIMIT_S) == b"\x06"
        link.close()
        assert bench.unit.reset(ResetPolicy.GIVE_BACK).position is PermitPosition.AT_MOUTH
        assert bench.face.prints == 0


def test_the_lamp_and_the_cleaning_are_within_reach(bench: StarBench) -> None:
    bench.unit.show(Lamp.GREEN)
    bench.simulator.offer(bench.permit)
    bench.unit.clean()
    assert bench.position() is PermitPosition.AT_MOUTH


def test_a_face_of_another_size_is_our_mistake(bench: StarBench) -> None:
    with pytest.raises(ValueError, match="8 x 8"):
        bench.unit.load_face(FaceRaster(8, 8, bytes(8)))


def test_loading_says_how_many_characters_it_sent(bench: StarBench) -> None:
    blocks = image_blocks(FACE, 1000)
    assert bench.unit.load_face(FACE) == sum(block.characters for block in blocks)
    assert bench.unit.load_face(BLANK) == 0


def test_a_block_outside_the_raster_is_refused(bench: StarBench) -> None:
    (block,) = image_blocks(FaceRaster(480, 320, bytes(480 * 40 - 1) + b"\x01"), 1000)
    link = open_bytes(bench.url, "permit_unit")
    link.write(CommandBlock(Command.IMAGE_BLOCK, image_block_data(replace(block, columns=b"\x01\x02"))).encode())
    assert link.read(1, LIMIT_S) == b"\x10"
    link.close()


def test_a_trace_shows_lengths_and_no_image(bench: StarBench) -> None:
    stream = io.StringIO()
    sink = TraceSink(stream)
    unit = bench.driver(lambda link: TracingBytes(link, sink))
    unit.load_face(FACE)
    unit.close()
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {key for entry in entries for key in entry} == {"at", "dir", "bytes"}
    assert "FF81" not in stream.getvalue().upper()


def test_motions_and_the_line_are_recorded_as_the_device_s_time(tmp_path: Path) -> None:
    with closing(StarBench(tmp_path, 0.05)) as bench:
        bench.take_in()
        bench.unit.load_face(FACE)
        bench.unit.erase_and_print()
        busy = bench.activity.drain()
        for doing, seconds in (("take in", 0.06), ("erase", 0.15), ("print", 0.15), ("give out", 0.04)):
            spent = sum(b.ended - b.began for b in busy if b.doing == doing)
            assert seconds * 0.99 <= spent < seconds + 0.5  # a wait may end a fraction of a millisecond early
        assert {b.who for b in busy} == {"permit_unit"}
        assert {b.cause for b in busy} == {"device", "line"}


def test_hands_cannot_do_what_people_cannot(bench: StarBench) -> None:
    assert bench.simulator.take() is None
    assert bench.simulator.withdraw() is False
    assert bench.simulator.free_jam() is None
    bench.simulator.offer(bench.permit)
    with pytest.raises(ValueError, match="already"):
        bench.simulator.offer(SimulatedPermit("other", None, RewritableFace()))
    assert bench.simulator.withdraw() is True
    bench.take_in()
    assert bench.simulator.take() is None
    assert bench.simulator.withdraw() is False
    bench.unit.retain()
    with pytest.raises(ValueError, match="not in a hand"):
        bench.simulator.offer(bench.permit)


def test_retained_permits_are_emptied_into_the_hand(bench: StarBench) -> None:
    bench.take_in()
    bench.unit.retain()
    assert bench.simulator.empty_bin() == [bench.permit]
    assert bench.permit.place is PermitLocation.HAND
    assert bench.simulator.bin == []


def test_a_fault_that_does_not_exist_is_named(bench: StarBench) -> None:
    with pytest.raises(ValueError, match="'paper_out' is none of"):
        bench.simulator.set_fault("paper_out")


@pytest.mark.slow
def test_a_unit_that_loses_its_power_while_it_waits_at_the_mouth_is_noticed(bench: StarBench) -> None:
    asked = iter(["before the order", "while it waits"])

    def cuts_power() -> bool:
        if next(asked, "afterwards") == "while it waits":
            bench.simulator.set_fault("power_loss")
        return False

    with pytest.raises(NotInitialised):
        bench.unit.take_in(cuts_power)
    assert bench.unit.reset(ResetPolicy.LEAVE).position is PermitPosition.NONE
    bench.take_in()
    assert bench.position() is PermitPosition.AT_STATION


@pytest.mark.slow
def test_a_permit_that_comes_after_the_order_was_given_anew_is_taken_in(bench: StarBench) -> None:
    began = time.monotonic()

    def offers_late() -> bool:
        if bench.permit.place is PermitLocation.HAND and time.monotonic() - began > ORDERED_ANEW_EVERY_S + 1.0:
            bench.simulator.offer(bench.permit)
        return False

    assert bench.unit.take_in(offers_late) is TakeInOutcome.TAKEN_IN
    assert bench.position() is PermitPosition.AT_STATION
