"""The table of switching off: the page that is checked in is whole, and a share of it is played."""

from __future__ import annotations

import random

import pytest

from tests.torture.faults.counter import Counter
from tests.torture.faults.switching_off import PAGE, cells_of, every_cell, page_of, play_cell


def test_the_checked_in_page_has_every_cell_and_is_as_it_is_written() -> None:
    page = PAGE.read_text(encoding="utf-8")
    cells = cells_of(page)
    assert list(cells) == every_cell()
    assert [key for key, code in cells.items() if code == "…"] == []
    assert page_of(cells) == page


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning")
def test_a_share_of_the_cells_ends_well() -> None:
    with Counter() as counter:
        for row, condition in random.Random(1).sample(every_cell(), 4):
            finding, end = play_cell(counter, row, condition)
            assert (finding.broken, end is None) == ((), False), (row, condition, finding)
