"""Help says of every page what to do, where the permit is, how to stop and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assets import ASSETS
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import PAPER_OUT, PERMIT_JAMMED, Fault
from kiosk.domain.staff_call import CallState, StaffCalled
from kiosk.policy.no_region import NO_REGION
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.frame import Help, StaffButton
from kiosk.presentation.models.resident import (
    OutcomeScreen,
    OutOfServiceScreen,
    ScreenModel,
    UntouchedScreen,
)
from kiosk.presentation.models.screens import differs_in_staff_alone, in_language
from kiosk.presentation.present import present
from kiosk.presentation.resident.help_page import staff_call
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from tests.screens.region_samples import models_of
from tests.unit.policy.region_cases import region_named
from tests.unit.workflow.machine_samples import CASE, GRANT, SESSION, VISIT

CHINESE = Translation.load(ASSETS / "locale", "zh-Hans")
SHANGHAI = region_named("shanghai")
ABOUT = PresentationContext(SHANGHAI, ("zh-Hans", "en"), False, "https://r.example.invalid/", 25)
BROKEN = s.BrokenOff(PERMIT_JAMMED, ChipState.OLD, FaceState.OLD)


def help_of(state: s.ResidentState, about: PresentationContext = ABOUT) -> Help:
    told = present(about, state).frame.help
    assert told is not None
    return told


def keys(told: Help) -> tuple[str, str, str]:
    return told.now.key, told.permit_is.key, told.stop.key


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_page_has_help_but_the_one_that_says_why_nobody_is_served(language: str) -> None:
    pages = models_of(SHANGHAI, language)
    assert {name for name, page in pages.items() if page.frame.help is None} == {
        name for name, page in pages.items() if isinstance(page, UntouchedScreen)
    }
    translation = Translation.load(ASSETS / "locale", language)
    for page in pages.values():
        if page.frame.help is not None:
            assert all(map(translation.words, (page.frame.help.now, page.frame.help.permit_is, page.frame.help.stop)))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (s.Idle("zh-Hans"), ("help.now.begin", "permit_is.with_you", "help.stop.not_begun")),
        (s.ShowingNotice(VISIT), ("help.now.notice", "permit_is.with_you", "help.stop.cancel")),
        (s.AwaitingPermit(VISIT, CASE.holder), ("help.now.insert_permit", "permit_is.with_you", "help.stop.cancel")),
        (s.Confirming(VISIT, CASE, GRANT, None), ("help.now.confirm", "permit_is.inside", "help.stop.return_permit")),
        (s.ReturningPermit(VISIT, BROKEN), ("help.now.moving", "permit_is.inside", "help.stop.busy")),
        (s.AwaitingRemoval(VISIT, BROKEN), ("help.now.take_permit", "permit_is.at_mouth", "help.stop.take_it")),
        (s.TakingBack(VISIT, BROKEN), ("help.now.moving", "help.taken_back", "help.stop.busy")),
        (
            s.ShowingOutcome(VISIT, BROKEN, Custody.WITH_HOLDER),
            ("help.now.outcome", "permit_is.with_you", "help.stop.nothing_left"),
        ),
        (s.ShowingOutcome(VISIT, BROKEN, Custody.RETAINED), ("help.now.stay", "permit_is.retained", "help.stop.kept")),
    ],
)
def test_help_knows_the_page_the_permit_and_the_way_to_stop(state: s.ResidentState, said: tuple[str, str, str]) -> None:
    assert keys(help_of(state)) == said


def test_while_a_chip_is_written_help_says_that_nothing_stops_it() -> None:
    writing = s.RelayingBatch(VISIT, CASE, GRANT, SESSION, 1)
    assert keys(help_of(writing)) == ("help.now.writing", "permit_is.inside", "help.stop.writing")


def test_whom_to_ask_is_the_nearest_counter_with_its_hours_and_somebody_to_call() -> None:
    told = "\n".join(map(CHINESE.words, help_of(s.Idle("zh-Hans")).ask))
    assert "事务受理服务中心" in told
    assert "08:30" in told
    assert "咨询电话" in told


def test_where_no_counter_is_known_staff_are_asked() -> None:
    about = PresentationContext(NO_REGION, ("zh-Hans",), False, "https://r.example.invalid/", 25)
    assert help_of(s.AwaitingRemoval(VISIT, BROKEN), about).ask == (Text("next.staff"),)


@pytest.mark.parametrize("custody", list(Custody))
def test_staff_come_first_where_the_permit_is_out_of_reach(custody: Custody) -> None:
    out_of_reach = custody not in (Custody.WITH_HOLDER, Custody.AT_MOUTH)
    outcome = present(ABOUT, s.ShowingOutcome(VISIT, BROKEN, custody), staff=StaffButton())
    assert isinstance(outcome, OutcomeScreen)
    assert (outcome.staff_first, outcome.frame.staff) == (out_of_reach, StaffButton())
    closed = present(ABOUT, s.OutOfService(PERMIT_JAMMED, custody))
    assert isinstance(closed, OutOfServiceScreen)
    assert (closed.staff_first, closed.frame.staff) == (custody is not Custody.WITH_HOLDER, None)


def test_a_kiosk_that_is_switched_off_calls_nobody_first() -> None:
    closed = present(ABOUT, s.OutOfService(PAPER_OUT, Custody.WITH_HOLDER, switching_off=True))
    assert isinstance(closed, OutOfServiceScreen)
    assert not closed.staff_first


def test_the_time_of_a_call_is_that_of_the_place() -> None:
    told = staff_call(StaffCalled(datetime(2026, 11, 22, 2, 32, tzinfo=UTC), CallState.CALLED)).told
    assert told is not None
    assert CHINESE.words(told) == "已经叫了工作人员，请在这里等一等。（10:32）"


@pytest.mark.parametrize("state", list(CallState))
def test_every_word_on_a_call_can_be_said(state: CallState) -> None:
    told = staff_call(StaffCalled(datetime(2026, 11, 22, 2, 32, tzinfo=UTC), state)).told
    assert told is not None
    assert CHINESE.words(told)


def test_what_became_of_a_call_is_no_other_page_and_whoever_reads_it_keeps_his_language() -> None:
    def closed(fault: Fault, state: CallState) -> ScreenModel:
        button = staff_call(StaffCalled(datetime(2026, 11, 22, 2, 32, tzinfo=UTC), state))
        return present(ABOUT, s.OutOfService(fault, Custody.INSIDE), staff=button)

    under_way, called = (closed(PERMIT_JAMMED, state) for state in (CallState.UNDER_WAY, CallState.CALLED))
    assert differs_in_staff_alone(called, under_way)
    assert not differs_in_staff_alone(called, called)
    assert not differs_in_staff_alone(closed(PAPER_OUT, CallState.CALLED), under_way)
    assert in_language(called, "en").frame == replace(called.frame, language="en")
    assert in_language(called, "") == called
