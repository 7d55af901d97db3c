"""Modbus RTU on bytes: published frames there and back, whole, byte by byte, behind noise, with something behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.guidance_lights.modbus_rtu import Decoder, Frame, Refusal, WriteCoil, crc16

VECTORS: dict[str, tuple[str, Frame]] = {
    # As makers of relay boards print them.
    "output 1 on": ("01 05 00 00 FF 00 8C 3A", WriteCoil(1, 0, True)),
    "output 1 off": ("01 05 00 00 00 00 CD CA", WriteCoil(1, 0, False)),
    "output 2 on": ("01 05 00 01 FF 00 DD FA", WriteCoil(1, 1, True)),
    "output 2 off": ("01 05 00 01 00 00 9C 0A", WriteCoil(1, 1, False)),
    "output 3 on": ("01 05 00 02 FF 00 2D FA", WriteCoil(1, 2, True)),
    "output 4 on": ("01 05 00 03 FF 00 7C 3A", WriteCoil(1, 3, True)),
    # The example of the application protocol, 6.5: coil 173, at unit 17.
    "coil 173 of unit 17": ("11 05 00 AC FF 00 4E 8B", WriteCoil(17, 172, True)),
    "no such coil": ("01 85 02 C3 51", Refusal(1, 2)),
    "no such function": ("01 85 01 83 50", Refusal(1, 1)),
}
EVERY_VECTOR = pytest.mark.parametrize("name", VECTORS)
NEXT = WriteCoil(1, 7, True)


def vector(name: str) -> tuple[bytes, Frame]:
    text, frame = VECTORS[name]
    return bytes.fromhex(text), frame


def test_the_crc_is_that_of_the_standard() -> None:
    assert crc16(bytes.fromhex("02 07")) == 0x1241  # MODBUS over Serial Line, 6.2.2
    assert crc16(b"123456789") == 0x4B37  # the check value of CRC-16/MODBUS
    assert crc16(b"") == 0xFFFF


@EVERY_VECTOR
def test_a_frame_is_written_as_published(name: str) -> None:
    data, frame = vector(name)
    assert frame.encode() == data


@EVERY_VECTOR
def test_a_frame_is_read_whole(name: str) -> None:
    data, frame = vector(name)
    decoder = Decoder()
    assert decoder.feed(data) == [frame]
    assert (decoder.skipped_bytes, decoder.collected_bytes) == (0, 0)


@EVERY_VECTOR
def test_a_frame_is_read_byte_by_byte(name: str) -> None:
    data, frame = vector(name)
    decoder = Decoder()
    assert [found for byte in data for found in decoder.feed(bytes([byte]))] == [frame]
    assert decoder.skipped_bytes == 0


@EVERY_VECTOR
def test_a_frame_is_read_with_the_next_one_behind_it(name: str) -> None:
    data, frame = vector(name)
    decoder = Decoder()
    assert decoder.feed(data + NEXT.encode() + data[:3]) == [frame, NEXT]
    assert decoder.collected_bytes == 3


@EVERY_VECTOR
@pytest.mark.parametrize("noise", ["00", "00 FF", "01", "05", "01 05", "01 85", "FF 05 00", "01 05 00 00 FF 00 8C"])
def test_a_frame_is_found_behind_noise(name: str, noise: str) -> None:
    data, frame = vector(name)
    decoder = Decoder()
    assert decoder.feed(bytes.fromhex(noise) + data + NEXT.encode()) == [frame, NEXT]


@EVERY_VECTOR
def test_no_frame_with_a_wrong_bit_is_taken_for_one(name: str) -> None:
    data, _ = vector(name)
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        decoder = Decoder()
        assert decoder.feed(bytes(damaged)) == []
        assert decoder.feed(NEXT.encode() + bytes(8)) == [NEXT]


def test_a_value_that_is_neither_on_nor_off_is_no_frame() -> None:
    body = bytes.fromhex("01 05 00 00 12 34")
    assert Decoder().feed(body + crc16(body).to_bytes(2, "little")) == []


def test_a_refusal_says_what_it_means() -> None:
    assert Refusal(1, 2).meaning == "exception 02, illegal data address"
    assert Refusal(1, 0x0B).meaning == "exception 0B, of the maker"


@given(st.binary(max_size=60), st.integers(1, 20))
def test_in_portions_it_is_the_same_and_nothing_is_lost(data: bytes, portion: int) -> None:
    whole, cut = Decoder(), Decoder()
    frames = whole.feed(data)
    assert [found for at in range(0, len(data), portion) for found in cut.feed(data[at : at + portion])] == frames
    framed = sum(len(frame.encode()) for frame in frames)
    assert framed + whole.skipped_bytes + whole.collected_bytes == len(data)
    assert whole.collected_bytes < 8
