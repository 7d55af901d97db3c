"""The verbs against a line that plays a script: what a simulator cannot be made to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.errors import LinkLost, PermitJammed, UnexpectedReply
from drivers.permit_unit.base import Capabilities, Counters, TakeInOutcome
from drivers.permit_unit.star_tcp300.device import StarTcp300
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile, StarTimeouts
from drivers.permit_unit.star_tcp300.frames import AnswerBlock, Command, CommandBlock, Control
from tests.fakes.scripted_link import ScriptedLink

ACK, NAK, DLE = (control.encode() for control in Control)
DEVICE_FILE = StarDeviceFile(
    name="a unit",
    baud=38400,
    capabilities=Capabilities(
        rewrites_face=True, has_retain_bin=True, chip_by_pcsc=True, chip_by_unit=False, gives_out_with_print=True
    ),
    timeouts=StarTimeouts(
        ack_s=0.02, answer_s=0.02, transport_s=0.05, erase_and_print_s=0.05, initialise_s=0.05, take_back_s=0.02
    ),
    bin_capacity=20,
    width_dots=480,
    height_dots=320,
    image_characters_per_block=1000,
    resends=3,
    refusals_retried=2,
    refusal_pause_s=0.001,
)
GIVE_OUT = CommandBlock(Command.GIVE_OUT, b"1")
TAKE_IN = CommandBlock(Command.REAR_IDLE)
CANCEL = CommandBlock(Command.CANCEL_INSERTION)
STATUS = CommandBlock(Command.STATUS)


def answered(command: int, status: int = 0x20, data: bytes = b"") -> bytes:
    return ACK + AnswerBlock(command, status, data).encode()


def unit_on(*replies: bytes) -> tuple[StarTcp300, ScriptedLink]:
    link = ScriptedLink(*replies, greeting=ACK)
    return StarTcp300(lambda: link, DEVICE_FILE), link


def commands(link: ScriptedLink) -> list[bytes]:
    return [written for written in link.written if written != ACK]


def stop_the_second_time() -> Callable[[], bool]:
    answers = iter([False])
    return lambda: next(answers, True)


def test_giving_out_is_tried_again_after_a_refusal() -> None:
    unit, link = unit_on(DLE, DLE, answered(0x50))
    unit.give_back()
    assert commands(link) == [GIVE_OUT.encode()] * 3


def test_giving_out_is_refused_in_the_end() -> None:
    unit, link = unit_on(DLE, DLE, DLE)
    with pytest.raises(UnexpectedReply, match="refused 50h 3 times"):
        unit.give_back()
    assert commands(link) == [GIVE_OUT.encode()] * 3


def test_nothing_else_is_tried_again_after_a_refusal() -> None:
    unit, link = unit_on(DLE, answered(0x58))
    with pytest.raises(UnexpectedReply, match="refused 58h"):
        unit.version()
    assert commands(link) == [CommandBlock(Command.VERSION).encode()]


def test_a_unit_that_still_moves_when_the_order_was_withdrawn_is_asked_until_it_is_done() -> None:
    unit, link = unit_on(ACK, answered(0x54), b"", DLE, DLE, answered(0x59, 0x20, b"0011000"))
    assert unit.take_in(stop_the_second_time()) is TakeInOutcome.TAKEN_IN
    assert commands(link) == [TAKE_IN.encode(), CANCEL.encode(), *[STATUS.encode()] * 3]


def test_a_permit_that_stopped_half_way_is_drawn_in_the_rest_of_the_way() -> None:
    unit, link = unit_on(ACK, answered(0x54), b"", answered(0x59, 0x20, b"0110000"), b"", answered(0x51))
    assert unit.take_in(stop_the_second_time()) is TakeInOutcome.TAKEN_IN
    assert commands(link) == [TAKE_IN.encode(), CANCEL.encode(), STATUS.encode(), TAKE_IN.encode()]


def test_sensors_that_contradict_each_other_after_a_withdrawal_are_a_jam() -> None:
    unit, _ = unit_on(ACK, answered(0x54), b"", answered(0x59, 0x20, b"2001000"))
    with pytest.raises(PermitJammed, match="contradict"):
        unit.take_in(stop_the_second_time())


@pytest.mark.parametrize(
    ("data", "count"),
    [(b"0000000012", 12), (b"        12", 12), (b"0", 0), (b"", None)],
)
def test_a_counter_is_read_however_it_is_filled(data: bytes, count: int | None) -> None:
    unit, _ = unit_on(answered(0x95, 0x20, data), b"", answered(0x96, 0x20, b"7"))
    assert unit.counters() == Counters(transports=count, prints=7)


def test_a_counter_that_is_no_number_is_unexpected() -> None:
    unit, _ = unit_on(answered(0x95, 0x20, b"many"))
    with pytest.raises(UnexpectedReply, match="95h is no number"):
        unit.counters()


def test_a_lost_link_is_closed_and_opened_anew_by_the_next_verb() -> None:
    class DeadLink(ScriptedLink):
        def read(self, max_bytes: int, timeout_s: float) -> bytes:
            raise LinkLost("pulled", device="permit_unit")

    dead, alive = DeadLink(greeting=ACK), ScriptedLink(answered(0x58, 0x20, b"TCP300"), greeting=ACK)
    links = iter([dead, alive])
    unit = StarTcp300(lambda: next(links), DEVICE_FILE)
    with pytest.raises(LinkLost):
        unit.version()
    assert dead.closed == 1
    assert unit.version() == "TCP300"
    unit.close()
    unit.close()
    assert alive.closed == 1


def test_no_image_is_in_what_is_raised() -> None:
    unit, _ = unit_on(DLE)
    with pytest.raises(UnexpectedReply) as caught:
        unit.clear_face()
    assert str(caught.value) == "the unit refused 40h"


def test_retaining_needs_a_bin() -> None:
    no_bin = replace(DEVICE_FILE, capabilities=replace(DEVICE_FILE.capabilities, has_retain_bin=False))
    link = ScriptedLink(greeting=ACK)
    with pytest.raises(ValueError, match="a unit has no retain bin"):
        StarTcp300(lambda: link, no_bin).retain()
    assert link.written == []
