"""The order of a line of Uyghur with Chinese and figures in it, without any font."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.right_to_left import (
    PDI,
    Piece,
    closed_in_lines,
    needs_shaping,
    pieces,
    resolved,
    runs_right_to_left,
    without_marks,
)


def font_of(character: str) -> int:
    return int(character > "\u3000")


def in_order(text: str) -> list[str]:
    return [piece.text for piece in pieces(text, font_of)]


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("ئۇيغۇرچە", True),
        ("\u2068上海\u2069 دا", True),
        ("上海 ئۇ", False),
        ("2027-03-09", False),
        ("\u2068ئۇ\u2069", True),
        ("\u200f2027", True),
        ("", False),
    ],
)
def test_a_paragraph_runs_as_its_first_letter_outside_of_isolates(text: str, is_so: bool) -> None:
    assert runs_right_to_left(text) is is_so


def test_only_letters_that_join_and_marks_that_turn_need_the_shaper() -> None:
    assert all(map(needs_shaping, ("ئۇ", "a ئۇ b", "\u200f2027")))
    assert not any(map(needs_shaping, ("上海", "2027-03-09", "\u20682027\u2069", "Café")))
    assert without_marks("\u2068上海\u2069") == "上海"


def test_what_one_font_draws_stays_in_one_piece_isolates_included() -> None:
    text = "نومۇر: \u2068SH-0412\u2069 نى"
    assert pieces(text, font_of) == [Piece("نومۇر: \u2066SH-0412\u2069 نى", 0, right_to_left=True)]


def test_chinese_stands_between_as_a_thing_of_its_own() -> None:
    assert in_order("ئورنى: \u2068上海88弄\u2069.") == [".", "上海88弄", "ئورنى: "]
    assert in_order("ئورنى: 上海 88 弄.") == [".", "上海 88 弄", "ئورنى: "]
    assert in_order("地址 ئۇيغۇر 上海") == ["地址", " ئۇيغۇر ", "上海"]


def test_figures_at_the_ends_of_a_chinese_value_are_in_its_font() -> None:
    assert pieces("ۋاقتى: \u20688:30 上海 9:30\u2069", font_of)[0] == Piece("8:30 上海 9:30", 1, right_to_left=False)


def test_uyghur_within_chinese_runs_its_own_way() -> None:
    assert in_order("ئا \u2068上海 ئۇ 弄\u2069 ب") == [" ب", "上海", " ئۇ ", "弄", "ئا "]


def test_marks_alone_are_no_piece() -> None:
    assert in_order("\u200f\u2066上海\u2069") == ["上海"]
    assert in_order("\u200f") == []


def test_a_line_break_closes_what_is_open_and_opens_it_again() -> None:
    lines = closed_in_lines(["ئورنى: \u2066上海", "88弄\u2069."], right_to_left=True)
    assert lines == ["\u200fئورنى: \u2066上海\u2069", "\u200f\u206688弄\u2069."]
    assert closed_in_lines(["ئۇ"], right_to_left=True) == ["ئۇ"]
    assert closed_in_lines(["上海 ئۇ", "ئا"], right_to_left=False) == ["\u200e上海 ئۇ", "\u200eئا"]


ANYTHING = st.text(alphabet="ئۇ上海 a1.-\u2066\u2067\u2068\u2069\u200f\ufe0f\u0301", max_size=30)


@given(ANYTHING)
def test_nothing_is_lost_and_nothing_comes_twice(text: str) -> None:
    shown = "".join(sorted(without_marks("".join(in_order(text)))))
    assert shown == "".join(sorted(without_marks(text))) or not without_marks(text).strip("\ufe0f")


@given(ANYTHING)
def test_every_isolate_of_a_line_ends_on_it(text: str) -> None:
    whole = resolved(text)
    for line in closed_in_lines([whole[:7], whole[7:14], whole[14:]], right_to_left=True):
        depth = 0
        for character in line:
            depth += (character in "\u2066\u2067\u2068") - (character == PDI and depth > 0)
        assert depth == 0
