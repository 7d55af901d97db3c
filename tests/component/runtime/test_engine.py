"""The engine over a real journal: what is on disk before what is done, whose events count, and when time is up."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.app.effect_routes import call_of
from kiosk.domain.endorsement import ChipState, Custody, FaceState
from kiosk.domain.faults import DISK_FULL, ID_READER_LINK, PERMIT_JAMMED
from kiosk.journal.content_hash import content_hash_by
from kiosk.journal.interrupted_visit import unfinished_story
from kiosk.journal.journal import Journal, WaitingMessage
from kiosk.runtime.engine import Engine
from kiosk.services.central.outbox import message_of
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.fakes.hand_clock import HandClock
from tests.unit.workflow import machine_samples as samples


class EngineHarness:
    """An engine whose effects are only noted, together with what the journal held when they were ordered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = HandClock()
        self.journal = Journal(path, self.clock.now)
        self.ordered: list[do.Effect] = []
        self.journalled_before: list[int] = []
        self.shown: list[s.State] = []
        self.engine = Engine(
            samples.SITES["with a bin"],
            self.journal,
            self.clock,
            self._perform,
            self.shown.append,
            message_of,
            call_of,
            content_hash_by(b"the private key of this test"),
        )

    def _perform(self, effect: do.Effect, _: UUID | None) -> None:
        self.ordered.append(effect)
        self.journalled_before.append(len(self.steps()))

    def steps(self) -> list[tuple[str, str, str]]:
        with sqlite3.connect(self.path) as db:
            rows = db.execute("SELECT state_before, event, state_after FROM step ORDER BY number").fetchall()
        db.close()
        return rows

    def numbered(self) -> list[tuple[str, str]]:
        """The calls that have a number and no message."""
        with sqlite3.connect(self.path) as db:
            rows = db.execute(
                "SELECT call, idempotency_key FROM message WHERE body IS NULL ORDER BY sequence"
            ).fetchall()
        db.close()
        return rows

    def happens(self, *events: on.Event, visit_id: UUID | None = None) -> s.State:
        for event in events:
            self.engine.post(event, visit_id)
            self.engine.pump()
        return self.engine.state

    def disk_is_full(self) -> None:
        self._execute("CREATE TRIGGER full BEFORE INSERT ON step BEGIN SELECT RAISE(FAIL, 'disk full'); END")

    def disk_is_free(self) -> None:
        self._execute("DROP TRIGGER full")

    def _execute(self, statement: str) -> None:
        with sqlite3.connect(self.path) as db:
            db.execute(statement)
        db.close()

    def waiting(self) -> list[WaitingMessage]:
        """What central must still get, oldest first."""
        messages = []
        while (message := self.journal.first_waiting_message()) is not None:
            messages.append(message)
            self.journal.settle_message(message.sequence, "cancelled")
        return messages

    def starts_idle(self) -> None:
        self.engine.start()
        nothing_open = s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)
        self.happens(on.PathInspected(Custody.WITH_HOLDER, nothing_open, samples.FOUND_VISIT))

    def comes_to_confirming(self) -> None:
        self.comes_to_asking()
        self.happens(on.GrantReceived(samples.GRANT))

    def comes_to_reading(self) -> None:
        """The permit is inside, its chip is being read."""
        self.starts_idle()
        self.happens(
            on.PersonChose(Intent.START, ids=samples.VISIT_IDS),
            on.PersonChose(Intent.ACCEPT_NOTICE),
            on.IdCardRead(samples.HOLDER, samples.TODAY),
            on.PermitTakenIn(),
        )

    def comes_to_asking(self, *, applying: bool = False) -> None:
        """Central is asked for a grant, or sent an application."""
        assessed = on.Assessed(samples.AFTER_REVIEW if applying else samples.IN_WINDOW, samples.TODAY)
        chosen = on.PersonChose
        self.comes_to_reading()
        self.happens(
            on.PermitRead(samples.PERMIT),
            on.NoWorkFound(),
            assessed,
            chosen(Intent.CHOOSE, "standard"),
            assessed,
            chosen(Intent.GO_ON),
            chosen(Intent.ANSWER_NO),
        )
        if applying:
            self.happens(chosen(Intent.CHOOSE, "counter"), chosen(Intent.ENTER_TELEPHONE, "13900000000"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[EngineHarness]:
    made = EngineHarness(tmp_path / "journal.db")
    yield made
    made.journal.close()


def test_the_first_thing_done_is_to_look_where_a_permit_is(place: EngineHarness) -> None:
    place.engine.start()
    assert place.ordered == [do.InspectPath()]
    assert place.shown == [s.Recovering()]


def test_a_step_is_on_disk_before_its_effects_begin(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.ordered.clear()
    place.journalled_before.clear()
    place.happens(on.PersonChose(Intent.CONFIRM))
    assert [type(effect) for effect in place.ordered] == [do.OpenChipSession, do.LoadFace]
    assert place.steps()[-1] == ("Confirming", "PersonChose", "OpeningChipSession")
    assert place.journalled_before == [len(place.steps())] * 2


def test_a_call_is_numbered_with_the_step_that_orders_it(place: EngineHarness) -> None:
    """One transaction: a step that is on no disk leaves no number behind, and asking for the number writes nothing."""
    place.comes_to_confirming()
    before = place.numbered()
    place.happens(on.PersonChose(Intent.CONFIRM))
    opened = next(effect for effect in place.ordered if isinstance(effect, do.OpenChipSession))
    assert place.numbered() == [*before, ("chip-session", str(opened.call_id))]
    place.happens(BATCH)
    place.disk_is_full()
    place.happens(on.BatchRelayed(samples.ANSWERS))
    place.disk_is_free()
    assert place.numbered()[len(before) + 1 :] == []


def test_two_chip_sessions_of_one_visit_have_a_key_each(place: EngineHarness) -> None:
    place.comes_to_confirming()
    half_written = replace(samples.PERMIT, content=replace(samples.PERMIT.content, valid_to=None))
    place.happens(*WRITTEN, on.ChipReadBack(half_written))
    opened = [effect.call_id for effect in place.ordered if isinstance(effect, do.OpenChipSession)]
    assert len(set(opened)) == 2
    assert [key for call, key in place.numbered() if call == "chip-session"] == list(map(str, opened))


def test_what_central_must_be_told_is_on_disk_with_the_step(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.happens(on.PersonChose(Intent.CANCEL))
    waiting = place.journal.first_waiting_message()
    assert waiting is not None
    assert (waiting.call, waiting.endorsement_id) == ("cancellation", samples.GRANT.endorsement_id)
    assert place.steps()[-1][2] == "ReturningPermit"


def test_what_one_number_was_granted_twice_can_be_given_back_twice(place: EngineHarness) -> None:
    """An approved application keeps its number: each visit that writes it has a grant of its own under it."""
    for _ in range(2):
        place.comes_to_confirming()
        place.happens(on.PersonChose(Intent.CANCEL), on.PermitTaken(), on.PersonChose(Intent.FINISH))
        place.clock.pass_time(1.0)
    assert place.journal.queue().length == 2


def test_an_event_of_a_past_visit_is_dropped(place: EngineHarness) -> None:
    place.starts_idle()
    place.happens(on.PersonChose(Intent.START, ids=samples.VISIT_IDS), on.PersonChose(Intent.ACCEPT_NOTICE))
    state = place.happens(on.IdCardRead(samples.HOLDER, samples.TODAY), visit_id=samples.FOUND_VISIT.id)
    assert state == s.ReadingIdCard(samples.VISIT)


def test_a_fact_about_custody_counts_whatever_visit_it_is_stamped_with(place: EngineHarness) -> None:
    place.starts_idle()
    place.happens(
        on.PersonChose(Intent.START, ids=samples.VISIT_IDS),
        on.PersonChose(Intent.ACCEPT_NOTICE),
        on.IdCardRead(samples.HOLDER, samples.TODAY),
    )
    state = place.happens(on.PermitTakenIn(), visit_id=samples.FOUND_VISIT.id)
    assert s.custody_of(state) is Custody.INSIDE


def test_a_deadline_falls_with_its_state(place: EngineHarness) -> None:
    place.starts_idle()
    place.happens(on.PersonChose(Intent.START, ids=samples.VISIT_IDS))
    place.clock.pass_time(89)
    place.happens(on.PersonChose(Intent.ACCEPT_NOTICE))
    place.clock.pass_time(2)
    place.engine.pump()
    assert place.engine.state == s.ReadingIdCard(samples.VISIT)
    place.clock.pass_time(90)
    place.engine.pump()
    assert isinstance(state_of(place), s.Idle)


def test_more_time_begins_the_deadline_anew(place: EngineHarness) -> None:
    place.starts_idle()
    place.happens(on.PersonChose(Intent.START, ids=samples.VISIT_IDS))
    place.clock.pass_time(80)
    place.happens(on.PersonChose(Intent.MORE_TIME))
    place.clock.pass_time(80)
    place.engine.pump()
    assert place.engine.state == s.ShowingNotice(samples.VISIT)


def test_a_look_around_while_idle_fills_no_journal(place: EngineHarness) -> None:
    place.starts_idle()
    before = place.steps()
    for _ in range(5):
        place.clock.pass_time(31)
        place.engine.pump()
    assert place.ordered.count(do.CheckDevices()) == 6
    assert place.steps() == before


def test_a_disk_that_takes_no_record_begins_nothing_and_gives_the_permit_back(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.ordered.clear()
    place.disk_is_full()
    state = place.happens(on.PersonChose(Intent.CONFIRM))
    assert do.OpenChipSession not in [type(effect) for effect in place.ordered]
    assert do.EjectPermit() in place.ordered
    assert isinstance(state, s.ReturningPermit)
    assert isinstance(state.ending, s.BrokenOff)
    assert state.ending.fault == DISK_FULL


def test_central_is_not_asked_for_pending_work_by_a_question_that_is_on_no_disk(place: EngineHarness) -> None:
    """Its answer may bring a grant, of which a restart would know nothing."""
    place.comes_to_reading()
    place.ordered.clear()
    place.disk_is_full()
    state = place.happens(on.PermitRead(samples.PERMIT))
    assert [type(effect) for effect in place.ordered if isinstance(effect, do.NeedsJournal)] == []
    assert do.EjectPermit() in place.ordered
    assert isinstance(state, s.ReturningPermit)


def test_into_and_out_of_service_the_log_names_the_fault_and_whose_it_is(
    place: EngineHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    place.starts_idle()
    caplog.clear()
    place.happens(on.DeviceFailed(ID_READER_LINK), on.DevicesReady())
    nothing_open = s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)
    place.happens(on.PathInspected(Custody.WITH_HOLDER, nothing_open, samples.FOUND_VISIT))
    told = [json.loads(line.partition(" ")[2]) for line in caplog.messages if line.startswith("step ")]
    why = {"visit": None, "fault": "1101", "part": "id_reader"}
    assert [(line["before"], line["after"]) for line in told] == [
        ("Idle", "OutOfService"),
        ("OutOfService", "OutOfService"),
        ("OutOfService", "Idle"),
    ]
    assert all(why.items() <= line.items() for line in told)


def test_what_the_disk_did_not_take_is_told_to_central_as_soon_as_it_does(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.disk_is_full()
    place.happens(on.PersonChose(Intent.CANCEL))
    assert place.journal.queue().length == 0
    place.disk_is_free()
    place.ordered.clear()
    place.happens(on.PermitAtMouth())
    waiting = place.journal.first_waiting_message()
    assert waiting is not None
    assert (waiting.call, waiting.endorsement_id) == ("cancellation", samples.GRANT.endorsement_id)
    assert place.ordered == [do.WatchMouth(), do.CancelEndorsement(samples.GRANT.endorsement_id, "holder_cancelled")]


@pytest.mark.parametrize("promise", [on.ApplicationReceived(samples.RECEIVED), on.EndorsementPending("R-17", None)])
def test_what_the_disk_does_not_take_is_not_promised_either(place: EngineHarness, promise: on.Event) -> None:
    """A restart would find a request without an answer, and withdraw it."""
    place.comes_to_asking(applying=isinstance(promise, on.ApplicationReceived))
    place.disk_is_full()
    state = place.happens(promise)
    assert isinstance(state, s.ReturningPermit)
    assert isinstance(state.ending, s.BrokenOff)
    assert state.ending.fault == DISK_FULL
    with closing(Journal(place.path, place.clock.now)) as after_a_restart:
        assert unfinished_story(after_a_restart, place.clock.now()).endorsement_id == samples.ASKED_FOR
    place.disk_is_free()
    place.happens(on.PermitAtMouth())
    assert [message.call for message in place.waiting()] == ["cancellation"]


def test_a_second_message_for_an_endorsement_is_not_lost_while_the_first_is_unwritten(place: EngineHarness) -> None:
    """The grant is given back, then the unit jams: that the permit is still inside is news, under the same number."""
    place.comes_to_confirming()
    place.disk_is_full()
    place.happens(on.PersonChose(Intent.CANCEL))
    assert isinstance(place.happens(on.DeviceFailed(PERMIT_JAMMED)), s.OutOfService)
    place.disk_is_free()
    place.ordered.clear()
    place.happens(on.DevicesReady())
    waiting = place.waiting()
    number = samples.GRANT.endorsement_id
    assert [(message.call, message.endorsement_id) for message in waiting] == [
        ("cancellation", number),
        ("completion", number),
    ]
    assert json.loads(waiting[1].body)["custody"] == "inside"
    assert [effect for effect in place.ordered if not isinstance(effect, do.InspectPath)] == [
        do.CancelEndorsement(number, "holder_cancelled"),
        do.ReportCompletion(number, ChipState.OLD, FaceState.OLD, Custody.INSIDE, receipt_printed=False),
    ]
    assert place.journal.verify().broken is None


def test_what_the_disk_did_not_take_belongs_to_the_story_of_the_visit(place: EngineHarness) -> None:
    """A permit is found where the unit says; what central was told of it decides what it is told next."""
    place.comes_to_confirming()
    place.disk_is_full()
    place.happens(on.PersonChose(Intent.CANCEL), on.DeviceFailed(PERMIT_JAMMED))
    story = unfinished_story(place.journal, place.clock.now())
    assert (story.endorsement_id, story.told) == (samples.GRANT.endorsement_id, True)
    place.disk_is_free()
    place.happens(on.DevicesReady())
    assert unfinished_story(place.journal, place.clock.now()) == story


def test_a_disk_that_stays_full_for_days_fills_no_memory_and_repeats_no_message(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.disk_is_full()
    place.happens(on.PersonChose(Intent.CANCEL), on.DeviceFailed(PERMIT_JAMMED))
    for _ in range(50):
        place.clock.pass_time(31)
        story = unfinished_story(place.journal, place.clock.now())
        place.happens(on.DevicesReady(), on.PathInspected(Custody.WITH_HOLDER, story, samples.FOUND_VISIT))
    assert len(place.journal._unwritten) < 10
    place.disk_is_free()
    place.happens(on.DevicesReady())
    assert [(message.call, json.loads(message.body).get("custody")) for message in place.waiting()] == [
        ("cancellation", None),
        ("completion", "inside"),
        ("completion", "unknown"),
    ]


def test_a_permit_that_went_into_the_bin_while_the_disk_was_full_is_counted(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.happens(on.PersonChose(Intent.CANCEL), on.PermitAtMouth(), on.DeadlinePassed("removal"))
    place.happens(on.DeadlinePassed("removal"), on.PermitTakenIn())
    assert isinstance(place.engine.state, s.Retaining)
    place.disk_is_full()
    place.happens(on.PermitRetained())
    assert [kept.endorsement_id for kept in place.journal.permits_in_bin()] == [samples.GRANT.endorsement_id]
    place.disk_is_free()
    place.happens(on.PersonChose(Intent.FINISH), on.DevicesReady())
    assert [kept.endorsement_id for kept in place.journal.permits_in_bin()] == [samples.GRANT.endorsement_id]
    assert [json.loads(message.body).get("custody") for message in place.waiting()] == [None, "retained"]


def test_the_journal_is_synced_to_the_disk_at_every_record(place: EngineHarness) -> None:
    assert place.journal._db is not None
    (level,) = place.journal._db.execute("PRAGMA synchronous").fetchone()
    assert level == 2  # FULL: sqlite3.org, pragma synchronous


# -- what the journal says after a stop -----------------------------------------------------------------------------


def state_of(place: EngineHarness) -> s.State:
    return place.engine.state


def story_after(place: EngineHarness, *events: on.Event) -> s.InterruptedVisit:
    place.comes_to_confirming()
    place.happens(*events)
    place.clock.pass_time(45)
    return unfinished_story(place.journal, place.clock.now())


BATCH = on.ChipBatchReceived(samples.SESSION, 1, samples.COMMANDS)
WRITTEN = (on.PersonChose(Intent.CONFIRM), BATCH, on.BatchRelayed(samples.ANSWERS), on.ChipVerdictReceived(True))


def test_an_empty_journal_has_no_story(place: EngineHarness) -> None:
    nothing = s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)
    assert unfinished_story(place.journal, place.clock.now()) == nothing


def test_a_stop_before_the_first_batch_leaves_the_chip_old(place: EngineHarness) -> None:
    story = story_after(place)
    assert story == s.InterruptedVisit(
        samples.GRANT.endorsement_id, False, ChipState.OLD, FaceState.OLD, 45.0, was_inside=True
    )


def test_a_stop_after_a_batch_leaves_the_chip_unknown(place: EngineHarness) -> None:
    story = story_after(place, on.PersonChose(Intent.CONFIRM), BATCH)
    assert (story.chip, story.sessions) == (ChipState.UNKNOWN, 1)


def test_a_stop_while_the_face_is_rewritten_knows_that_the_chip_is_new(place: EngineHarness) -> None:
    story = story_after(place, *WRITTEN, on.ChipReadBack(samples.RENEWED))
    assert (story.chip, story.face) == (ChipState.NEW, FaceState.PENDING)


def test_a_stop_with_the_renewed_permit_at_the_mouth_knows_both(place: EngineHarness) -> None:
    story = story_after(place, *WRITTEN, on.ChipReadBack(samples.RENEWED), on.FaceRewritten(at_mouth=True))
    assert (story.chip, story.face) == (ChipState.NEW, FaceState.NEW)
    assert story.endorsement_id == samples.GRANT.endorsement_id


def test_a_completed_endorsement_leaves_nothing_open(place: EngineHarness) -> None:
    story = story_after(
        place,
        *WRITTEN,
        on.ChipReadBack(samples.RENEWED),
        on.FaceRewritten(at_mouth=True),
        on.PermitTaken(),
        on.ReceiptPrinted(),
    )
    assert story.endorsement_id is None


def test_a_chip_that_was_read_back_as_old_is_old(place: EngineHarness) -> None:
    story = story_after(place, *WRITTEN, on.ChipReadBack(samples.PERMIT))
    assert story.chip is ChipState.OLD


# -- messages ---------------------------------------------------------------------------------------------------------


def test_sequence_numbers_rise_without_a_gap_and_stay_with_their_key(place: EngineHarness) -> None:
    first = place.journal.number_call("endorsements", "key-1", None)
    second = place.journal.number_call("responses", "key-2", None)
    again = place.journal.number_call("endorsements", "key-1", None)
    assert (second - first, again) == (1, first)


def test_a_call_whose_body_may_be_personal_is_only_numbered(place: EngineHarness) -> None:
    place.journal.number_call("endorsements", "key-1", None)
    assert place.journal.queue().length == 0


def test_nothing_of_a_document_is_in_the_journal_file(place: EngineHarness) -> None:
    place.comes_to_confirming()
    place.happens(*WRITTEN, on.ChipReadBack(samples.RENEWED))
    content = b"".join(file.read_bytes() for file in place.path.parent.iterdir())
    personal = (samples.HOLDER.name, samples.HOLDER.number, samples.PERMIT.permit_number, samples.OLD.address)
    assert [value for value in personal if value.reveal().encode() in content] == []
