"""How long writing usually takes: measured by time that passed, kept in the journal, told once there is enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk.domain.endorsement import ChipState, FaceState
from kiosk.domain.faults import CHIP_SILENT
from kiosk.journal.journal import Journal, StepRecord
from kiosk.journal.past_writing import WRITING_MS
from kiosk.runtime.writing_times import ENOUGH, LAST, WritingTimes
from kiosk.workflow import states as s
from tests.fakes.hand_clock import HandClock
from tests.unit.workflow import machine_samples as samples

CONFIGURED_S = 25

CONFIRMING = s.Confirming(samples.VISIT, samples.CASE, samples.GRANT)
OPENING = s.OpeningChipSession(samples.VISIT, samples.CASE, samples.GRANT)
RELAYING = s.RelayingBatch(samples.VISIT, samples.CASE, samples.GRANT, UUID(int=1), 1)
READING_BACK = s.ReadingChipBack(samples.VISIT, samples.CASE, samples.GRANT)
ON_FACE = s.RewritingFace(samples.VISIT, samples.CASE, samples.GRANT, 1)
ENDED = s.AwaitingRemoval(samples.VISIT, s.Renewed(samples.CASE, samples.GRANT, FaceState.NEW))
FACE_LEFT = s.ReturningPermit(samples.VISIT, s.Renewed(samples.CASE, samples.GRANT, FaceState.PENDING))
BROKEN = s.ReturningPermit(samples.VISIT, s.BrokenOff(CHIP_SILENT, ChipState.OLD, FaceState.OLD))

WHOLE = (OPENING, RELAYING, READING_BACK, ON_FACE, ENDED)


class Bench:
    def __init__(self, journal: Journal, *, rewrites_face: bool = True, learns: bool = True) -> None:
        self.clock = HandClock()
        self.journal = journal
        self.times = WritingTimes(CONFIGURED_S, self.clock.monotonic, rewrites_face=rewrites_face, learns=learns)

    def writes(self, seconds: float, way: tuple[s.State, ...] = WHOLE, before: s.State = CONFIRMING) -> dict[str, int]:
        """Go this way in so many seconds, with every step in the journal; the facts of the last one."""
        facts: dict[str, int] = {}
        for number, after in enumerate(way):
            if number:
                self.clock.pass_time(seconds / (len(way) - 1))
            facts = self.times.measured(before, after)
            self.journal.append(
                StepRecord(self.clock.now(), None, "Confirming", "x", "Thanking", "inside", (), None, dict(facts))
            )
            before = after
        return facts


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.db", HandClock().now)
    yield made
    made.close()


def test_a_writing_is_measured_from_the_confirmation_to_the_end_of_the_face(journal: Journal) -> None:
    assert Bench(journal).writes(14.5) == {WRITING_MS: 14500}


def test_what_is_configured_is_told_until_there_are_enough(journal: Journal) -> None:
    bench = Bench(journal)
    told = []
    for seconds in (12, 40, 10, 11, 13)[:ENOUGH]:
        told.append(bench.times.usually_s)
        bench.writes(seconds)
    assert told == [CONFIGURED_S] * ENOUGH
    assert bench.times.usually_s == 12


def test_the_newest_alone_count(journal: Journal) -> None:
    bench = Bench(journal)
    for seconds in (10,) * LAST + (31.2,) * LAST:
        bench.writes(seconds)
    assert bench.times.usually_s == 32


def test_another_program_goes_on_from_the_journal(journal: Journal) -> None:
    earlier = Bench(journal)
    for seconds in (12, 40, 10, 11, 13):
        earlier.writes(seconds)
    bench = Bench(journal)
    bench.times.recall(journal.path)
    assert bench.times.usually_s == 12
    bench.writes(60)
    bench.writes(60)
    assert bench.times.usually_s == 13


def test_a_machine_that_does_not_learn_tells_what_is_configured_and_measures_all_the_same(journal: Journal) -> None:
    bench = Bench(journal, learns=False)
    assert [bench.writes(12) for _ in range(ENOUGH)] == [{WRITING_MS: 12000}] * ENOUGH
    assert bench.times.usually_s == CONFIGURED_S


@pytest.mark.parametrize(
    "way",
    [
        pytest.param((OPENING, READING_BACK, FACE_LEFT), id="the face is left as it is"),
        pytest.param((OPENING, RELAYING, READING_BACK, BROKEN), id="broken off"),
        pytest.param((OPENING, RELAYING, s.Recovering()), id="cut off"),
    ],
)
def test_what_did_not_do_both_does_not_count(journal: Journal, way: tuple[s.State, ...]) -> None:
    bench = Bench(journal)
    assert bench.writes(14, way) == {}
    assert bench.writes(14) == {WRITING_MS: 14000}


def test_a_face_alone_does_not_count(journal: Journal) -> None:
    assert Bench(journal).writes(14, (ON_FACE, ENDED)) == {}


def test_a_permit_that_is_found_after_a_stop_does_not_count(journal: Journal) -> None:
    recovering = s.RecoveringGrant(samples.VISIT, samples.STORIES[2], samples.PERMIT)
    assert Bench(journal).writes(14, WHOLE, recovering) == {}


def test_a_second_session_and_a_second_try_of_the_face_are_part_of_it(journal: Journal) -> None:
    way = (
        OPENING,
        RELAYING,
        READING_BACK,
        replace(OPENING, session=2),
        READING_BACK,
        ON_FACE,
        replace(ON_FACE, attempt=2),
    )
    assert Bench(journal).writes(30, (*way, ENDED)) == {WRITING_MS: 30000}


def test_where_no_face_is_rewritten_the_chip_is_the_whole(journal: Journal) -> None:
    assert Bench(journal, rewrites_face=False).writes(4, (OPENING, READING_BACK, FACE_LEFT)) == {WRITING_MS: 4000}


@pytest.mark.parametrize("seconds", [0.0, 0.4, 601.0, 90000.0])
def test_what_no_writing_takes_does_not_count(journal: Journal, seconds: float) -> None:
    assert Bench(journal).writes(seconds) == {}


@pytest.mark.parametrize("told", [0, 10**9, -5, True, "12", None])
def test_what_a_journal_cannot_have_measured_is_not_taken(journal: Journal, told: object) -> None:
    facts: dict[str, Any] = {WRITING_MS: told}
    for _ in range(ENOUGH):
        journal.append(StepRecord(HandClock().now(), None, "a", "b", "c", "inside", (), None, facts))
    bench = Bench(journal)
    bench.times.recall(journal.path)
    assert bench.times.usually_s == CONFIGURED_S


def test_without_a_journal_the_machine_learns_anew(journal: Journal, tmp_path: Path) -> None:
    bench = Bench(journal)
    bench.times.recall(tmp_path / "none.db")
    for seconds in (12, 40, 10, 11, 13):
        bench.writes(seconds)
    assert bench.times.usually_s == 12
