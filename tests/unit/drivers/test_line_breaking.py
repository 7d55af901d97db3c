"""Where lines may break, by columns: a Chinese character takes two."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.line_breaking import NEVER_FIRST, wrap


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("", 10, [""]),
        ("居住证签注", 10, ["居住证签注"]),
        ("居住证签注凭条", 10, ["居住证签注", "凭条"]),
        ("一二三四五。六七", 10, ["一二三四", "五。六七"]),
        ("一二三（四五）六", 8, ["一二三", "（四五）", "六"]),
        ("valid until 2027", 11, ["valid until", "2027"]),
        ("号码 QZ-20260101-0001 请保留", 18, ["号码", "QZ-20260101-0001", "请保留"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("第一行\n第二行", 20, ["第一行", "第二行"]),
        ("𠮷", 1, ["𠮷"]),
        ("2026-yili\u00a05-ayning\u00a031-kuni", 20, ["2026-yili\u00a05-ayning", "31-kuni"]),
        ("2026-yili\u00a05-ayning\u00a031-kuni", 9, ["2026-yili", "5-ayning", "31-kuni"]),
        ("abcdef\u00a0gh", 4, ["abcd", "ef", "gh"]),
    ],
)
def test_text_breaks_between_characters_and_words_and_never_before_a_full_stop(
    text: str,
    limit: int,
    lines: list[str],
) -> None:
    assert wrap(text, limit, columns) == lines


@given(st.text(alphabet="一二三。，（）ab c1", max_size=60), st.integers(min_value=8, max_value=20))
def test_no_line_is_too_wide_and_nothing_but_spaces_is_lost(text: str, limit: int) -> None:
    lines = wrap(text, limit, columns)
    assert all(columns(line) <= limit for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="一二三四五六。", max_size=60).filter(lambda t: "。。" not in t))
def test_no_line_but_the_first_begins_with_a_full_stop(text: str) -> None:
    assert not any(line[0] in NEVER_FIRST for line in wrap(text, 8, columns)[1:])
