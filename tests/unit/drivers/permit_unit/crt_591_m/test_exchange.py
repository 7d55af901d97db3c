"""Acknowledging, sending again and reading away in the CRT-591-M's dialect, against a line that plays a script."""

from __future__ import annotations

import pytest

from drivers.errors import FrameCorrupt, LinkTimeout
from drivers.permit_unit.crt_591_m.exchange import ExchangeLimits, FrameExchange
from drivers.permit_unit.crt_591_m.frames import Answer, Command, CommandFrame, ContactChip, Control, Done, Failed
from tests.fakes.scripted_link import ScriptedLink

ACK, NAK, EOT = (control.encode() for control in Control)
STATUS = CommandFrame(0x31, 0x31)
EMPTY = Done(0x31, 0x31, b"000", b"0000")
AT_GATE = Done(0x31, 0x31, b"100", b"1000")
APDU = CommandFrame(Command.CONTACT_CHIP, ContactChip.APDU, b"\x00\x84\x00\x00\x04")
CHALLENGE = Done(Command.CONTACT_CHIP, ContactChip.APDU, b"200", b"\x01\x02\x03\x04\x90\x00")
WAIT_S = 0.02


def garbled(answer: Answer) -> bytes:
    encoded = answer.encode()
    return encoded[:-1] + bytes([encoded[-1] ^ 0xFF])


def exchange_over(link: ScriptedLink) -> FrameExchange:
    return FrameExchange(link, ExchangeLimits(ack_s=WAIT_S, resends=3))


def ask(link: ScriptedLink, command: CommandFrame = STATUS) -> Answer:
    return exchange_over(link).ask(command, WAIT_S)


def test_a_question_is_acknowledged_answered_and_acknowledged() -> None:
    link = ScriptedLink(ACK + EMPTY.encode())
    assert ask(link) == EMPTY
    assert link.written == [STATUS.encode(), ACK]


def test_a_bad_answer_is_an_answer() -> None:
    failed = Failed(0x31, 0x31, "B0", head=0x45)
    assert ask(ScriptedLink(ACK + failed.encode())) == failed


def test_a_frame_that_was_not_understood_is_sent_again_three_times_and_no_more() -> None:
    link = ScriptedLink(NAK, NAK, ACK + EMPTY.encode())
    assert ask(link) == EMPTY
    link = ScriptedLink(*[NAK] * 9)
    with pytest.raises(FrameCorrupt, match="31h 31h was not understood 4 times"):
        ask(link)
    assert link.written == [STATUS.encode()] * 4


def test_a_frame_that_nobody_acknowledged_is_sent_again() -> None:
    link = ScriptedLink(b"", b"", ACK + EMPTY.encode())
    assert ask(link) == EMPTY
    assert link.written == [STATUS.encode()] * 3 + [ACK]


def test_a_silent_unit_is_a_time_out_after_the_last_resend() -> None:
    link = ScriptedLink()
    with pytest.raises(LinkTimeout, match="no reply to 31h 31h") as caught:
        ask(link)
    assert link.written == [STATUS.encode()] * 4
    assert caught.value.waited_s == 4 * WAIT_S


def test_a_chip_command_is_never_sent_twice_where_only_its_acknowledgement_may_be_lost() -> None:
    link = ScriptedLink()
    with pytest.raises(LinkTimeout, match="no answer to 51h 39h"):
        exchange_over(link).ask_once(APDU, WAIT_S)
    assert link.written == [APDU.encode()]


def test_a_chip_command_that_was_not_understood_is_sent_again() -> None:
    link = ScriptedLink(NAK, ACK + CHALLENGE.encode())
    assert exchange_over(link).ask_once(APDU, WAIT_S) == CHALLENGE
    assert link.written == [APDU.encode(), APDU.encode(), ACK]


def test_an_answer_with_a_wrong_check_sum_is_asked_for_again() -> None:
    link = ScriptedLink(ACK + garbled(EMPTY), EMPTY.encode())
    assert ask(link) == EMPTY
    assert link.written == [STATUS.encode(), NAK, ACK]


def test_an_answer_that_stays_wrong_is_corrupt() -> None:
    link = ScriptedLink(ACK + garbled(EMPTY), *[garbled(EMPTY)] * 9)
    with pytest.raises(FrameCorrupt, match="check sum"):
        ask(link)
    assert link.written == [STATUS.encode(), NAK, NAK, NAK]


def test_an_answer_that_stops_in_the_middle_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.permit_unit.crt_591_m.exchange.INTER_BYTE_S", 0.005)
    link = ScriptedLink(ACK + EMPTY.encode()[:7], EMPTY.encode())
    assert ask(link) == EMPTY
    assert link.written == [STATUS.encode(), NAK, ACK]


def test_an_answer_counts_where_its_acknowledgement_was_lost_on_a_line_that_owes_nothing() -> None:
    link = ScriptedLink(ACK + EMPTY.encode(), b"", AT_GATE.encode())
    exchange = exchange_over(link)
    assert exchange.ask(STATUS, WAIT_S) == EMPTY
    assert exchange.ask(STATUS, WAIT_S) == AT_GATE


def test_on_a_fresh_line_an_answer_before_the_acknowledgement_is_an_old_one() -> None:
    link = ScriptedLink(AT_GATE.encode(), ACK + EMPTY.encode())
    assert ask(link) == EMPTY


def test_after_a_time_out_the_late_answer_is_not_taken_for_the_next_one() -> None:
    link = ScriptedLink(ACK)
    exchange = exchange_over(link)
    with pytest.raises(LinkTimeout, match="no answer to 31h 31h"):
        exchange.ask(STATUS, WAIT_S)
    link.replies = [AT_GATE.encode() + ACK + EMPTY.encode()]
    assert exchange.ask(STATUS, WAIT_S) == EMPTY


def test_what_came_after_its_wait_had_ended_is_acknowledged_and_dropped() -> None:
    link = ScriptedLink(ACK + EMPTY.encode())
    exchange = exchange_over(link)
    assert exchange.ask(STATUS, WAIT_S) == EMPTY
    link.pending = AT_GATE.encode()
    link.replies = [b"", ACK + EMPTY.encode()]
    assert exchange.ask(STATUS, WAIT_S) == EMPTY
    assert link.written == [STATUS.encode(), ACK, ACK, STATUS.encode(), ACK]


def test_the_answer_to_another_command_is_acknowledged_and_passed_over() -> None:
    link = ScriptedLink(ACK + Done(0x32, 0x33, b"000").encode(), EMPTY.encode())
    assert ask(link) == EMPTY
    assert link.written == [STATUS.encode(), ACK, ACK]


def test_an_echo_of_our_own_frame_is_nothing() -> None:
    assert ask(ScriptedLink(STATUS.encode() + EOT + ACK + STATUS.encode() + EMPTY.encode())) == EMPTY
