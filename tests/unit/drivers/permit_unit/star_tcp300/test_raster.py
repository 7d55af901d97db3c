"""Faces as 4Dh blocks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.star_tcp300.frames import MAX_DATA_BYTES, CommandBlock
from drivers.permit_unit.star_tcp300.raster import ImageBlock, image_block_data, image_blocks, parse_image_block

WIDTH, ROWS = 480, 40
BLANK = bytes(WIDTH * ROWS)


def painted(blocks: list[ImageBlock], columns: bytes = BLANK, rows: int = ROWS) -> bytes:
    """The buffer of a unit that received `blocks`."""
    buffer = bytearray(columns)
    for block in blocks:
        for index in range(len(block.columns) // block.height_bytes):
            start = (block.x + index) * rows + block.y_bytes
            piece = block.columns[index * block.height_bytes : (index + 1) * block.height_bytes]
            buffer[start : start + block.height_bytes] = piece
    return bytes(buffer)


def dotted(*places: tuple[int, int, int]) -> FaceRaster:
    columns = bytearray(BLANK)
    for x, row, value in places:
        columns[x * ROWS + row] = value
    return FaceRaster(WIDTH, ROWS * 8, bytes(columns))


@pytest.mark.parametrize(
    ("block", "data"),
    [
        (ImageBlock(0, 0, 1, b"\xa3"), b"0,0,1,A3"),
        (ImageBlock(479, 39, 1, b"\x01"), b"479,39,1,01"),
        (ImageBlock(12, 5, 2, b"\x01\x02\x03\x04"), b"12,5,2,01020304"),
        # The manual's example: a length of 10 bytes and 20 bytes of data are two columns.
        (ImageBlock(7, 0, 10, bytes(20)), b"7,0,10," + b"0" * 40),
    ],
)
def test_a_block_is_written_and_read_alike(block: ImageBlock, data: bytes) -> None:
    assert image_block_data(block) == data
    assert parse_image_block(data) == block


def test_an_omitted_row_is_the_first() -> None:
    assert parse_image_block(b"3,,1,ff") == ImageBlock(3, 0, 1, b"\xff")


@pytest.mark.parametrize(
    "data", [b"", b"0,0,1", b"0,0,1,A", b"0,0,1,XY", b"0,0,0,A3", b"0,0,2,A3", b"-1,0,1,A3", b"0;0;1;A3", b"0,0,1,A3 "]
)
def test_data_that_are_no_block_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"4Dh|columns"):
        parse_image_block(data)


def test_a_blank_face_needs_no_block() -> None:
    assert image_blocks(FaceRaster(WIDTH, ROWS * 8, BLANK), 1000) == []


def test_one_dot_is_one_byte() -> None:
    assert image_blocks(dotted((17, 3, 0x80)), 1000) == [ImageBlock(17, 3, 1, b"\x80")]


def test_a_narrow_gap_is_sent_and_a_wide_one_is_not() -> None:
    near, far = dotted((10, 3, 1), (15, 3, 2)), dotted((10, 3, 1), (50, 3, 2))
    assert image_blocks(near, 1000) == [ImageBlock(10, 3, 1, b"\x01\0\0\0\0\x02")]
    assert image_blocks(far, 1000) == [ImageBlock(10, 3, 1, b"\x01"), ImageBlock(50, 3, 1, b"\x02")]


def test_the_four_corners_are_reached() -> None:
    raster = dotted((0, 0, 1), (479, 0, 2), (0, 39, 4), (479, 39, 0x80))
    blocks = image_blocks(raster, 1000)
    assert painted(blocks) == raster.columns
    assert sum(block.characters for block in blocks) == 8


def test_a_black_face_fills_whole_blocks() -> None:
    raster = FaceRaster(WIDTH, ROWS * 8, b"\xff" * (WIDTH * ROWS))
    blocks = image_blocks(raster, 1000)
    assert painted(blocks) == raster.columns
    assert sum(block.characters for block in blocks) == 38400
    assert len(blocks) <= 50
    assert max(block.characters for block in blocks) <= 1000


@settings(max_examples=6)
@given(st.randoms(use_true_random=False), st.integers(1, 400), st.sampled_from([80, 333, 1000]))
def test_any_face_arrives_as_it_was_in_blocks_that_fit(chance: random.Random, dots: int, limit: int) -> None:
    places = [(chance.randrange(WIDTH), chance.randrange(ROWS), chance.randrange(1, 256)) for _ in range(dots)]
    raster = dotted(*places)
    blocks = image_blocks(raster, limit)
    assert painted(blocks) == raster.columns
    assert all(block.characters <= limit for block in blocks)
    assert all(len(CommandBlock(0x4D, image_block_data(block)).data) <= MAX_DATA_BYTES for block in blocks)


def test_no_representation_shows_the_image() -> None:
    assert "a3" not in repr(ImageBlock(0, 0, 1, b"\xa3")).lower()
