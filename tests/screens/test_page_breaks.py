"""Where a column is broken into pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screens.widgets.page_breaks import page_starts


def lines(begin: float, count: int, each: float = 10) -> list[tuple[float, float]]:
    return [(begin + number * each, begin + (number + 1) * each) for number in range(count)]


def test_a_sentence_that_fits_on_the_next_page_is_not_cut_if_that_takes_no_page_more() -> None:
    pieces = [(0, 40), *lines(45, 3)]
    assert page_starts(pieces, [(45, 75)], 75, 60) == [0, 45]


def test_a_sentence_is_cut_if_otherwise_there_would_be_another_page() -> None:
    pieces = [(0, 30), *lines(30, 3), (60, 90)]
    assert page_starts(pieces, [(30, 60)], 90, 50) == [0, 50]


def test_a_page_holds_as_much_as_there_is_room_for() -> None:
    assert page_starts(lines(0, 7), [], 70, 30) == [0, 30, 60]


def test_what_stands_side_by_side_is_broken_where_neither_is_cut() -> None:
    left, right = [(0, 25), (25, 50)], [(0, 20), (20, 50)]
    assert page_starts(left + right, [], 50, 30) == [0, 30]  # nowhere: it is cut at the height of the page
    assert page_starts([*left, (0, 25), (25, 50)], [], 50, 30) == [0, 25]


def test_what_is_higher_than_a_page_is_cut_at_its_height() -> None:
    assert page_starts([(0, 10), (10, 100)], [], 100, 40) == [0, 10, 50, 90]


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 4)), min_size=1, max_size=12), st.integers(40, 90))
def test_no_page_is_higher_than_a_page_and_no_piece_that_fits_is_cut(
    paragraphs: list[tuple[int, int]], height: int
) -> None:
    pieces, wholes, top = [], [], 0
    for each, count in paragraphs:
        pieces += lines(top, count, each)
        wholes.append((float(top), float(top + each * count)))
        top += each * count + 5
    needed = top - 5
    starts = page_starts(pieces, wholes, needed, height)
    assert starts[0] == 0
    for begin, end in zip(starts, [*starts[1:], needed], strict=True):
        assert max(bottom for at, bottom in pieces if at < end) - begin <= height + 1
        assert not [piece for piece in pieces if piece[0] < begin < piece[1]]
