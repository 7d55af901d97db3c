"""The text block of the four kinds of identity card. Everybody here is invented."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import ProtocolError
from drivers.id_reader.codes import ETHNICITIES, ethnicity_word, sex_word, sw3_meaning
from drivers.id_reader.text_block import (
    CitizenText,
    Foreign2017Text,
    Foreign2023Text,
    HmtText,
    HolderText,
    TextBlockInvalid,
    encode_newest_address,
    encode_text_block,
    parse_newest_address,
    parse_text_block,
    text_fields,
)


def block(*pieces: tuple[int, str]) -> bytes:
    """A block written by hand: text at byte offsets, spaces elsewhere."""
    raw = bytearray(" ".encode("utf-16-le") * 128)
    for at, text in pieces:
        encoded = text.encode("utf-16-le")
        raw[at : at + len(encoded)] = encoded
    return bytes(raw)


CITIZEN_BLOCK = block(
    (0, "林玉珍"),
    (30, "2"),
    (32, "01"),
    (36, "19880314"),
    (52, "安徽省宿城市望河县青石镇柳湾村12号"),
    (122, "341399198803140028"),
    (158, "望河县公安局"),
    (188, "20190620"),
    (204, "20390620"),
)
CITIZEN = CitizenText(
    name="林玉珍",
    sex_code="2",
    ethnicity_code="01",
    birth=date(1988, 3, 14),
    address="安徽省宿城市望河县青石镇柳湾村12号",
    id_number="341399198803140028",
    authority="望河县公安局",
    valid_from=date(2019, 6, 20),
    valid_to=date(2039, 6, 20),
)

HMT_BLOCK = block(
    (0, "黄凯怡"),
    (30, "2"),
    (36, "19870211"),
    (52, "广东省深湾市南岭区模拟道1号"),
    (122, "810000198702110042"),
    (158, "深湾市公安局"),
    (188, "20220401"),
    (204, "20270401"),
    (220, "H99999901"),
    (238, "02"),
    (248, "J"),
)
HMT = HmtText(
    name="黄凯怡",
    sex_code="2",
    birth=date(1987, 2, 11),
    address="广东省深湾市南岭区模拟道1号",
    id_number="810000198702110042",
    authority="深湾市公安局",
    valid_from=date(2022, 4, 1),
    valid_to=date(2027, 4, 1),
    travel_permit_number="H99999901",
    issue_count="02",
)

FOREIGN_2017_BLOCK = block(
    (0, "MUSTEROVA, ANNA"),
    (120, "2"),
    (122, "XXX310184061501"),
    (152, "XXX"),
    (158, "穆安娜"),
    (188, "20180601"),
    (204, "20280601"),
    (220, "19840615"),
    (236, "01"),
    (240, "1500"),
    (248, "I"),
)
FOREIGN_2017 = Foreign2017Text(
    name="穆安娜",
    english_name="MUSTEROVA, ANNA",
    sex_code="2",
    birth=date(1984, 6, 15),
    id_number="XXX310184061501",
    nationality="XXX",
    card_version="01",
    authority="1500",
    valid_from=date(2018, 6, 1),
    valid_to=date(2028, 6, 1),
)

FOREIGN_2023_BLOCK = block(
    (0, "艾克森"),
    (30, "1"),
    (32, "01"),
    (36, "19761203"),
    (52, "EXAMPLESSON-VANDENBERGHE, JOHANNES "),
    (122, "931999197612030019"),
    (188, "20240115"),
    (204, "20340115"),
    (220, "MAXIMILIAN"),
    (242, "XXX"),
    (248, "Y"),
    (250, "X01"),
)
FOREIGN_2023 = Foreign2023Text(
    name="艾克森",
    english_name="EXAMPLESSON-VANDENBERGHE, JOHANNES MAXIMILIAN",
    sex_code="1",
    birth=date(1976, 12, 3),
    id_number="931999197612030019",
    nationality="XXX",
    renewals="01",
    old_number_link="X01",
    valid_from=date(2024, 1, 15),
    valid_to=date(2034, 1, 15),
)

ALL = [
    (CITIZEN_BLOCK, CITIZEN),
    (HMT_BLOCK, HMT),
    (FOREIGN_2017_BLOCK, FOREIGN_2017),
    (FOREIGN_2023_BLOCK, FOREIGN_2023),
]


@pytest.mark.parametrize(("raw", "holder"), ALL, ids=lambda one: getattr(one, "variant", ""))
def test_each_variant_is_told_by_its_letter_and_read_and_written_alike(raw: bytes, holder: HolderText) -> None:
    assert len(raw) == 256
    assert parse_text_block(raw) == holder
    assert encode_text_block(holder) == raw
    assert text_fields(raw)[0] == holder.variant


def test_a_long_term_card_has_no_end() -> None:
    raw = block((36, "19490418"), (188, "20140418"), (204, "长期"))
    assert parse_text_block(raw).valid_to is None
    assert encode_text_block(parse_text_block(raw)) == raw


def test_a_name_outside_the_common_fonts_takes_two_units_a_character() -> None:
    raw = block((0, "陆𡈽𠮷"), (36, "19830506"), (188, "20180506"), (204, "20380506"))
    assert parse_text_block(raw).name == "陆𡈽𠮷"


def test_fields_padded_with_zeros_read_like_fields_padded_with_spaces() -> None:
    assert parse_text_block(CITIZEN_BLOCK.replace(b"\x20\x00", b"\0\0")) == CITIZEN


def test_bytes_behind_the_256_are_not_looked_at() -> None:
    assert parse_text_block(CITIZEN_BLOCK + b"\xff" * 44) == CITIZEN


@pytest.mark.parametrize(
    ("at", "text", "complaint"),
    [
        (36, "19881314", "birth is no date"),
        (36, "        ", "birth is no date"),
        (188, "2019062 ", "valid_from is no date"),
        (204, "00000000", "valid_to is no date"),
        (204, "１２３４５６７８", "valid_to is no date"),
    ],
)
def test_a_date_that_is_none_is_named_and_not_shown(at: int, text: str, complaint: str) -> None:
    raw = bytearray(CITIZEN_BLOCK)
    raw[at : at + 16] = text.encode("utf-16-le")
    with pytest.raises(TextBlockInvalid, match=f"^{complaint}$"):
        parse_text_block(bytes(raw))


def test_a_short_block_is_refused() -> None:
    with pytest.raises(TextBlockInvalid, match="255 bytes"):
        parse_text_block(CITIZEN_BLOCK[:255])


def test_codes_have_their_words_and_unknown_codes_show_themselves() -> None:
    assert (CITIZEN.sex, CITIZEN.ethnicity) == ("女", "汉")
    assert [sex_word(code) for code in "0129"] == ["未知", "男", "女", "未说明"]
    assert (sex_word("7"), ethnicity_word("57"), ethnicity_word("")) == ("7", "57", "")
    assert (len(ETHNICITIES), ethnicity_word("05"), ethnicity_word("56"), ethnicity_word("98")) == (
        58,
        "维吾尔",
        "基诺",
        "外国血统",
    )
    assert (sw3_meaning(0x80), sw3_meaning(0x77)) == ("find failed", "77")


def test_no_field_of_a_holder_is_shown() -> None:
    assert [repr(holder) for _, holder in ALL] == [
        "CitizenText()",
        "HmtText()",
        "Foreign2017Text()",
        "Foreign2023Text()",
    ]


def test_a_field_that_is_too_long_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="address is 2 bytes too long"):
        encode_newest_address("长" * 36)
    with pytest.raises(ValueError, match="name is 2 bytes too long"):
        encode_text_block(replace(CITIZEN, name="长" * 16))


def test_the_newest_address_is_70_bytes() -> None:
    raw = "湖南省湘原市古渡县".encode("utf-16-le").ljust(70, b"\0")
    assert parse_newest_address(raw) == "湖南省湘原市古渡县"
    assert len(encode_newest_address("湖")) == 70
    with pytest.raises(TextBlockInvalid, match="68 bytes"):
        parse_newest_address(raw[:68])


SURROGATES: tuple[Literal["Cs"]] = ("Cs",)


def words(max_bytes: int) -> st.SearchStrategy[str]:
    """Any text that a field of this size can hold and give back: padding at its end is not part of it."""
    return (
        st.text(st.characters(exclude_categories=SURROGATES), max_size=max_bytes // 2)
        .map(lambda text: text.rstrip(" \0"))
        .filter(lambda text: len(text.encode("utf-16-le")) <= max_bytes)
    )


@settings(deadline=None)
@given(
    st.builds(
        CitizenText,
        name=words(30),
        sex_code=words(2),
        ethnicity_code=words(4),
        birth=st.dates(),
        address=words(70),
        id_number=words(36),
        authority=words(30),
        valid_from=st.dates(),
        valid_to=st.none() | st.dates(),
    )
)
def test_any_citizen_survives_encoding(holder: CitizenText) -> None:
    assert parse_text_block(encode_text_block(holder)) == holder


@settings(deadline=None)
@given(
    st.builds(
        Foreign2023Text,
        name=words(30),
        sex_code=words(2),
        renewals=words(4),
        birth=st.dates(),
        english_name=words(92),
        id_number=words(36),
        nationality=words(6),
        old_number_link=words(6),
        valid_from=st.dates(),
        valid_to=st.none() | st.dates(),
    )
)
def test_any_name_survives_being_cut_in_two_pieces(holder: Foreign2023Text) -> None:
    assert parse_text_block(encode_text_block(holder)) == holder


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_holder_or_a_typed_error(raw: bytes) -> None:
    with suppress(ProtocolError):
        assert parse_text_block(raw).variant in ("citizen", "hmt", "foreign_2017", "foreign_2023")
