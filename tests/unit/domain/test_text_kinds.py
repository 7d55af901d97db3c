"""The kinds of text that come from outside: what each takes and refuses, and that every border has the same table."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kiosk.central import codes
from kiosk.central import contract_values as its
from kiosk.domain import text_kinds
from kiosk.domain.text_kinds import TextKind

LINES = {
    "name": (text_kinds.PERSON_NAME, its.PersonName),
    "address": (text_kinds.ADDRESS, its.Address),
    "authority": (text_kinds.AUTHORITY, its.Authority),
    "category": (text_kinds.CATEGORY, its.CategoryText),
    "station": (text_kinds.STATION, its.Station),
}
NO_PART_OF_A_LINE = [
    "\0",
    "\t",
    "\n",
    "\r",
    "\x1c",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2069",
    "\ufdd0",
    "\ufff9",
    "\ufffc",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udfff",
]
PART_OF_A_LINE = [
    "上海市示范路88弄6号402室",
    "阿依古丽·买买提",
    "𠮷𪚥",
    "e\u0301",
    "[b]",
    "{0}",
    "👨\u200d👩",
    "☎\ufe0f",
    "葛\U000e0100",
    "\u200b",
    "\u200f",
    "\ue815",
    "\uf8ff",
    "\u3000",
    " ",
    "",
]


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("odd", NO_PART_OF_A_LINE, ids=ascii)
def test_what_is_no_part_of_a_line_is_refused_at_its_start_in_it_and_at_its_end(kind: str, odd: str) -> None:
    ours, theirs = LINES[kind]
    for text in (odd, f"路{odd}", f"{odd}路", f"路{odd}路"):
        flaw = ours.flaw_of(text)
        assert flaw is not None
        assert f"U+{ord(odd):04X} (character {text.index(odd) + 1})" in flaw
        assert not _is_taken(theirs, text)


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("text", PART_OF_A_LINE, ids=ascii)
def test_every_character_of_names_and_addresses_is_taken(kind: str, text: str) -> None:
    ours, theirs = LINES[kind]
    assert ours.flaw_of(text) is None
    assert _is_taken(theirs, text)


@pytest.mark.parametrize("kind", LINES)
def test_a_line_is_taken_up_to_its_length_and_not_beyond(kind: str) -> None:
    ours, theirs = LINES[kind]
    for text, is_taken in (("路" * ours.longest, True), ("路" * (ours.longest + 1), False)):
        assert (ours.flaw_of(text) is None) is is_taken
        assert _is_taken(theirs, text) is is_taken


@pytest.mark.parametrize("number", ["\n", "A\n", "", "b" * 33, "号", "-1", "A 1", "A\u00a01", "1'", "A\u200b"])
@pytest.mark.parametrize(("ours", "theirs"), [(text_kinds.QUOTED_NUMBER, its.ReviewNumber)])
def test_a_number_to_quote_is_short_and_can_be_typed(number: str, ours: TextKind, theirs: object) -> None:
    assert ours.flaw_of(number) is not None
    assert not _is_taken(theirs, number)
    assert ours.flaw_of("310000-2026/00.17") is None
    assert _is_taken(theirs, "310000-2026/00.17")


@pytest.mark.parametrize("code", ["", "Too_Early", "too early", "a\n", "林玉珍", "341399198803140021", "a" * 65, "a-b"])
def test_a_code_is_no_prose(code: str) -> None:
    assert text_kinds.CODE.flaw_of(code) is not None
    assert not _is_taken(its.Code, code)


def test_every_code_of_the_catalogue_is_a_code() -> None:
    listed = (
        *codes.REFUSAL_CODES,
        *codes.SESSION_FAILURES,
        *codes.RETURN_CODES,
        *codes.ENDORSEMENT_STATES,
        *codes.PROBLEM_CODES,
        codes.OTHER,
    )
    assert [code for code in listed if text_kinds.CODE.flaw_of(code) is not None] == []


@pytest.mark.slow
def test_no_character_is_hidden_that_a_font_here_can_draw_and_none_shown_that_is_a_blank() -> None:
    ordinary = [chr(code) for code in (*range(0x21, 0x7F), *range(0x4E00, 0xA000), *range(0x20000, 0x2A6E0))]
    assert [one for one in ordinary if not text_kinds.can_be_confirmed(one)] == []
    in_lines = [one for one in map(chr, range(0x110000)) if text_kinds.ADDRESS.flaw_of(one) is None]
    formats = [one for one in in_lines if unicodedata.category(one) == "Cf"]
    blanks = [one for one in in_lines if unicodedata.category(one) == "Zs"]
    # Those that are drawn though Unicode counts them as formats: signs before numbers, and hieroglyphs' brackets.
    drawn = {one for one in formats if text_kinds.can_be_confirmed(one)}
    assert all(0x600 <= ord(one) <= 0x8E2 or 0x110BD <= ord(one) <= 0x1343F for one in drawn)
    assert [one for one in blanks if text_kinds.can_be_confirmed(one)] == []


def test_a_flaw_repeats_nothing_of_the_text() -> None:
    for text in ("林玉珍\n", "林玉珍" * 40):
        flaw = text_kinds.ADDRESS.flaw_of(text)
        assert flaw is not None
        assert "林" not in flaw


def _is_taken(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True
