"""Frames of the CRT-591-M: vectors by the document's frame format, in any portions, with tails, and broken ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import FrameCorrupt
from drivers.permit_unit.crt_591_m.frames import (
    MAX_DATA_BYTES,
    Command,
    CommandFrame,
    Control,
    Corrupt,
    Decoder,
    Done,
    Failed,
    Frame,
    Item,
    check_sum,
)

COMMANDS = [
    ("F2 00 00 03 43 30 30 03 B1", CommandFrame(0x30, 0x30)),
    ("F2 00 00 03 43 30 33 03 B2", CommandFrame(0x30, 0x33)),
    ("F2 00 00 03 43 31 31 03 B1", CommandFrame(0x31, 0x31)),
    ("F2 00 00 03 43 32 39 03 BA", CommandFrame(0x32, 0x39)),
    ("F2 00 00 06 43 A5 31 30 30 30 03 10", CommandFrame(0xA5, 0x31, b"000")),
    ("F2 0F 00 08 43 51 39 00 84 00 00 04 03 5D", CommandFrame(0x51, 0x39, b"\x00\x84\x00\x00\x04", 0x0F)),
]
ANSWERS = [
    ("F2 00 00 06 50 32 31 32 30 30 03 96", Done(0x32, 0x31, b"200")),
    ("F2 00 00 0A 50 31 31 31 30 30 31 30 30 30 03 9B", Done(0x31, 0x31, b"100", b"1000")),
    ("F2 00 00 05 4E 32 33 31 30 03 BA", Failed(0x32, 0x33, "10")),
    ("F2 00 00 05 45 32 33 41 31 03 C0", Failed(0x32, 0x33, "A1", head=0x45)),
]


def framed(hexed: str) -> bytes:
    return bytes.fromhex(hexed)


@pytest.mark.parametrize(("hexed", "frame"), COMMANDS)
def test_a_command_is_this_frame(hexed: str, frame: CommandFrame) -> None:
    assert frame.encode() == framed(hexed)
    [item] = Decoder().feed(framed(hexed))
    assert isinstance(item, Frame)
    assert item.as_command() == frame


@pytest.mark.parametrize(("hexed", "answer"), ANSWERS)
def test_an_answer_is_this_frame(hexed: str, answer: Done | Failed) -> None:
    assert answer.encode() == framed(hexed)
    [item] = Decoder().feed(framed(hexed))
    assert isinstance(item, Frame)
    assert item.as_answer() == answer


@pytest.mark.parametrize("hexed", [hexed for hexed, _ in (*COMMANDS, *ANSWERS)])
def test_a_frame_byte_by_byte_and_with_a_tail_is_the_same_frame(hexed: str) -> None:
    whole, decoder = Decoder().feed(framed(hexed)), Decoder()
    one_by_one = [item for byte in framed(hexed) for item in decoder.feed(bytes([byte]))]
    assert one_by_one == whole
    assert not decoder.inside_frame
    assert Decoder().feed(framed(hexed) + b"\x06\xf2\x00") == [*whole, Control.ACK]


def test_control_bytes_stand_between_frames_and_noise_is_skipped() -> None:
    decoder = Decoder()
    frame = framed(COMMANDS[0][0])
    assert decoder.feed(b"\x06\x00\x15\x41" + frame + b"\x04") == [
        Control.ACK,
        Control.NAK,
        Frame(0, b"C00"),
        Control.EOT,
    ]
    assert decoder.skipped_bytes == 2


def test_a_control_byte_inside_a_broken_frame_is_none() -> None:
    broken = bytearray(CommandFrame(0x51, 0x39, b"\x06\x15\x04").encode())
    broken[-1] ^= 1
    [item] = Decoder().feed(bytes(broken))
    assert isinstance(item, Corrupt)
    assert item.reason.startswith("check sum")


def test_a_frame_that_was_cut_off_does_not_swallow_the_next_one() -> None:
    lost_three = Done(0x31, 0x31, b"000", b"0000").encode()[:-3]
    following = framed(ANSWERS[0][0])
    items = Decoder().feed(lost_three + following + following)
    assert isinstance(items[0], Corrupt)
    assert items[1:] == [Frame(0, following[4:-2])] * 2


@pytest.mark.parametrize(
    ("hexed", "reason"),
    [
        ("F2 00 00 02 43 30 03 82", "frame with a text of 2 bytes"),
        ("F2 00 04 01 43 30 30", "frame with a text of 1025 bytes"),
        ("F2 00 00 03 43 30 30 04 B6", "04h where ETX belongs"),
        ("F2 00 00 03 43 30 30 03 B0", "check sum B0h where B1h is right"),
    ],
)
def test_what_is_no_frame_says_why(hexed: str, reason: str) -> None:
    [item] = [item for item in Decoder().feed(framed(hexed)) if isinstance(item, Corrupt)]
    assert item.reason == reason
    assert isinstance(item.to_error(), FrameCorrupt)


@pytest.mark.parametrize("text", [b"P01", b"P0000", b"N010", b"C00", b"X00000", b"P00" + bytes(MAX_DATA_BYTES + 4)])
def test_a_text_that_is_no_answer_is_corrupt(text: bytes) -> None:
    with pytest.raises(FrameCorrupt):
        Frame(0, text).as_answer()


@pytest.mark.parametrize("text", [b"P00000", b"C00" + bytes(MAX_DATA_BYTES + 1)])
def test_a_text_that_is_no_command_is_corrupt(text: bytes) -> None:
    with pytest.raises(FrameCorrupt):
        Frame(0, text).as_command()


def test_more_data_than_the_document_allows_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="513"):
        CommandFrame(0x51, 0x39, bytes(MAX_DATA_BYTES + 1)).encode()
    with pytest.raises(ValueError, match="state"):
        Done(0x31, 0x30, b"00").encode()
    with pytest.raises(ValueError, match="no bad answer"):
        Failed(0x31, 0x30, "1").encode()


def test_data_never_show_in_a_representation() -> None:
    for frame in (
        CommandFrame(0x51, 0x39, b"SECRET"),
        Done(0x51, 0x39, b"200", b"SECRET"),
        Failed(0x51, 0x39, "68", b"SECRET"),
        Frame(0, b"C00SECRET"),
        Corrupt("broken", b"SECRET"),
    ):
        assert "SECRET" not in repr(frame)


ANY_COMMAND = st.builds(
    CommandFrame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40), st.integers(0, 255)
)
ANY_DONE = st.builds(
    Done, st.sampled_from(list(Command)), st.integers(0, 255), st.binary(min_size=3, max_size=3), st.binary(max_size=40)
)


@settings(max_examples=60)
@given(st.lists(ANY_COMMAND | ANY_DONE, max_size=4))
def test_whatever_is_encoded_decodes_to_the_same(frames: list[CommandFrame | Done]) -> None:
    items = Decoder().feed(b"".join(frame.encode() for frame in frames))
    decoded = []
    for item in items:
        assert isinstance(item, Frame)
        decoded.append(item.as_command() if item.is_command else item.as_answer())
    assert decoded == frames


@settings(max_examples=60)
@given(st.binary(max_size=60), st.lists(ANY_DONE, max_size=2), st.integers(1, 7))
def test_portions_make_no_difference(noise: bytes, frames: list[Done], portion: int) -> None:
    stream = noise + b"".join(frame.encode() for frame in frames)
    decoder = Decoder()
    items: list[Item] = []
    for start in range(0, len(stream), portion):
        items += decoder.feed(stream[start : start + portion])
    assert items == Decoder().feed(stream)


def test_the_check_sum_is_the_xor() -> None:
    assert check_sum(b"") == 0
    assert check_sum(framed("F2 00 00 03 43 30 30 03")) == 0xB1
