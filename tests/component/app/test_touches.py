"""A touch means what was on the screen when it was made: from the screen's serial to the step in the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.app.effect_routes import call_of
from kiosk.app.shown_screens import Serials, ShownScreens
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.staff_call import CallState
from kiosk.journal.content_hash import content_hash_by
from kiosk.journal.journal import Journal
from kiosk.policy.region_file import load_region
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.technician import PartScreen, Sign
from kiosk.runtime.engine import Engine
from kiosk.services.central.outbox import message_of
from kiosk.services.staff_calls import StaffCall, StaffCalls
from kiosk.texts.words import Text
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.transition import Site
from screens.authoring.sample_visits.technician import technician_samples
from screens.authoring.samples import samples as sample_screens
from tests.fakes.hand_clock import HandClock
from tests.unit.workflow import machine_samples as samples

SITE = samples.SITES["with a bin"]
SHANGHAI = replace(SITE, region=load_region(ASSETS / "regions" / "shanghai.toml"))
LANGUAGES = (samples.LANGUAGE, samples.OTHER_LANGUAGE)
chosen = on.PersonChose
TO_THE_QUESTIONS: tuple[on.Event, ...] = (
    chosen(Intent.START, ids=samples.VISIT_IDS),
    chosen(Intent.ACCEPT_NOTICE),
    on.IdCardRead(samples.HOLDER, samples.TODAY),
    on.PermitTakenIn(),
    on.PermitRead(samples.PERMIT),
    on.NoWorkFound(),
    on.Assessed(samples.IN_WINDOW, samples.TODAY),
    chosen(Intent.GO_ON),
)


class TouchHarness:
    """Screens, engine and journal as a kiosk joins them; effects are not carried out."""

    def __init__(self, path: Path, site: Site) -> None:
        self._path = path
        self._clock = HandClock()
        self.journal = Journal(path, self._clock.now)
        self.engine = Engine(
            site,
            self.journal,
            self._clock,
            lambda _effect, _visit: None,
            self._show,
            message_of,
            call_of,
            content_hash_by(b"the private key of this test"),
        )
        self.waiting: list[StaffCall] = []
        self.staff = StaffCalls(self._clock, self.waiting.append, lambda: None)
        self.has_paper = True
        about = PresentationContext(site.region, LANGUAGES, False, "https://r.example/", 25)
        self.screens = ShownScreens(about, self.engine.post, lambda: not self.has_paper, staff=self.staff)

    def _show(self, state: s.State) -> int:
        return self.screens.present(state).frame.serial

    @property
    def serial(self) -> int:
        return self.screens.model.frame.serial

    def passes(self, seconds: float) -> None:
        self._clock.pass_time(seconds)
        self.engine.pump()

    def happens(self, *events: on.Event) -> s.State:
        for event in events:
            self.engine.post(event)
            self.engine.pump()
        return self.engine.state

    def starts_idle(self) -> None:
        self.engine.start()
        nothing_open = s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)
        self.happens(on.PathInspected(Custody.WITH_HOLDER, nothing_open, samples.FOUND_VISIT))

    def comes_to_the_questions(self) -> s.Declaring:
        self.starts_idle()
        state = self.happens(*TO_THE_QUESTIONS)
        assert isinstance(state, s.Declaring)
        return state

    def answers_written(self) -> list[tuple[str, str]]:
        """Every yes and no in the journal, with what was asked."""
        with closing(sqlite3.connect(self._path)) as db:
            rows = [json.loads(facts) for (facts,) in db.execute("SELECT facts FROM step ORDER BY number")]
        intents = [(facts.get("intent", ""), facts.get("asked", "")) for facts in rows]
        return [(intent, asked) for intent, asked in intents if intent.startswith("answer_")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[TouchHarness]:
    made = TouchHarness(tmp_path / "journal.db", SHANGHAI)
    yield made
    made.journal.close()


def test_a_double_tap_answers_one_question_and_the_journal_says_which(place: TouchHarness) -> None:
    assert place.comes_to_the_questions().question == "address_changed"
    for _ in range(2):
        place.screens.touched(Intent.ANSWER_YES, "", place.serial)
    place.engine.pump()
    state = place.engine.state
    assert isinstance(state, s.Declaring)
    assert state.question == "relatives_home"
    assert state.matter.answers.declared == {"address_changed"}
    assert place.answers_written() == [("answer_yes", "address_changed")]


def test_a_finger_that_comes_up_on_the_question_before_answers_nothing(place: TouchHarness) -> None:
    place.comes_to_the_questions()
    touched = place.serial
    place.screens.touched(Intent.ANSWER_YES, "", touched)
    place.engine.pump()
    assert place.serial == touched + 1
    place.screens.touched(Intent.ANSWER_NO, "", touched)
    place.engine.pump()
    assert place.answers_written() == [("answer_yes", "address_changed")]


def test_what_the_machine_does_between_touch_and_turn_makes_the_touch_stale(place: TouchHarness) -> None:
    place.comes_to_the_questions()
    place.engine.post(chosen(Intent.ANSWER_YES))
    place.screens.touched(Intent.ANSWER_NO, "", place.serial)  # the first question still stands
    place.engine.pump()
    state = place.engine.state
    assert isinstance(state, s.Declaring)
    assert state.question == "relatives_home"
    assert place.answers_written() == [("answer_yes", "")]


def test_the_machine_takes_no_answer_to_another_question() -> None:
    state: s.State = s.Idle(samples.LANGUAGE)
    for event in TO_THE_QUESTIONS:
        taken = step(SHANGHAI, state, event)
        assert taken is not None
        state = taken.state
    assert s.asked_in(state) == "address_changed"
    assert step(SHANGHAI, state, chosen(Intent.ANSWER_YES, asked="relatives_home")) is None
    assert step(SHANGHAI, state, chosen(Intent.ANSWER_YES, asked="address_changed")) is not None


def test_two_fingers_that_begin_a_visit_begin_one(place: TouchHarness) -> None:
    place.starts_idle()
    welcome = place.serial
    place.screens.touched(Intent.START, "", welcome)
    place.screens.touched(Intent.OTHER_SERVICES, "", welcome)
    place.engine.pump()
    notice = place.engine.state
    assert isinstance(notice, s.ShowingNotice)
    visit = notice.visit
    place.screens.touched(Intent.CANCEL, "", place.serial)
    place.engine.pump()
    idle = place.engine.state
    assert idle == s.Idle(samples.LANGUAGE)
    place.screens.touched(Intent.START, "", welcome)  # the welcome of before the visit
    place.engine.pump()
    still = place.engine.state
    assert still == idle
    place.screens.touched(Intent.START, "", place.serial)
    place.engine.pump()
    notice = place.engine.state
    assert isinstance(notice, s.ShowingNotice)
    assert notice.visit.id != visit.id


def test_more_time_as_often_as_one_likes_is_asked_of_the_same_screen(place: TouchHarness) -> None:
    place.starts_idle()
    place.happens(chosen(Intent.START, ids=samples.VISIT_IDS))
    notice = place.serial
    for _ in range(3):
        place.screens.touched(Intent.MORE_TIME, "", notice)
    place.screens.touched(Intent.ACCEPT_NOTICE, "", notice)  # before the screen was shown anew
    place.engine.pump()
    assert isinstance(place.engine.state, s.ReadingIdCard)


def test_a_touch_counts_while_the_machine_goes_on_behind_the_same_screen(place: TouchHarness) -> None:
    place.starts_idle()
    assert isinstance(place.happens(*TO_THE_QUESTIONS[:5]), s.AskingPendingRewrites)
    reading = place.serial
    place.engine.post(on.NoWorkFound())
    place.screens.touched(Intent.CANCEL, "", reading)
    place.engine.pump()
    assert isinstance(place.engine.state, s.ReturningPermit)


def test_a_serial_stays_while_the_same_is_shown_and_never_comes_back() -> None:
    shown = sample_screens("en")
    serials = Serials()

    def serial_of(name: str, countdown_s: int | None = None, matter: object = None) -> int:
        model = shown[name]
        return serials.given_to(
            replace(model, frame=replace(model.frame, countdown_s=countdown_s)), matter
        ).frame.serial

    assert serial_of("telephone", 60) == 1
    assert serial_of("telephone", 12) == 1
    assert serial_of("telephone_again", 60) == 2
    assert serial_of("telephone", 60) == 3
    assert serial_of("question", matter="address_changed") == 4
    assert serial_of("question", matter="relatives_home") == 5
    assert serials.given_to(sample_screens("zh-Hans")["question"], "relatives_home").frame.serial == 6


def test_a_parts_page_keeps_its_serial_while_only_time_passes() -> None:
    serials = Serials()
    model = technician_samples("en")["part_jammed"]
    assert isinstance(model, PartScreen)
    first = serials.given_to(model).frame.serial
    later = replace(model, facts=(*model.facts[:-1], Text("part_page.since", (("minutes", 99),))))
    assert later != model
    assert serials.given_to(later).frame.serial == first
    assert serials.given_to(replace(later, sign=Sign.WELL)).frame.serial == first + 1


def test_who_calls_staff_is_there_and_the_machine_hears_no_more_of_it(place: TouchHarness) -> None:
    question = place.comes_to_the_questions()
    place.passes(119.0)
    place.screens.touched(Intent.CALL_STAFF, "", place.serial)
    place.passes(119.0)
    assert place.engine.state == question
    assert [call.wanted.page for call in place.waiting] == ["Declaring"]


def test_a_call_from_a_page_that_is_gone_calls_nobody(place: TouchHarness) -> None:
    place.comes_to_the_questions()
    place.screens.touched(Intent.CALL_STAFF, "", place.serial - 1)
    assert place.waiting == []


def test_calling_staff_gives_no_time_where_a_permit_waits_at_the_mouth(place: TouchHarness) -> None:
    place.comes_to_the_questions()
    waiting = place.happens(chosen(Intent.CANCEL), on.PermitAtMouth())
    assert isinstance(waiting, s.AwaitingRemoval)
    place.passes(44.0)
    place.screens.touched(Intent.CALL_STAFF, "", place.serial)
    place.passes(2.0)
    state = place.engine.state
    assert isinstance(state, s.AwaitingRemoval)
    assert state.reminded
    assert [call.wanted.custody for call in place.waiting] == [Custody.AT_MOUTH]


def test_what_became_of_a_call_is_told_without_another_serial_or_deadline(place: TouchHarness) -> None:
    place.comes_to_the_questions()
    before = place.screens.model
    place.screens.touched(Intent.CALL_STAFF, "", place.serial)
    place.engine.pump()
    place.staff.note(place.waiting[0], CallState.CALLED)
    assert place.screens.present_again()
    now = place.screens.model
    assert now.frame.staff is not None
    assert now.frame.staff.told is not None
    assert replace(now, frame=replace(now.frame, staff=before.frame.staff)) == before
    assert not place.screens.present_again()


def test_the_first_page_takes_touches_when_its_surroundings_have_changed(place: TouchHarness) -> None:
    place.starts_idle()
    before = place.serial
    place.has_paper = False
    assert place.screens.present_again()
    place.screens.touched(Intent.START, "", before)
    place.engine.pump()
    assert isinstance(place.engine.state, s.Idle)  # it was meant for the page before
    place.screens.touched(Intent.START, "", place.serial)
    place.engine.pump()
    assert not isinstance(place.engine.state, s.Idle)
