"""Faces as dots: which bit is which dot."""

from __future__ import annotations

import pytest
from PIL import Image

from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.face import image_to_raster, line_pitch, raster_to_image

BLACK, WHITE = 0, 255


def picture_with(*dots: tuple[int, int]) -> Image.Image:
    picture = Image.new("L", (16, 24), WHITE)
    for dot in dots:
        picture.putpixel(dot, BLACK)
    return picture


@pytest.mark.parametrize(
    ("dot", "index", "value"),
    [
        ((0, 0), 0, 0x01),  # the lowest bit is uppermost
        ((0, 7), 0, 0x80),
        ((0, 8), 1, 0x01),
        ((0, 23), 2, 0x80),
        ((1, 0), 3, 0x01),  # the next column follows the first
        ((15, 23), 47, 0x80),
    ],
)
def test_a_dot_is_one_bit_of_one_byte(dot: tuple[int, int], index: int, value: int) -> None:
    expected = bytearray(48)
    expected[index] = value
    raster = image_to_raster(picture_with(dot))
    assert raster == FaceRaster(16, 24, bytes(expected))
    assert raster_to_image(raster).tobytes() == picture_with(dot).tobytes()


def test_the_manual_s_example_byte_is_five_white_and_dark_dots() -> None:
    # Section 4-2 (5): "A3" is, from the top, dark, dark, white, white, white, dark, white, dark.
    picture = raster_to_image(FaceRaster(1, 8, b"\xa3"))
    assert list(picture.tobytes()) == [BLACK, BLACK, WHITE, WHITE, WHITE, BLACK, WHITE, BLACK]


def test_grey_is_burnt_where_it_is_darker_than_a_little_over_half() -> None:
    picture = Image.new("L", (4, 8), WHITE)
    for x, grey in enumerate((0, 149, 150, 255)):
        picture.putpixel((x, 0), grey)
    assert image_to_raster(picture).columns == b"\x01\x01\x00\x00"


@pytest.mark.parametrize(("width", "height", "count"), [(8, 8, 7), (8, 12, 12), (8, 16, 8)])
def test_bytes_that_do_not_fill_the_raster_are_refused(width: int, height: int, count: int) -> None:
    with pytest.raises(ValueError, match="no raster of"):
        FaceRaster(width, height, bytes(count))


@pytest.mark.parametrize(("size", "pitch"), [(16, 24), (21, 24), (22, 32), (24, 32), (28, 32), (32, 40)])
def test_lines_follow_each_other_on_whole_rows_with_room_between(size: int, pitch: int) -> None:
    assert line_pitch(size) == pitch


def test_a_raster_does_not_show_what_is_on_it() -> None:
    assert repr(FaceRaster(1, 8, b"\xa3")) == "FaceRaster(1 x 8)"
