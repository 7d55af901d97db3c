"""Acknowledging, sending again and reading away, against a line that plays a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.errors import FrameCorrupt, LinkTimeout, UnexpectedReply
from drivers.permit_unit.star_tcp300.exchange import BlockExchange, ExchangeLimits, Refused
from drivers.permit_unit.star_tcp300.frames import AnswerBlock, Command, CommandBlock, Control
from tests.fakes.scripted_link import ScriptedLink

ACK, NAK, DLE = (control.encode() for control in Control)
STATUS = CommandBlock(Command.STATUS)
STATUS_ANSWER = AnswerBlock(Command.STATUS, 0x20, b"0000000")
PRINT_ANSWER = AnswerBlock(Command.ERASE_PRINT_GIVE_OUT, 0x20)
TAKE_IN = CommandBlock(Command.REAR_IDLE)
TAKE_IN_ANSWER = AnswerBlock(Command.REAR_IDLE, 0x20)
CANCEL = CommandBlock(Command.CANCEL_INSERTION)
CANCEL_ANSWER = AnswerBlock(Command.CANCEL_INSERTION, 0x20)
WAIT_S = 0.03


def garbled(answer: AnswerBlock) -> bytes:
    encoded = answer.encode()
    return encoded[:-1] + bytes([encoded[-1] ^ 0xFF])


def line(*replies: bytes) -> ScriptedLink:
    return ScriptedLink(*replies, greeting=ACK)


def exchange_over(link: ScriptedLink) -> BlockExchange:
    return BlockExchange(link, ExchangeLimits(ack_s=WAIT_S, resends=3))


def ask(link: ScriptedLink, block: CommandBlock = STATUS) -> AnswerBlock:
    return exchange_over(link).ask(block, WAIT_S)


def test_a_question_is_acknowledged_answered_and_acknowledged() -> None:
    link = line(ACK + STATUS_ANSWER.encode())
    assert ask(link) == STATUS_ANSWER
    assert link.written == [STATUS.encode(), ACK]


def test_a_block_that_was_not_understood_is_sent_again() -> None:
    link = line(NAK, NAK, ACK + STATUS_ANSWER.encode())
    assert ask(link) == STATUS_ANSWER
    assert link.written == [STATUS.encode()] * 3 + [ACK]


def test_a_block_is_sent_again_three_times_and_no_more() -> None:
    link = line(*[NAK] * 9)
    with pytest.raises(FrameCorrupt, match="59h was not understood 4 times"):
        ask(link)
    assert link.written == [STATUS.encode()] * 4


def test_a_refused_block_is_not_sent_again() -> None:
    link = line(DLE, ACK)
    with pytest.raises(Refused, match="refused 59h") as caught:
        ask(link)
    assert isinstance(caught.value, UnexpectedReply)
    assert link.written == [STATUS.encode()]


def test_an_answer_with_a_wrong_check_sum_is_asked_for_again() -> None:
    link = line(ACK + garbled(STATUS_ANSWER), STATUS_ANSWER.encode())
    assert ask(link) == STATUS_ANSWER
    assert link.written == [STATUS.encode(), NAK, ACK]


def test_an_answer_that_stays_wrong_is_corrupt() -> None:
    link = line(ACK + garbled(STATUS_ANSWER), *[garbled(STATUS_ANSWER)] * 9)
    with pytest.raises(FrameCorrupt, match="check sum"):
        ask(link)
    assert link.written == [STATUS.encode(), NAK, NAK, NAK]


def test_an_answer_counts_where_its_acknowledgement_was_lost() -> None:
    assert ask(line(STATUS_ANSWER.encode())) == STATUS_ANSWER


def test_silence_after_a_block_is_a_time_out() -> None:
    link = line()
    with pytest.raises(LinkTimeout, match="no reply to 59h") as caught:
        ask(link)
    assert caught.value.waited_s == WAIT_S
    assert link.written == [STATUS.encode()]


def test_silence_after_the_acknowledgement_is_a_time_out_and_nothing_is_repeated() -> None:
    link = line(ACK)
    with pytest.raises(LinkTimeout, match="no answer to 46h"):
        ask(link, CommandBlock(Command.ERASE_PRINT_GIVE_OUT, b"1,1,1"))
    assert len(link.written) == 1


def test_an_answer_that_came_too_late_is_acknowledged_before_the_next_block() -> None:
    link = line(ACK + STATUS_ANSWER.encode())
    exchange = exchange_over(link)
    assert exchange.ask(STATUS, WAIT_S) == STATUS_ANSWER
    link.pending = PRINT_ANSWER.encode()
    link.replies = [b"", ACK + STATUS_ANSWER.encode()]
    assert exchange.ask(STATUS, WAIT_S) == STATUS_ANSWER
    assert link.written == [STATUS.encode(), ACK, ACK, STATUS.encode(), ACK]


def test_an_answer_that_was_given_up_is_acknowledged_before_the_next_block() -> None:
    link = line(ACK, b"", ACK + STATUS_ANSWER.encode())
    exchange = exchange_over(link)
    with pytest.raises(LinkTimeout):
        exchange.ask(CommandBlock(Command.VERSION), WAIT_S)
    assert exchange.ask(STATUS, WAIT_S) == STATUS_ANSWER
    assert link.written == [CommandBlock(Command.VERSION).encode(), ACK, STATUS.encode(), ACK]


def test_a_late_answer_in_place_of_an_acknowledgement_is_acknowledged_and_the_block_sent_again() -> None:
    link = line(PRINT_ANSWER.encode(), b"", ACK + STATUS_ANSWER.encode())
    assert ask(link) == STATUS_ANSWER
    assert link.written == [STATUS.encode(), ACK, STATUS.encode(), ACK]


def test_a_late_answer_before_the_right_one_is_acknowledged_and_dropped() -> None:
    link = line(ACK + PRINT_ANSWER.encode() + STATUS_ANSWER.encode())
    assert ask(link) == STATUS_ANSWER
    assert link.written == [STATUS.encode(), ACK, ACK]


def test_half_a_block_left_over_does_not_spoil_the_next_answer() -> None:
    link = line(ACK + STATUS_ANSWER.encode())
    exchange = exchange_over(link)
    link.pending = b"\x02\x46"
    assert exchange.ask(STATUS, WAIT_S) == STATUS_ANSWER


@pytest.mark.parametrize(
    ("reply", "finished"),
    [
        (ACK + CANCEL_ANSWER.encode(), None),
        (TAKE_IN_ANSWER.encode(), TAKE_IN_ANSWER),
        (ACK + TAKE_IN_ANSWER.encode() + CANCEL_ANSWER.encode(), TAKE_IN_ANSWER),
        (TAKE_IN_ANSWER.encode() + DLE, TAKE_IN_ANSWER),
    ],
    ids=["waiting ended", "finished first, cancel discarded", "both answered", "finished first, cancel refused"],
)
def test_a_cancelled_wait_ends_with_what_was_finished_first(reply: bytes, finished: AnswerBlock | None) -> None:
    link = line(ACK, reply)
    exchange = exchange_over(link)
    exchange.begin(TAKE_IN)
    assert exchange.poll(Command.REAR_IDLE, 0.0) is None
    assert exchange.cancel(Command.REAR_IDLE, CANCEL, WAIT_S) == finished


def test_a_cancellation_that_was_not_understood_is_sent_again() -> None:
    link = line(ACK, NAK, ACK + CANCEL_ANSWER.encode())
    exchange = exchange_over(link)
    exchange.begin(TAKE_IN)
    assert exchange.cancel(Command.REAR_IDLE, CANCEL, WAIT_S) is None
    assert link.written == [TAKE_IN.encode(), CANCEL.encode(), CANCEL.encode(), ACK]


def test_a_cancellation_that_is_refused_while_nothing_was_finished_is_refused() -> None:
    exchange = exchange_over(line(ACK, DLE))
    exchange.begin(TAKE_IN)
    with pytest.raises(Refused, match="refused 54h"):
        exchange.cancel(Command.REAR_IDLE, CANCEL, WAIT_S)


def test_a_cancellation_without_any_answer_is_a_time_out() -> None:
    exchange = exchange_over(line(ACK))
    exchange.begin(TAKE_IN)
    with pytest.raises(LinkTimeout, match="no answer to 54h"):
        exchange.cancel(Command.REAR_IDLE, CANCEL, WAIT_S)


def one_byte_at_a_time(link: ScriptedLink) -> Callable[[int, float], bytes]:
    read = link.read
    return lambda max_bytes, timeout_s: read(1, timeout_s)


def test_answers_may_come_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    link = line(ACK + garbled(STATUS_ANSWER), STATUS_ANSWER.encode())
    monkeypatch.setattr(link, "read", one_byte_at_a_time(link))
    assert ask(link) == STATUS_ANSWER
