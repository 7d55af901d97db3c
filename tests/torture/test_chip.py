"""The chip's torture in short: a few cases of every kind, for both permit files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.chip import torture

# Of each kind one, where several writes leave it in a place that one write never does.
ONE_WRITE = ("torn:0:60", "torn:0:264", "wrong_mac:0", "no_challenge:0", "contact_lost:9")
SEVERAL = ("torn:3:2", "torn:5:10", "wrong_mac:5", "locked:0", "memory_failure:3", "silent:38", "contact_lost:36")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("permit_file", "names", "writes", "left"),
    [
        ("reference", ONE_WRITE, 1, {"old", "new"}),
        ("ssse", SEVERAL, 6, {"old", "new", "partly new"}),
    ],
)
def test_a_troubled_chip_tells_one_story_with_face_and_central_and_the_next_visit_finishes_it(
    tmp_path: Path, permit_file: str, names: tuple[str, ...], writes: int, left: set[str]
) -> None:
    tried = torture(tmp_path, permit_file, lambda _, case: case.name in names)
    assert list(tried.mistakes) == []
    assert sum(tried.endings.values()) == len(names)
    assert len(tried.course.written) == writes
    assert {chip for (_, chip, _, _) in tried.endings} == left
    assert (tried.finished_at_once > 0) is (writes > 1)  # one write is whole or was not; nothing is left to finish
