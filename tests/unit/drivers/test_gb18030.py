"""GB 18030 by the table of 2022: every code point that the editions tell apart, both ways."""

from __future__ import annotations

import pytest

from drivers import gb18030
from kiosk.domain.private_use import LATER_CODE_POINTS

# (two-byte code, code point in 2022, four-byte code that belonged to it before, private-use code point before)
MOVED_IN_2022 = [
    ("A6D9", 0xFE10, "84318236", 0xE78D),
    ("A6DA", 0xFE12, "84318238", 0xE78E),
    ("A6DB", 0xFE11, "84318237", 0xE78F),
    ("A6DC", 0xFE13, "84318239", 0xE790),
    ("A6DD", 0xFE14, "84318330", 0xE791),
    ("A6DE", 0xFE15, "84318331", 0xE792),
    ("A6DF", 0xFE16, "84318332", 0xE793),
    ("A6EC", 0xFE17, "84318333", 0xE794),
    ("A6ED", 0xFE18, "84318334", 0xE795),
    ("A6F3", 0xFE19, "84318335", 0xE796),
    ("FE59", 0x9FB4, "82359037", 0xE81E),
    ("FE61", 0x9FB5, "82359038", 0xE826),
    ("FE66", 0x9FB6, "82359039", 0xE82B),
    ("FE67", 0x9FB7, "82359130", 0xE82C),
    ("FE6D", 0x9FB8, "82359131", 0xE832),
    ("FE7E", 0x9FB9, "82359132", 0xE843),
    ("FE90", 0x9FBA, "82359133", 0xE854),
    ("FEA0", 0x9FBB, "82359134", 0xE864),
]
MOVED_IN_2005 = [("A8BC", 0x1E3F, "8135F437", 0xE7C7)]
CODED_TWICE_BEFORE_2022 = [
    ("FE51", 0xE816, "95329031", 0x20087),
    ("FE52", 0xE817, "95329033", 0x20089),
    ("FE53", 0xE818, "95329730", 0x200CC),
    ("FE6C", 0xE831, "9536B937", 0x215D7),
    ("FE76", 0xE83B, "9630BA35", 0x2298F),
    ("FE91", 0xE855, "9635B630", 0x241FE),
]


@pytest.mark.parametrize(("short", "now", "long", "before"), [*MOVED_IN_2022, *MOVED_IN_2005])
def test_a_two_byte_code_names_the_code_point_of_its_character_and_the_four_byte_code_the_private_one(
    short: str, now: int, long: str, before: int
) -> None:
    assert gb18030.decode(bytes.fromhex(short)) == chr(now)
    assert gb18030.decode(bytes.fromhex(long)) == chr(before)
    assert gb18030.encode(chr(now)).hex().upper() == short
    assert gb18030.encode(chr(before)).hex().upper() == long


@pytest.mark.parametrize(("short", "private", "long", "now"), CODED_TWICE_BEFORE_2022)
def test_a_character_that_was_coded_twice_is_written_by_its_four_byte_code(
    short: str, private: int, long: str, now: int
) -> None:
    assert gb18030.decode(bytes.fromhex(long)) == chr(now)
    assert gb18030.encode(chr(now)).hex().upper() == long
    assert gb18030.decode(bytes.fromhex(short)) == chr(private)
    assert gb18030.encode(chr(private)).hex().upper() == short


def test_no_other_code_differs_from_the_table_of_2000() -> None:
    changed = {code for _, now, _, before in [*MOVED_IN_2022, *MOVED_IN_2005] for code in (now, before)}
    other = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF and code not in changed)
    assert gb18030.encode(other) == other.encode("gb18030")


def test_every_code_point_is_decoded_to_itself() -> None:
    everything = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    assert gb18030.decode(gb18030.encode(everything)) == everything


def test_a_lone_surrogate_has_no_code() -> None:
    with pytest.raises(UnicodeEncodeError) as refused:
        gb18030.encode("乙\ud800")
    assert refused.value.start == 1


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_text_in_portions_is_decoded_as_text_in_one_piece(size: int) -> None:
    raw = bytes.fromhex("41 FE59 82359037 A6D9 D6D0 A8BC 42")
    decoder = gb18030.PortionDecoder("gb18030")
    assert "".join(decoder.decode(raw[at : at + size]) for at in range(0, len(raw), size)) == "A龴\ue81e︐中ḿB"


def test_a_decoder_of_another_encoding_knows_nothing_of_the_table() -> None:
    assert gb18030.PortionDecoder("utf-8").decode("\ue81e龴".encode()) == "\ue81e龴"
    assert gb18030.decode_as(gb18030.encode_as("龴", "utf-8"), "utf-8") == "龴"
    assert gb18030.encode_as("龴", "gb18030") == bytes.fromhex("FE59")
    assert gb18030.decode_as(bytes.fromhex("FE59"), "gb18030") == "龴"


# By hand from GB 18030-2000, annex E: some of what had been in private use in GBK and got code points then.
@pytest.mark.parametrize(
    ("private", "now"),
    [
        (0xE815, 0x2E81),
        (0xE819, 0x2E84),
        (0xE81A, 0x3473),
        (0xE81F, 0x359E),
        (0xE830, 0x2EA7),
        (0xE844, 0x4723),
        (0xE84F, 0x4986),
        (0xE850, 0x499F),
        (0xE863, 0x4DAE),
        (0xE7C8, 0x01F9),
        (0xE7E7, 0x303E),
        (0xE7F3, 0x2FFB),
        (0xE76C, 0x20AC),
        *((before, now) for _, now, _, before in [*MOVED_IN_2022, *MOVED_IN_2005]),
        *((private, now) for _, private, _, now in CODED_TWICE_BEFORE_2022),
    ],
)
def test_a_private_use_character_of_an_earlier_edition_is_settled_by_its_later_code_point(
    private: int, now: int
) -> None:
    assert gb18030.settled(f"乙{chr(private)}甲") == f"乙{chr(now)}甲"


def test_all_eighty_of_gbk_and_nothing_outside_private_use_are_settled() -> None:
    assert {code for code in gb18030.LATER if 0xE815 <= code <= 0xE864} == set(range(0xE815, 0xE865))
    assert all(0xE000 <= code <= 0xF8FF for code in gb18030.LATER)
    assert not any(0xE000 <= code <= 0xF8FF for code in gb18030.LATER.values())
    assert len(set(gb18030.LATER.values())) == len(gb18030.LATER)
    assert gb18030.settled("\ue5f0") == "\ue5f0"


def test_names_are_compared_by_the_same_table_and_the_euro_sign_is_in_no_name() -> None:
    assert {before: now for before, now in gb18030.LATER.items() if now != ord("€")} == LATER_CODE_POINTS
