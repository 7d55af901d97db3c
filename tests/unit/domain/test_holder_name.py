"""One name written in several ways is one; two invented names never are."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from kiosk.domain.holder_name import canonical_name, is_same_name
from kiosk.domain.private_use import LATER_CODE_POINTS

SEPARATED = "阿依古丽·买买提"
DOTS = (
    "·",
    "\u0387",
    "•",
    "\u2024",
    "‧",
    "∙",
    "⋅",
    "\u2e31",
    "。",
    "・",
    "\ua78f",
    "\ufe52",
    "｡",
    "･",
    ".",
    "．",
    "··",
)


@pytest.mark.parametrize("dot", DOTS)
@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u00a0", "  "])
def test_the_dot_between_the_parts_of_a_name_is_one_whichever_was_typed(dot: str, blank: str) -> None:
    first, last = SEPARATED.split("·")
    for written in (f"{first}{blank}{dot}{blank}{last}", f"{first}{dot}{blank}{last}", f"{first}{blank}{dot}{last}"):
        assert is_same_name(written, SEPARATED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\ue81e", "\u9fb4"),
        ("张\ue816", "张\U00020087"),
        ("李\ue864", "李\u9fbb"),
        ("王\ue84a", "王\u497a"),
        ("\uf9dc", "隆"),
        ("\U0002f800", "\u4e3d"),
        ("隆\ufe00", "隆"),
        ("隆\U000e0100", "隆"),
        ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith"),
        ("JOHN  SMITH", "john smith"),
        ("JOSE\u0301", "José"),
        ("STRASSE", "Straße"),
        (" 林玉珍\0", "林玉珍"),
        ("林\u3000玉", "林玉"),
        ("林\u200b玉珍", "林玉珍"),
        ("O\u2019BRIEN", "o'brien"),
        ("J.R. SMITH", "J · R · SMITH"),
        ("ANNA\u2010LENA", "Anna-Lena"),
    ],
)
def test_one_name_written_in_two_ways_is_one_name(one: str, other: str) -> None:
    assert is_same_name(one, other)
    assert is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("林玉珍", "林玉真"),
        ("林玉珍", "林珍玉"),
        ("林玉珍", "林玉"),
        ("吕布", "呂布"),
        ("李明", "李眀"),
        ("国", "國"),
        (SEPARATED, "阿依古丽买买提"),
        (SEPARATED, "阿依古·丽买买提"),
        ("JOHN SMITH", "JOHNS MITH"),
        ("JOHN SMITH", "JOHN.SMITH"),
        ("José", "Jose"),
        ("Lü", "Lu"),
        ("\ue000", "\ue001"),
        ("\ue000", "一"),
        ("⼀", "一"),
        ("㊀", "一"),
        ("²", "2"),
        ("〇", "○"),
        ("\ufa0e", "\u5140"),
        ("", "林"),
    ],
)
def test_two_names_are_two(one: str, other: str) -> None:
    assert not is_same_name(one, other)


UNIFIED = "\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27\ufa28\ufa29"


def test_the_twelve_unified_ideographs_among_the_compatibility_ideographs_are_themselves() -> None:
    assert [canonical_name(each) for each in UNIFIED] == list(UNIFIED)


def test_a_compatibility_ideograph_is_the_ideograph_that_unicode_decomposes_it_to_and_no_other() -> None:
    blocks = [*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)]
    ideographs = [chr(code) for code in blocks if unicodedata.category(chr(code)) == "Lo"]
    assert len(ideographs) == 472 + 542
    for each in ideographs:
        later = unicodedata.decomposition(each)
        assert canonical_name(each) == (chr(int(later, 16)) if later else each)


def test_the_table_of_private_use_characters_is_that_of_the_standards() -> None:
    """Python's codec is GB 18030-2000: where it has a code point outside the private use area, the table has the same;
    the rest are the 24 that the standards of 2005 and 2022, and Unicode, settled later.
    """
    bytes_of = [
        *(0xA6D9 + at for at in range(7)),
        0xA6EC,
        0xA6ED,
        0xA6F3,
        0xA8BC,
        0xA8BF,
        *range(0xA989, 0xA996),
        *(code for code in range(0xFE50, 0xFEA1) if code != 0xFE7F),
    ]
    lent = [*range(0xE78D, 0xE797), 0xE7C7, 0xE7C8, *range(0xE7E7, 0xE7F4), *range(0xE815, 0xE865)]
    assert len(lent) == len(bytes_of) == len(LATER_CODE_POINTS) == 10 + 2 + 13 + 80
    assert sorted(LATER_CODE_POINTS) == lent
    settled_later = {}
    for code, private in zip(bytes_of, lent, strict=True):
        by_codec = ord(code.to_bytes(2, "big").decode("gb18030"))
        if 0xE000 <= by_codec <= 0xF8FF:
            assert by_codec == private
            settled_later[private] = LATER_CODE_POINTS[private]
        else:
            assert by_codec == LATER_CODE_POINTS[private]
    assert settled_later == {
        0xE78D: 0xFE10,
        0xE78E: 0xFE12,
        0xE78F: 0xFE11,
        0xE790: 0xFE13,
        0xE791: 0xFE14,
        0xE792: 0xFE15,
        0xE793: 0xFE16,
        0xE794: 0xFE17,
        0xE795: 0xFE18,
        0xE796: 0xFE19,
        0xE7C7: 0x1E3F,
        0xE816: 0x20087,
        0xE817: 0x20089,
        0xE818: 0x200CC,
        0xE81E: 0x9FB4,
        0xE826: 0x9FB5,
        0xE82B: 0x9FB6,
        0xE82C: 0x9FB7,
        0xE831: 0x215D7,
        0xE832: 0x9FB8,
        0xE83B: 0x2298F,
        0xE843: 0x9FB9,
        0xE854: 0x9FBA,
        0xE855: 0x241FE,
        0xE864: 0x9FBB,
    }
    assert len(set(LATER_CODE_POINTS.values())) == len(LATER_CODE_POINTS)


@pytest.mark.slow
def test_the_canonical_form_of_every_character_is_its_own_form() -> None:
    forms = {form for code in range(sys.maxunicode + 1) if (form := canonical_name(chr(code))) != chr(code)}
    assert {form for form in forms if canonical_name(form) != form} == set()
    assert canonical_name("\u0149") == "'n"


# Characters of invented names: ideographs of every block that names are written with, and letters.
IDEOGRAPHS = some.one_of(
    some.integers(0x4E00, 0x9FFF),
    some.integers(0x3400, 0x4DBF),
    some.integers(0x20000, 0x2A6DF),
    some.integers(0x30000, 0x3134A),
).map(chr)
CHINESE = some.text(IDEOGRAPHS, min_size=1, max_size=6)
WITH_DOTS = some.lists(CHINESE, min_size=1, max_size=3).map("·".join)
LATIN = some.lists(some.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÉÜ'-", min_size=1, max_size=8), min_size=1, max_size=3).map(
    " ".join
)
NAMES = some.one_of(WITH_DOTS, LATIN)
LENT = {later: private for private, later in LATER_CODE_POINTS.items()}


@settings(deadline=None)
@given(NAMES, NAMES)
def test_two_invented_names_are_never_one(one: str, other: str) -> None:
    assume(one != other)
    assert not is_same_name(one, other)


@settings(deadline=None)
@given(NAMES, some.data())
def test_an_invented_name_written_as_other_systems_write_it_is_the_same_name(name: str, data: some.DataObject) -> None:
    def written(character: str) -> str:
        if character == "·":
            blanks = some.sampled_from(["", " ", "\u3000"])
            return data.draw(blanks) + data.draw(some.sampled_from(DOTS)) + data.draw(blanks)
        ways = [character, character.lower()]
        if "!" <= character <= "~":
            ways.append(chr(ord(character) + 0xFEE0))
        if ord(character) in LENT:
            ways.append(chr(LENT[ord(character)]))
        ways.append(unicodedata.normalize("NFD", character))
        return data.draw(some.sampled_from(ways))

    other = data.draw(some.sampled_from(["", " ", "\0"])) + "".join(map(written, name)) + "\u3000"
    assert is_same_name(name, other)


@settings(deadline=None)
@given(some.text(max_size=12), some.text(max_size=12))
def test_the_comparison_is_the_same_both_ways_and_its_form_is_its_own_form(one: str, other: str) -> None:
    assert is_same_name(one, other) == is_same_name(other, one)
    assert canonical_name(canonical_name(one)) == canonical_name(one)
