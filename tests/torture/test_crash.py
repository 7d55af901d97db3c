"""Killed at any point, the kiosk puts everything right at its next start."""

from __future__ import annotations

import pytest

from tests.torture.crash.run import run

SCALE = 0.006


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_sample_of_all_crash_points_leaves_nothing_wrong() -> None:
    outcome = run(SCALE)
    assert outcome.failed == 0, "\n".join(outcome.lines)
