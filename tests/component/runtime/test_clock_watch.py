"""The watched clock: who confirmed it, what is noticed of it, and what the time is while it is in doubt."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.domain.clock import SystemClock
from kiosk.domain.faults import MESSAGES_WAITING
from kiosk.journal.boot import Boot, Moment
from kiosk.journal.clock_notes import CLOCK_CONFIRMED, CLOCK_JUMPED
from kiosk.journal.interrupted_visit import unfinished_story
from kiosk.journal.journal import BIN_EMPTIED, Journal, OutboundMessage, Queue, StepRecord
from kiosk.journal.retention import purge
from kiosk.runtime.clock_notes import ClockNotes
from kiosk.runtime.clock_watch import ClockNews, WatchedClock
from kiosk.services.central.outbox import alarm_of, message_of
from kiosk.workflow import effects as do
from tests.fakes.hand_clock import HandClock
from tests.fakes.set_clock import SetClock

RIGHT_TIME = timedelta(seconds=60)
WRONG = [timedelta(days=200), timedelta(days=600), timedelta(days=-200), timedelta(hours=5), timedelta(seconds=-90)]


class Bench:
    """A right time, the kiosk's own clock, and the watch over it."""

    def __init__(self, wrong_by: timedelta = timedelta()) -> None:
        self.right = HandClock()
        self.set = SetClock(self.right, wrong_by)
        self.slept_s = 0.0
        self.clock = WatchedClock(self.set, RIGHT_TIME, lambda: self.right.monotonic() - self.slept_s)

    def is_suspended(self, seconds: float) -> None:
        self.right.pass_time(seconds)
        self.slept_s += seconds


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_clock_that_nobody_confirmed_is_believed_and_not_confirmed(bench: Bench) -> None:
    bench.right.pass_time(3600)
    assert bench.clock.now() == bench.right.now()
    assert bench.clock.confirmed_now() is None
    assert not bench.clock.is_in_doubt


def test_central_confirms_a_clock_that_is_near_enough(bench: Bench) -> None:
    bench.set.wrong_by = timedelta(seconds=1)
    assert bench.clock.hear(bench.right.now()) == timedelta(seconds=1)
    assert bench.clock.confirmed_now() == bench.set.now()
    assert bench.clock.take_news() == []


@pytest.mark.parametrize("wrong_by", WRONG)
def test_a_clock_that_was_wrong_from_the_start_is_not_followed_once_central_was_heard(wrong_by: timedelta) -> None:
    bench = Bench(wrong_by)
    assert bench.clock.now() == bench.set.now()  # what else
    assert bench.clock.confirmed_now() is None
    assert bench.clock.hear(bench.right.now()) == wrong_by
    bench.right.pass_time(1000)
    assert bench.clock.now() == bench.right.now()
    assert bench.clock.is_in_doubt
    assert bench.clock.confirmed_now() is None


@pytest.mark.parametrize("by", WRONG)
def test_a_confirmed_clock_that_is_set_is_not_followed_and_that_is_noticed(
    bench: Bench, by: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    bench.clock.hear(bench.right.now())
    bench.right.pass_time(10)
    bench.set.wrong_by = by
    bench.right.pass_time(10)
    assert bench.clock.now() == bench.right.now()
    assert bench.clock.is_in_doubt
    assert bench.clock.confirmed_now() is None
    by_s = round(by.total_seconds())
    assert bench.clock.take_news() == [ClockNews(CLOCK_JUMPED, {"by_s": by_s, "why": "set"})]
    assert f'clock_jumped {{"by_s": {by_s}, "why": "set"}}' in caplog.text
    assert bench.clock.jumps == 1


def test_a_clock_that_comes_back_is_followed_again_and_central_confirms_it_once(bench: Bench) -> None:
    bench.clock.hear(bench.right.now())
    bench.set.wrong_by = timedelta(days=200)
    was_in_doubt = bench.clock.is_in_doubt
    bench.set.wrong_by = timedelta(seconds=1)
    assert (was_in_doubt, bench.clock.is_in_doubt) == (True, False)
    assert bench.clock.confirmed_now() == bench.set.now()
    bench.clock.hear(bench.right.now())
    bench.clock.hear(bench.right.now())
    assert [news.event for news in bench.clock.take_news()] == [CLOCK_JUMPED, CLOCK_JUMPED, CLOCK_CONFIRMED]


def test_small_steps_are_noticed_one_by_one_and_doubted_when_they_add_up(bench: Bench) -> None:
    bench.clock.hear(bench.right.now())
    for _ in range(3):
        bench.set.wrong_by += timedelta(seconds=25)
        bench.clock.now()
    assert bench.clock.jumps == 3
    assert bench.clock.is_in_doubt


def test_a_clock_that_is_slewed_is_not_said_to_jump(bench: Bench) -> None:
    for _ in range(100):
        bench.right.pass_time(30)
        bench.set.wrong_by += timedelta(milliseconds=15)
        bench.clock.now()
    assert bench.clock.take_news() == []


def test_a_machine_that_slept_is_noticed_and_its_clock_is_right(bench: Bench) -> None:
    bench.clock.hear(bench.right.now())
    bench.is_suspended(7200)
    assert bench.clock.confirmed_now() == bench.right.now()
    assert bench.clock.take_news() == [ClockNews(CLOCK_JUMPED, {"by_s": 7200, "why": "slept"})]
    assert bench.clock.take_news() == []


def test_the_machines_own_clock_does_not_jump() -> None:
    clock = WatchedClock(SystemClock(), RIGHT_TIME)
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=30)
    assert clock.take_news() == []


# -- in the journal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def journal(bench: Bench, tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.db", bench.clock.now)
    yield made
    made.close()


def writes(journal: Journal, bench: Bench, steps: int = 1, after: str = "Idle", **facts: str | int | bool) -> None:
    for _ in range(steps):
        journal.append(
            StepRecord(
                bench.clock.now(),
                uuid4(),
                "Idle",
                "PersonChose",
                after,
                "inside",
                (),
                UUID(int=7),
                dict(facts),
                Boot(bench.right.monotonic).moment(),
            )
        )


def notes(journal: Journal) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(journal.path)) as db:
        return db.execute("SELECT event, facts FROM step WHERE state_after = '' ORDER BY number").fetchall()


def test_what_is_noticed_is_noted_and_told_until_central_confirms_the_clock(bench: Bench, journal: Journal) -> None:
    writes(journal, bench)
    written = ClockNotes(bench.clock, journal)
    written.write()
    assert notes(journal) == []
    bench.set.wrong_by = timedelta(days=600)
    written.write()
    assert notes(journal) == [(CLOCK_JUMPED, '{"by_s": 51840000, "why": "set"}')]
    assert journal.clock_doubted_at() == (bench.set.now(), 51_840_000)
    bench.set.wrong_by = timedelta()
    bench.clock.hear(bench.right.now())
    written.write()
    written.write()
    assert [event for event, _ in notes(journal)] == [CLOCK_JUMPED, CLOCK_JUMPED, CLOCK_CONFIRMED]
    assert journal.clock_doubted_at() is None
    assert journal.verify().broken is None


def test_what_the_disk_does_not_take_is_noted_later(bench: Bench, journal: Journal) -> None:
    written = ClockNotes(bench.clock, journal)
    bench.set.wrong_by = timedelta(days=600)
    with closing(sqlite3.connect(journal.path)) as db, db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON step BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    written.write()
    with closing(sqlite3.connect(journal.path)) as db, db:
        db.execute("DROP TRIGGER full")
    written.write()
    assert [event for event, _ in notes(journal)] == [CLOCK_JUMPED]


@pytest.mark.parametrize(
    ("behind", "is_in_doubt"),
    [(timedelta(days=-200), True), (timedelta(days=-600), True), (timedelta(seconds=-30), False)],
)
def test_a_clock_behind_the_journals_last_step_is_noticed_at_the_start(
    bench: Bench, journal: Journal, behind: timedelta, is_in_doubt: bool
) -> None:
    writes(journal, bench)
    restarted = Bench(behind)
    ClockNotes(restarted.clock, journal).write()
    assert notes(journal) == [(CLOCK_JUMPED, f'{{"by_s": {round(behind.total_seconds())}, "why": "behind_journal"}}')]
    assert restarted.clock.is_in_doubt is is_in_doubt
    restarted.set.wrong_by = timedelta()
    restarted.clock.hear(restarted.right.now())
    assert not restarted.clock.is_in_doubt


# -- what the journal keeps -------------------------------------------------------------------------------------------


def kept(journal: Journal) -> int:
    with closing(sqlite3.connect(journal.path)) as db:
        return int(db.execute("SELECT count(*) FROM step WHERE event = 'PersonChose'").fetchone()[0])


def passes(bench: Bench, days: float) -> None:
    bench.right.pass_time(days * 86_400)


@pytest.mark.parametrize("ahead", [timedelta(days=200), timedelta(days=600)])
def test_steps_of_a_clock_that_was_ahead_go_in_their_time_and_hold_up_no_others(
    bench: Bench, journal: Journal, ahead: timedelta
) -> None:
    """Set ahead, a visit, set right again: the visit's steps look young for another 600 days."""
    bench.set.wrong_by = ahead
    written = ClockNotes(bench.clock, journal)
    written.write()
    writes(journal, bench, 3)
    bench.set.wrong_by = timedelta()
    bench.clock.hear(bench.right.now())
    written.write()
    passes(bench, 100)
    writes(journal, bench, 2)
    assert purge(journal, bench.right.now()) == 0
    passes(bench, 81)
    purge(journal, bench.right.now())
    assert kept(journal) == 2
    assert journal.verify().broken is None


def test_steps_of_a_clock_that_was_behind_are_as_old_as_the_confirmation_after_them(
    bench: Bench, journal: Journal
) -> None:
    """Started 400 days behind, a visit, set right again: the visit's steps look old from the first day."""
    writes(journal, bench, 2)
    passes(bench, 190)
    restarted = Bench(timedelta(days=-400))
    restarted.right.pass_time(bench.right.monotonic())
    written = ClockNotes(restarted.clock, journal)
    written.write()
    writes(journal, restarted, 3)
    assert purge(journal, bench.right.now()) == 2
    restarted.set.wrong_by = timedelta()
    restarted.clock.hear(restarted.right.now())
    written.write()
    assert purge(journal, bench.right.now()) == 0
    assert kept(journal) == 3
    passes(bench, 181)
    writes(journal, bench)
    purge(journal, bench.right.now())
    assert kept(journal) == 1


def test_what_lies_in_the_bin_never_ages_and_holds_up_nothing(bench: Bench, journal: Journal) -> None:
    writes(journal, bench, 1, "Explaining", in_bin=True)
    writes(journal, bench, 3)
    (in_bin,) = journal.permits_in_bin()
    for years in range(1, 6):
        passes(bench, 365)
        writes(journal, bench, 2)
        purge(journal, bench.right.now())
        assert journal.permits_in_bin() == (in_bin,), years
        assert kept(journal) == 2
    assert in_bin.endorsement_id == UUID(int=7)
    assert journal.verify().broken is None
    journal.note(BIN_EMPTIED, {"permits": 1})
    assert journal.permits_in_bin() == ()


def test_a_purge_that_was_cut_short_counts_no_permit_twice(bench: Bench, journal: Journal) -> None:
    writes(journal, bench, 1, "Explaining", in_bin=True)
    writes(journal, bench, 1, "Explaining", in_bin=True)
    writes(journal, bench, 1)
    before = journal.permits_in_bin()
    for _ in range(3):
        passes(bench, 200)
        writes(journal, bench, 1)
        purge(journal, bench.right.now(), may_go_on=lambda: False)
        assert journal.permits_in_bin() == before
    purge(journal, bench.right.now())
    assert journal.permits_in_bin() == before
    assert len(before) == 2


# -- how long the machine stood ---------------------------------------------------------------------------------------


STOPS = [
    # seconds stopped, the clock meanwhile set by, is it the same boot, how long it is said to have stood
    (20, timedelta(), True, 20.0),
    (20, timedelta(days=200), True, 20.0),
    (20, timedelta(days=600), True, 20.0),
    (600, timedelta(days=-200), True, 600.0),
    (600, timedelta(hours=-5), True, 600.0),
    (600, timedelta(seconds=-590), True, 600.0),
    (20, timedelta(), False, 20.0),
    (600, timedelta(), False, 600.0),
    (600, timedelta(days=200), False, 600.0 + 200 * 86_400),
    (600, timedelta(days=-200), False, math.inf),
    (600, timedelta(hours=-5), False, math.inf),
    # Back by nearly as much as it stood: the machine has been on for longer than its clock says that it was off.
    (600, timedelta(seconds=-590), False, 45.0),
]


@pytest.mark.parametrize(("stopped_s", "set_by", "same_boot", "said_s"), STOPS)
def test_how_long_the_machine_stood_is_not_for_the_clock_to_say(
    bench: Bench, journal: Journal, stopped_s: float, set_by: timedelta, same_boot: bool, said_s: float
) -> None:
    bench.right.pass_time(1000)
    writes(journal, bench, 1, "ReadingPermit")
    now = bench.right.now() + timedelta(seconds=stopped_s) + set_by
    boot = Boot(bench.right.monotonic).moment()
    moment = Moment(boot.boot_id, boot.passed_s + stopped_s) if same_boot else Moment("another", 45.0)
    if not same_boot and stopped_s == 20:
        moment = Moment("another", 15.0)
    assert unfinished_story(journal, now, moment).stopped_for_s == said_s


def test_a_step_whose_moment_is_not_known_is_dated_by_the_clock(bench: Bench, journal: Journal) -> None:
    """Written by an earlier version."""
    writes(journal, bench, 1)
    journal.append(
        StepRecord(bench.clock.now(), None, "Idle", "VisitBegan", "ShowingNotice", "with_holder", (), None, {})
    )
    later = Boot(bench.right.monotonic).moment()
    assert journal.last_moment() is None
    assert unfinished_story(journal, bench.right.now() + timedelta(seconds=33), later).stopped_for_s == 33.0


# -- messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamped_by", "seen_for_s", "alarm"),
    [
        (timedelta(hours=-25), 0.0, MESSAGES_WAITING),
        (timedelta(hours=-23), 0.0, None),
        (timedelta(days=600), 0.0, None),
        (timedelta(days=600), 25 * 3600.0, MESSAGES_WAITING),
    ],
)
def test_a_message_that_was_stamped_by_a_clock_ahead_is_missed_too(
    bench: Bench, stamped_by: timedelta, seen_for_s: float, alarm: object
) -> None:
    assert alarm_of(Queue(1, bench.right.now() + stamped_by, None), bench.right.now(), seen_for_s) is alarm


def test_two_messages_of_one_moment_are_two(bench: Bench, journal: Journal) -> None:
    """A clock that was set back passes the same moment again."""
    cancel = do.CancelEndorsement(UUID(int=7), "holder_cancelled")
    sent = [message_of(cancel, bench.right.now()) for _ in range(2)]
    for message in sent:
        assert isinstance(message, OutboundMessage)
        journal.append(
            StepRecord(bench.right.now(), None, "Confirming", "PersonChose", "ReturningPermit", "inside", (), None, {}),
            [message],
        )
    assert journal.queue().length == 2


def test_nothing_is_logged_of_a_clock_that_is_right(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(10):
        bench.right.pass_time(600)
        bench.clock.hear(bench.right.now())
    assert caplog.text == ""
