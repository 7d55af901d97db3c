"""Blocks of the Star TCP300 dialect. The first vectors stand in the maker's manual (40h, 49h, 51h, 54h, 58h, 5Fh)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import FrameCorrupt
from drivers.permit_unit.star_tcp300.frames import (
    MAX_DATA_BYTES,
    AnswerBlock,
    Block,
    Command,
    CommandBlock,
    Control,
    Corrupt,
    Decoder,
    Item,
)

COMMANDS: list[tuple[str, CommandBlock]] = [
    ("02 40 03 43", CommandBlock(0x40)),
    ("02 49 03 4A", CommandBlock(0x49)),
    ("02 51 03 52", CommandBlock(0x51)),
    ("02 54 03 57", CommandBlock(0x54)),
    ("02 58 03 5B", CommandBlock(0x58)),
    ("02 59 03 5A", CommandBlock(0x59)),
    ("02 5F 03 5C", CommandBlock(0x5F)),
    ("02 46 03 45", CommandBlock(0x46)),
    ("02 50 31 03 62", CommandBlock(0x50, b"1")),
    ("02 46 31 2C 31 2C 31 03 74", CommandBlock(0x46, b"1,1,1")),
    ("02 4D 30 2C 30 2C 31 2C 41 33 03 21", CommandBlock(0x4D, b"0,0,1,A3")),
]
ANSWERS: list[tuple[str, AnswerBlock]] = [
    ("02 40 20 03 63", AnswerBlock(0x40, 0x20)),
    ("02 59 20 30 30 30 30 30 30 03 7A", AnswerBlock(0x59, 0x20, b"000000")),
    ("02 59 20 32 30 30 30 30 30 30 03 48", AnswerBlock(0x59, 0x20, b"2000000")),
    ("02 46 38 03 7D", AnswerBlock(0x46, 0x38)),
    # Check sums that equal STX, ETX, ACK and NAK: the byte after ETX is the check sum whatever it is.
    ("02 40 41 03 02", AnswerBlock(0x40, 0x41)),
    ("02 50 50 03 03", AnswerBlock(0x50, 0x50)),
    ("02 50 55 03 06", AnswerBlock(0x50, 0x55)),
    ("02 50 46 03 15", AnswerBlock(0x50, 0x46)),
]
SPELT: list[tuple[str, CommandBlock | AnswerBlock]] = [*COMMANDS, *ANSWERS]
STREAMS: list[tuple[bytes, list[Item]]] = [
    (bytes.fromhex(text), [Block(value.encode()[1:-2])]) for text, value in SPELT
]
STREAMS += [
    (b"\x06", [Control.ACK]),
    (b"\x15", [Control.NAK]),
    (b"\x10", [Control.DLE]),
    (bytes.fromhex("06 02 40 20 03 63"), [Control.ACK, Block(b"\x40\x20")]),
    (bytes.fromhex("02 40 03 44"), [Corrupt("check sum 44h where 43h is right", b"\x40")]),
    (bytes.fromhex("02 03 03"), [Corrupt("block without a command")]),
    (bytes.fromhex("02 59 31 02 40 03 43"), [Corrupt("block cut off after 2 bytes", b"\x59\x31"), Block(b"\x40")]),
    (bytes.fromhex("00 FF 03 41 02 40 03 43"), [Block(b"\x40")]),
    (bytes.fromhex("02 02 40 03 43"), [Block(b"\x40")]),
    (
        b"\x02" + b"M" * 1027 + b"\x02\x40\x03\x43",
        [Corrupt("block longer than 1026 bytes", b"M" * 1027), Block(b"\x40")],
    ),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_a_command_is_encoded_as_the_manual_shows(text: str, command: CommandBlock) -> None:
    assert command.encode() == bytes.fromhex(text)


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_an_answer_is_encoded_as_the_manual_shows(text: str, answer: AnswerBlock) -> None:
    assert answer.encode() == bytes.fromhex(text)


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_a_decoded_command_is_the_command_that_was_sent(text: str, command: CommandBlock) -> None:
    (item,) = Decoder().feed(bytes.fromhex(text))
    assert isinstance(item, Block)
    assert item.as_command() == command


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_a_decoded_answer_is_the_answer_that_was_sent(text: str, answer: AnswerBlock) -> None:
    (item,) = Decoder().feed(bytes.fromhex(text))
    assert isinstance(item, Block)
    assert item.as_answer() == answer


@pytest.mark.parametrize(("stream", "items"), STREAMS)
def test_a_stream_decodes_whole(stream: bytes, items: list[Item]) -> None:
    assert Decoder().feed(stream) == items


@pytest.mark.parametrize(("stream", "items"), STREAMS)
def test_a_stream_decodes_byte_by_byte(stream: bytes, items: list[Item]) -> None:
    decoder = Decoder()
    assert [item for byte in stream for item in decoder.feed(bytes([byte]))] == items


@pytest.mark.parametrize(("stream", "items"), STREAMS)
def test_a_stream_decodes_with_a_tail(stream: bytes, items: list[Item]) -> None:
    decoder = Decoder()
    assert decoder.feed(stream + b"\x06\x02\x59") == [*items, Control.ACK]
    assert decoder.inside_block is True
    assert decoder.feed(b"\x03\x5a") == [Block(b"\x59")]


@pytest.mark.parametrize("data", [b"x" * (MAX_DATA_BYTES + 1), b"a\x02b", b"a\x03b"])
def test_data_that_no_block_can_hold_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        CommandBlock(0x41, data).encode()


def test_the_longest_block_passes() -> None:
    command = CommandBlock(0x4D, b"7" * MAX_DATA_BYTES)
    (item,) = Decoder().feed(command.encode())
    assert isinstance(item, Block)
    assert item.as_command() == command


def test_an_answer_without_a_status_is_corrupt() -> None:
    (item,) = Decoder().feed(CommandBlock(0x59).encode())
    assert isinstance(item, Block)
    with pytest.raises(FrameCorrupt, match="59h without a status"):
        item.as_answer()


def test_skipped_noise_is_counted() -> None:
    decoder = Decoder()
    decoder.feed(b"\x00\xff\x41" + CommandBlock(0x59).encode() + b"\x7f")
    assert decoder.skipped_bytes == 4


def test_a_reset_decoder_forgets_what_it_had() -> None:
    decoder = Decoder()
    decoder.feed(b"\x02\x59\x20")
    decoder.reset()
    assert decoder.feed(CommandBlock(0x40).encode()) == [Block(b"\x40")]


def test_no_representation_shows_data() -> None:
    shown = [repr(CommandBlock(0x4D, b"0,0,1,A3")), repr(AnswerBlock(0x59, 0x20, b"2000")), repr(Block(b"MA3"))]
    assert not any("A3" in text or "2000" in text for text in shown)


CONTENT = st.binary(min_size=1, max_size=60).map(lambda data: data.replace(b"\x02", b"!").replace(b"\x03", b"?"))


@given(st.lists(CONTENT, min_size=1, max_size=6), st.randoms())
def test_blocks_survive_any_portions(contents: list[bytes], chance: random.Random) -> None:
    stream = b"".join(CommandBlock(content[0], content[1:]).encode() for content in contents)
    decoder, items, at = Decoder(), list[Item](), 0
    while at < len(stream):
        step = chance.randint(1, 9)
        items += decoder.feed(stream[at : at + step])
        at += step
    assert items == [Block(content) for content in contents]


@given(st.binary(max_size=200))
def test_after_any_noise_at_most_one_block_is_lost(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    wanted = CommandBlock(0x59).encode()
    assert decoder.feed(wanted + wanted + wanted)[-1] == Block(b"\x59")


def test_every_command_has_a_meaning() -> None:
    from drivers.permit_unit.star_tcp300.frames import COMMAND_MEANING

    assert set(COMMAND_MEANING) == set(Command)
