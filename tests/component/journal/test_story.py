"""What the journal still knows of a visit that was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.domain.endorsement import ChipState, FaceState, Refusal
from kiosk.domain.faults import BIN_FULL, PERMIT_JAMMED
from kiosk.domain.personal import Personal
from kiosk.journal.audit import record_of
from kiosk.journal.content_hash import content_hash_by
from kiosk.journal.interrupted_visit import unfinished_story
from kiosk.journal.journal import Journal
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from tests.unit.workflow.machine_samples import (
    AFTER_REVIEW,
    ANSWERS,
    ASKED_FOR,
    CASE,
    COMMANDS,
    DECIDED_ELSEWHERE,
    FACE_GRANT,
    FACE_LEFT_OVER,
    GRANT,
    GRANT_ELSEWHERE,
    IN_WINDOW,
    PERMIT,
    RECEIVED,
    RENEWED,
    SESSION,
    SITES,
    TODAY,
    VISIT,
)

STARTED = datetime(2025, 5, 20, 10, 0, tzinfo=UTC)
ASKED = on.PersonChose(Intent.ANSWER_NO)
MATTER = s.AssessedCase(CASE, s.Answers(), IN_WINDOW, TODAY)
CONFIRMED = on.PersonChose(Intent.CONFIRM)
BATCH = on.ChipBatchReceived(SESSION, 1, COMMANDS)
SEAL = content_hash_by(b"the private key of this test")
SEALS = s.ContentHashes(SEAL(GRANT.chip_serial, PERMIT.content), SEAL(GRANT.chip_serial, GRANT.content))


class Power:
    """A machine that writes its journal until the power goes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.now = STARTED
        self._state: s.State = s.Declaring(VISIT, MATTER, "address_changed")

    def turns_to(self, state: s.State) -> None:
        self._state = state

    def goes_after(self, *events: on.Event, off_for_s: float = 0.0, place: str = "with a bin") -> s.InterruptedVisit:
        for event in events:
            taken = step(SITES[place], self._state, event)
            assert taken is not None
            self._journal.append(record_of(self.now, self._state, event, taken, SEAL))
            self._state = taken.state
        self.now += timedelta(seconds=off_for_s)
        return unfinished_story(self._journal, self.now)


@pytest.fixture
def power(tmp_path: Path) -> Iterator[Power]:
    def now() -> datetime:
        return made.now

    journal = Journal(tmp_path / "journal.db", now)
    made = Power(journal)
    yield made
    journal.close()


def test_an_empty_journal_tells_of_nothing(power: Power) -> None:
    assert power.goes_after() == s.InterruptedVisit(None, 0, ChipState.OLD, FaceState.OLD, 0.0)


def test_what_was_asked_for_is_open_until_central_answered(power: Power) -> None:
    assert power.goes_after(ASKED, off_for_s=60) == s.InterruptedVisit(
        ASKED_FOR, 0, ChipState.OLD, FaceState.OLD, 60.0, was_inside=True
    )


@pytest.mark.parametrize(
    "answer",
    [
        on.EndorsementPending("R-17", date(2025, 5, 22)),
        on.EndorsementRefused(Refusal("unknown_permit")),
        on.PermitAlreadyCurrent(TODAY),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_nothing_is_open_where_central_granted_nothing(power: Power, answer: on.Event) -> None:
    assert power.goes_after(ASKED, answer).endorsement_id is None


def test_a_grant_is_open_and_the_chip_old_until_a_batch_went_to_it(power: Power) -> None:
    assert power.goes_after(ASKED, on.GrantReceived(GRANT), CONFIRMED) == s.InterruptedVisit(
        ASKED_FOR, 1, ChipState.OLD, FaceState.OLD, 0.0, SEALS, was_inside=True
    )


def test_after_a_batch_only_the_chip_knows(power: Power) -> None:
    assert power.goes_after(ASKED, on.GrantReceived(GRANT), CONFIRMED, BATCH, on.BatchRelayed(ANSWERS)) == (
        s.InterruptedVisit(ASKED_FOR, 1, ChipState.UNKNOWN, FaceState.OLD, 0.0, SEALS, relayed=1, was_inside=True)
    )


def test_a_chip_that_was_read_back_is_new_and_its_face_pending(power: Power) -> None:
    story = power.goes_after(
        ASKED,
        on.GrantReceived(GRANT),
        CONFIRMED,
        BATCH,
        on.BatchRelayed(ANSWERS),
        on.ChipVerdictReceived(written=True),
        on.ChipReadBack(RENEWED),
    )
    assert story == s.InterruptedVisit(ASKED_FOR, 1, ChipState.NEW, FaceState.PENDING, 0.0, SEALS, relayed=1)


def test_what_central_was_told_of_is_closed(power: Power) -> None:
    cancelled = power.goes_after(ASKED, on.GrantReceived(GRANT), on.PersonChose(Intent.CANCEL))
    assert cancelled.endorsement_id is None


def test_an_application_is_open_until_central_has_it(power: Power) -> None:
    power.turns_to(s.EnteringTelephone(VISIT, replace(MATTER, assessment=AFTER_REVIEW), "kiosk"))
    sent = power.goes_after(on.PersonChose(Intent.ENTER_TELEPHONE, "13900000000"))
    assert (sent.endorsement_id, sent.chip, sent.sessions) == (ASKED_FOR, ChipState.OLD, 0)
    assert power.goes_after(on.ApplicationReceived(RECEIVED)).endorsement_id is None


FORGOTTEN = s.TakingBack(VISIT, s.Renewed(CASE, GRANT, FaceState.NEW))


def test_a_permit_that_was_ordered_into_the_bin_may_be_there_if_the_path_is_empty(power: Power) -> None:
    power.turns_to(FORGOTTEN)
    story = power.goes_after(on.PermitTakenIn())
    assert (story.put_away, story.is_abandoned) == (s.PutAway.ORDERED, True)


def test_of_a_permit_in_the_bin_nothing_is_left_to_tell(power: Power) -> None:
    power.turns_to(FORGOTTEN)
    story = power.goes_after(on.PermitTakenIn(), on.PermitRetained())
    assert (story.endorsement_id, story.put_away) == (None, s.PutAway.NO)


def test_a_permit_held_inside_is_told_of_once_more_when_it_has_its_place(power: Power) -> None:
    power.turns_to(FORGOTTEN)
    story = power.goes_after(on.PermitTakenIn(), on.DeviceFailed(BIN_FULL))
    assert (story.endorsement_id, story.told, story.put_away) == (ASKED_FOR, True, s.PutAway.ORDERED)
    assert (story.chip, story.face) == (ChipState.NEW, FaceState.NEW)


def test_without_a_bin_staff_take_a_held_permit_out_by_hand(power: Power) -> None:
    power.turns_to(FORGOTTEN)
    story = power.goes_after(on.PermitTakenIn(), place="without a bin")
    assert (story.told, story.put_away, story.was_inside) == (True, s.PutAway.NO, True)


def test_a_permit_that_is_on_its_way_out_or_at_the_mouth_is_taken_by_whoever_stands_there(power: Power) -> None:
    power.turns_to(s.Confirming(VISIT, CASE, GRANT))
    assert power.goes_after(on.PersonChose(Intent.CANCEL)).was_inside is False
    assert power.goes_after(on.PermitAtMouth()).was_inside is False


def test_a_permit_that_jammed_on_its_way_out_is_inside_until_a_hand_takes_it_out(power: Power) -> None:
    power.turns_to(s.Confirming(VISIT, CASE, GRANT))
    assert power.goes_after(on.PersonChose(Intent.CANCEL), on.DeviceFailed(PERMIT_JAMMED)).was_inside is True


def test_a_grant_that_was_found_rather_than_asked_for_is_open_too(power: Power) -> None:
    """Work decided elsewhere, or a face that was left over: central made its number."""
    power.turns_to(s.AskingPendingRewrites(VISIT, CASE))
    assert power.goes_after(on.WorkFound(GRANT_ELSEWHERE)).endorsement_id == DECIDED_ELSEWHERE
    power.turns_to(s.Confirming(VISIT, CASE, FACE_GRANT))
    story = power.goes_after(CONFIRMED)
    assert (story.endorsement_id, story.sessions, story.chip) == (FACE_LEFT_OVER, 0, ChipState.NEW)
    assert story.hashes is not None
    assert story.hashes.old == story.hashes.new


def test_no_telephone_number_and_no_licence_code_is_in_the_journal(power: Power, tmp_path: Path) -> None:
    power.turns_to(s.ReadingLicenceCode(VISIT, MATTER, "deed"))
    power.goes_after(on.LicenceCodeRead(Personal("LICENCE-4711")))
    power.turns_to(s.EnteringTelephone(VISIT, replace(MATTER, assessment=AFTER_REVIEW), "kiosk"))
    power.goes_after(on.PersonChose(Intent.ENTER_TELEPHONE, "13900000000"))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ReadingLicenceCode" in written
    assert b"13900000000" not in written
    assert b"4711" not in written


@pytest.mark.parametrize(
    "copied",
    [
        b"-----BEGIN-----\nAAAA\nBBBB\n-----END-----\n\n",
        b"-----BEGIN-----\r\nAAAA\r\nBBBB\r\n-----END-----\r\n",
        b"\n-----BEGIN-----\nAAAA\nBBBB\n-----END-----",
        b"\xef\xbb\xbf-----BEGIN-----\nAAAA \nBBBB\n-----END-----\n",
    ],
)
def test_a_key_file_that_was_copied_or_edited_around_its_key_seals_the_same(copied: bytes) -> None:
    right = content_hash_by(b"-----BEGIN-----\nAAAA\nBBBB\n-----END-----\n")
    what = GRANT.chip_serial, PERMIT.content
    assert content_hash_by(copied)(*what) == right(*what)
    assert content_hash_by(copied.replace(b"AAAA", b"AAAB"))(*what) != right(*what)
