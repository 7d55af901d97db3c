"""What stands on the pages that explain: a permit's dates, an application's progress, other dates than were told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kiosk.domain.applications import Application, ApplicationState
from kiosk.domain.endorsement import Service
from kiosk.policy.assess import assess
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import (
    ConfirmScreen,
    IdCardScreen,
    ProgressLine,
    ProgressScreen,
    StatusScreen,
    WelcomeScreen,
)
from kiosk.presentation.present import present
from kiosk.presentation.resident.status_page import status_lines, window_as_event
from kiosk.texts.words import LocalText, Text
from kiosk.workflow import states as s
from tests.unit.policy.region_cases import region_named
from tests.unit.workflow.machine_samples import CASE, FACE_GRANT, GRANT, HOLDER, IN_WINDOW, VISIT

START, END = date(2026, 3, 10), date(2027, 3, 10)


def about(region: Region, *, pilot: bool = False) -> PresentationContext:
    return PresentationContext(region, ("zh-Hans", "en"), False, "https://receipt.example.invalid/r/", 25, pilot)


def status(region: Region, on: date) -> s.ShowingStatus:
    request = AssessmentRequest(on=on, valid_from=START, valid_to=END)
    content = replace(CASE.permit.content, valid_from=START, valid_to=END)
    case = replace(CASE, permit=replace(CASE.permit, content=content))
    matter = s.AssessedCase(case, s.Answers(), assess(region, request), on)
    return s.ShowingStatus(VISIT, matter, permit_calendar(region, request))


def keys(region: str, on: date) -> list[str]:
    showing = status(region_named(region), on)
    return [
        line.key.removeprefix("status.line.") if isinstance(line, Text) else ""
        for line in status_lines(showing.matter, showing.calendar)
    ]


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 6, 1), ["window", "suspended_from", "reapply_from"]),
        (date(2027, 3, 1), ["now_until", "suspended_from", "reapply_from", "window_after"]),
        (date(2028, 3, 1), ["suspended_since", "reapply_since"]),
    ],
)
def test_the_dates_tell_what_is_ahead_and_what_is_past(on: date, told: list[str]) -> None:
    assert keys("beijing", on) == told


def test_the_open_window_is_what_a_telephone_is_given_and_later_the_next_one() -> None:
    shanghai = region_named("shanghai")
    for on in (date(2027, 3, 1), date(2026, 6, 1)):
        showing = status(shanghai, on)
        event = window_as_event(about(shanghai), showing.matter, showing.calendar, "en")
        assert "DTSTART;VALUE=DATE:20270208" in event
        assert "DTEND;VALUE=DATE:20270311" in event
    assert "Endorse my residence permit" in event


def test_a_slip_is_offered_once() -> None:
    showing = status(region_named("shanghai"), date(2026, 6, 1))
    models = [
        present(about(region_named("shanghai")), state)
        for state in (showing, replace(showing, printing=True), replace(showing, printed=True))
    ]
    assert [model.can_print for model in models if isinstance(model, StatusScreen)] == [True, False, False]


@pytest.mark.parametrize(
    ("region", "pilot", "not_offered"),
    [("shanghai", False, False), ("haikou", False, False), ("xuchang", False, True), ("xuchang", True, False)],
)
def test_the_welcome_offers_what_the_region_offers(region: str, pilot: bool, not_offered: bool) -> None:
    model = present(about(region_named(region), pilot=pilot), s.Idle("zh-Hans"))
    assert isinstance(model, WelcomeScreen)
    assert model.not_offered is not_offered


def test_other_dates_than_the_holder_was_told_are_pointed_out() -> None:
    other = replace(IN_WINDOW, new_valid_to=date(2026, 6, 1))
    notes = []
    for assessed in (None, IN_WINDOW, other):
        model = present(about(region_named("shanghai")), s.Confirming(VISIT, CASE, GRANT, assessed))
        assert isinstance(model, ConfirmScreen)
        notes.append(Text("confirm.note.other_dates") in model.notes)
    assert notes == [False, False, True]


@pytest.mark.parametrize(
    ("category", "expected"),
    [("short", ()), ("long", (("短期", "Short"), ("长期", "Long"))), ("a kind from elsewhere", None)],
)
def test_another_kind_of_permit_is_shown_old_and_new_before_anything_is_confirmed(
    category: str, expected: tuple[tuple[str, str], ...] | None
) -> None:
    region = region_named("xinjiang")
    case = replace(CASE, permit=replace(CASE.permit, content=replace(CASE.permit.content, category="short")))
    grant = replace(GRANT, content=replace(GRANT.content, category=category))
    model = present(about(region), s.Confirming(VISIT, case, grant, None))
    assert isinstance(model, ConfirmScreen)
    if expected is None:  # the region does not describe it, so it is shown as it is going to be written
        assert [each.in_language("en") for each in model.categories if isinstance(each, LocalText)][1:] == [category]
    else:
        assert len(model.categories) == len(expected)
        for shown, (chinese, english) in zip(model.categories, expected, strict=True):
            assert isinstance(shown, LocalText)
            assert chinese in shown.in_language("zh-Hans")
            assert english.lower() in shown.in_language("en").lower()


@pytest.mark.parametrize(
    ("old", "changes", "shown"),
    [
        (GRANT.content.issuing_authority, False, ""),
        ("", True, ""),
        ("上海市公安局静安分局", True, "上海市公安局静安分局"),
    ],
)
def test_another_authority_is_pointed_out_beside_the_one_until_now(old: str, changes: bool, shown: str) -> None:
    case = replace(CASE, permit=replace(CASE.permit, content=replace(CASE.permit.content, issuing_authority=old)))
    model = present(about(region_named("shanghai")), s.Confirming(VISIT, case, GRANT, None))
    assert isinstance(model, ConfirmScreen)
    assert (model.authority_changes, model.old_authority) == (changes, shown)
    assert model.issuing_authority == GRANT.content.issuing_authority


def test_where_the_face_is_refreshed_is_said_before_anything_is_confirmed() -> None:
    place = LocalText((("zh-Hans", "静安分局窗口"), ("en", "the counter at Jing'an")))
    note = Text("confirm.note.chip_only", (("place", place),))
    for known, grant, expected in ((place, GRANT, True), (None, GRANT, False), (place, FACE_GRANT, False)):
        model = present(
            replace(about(region_named("shanghai")), face_refreshed_at=known), s.Confirming(VISIT, CASE, grant, None)
        )
        assert isinstance(model, ConfirmScreen)
        assert (note in model.notes) is expected


def test_the_second_identity_card_is_asked_for_as_the_agents() -> None:
    visit = replace(VISIT, purpose=s.VisitPurpose(agent="guardian"))
    shown = [
        present(about(region_named("shanghai")), state)
        for state in (s.ReadingIdCard(visit), s.ReadingAgentIdCard(visit, HOLDER))
    ]
    assert [(model.of_agent, model.for_another) for model in shown if isinstance(model, IdCardScreen)] == [
        (False, True),
        (True, True),
    ]


def test_an_application_tells_its_stage_and_only_a_made_one_lets_the_holder_choose() -> None:
    xuchang = region_named("xuchang")
    intake = Application(
        UUID(int=1),
        "1234-5674",
        Service.ENDORSE,
        date(2026, 11, 20),
        None,
        ApplicationState.IN_REVIEW,
        "intake",
        "accept",
        None,
        None,
        False,
        None,
        None,
        False,
    )
    [line] = _progress(xuchang, intake)
    assert line.state == Text("progress.state.in_review")
    [stage] = [words for words in line.lines if isinstance(words, Text) and words.key.startswith("progress.result.")]
    assert stage.key == "progress.result.accept"
    assert line.can_choose_collection is False
    haikou = region_named("haikou")
    made = replace(
        intake,
        state=ApplicationState.MADE,
        stage="officer",
        stage_result="agree",
        may_choose_collection=True,
        station="示范派出所",
    )
    [line] = _progress(haikou, made)
    assert line.can_choose_collection is True
    assert Text("progress.line.station", (("station", "示范派出所"),)) in line.lines


def _progress(region: Region, *applications: Application) -> tuple[ProgressLine, ...]:
    model = present(about(region), s.ShowingProgress(VISIT, applications))
    assert isinstance(model, ProgressScreen)
    return model.applications
