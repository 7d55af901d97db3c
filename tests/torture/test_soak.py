"""The soak in short: a few visits of every course, in a kiosk that is a process of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.torture.soak import COURSES, Sample, Soaked, SoakHarness, course_of, soak

VISITS = 4 * (len(COURSES) - 1) - 3  # the last of the other courses is the last visit


@pytest.mark.slow
def test_visits_in_a_row_end_as_they_should_and_leave_no_thread_and_no_file_open(tmp_path: Path) -> None:
    with SoakHarness(tmp_path, over_pcscd=False) as world:
        soaked = soak(world, VISITS)
    assert list(soaked.mistakes) == []
    assert soaked.left_over == []
    assert set(soaked.courses) == {course.name for course in COURSES}


def test_a_steady_leak_is_found_in_the_samples() -> None:
    leaking = [Sample(visit, 80_000 + visit, 9, {"pipe": 14}) for visit in range(0, 10_000, 100)]
    steady = [Sample(visit, 80_000 + visit % 300, 9, {"pipe": 14}) for visit in range(0, 10_000, 100)]
    first = 80_000 + 500
    growth = Soaked(leaking, (), course_count(), ()).growth
    assert growth == pytest.approx((9_900 - 500) / first)
    kept = Soaked(steady, (), course_count(), ()).growth
    assert kept == pytest.approx(0.0, abs=0.001)


def test_a_thread_or_a_file_that_stays_is_told() -> None:
    samples = [Sample(0, 1, 7, {}), Sample(600, 1, 9, {"pipe": 14}), Sample(10_000, 1, 10, {"pipe": 14, "socket": 1})]
    assert Soaked(samples, (), course_count(), ()).left_over == ["threads: 9 -> 10", "socket: 0 -> 1"]


def course_count() -> Counter[str]:
    return Counter(course_of(number).name for number in range(VISITS))
