"""Faces drawn with the real typeface (built by `make setup`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PIL import Image

from assets import ASSETS
from drivers.permit_file.face_layout import FaceLayout, FaceLine
from drivers.permit_file.permit_file import FACE_FIELDS
from drivers.permit_file.reader import load_permit_files
from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.face import SMALLEST_SIZE_DOTS, draw_face, fitted_lines, line_pitch, raster_to_image
from drivers.permit_unit.star_tcp300.raster import image_blocks
from drivers.simulators.permit_face import PLASTIC, RewritableFace, draw_permit_face
from drivers.typeface import Typeface
from kiosk.domain.documents import FaceJob, PermitContent
from kiosk.domain.endorsement import Drawable, FaceUnprintable
from kiosk.domain.personal import Personal
from kiosk.services.face import FaceDrawing, face_values

ADDRESS = "上海市浦东新区世纪大道一百号三十六号七〇二室"
LONG_ADDRESS = "上海市浦东新区张江高科技园区郭守敬路四百九十八号浦东软件园二十三号楼五层五〇六室靠北第二间"
LINE = FaceLine("住址 {address}", x=12, y=16, size=28, width=456, max_lines=2)
WHOLE = FaceLayout(
    480,
    320,
    (
        FaceLine("住址 {address}", 12, 12, 26, 456, 3),
        FaceLine("有效期限 {valid_from} 至 {valid_to}", 12, 132, 26, 456, 1),
        FaceLine("签发机关 {issuing_authority}", 12, 180, 26, 456, 2),
        FaceLine("签注 第 {endorsement_count} 次", 12, 268, 26, 456, 1),
    ),
)
VALUES = {
    "address": ADDRESS,
    "valid_from": "2025.12.04",
    "valid_to": "2026.12.03",
    "issuing_authority": "上海市公安局浦东分局",
    "endorsement_count": "3",
}


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


def ink(raster: FaceRaster) -> tuple[int, int, int, int]:
    """The box of the dark dots."""
    box = raster_to_image(raster).point([255 - grey for grey in range(256)]).getbbox()
    assert box is not None
    return box


def drawn(text: str, line: FaceLine, typeface: Typeface) -> FaceRaster:
    return draw_face(FaceLayout(480, 320, (line,)), {"address": text}, typeface)


def test_a_text_that_fits_keeps_its_size(typeface: Typeface) -> None:
    assert fitted_lines("住址 上海市", LINE, typeface) == (28, ["住址 上海市"])


def test_a_text_that_is_too_long_is_drawn_smaller(typeface: Typeface) -> None:
    size, lines = fitted_lines(f"住址 {LONG_ADDRESS}", LINE, typeface)
    assert SMALLEST_SIZE_DOTS <= size < 28
    assert "".join(lines).replace(" ", "") == f"住址{LONG_ADDRESS}"
    assert all(typeface.width(line, size) <= LINE.width for line in lines)


def test_a_text_that_fits_in_no_size_is_cut_with_an_ellipsis(typeface: Typeface) -> None:
    size, lines = fitted_lines(LONG_ADDRESS * 5, LINE, typeface)
    assert size == SMALLEST_SIZE_DOTS
    assert lines[-1].endswith("…")
    assert len(lines) * line_pitch(size) <= LINE.max_lines * line_pitch(LINE.size)
    assert all(typeface.width(line, size) <= LINE.width for line in lines)


@pytest.mark.parametrize("text", [ADDRESS, LONG_ADDRESS, LONG_ADDRESS * 5, "Wy gj " * 40, "𠮷𡈽" * 40])
def test_no_dot_leaves_its_box(text: str, typeface: Typeface) -> None:
    left, top, right, bottom = ink(drawn(text, LINE, typeface))
    assert left >= LINE.x
    assert right <= LINE.x + LINE.width
    assert top >= LINE.y
    assert bottom <= LINE.y + LINE.max_lines * line_pitch(LINE.size)


def test_a_line_at_the_edge_does_not_leave_the_raster(typeface: Typeface) -> None:
    edge = FaceLine("{address}", x=300, y=312, size=28, width=400, max_lines=3)
    assert ink(drawn("上海市浦东新区世纪大道", edge, typeface))[2:] <= (480, 320)


def test_a_line_of_chinese_touches_no_more_rows_of_eight_dots_than_its_size_needs(typeface: Typeface) -> None:
    raster = drawn("上海市浦东新区", FaceLine("{address}", 12, 20, 24, 456, 1), typeface)
    rows = {index % 40 for index, byte in enumerate(raster.columns) if byte}
    assert rows == {3, 4, 5}


def test_a_field_that_was_not_given_is_our_mistake_and_names_no_value(typeface: Typeface) -> None:
    with pytest.raises(ValueError, match="'address' that was not given") as caught:
        draw_face(FaceLayout(480, 320, (LINE,)), {"holder_name": "林雨珍"}, typeface)
    assert "林雨珍" not in str(caught.value)


def test_two_faces_differ_where_their_values_differ(typeface: Typeface) -> None:
    assert drawn("上海市", LINE, typeface) == drawn("上海市", LINE, typeface)
    assert drawn("上海市", LINE, typeface) != drawn("北京市", LINE, typeface)


def test_a_typical_face_is_a_quarter_of_the_raster_and_a_full_one_less_than_half(typeface: Typeface) -> None:
    typical = image_blocks(draw_face(WHOLE, VALUES, typeface), 1000)
    full = image_blocks(draw_face(WHOLE, {**VALUES, "address": LONG_ADDRESS}, typeface), 1000)
    assert sum(block.characters for block in typical) <= 0.25 * 38400
    assert sum(block.characters for block in full) <= 0.4 * 38400


def test_the_plastic_shows_the_face_and_changes_with_it(typeface: Typeface) -> None:
    face = RewritableFace()
    printed = {"name": "林雨珍", "number": "310115199103120024", "sex": "女", "birth": "1991-03-12"}
    blank = draw_permit_face(face, printed, typeface)
    face.print_columns(draw_face(WHOLE, VALUES, typeface).columns)
    rewritten = draw_permit_face(face, printed, typeface)
    assert blank.size == rewritten.size == PLASTIC
    assert blank.tobytes() != rewritten.tobytes()
    face.erase()
    assert draw_permit_face(face, printed, typeface).tobytes() == blank.tobytes()


def test_printing_burns_on_top_and_only_erasing_wipes() -> None:
    face = RewritableFace(8, 8)
    face.print_columns(b"\x0f" * 8)
    face.print_columns(b"\xf0" + bytes(7))
    assert face.raster.columns == b"\xff" + b"\x0f" * 7
    assert isinstance(face.image(), Image.Image)
    face.erase()
    assert face.raster.columns == bytes(8)
    with pytest.raises(ValueError, match="no raster"):
        face.print_columns(b"\x00")


CONTENT = PermitContent(
    Personal(ADDRESS), "上海市公安局浦东分局", "standard", date(2025, 12, 4), date(2026, 12, 3), endorsement_count=3
)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, Drawable.WHOLE),
        ({"address": Personal("上海市\U0002ebf0路1号")}, Drawable.CHARACTER_MISSING),
        ({"address": Personal("上海市\u2029浦东新区")}, Drawable.CHARACTER_MISSING),
        ({"address": Personal("上海市\x00浦东新区")}, Drawable.CHARACTER_MISSING),
        ({"issuing_authority": "上海市公安局\ue5f0分局"}, Drawable.CHARACTER_MISSING),
        ({"address": Personal(LONG_ADDRESS * 4)}, Drawable.NOT_ON_FACE),
        ({"address": Personal(LONG_ADDRESS)}, Drawable.WHOLE),
        ({"address": Personal("上海市\ue81e路1号")}, Drawable.WHOLE),
    ],
)
def test_a_face_is_drawn_only_where_all_of_it_can_be_read(
    typeface: Typeface, changes: dict[str, Any], why: Drawable
) -> None:
    content = replace(CONTENT, **changes)
    drawing = FaceDrawing({"reference": WHOLE}, typeface)
    assert drawing.drawable(FaceJob(content, "reference")) is why
    if why is Drawable.WHOLE:
        assert drawing.draw(FaceJob(content, "reference")).columns
        return
    with pytest.raises(FaceUnprintable) as refused:
        drawing.draw(FaceJob(content, "reference"))
    assert refused.value.why is why
    assert content.address.reveal() not in str(refused.value)


def test_a_permit_whose_file_has_no_face_gets_none(typeface: Typeface) -> None:
    drawing = FaceDrawing({}, typeface)
    assert drawing.drawable(FaceJob(CONTENT, "chip-only")) is Drawable.NOT_ON_FACE
    assert drawing.readable(CONTENT) is Drawable.WHOLE
    with pytest.raises(FaceUnprintable):
        drawing.draw(FaceJob(CONTENT, "chip-only"))


@pytest.mark.parametrize("length", [80, 79, 40, 1])
@pytest.mark.parametrize("character", ["国", "8", "a"])
def test_every_address_and_authority_of_the_contract_fits_the_shipped_faces(
    typeface: Typeface, character: str, length: int
) -> None:
    content = replace(CONTENT, address=Personal(character * length), issuing_authority=character * min(length, 40))
    for permit in load_permit_files(ASSETS / "permits"):
        assert permit.face is not None
        drawing = FaceDrawing({permit.name: permit.face}, typeface)
        assert drawing.drawable(FaceJob(content, permit.name)) is Drawable.WHOLE


def test_a_permit_file_may_show_on_a_face_exactly_what_the_kiosk_draws() -> None:
    assert set(face_values(CONTENT)) == set(FACE_FIELDS)
