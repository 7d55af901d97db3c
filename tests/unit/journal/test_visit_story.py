"""How steps are put together to visits, counted by month, and searched for technicians' tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from assets import ASSETS
from kiosk.domain.clock import SHANGHAI
from kiosk.journal.part_records import last_tests
from kiosk.journal.past_steps import Fact, PastStep
from kiosk.journal.statistics import Month, statistics
from kiosk.journal.story_words import heading_of, lines_of
from kiosk.journal.visit_story import Stop, VisitStory, stories
from kiosk.texts.translation import Translation

ENGLISH = Translation.load(ASSETS / "locale", "en").with_technicians_texts(ASSETS / "locale")
BEGAN = datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)


def a_step(
    before: str,
    event: str,
    after: str,
    visit: str | None = "visit-1",
    custody: str = "with_holder",
    minutes: int = 0,
    **facts: Fact,
) -> PastStep:
    return PastStep(1, BEGAN + timedelta(minutes=minutes), visit, before, event, after, custody, (), None, facts)


def told(*steps: PastStep) -> list[VisitStory]:
    return list(stories(steps))


START = a_step("Idle", "PersonChose", "ShowingNotice", purpose="endorse")
TAKEN_IN = a_step("AwaitingPermit", "PermitTakenIn", "ReadingPermit", custody="inside")
FOUND = a_step("Recovering", "PathInspected", "AwaitingHolder", "visit-2", "inside", purpose="endorse")
EMPTY = a_step("Recovering", "PathInspected", "Idle", None)
LEAVING = a_step("ShowingNotice", "DeadlinePassed", "Idle")


def test_visits_are_told_apart_by_their_numbers() -> None:
    other = a_step("Idle", "PersonChose", "ShowingNotice", "visit-2", purpose="status")
    assert [(story.purpose, story.outcome) for story in told(START, LEAVING, other)] == [
        ("endorse", "left"),
        ("status", "under_way"),
    ]


def test_a_permit_that_is_found_inside_after_a_stop_goes_on_with_the_story_before() -> None:
    ended = a_step("AwaitingRemoval", "PermitTaken", "Explaining", "visit-2", visit_outcome="interrupted")
    (story,) = told(START, TAKEN_IN, FOUND, ended)
    assert [isinstance(entry, Stop) for entry in story.entries] == [False, False, True, False, False]
    assert (story.purpose, story.outcome) == ("endorse", "interrupted")


def test_a_stop_with_an_empty_path_ends_the_visit() -> None:
    (story,) = told(START, EMPTY)
    assert isinstance(story.entries[-1], Stop)
    assert story.entries[-1].in_good_order is False
    assert story.outcome == "stopped"


def test_a_stop_that_was_asked_for_is_told_from_a_loss_of_power() -> None:
    asked = a_step("ShowingNotice", "SwitchOffRequested", "ShowingNotice", why="SIGTERM")
    (story,) = told(START, asked, EMPTY)
    assert isinstance(story.entries[-1], Stop)
    assert story.entries[-1].in_good_order is True


def test_a_start_with_a_permit_of_a_visit_that_was_over_is_a_story_of_its_own() -> None:
    first, second = told(START, LEAVING, FOUND)
    assert (first.outcome, second.outcome) == ("left", "under_way")


def test_a_permit_held_out_of_service_goes_on_with_its_story() -> None:
    held = a_step("RewritingFace", "DeviceFailed", "OutOfService", custody="inside", fault="2301")
    resumed = a_step(
        "OutOfService", "PathInspected", "ReturningPermit", "visit-2", "inside", visit_outcome="interrupted"
    )
    (story,) = told(START, TAKEN_IN, held, resumed)
    assert story.outcome == "interrupted"
    assert story.faults == ("2301",)


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        (a_step("Thanking", "DeadlinePassed", "Idle"), "not_kept"),
        (a_step("ReadingIdCard", "DeviceFailed", "OutOfService", fault="1101"), "out_of_service"),
        (LEAVING, "left"),
    ],
)
def test_what_an_earlier_program_wrote_is_told_as_far_as_it_is_known(last: PastStep, outcome: str) -> None:
    (story,) = told(a_step("Idle", "PersonChose", "ShowingNotice"), last)
    assert (story.purpose, story.outcome) == ("not_kept", outcome)


def counted(month: str, steps: Sequence[PastStep]) -> dict[tuple[str, str], int]:
    return dict(statistics(steps, Month.of(month)).visits)


def test_a_visit_counts_in_the_month_in_which_it_began() -> None:
    steps = [START, a_step("ShowingNotice", "DeadlinePassed", "Idle", minutes=2)]
    assert counted("2026-11", steps) == {("endorse", "left"): 1}
    assert counted("2026-12", steps) == {}


def test_a_fault_counts_once_a_report_by_state_and_device() -> None:
    failed = a_step("RewritingFace", "DeviceFailed", "ReturningPermit", custody="inside", fault="2201")
    repeated = a_step("ReturningPermit", "PermitAtMouth", "AwaitingRemoval", custody="at_mouth", fault="2201")
    strange = a_step("Idle", "DeviceFailed", "Idle", None, fault="9999")
    found = statistics([failed, repeated, strange], Month.of("2026-11"))
    assert found.failures == {("RewritingFace", "2201"): 1, ("Idle", "9999"): 1}
    assert found.devices == {"permit_unit": 1, "unknown": 1}
    assert found.is_whole is False
    assert statistics([START], Month.of("2026-12")).is_whole is True


def test_the_month_before_january_is_december() -> None:
    assert str(Month.of("2026-01").previous) == "2025-12"


def of_test(event: str, outcome: str, minutes: int, test: str = "print") -> PastStep:
    return a_step(
        "InServiceMode",
        event,
        "InServiceMode",
        None,
        minutes=minutes,
        technician="17",
        role="engineer",
        part="receipt_printer",
        test=test,
        outcome=outcome,
    )


def test_a_judged_test_is_the_last_one_and_a_page_that_goes_on_showing_it_is_none() -> None:
    steps = [
        of_test("PartTested", "asked", 0),
        of_test("PersonChose", "passed", 1),
        of_test("PersonChose", "passed", 5),  # a language was chosen on the same page
    ]
    (record,) = last_tests(steps).values()
    assert (record.outcome, record.technician, record.at) == ("passed", "17", BEGAN + timedelta(minutes=1))


def test_the_same_result_twice_in_a_row_is_two_tests() -> None:
    steps = [of_test("PartTested", "passed", 0, "status"), of_test("PartTested", "passed", 3, "status")]
    assert last_tests(steps)["receipt_printer", "status"].at == BEGAN + timedelta(minutes=3)


def test_a_test_that_nobody_judged_is_told_as_such() -> None:
    assert last_tests([of_test("PartTested", "asked", 0), EMPTY])["receipt_printer", "print"].outcome == "asked"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (TAKEN_IN, ["permit taken in"]),
        (a_step("Idle", "PersonChose", "ShowingNotice", purpose="endorse"), ["the visit begins"]),
        (
            a_step("AwaitingRemoval", "DeadlinePassed", "TakingBack", custody="at_mouth"),
            ["nobody took the permit, so it is drawn in again"],
        ),
        (a_step("Retaining", "PermitRetained", "Explaining", custody="retained"), ["permit put into the bin"]),
        (
            a_step("ReadingPermit", "DeviceFailed", "ReturningPermit", custody="inside", fault="3201"),
            ["3201 A permit's chip is silent", "the permit is being given back"],
        ),
        (a_step("ReadingIdCard", "DeviceFailed", "OutOfService", fault="0000"), ["0000", "out of service"]),
        (a_step("ReadingIdCard", "AnEventOfALaterVersion", "ReadingIdCard"), []),
        (a_step("Assessing", "Assessed", "ShowingAssessment", custody="inside"), []),
    ],
)
def test_a_step_is_told_in_plain_words_or_not_at_all(step: PastStep, words: list[str]) -> None:
    assert [line[len("23:59:00  ") :] for line in lines_of(VisitStory([step]), ENGLISH)] == words


def test_words_of_a_later_version_are_told_as_they_are() -> None:
    story = VisitStory([a_step("Idle", "PersonChose", "Idle", purpose="of_a_later_version", visit_outcome="new_word")])
    assert heading_of(story, ENGLISH) == "of_a_later_version: new_word"
