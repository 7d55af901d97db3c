"""A whole endorsement with central, over HTTPS with both certificates, in front of a virtual chip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import (
    Kiosk,
    MovableClock,
    client_of,
    content,
    request,
    resident,
    settings,
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock, database_url: str) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, clock, database=database_url)) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    before = clock.now
    with client_of(central, directory) as client:
        yield Kiosk(client, directory, clock)
    clock.now = before


def test_a_permit_in_the_window_gets_one_more_year_on_its_chip(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    grant = kiosk.verified(who, answer.grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 12, 4), date(2027, 12, 4))
    assert grant.content.endorsement_count == 3
    assert grant.expires_at == kiosk.clock() + timedelta(minutes=10)
    chip = who.chip()
    step = kiosk.write(who, answer.endorsement_id, chip)
    assert (step.verdict, step.failure) == ("written", None)
    assert [batch.number for batch in kiosk.batches] == [1, 2]
    written = chip.written_fields()
    assert (written["valid_to"], written["endorsement_count"]) == (date(2027, 12, 4), 3)
    assert written["address"] == who.on_chip.address
    assert kiosk.complete(answer.endorsement_id, "new", "new") == "written"
    record = central.permit(who.record.permit_number)
    assert record is not None
    assert (record.valid_to, record.endorsement_count, record.face_pending) == (date(2027, 12, 4), 3, False)
    assert kiosk.client.endorsement_state(answer.endorsement_id).state == "written"


def test_a_chip_with_several_protected_writes_is_written_one_round_trip_each(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who = resident(permit_file="ssse")
    central.seed([who.record])
    answer = kiosk.granted(who)
    chip = who.chip()
    assert kiosk.write(who, answer.endorsement_id, chip).verdict == "written"
    # One reading, then valid_from, endorsement_count and valid_to; what stays the same is not written.
    assert [batch.number for batch in kiosk.batches] == [1, 2, 3, 4]
    assert chip.written_fields()["valid_to"] == date(2027, 12, 4)


@pytest.mark.parametrize("writes_before_the_break", [0, 1, 2])
def test_a_break_between_several_writes_is_finished_from_the_same_grant(
    central: ReferenceCentral, kiosk: Kiosk, writes_before_the_break: int
) -> None:
    who = resident(permit_file="ssse")
    central.seed([who.record])
    answer = kiosk.granted(who)
    chip = who.chip()
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    for _ in range(1 + writes_before_the_break):
        step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    chip.power_off()
    chip.power_on()
    assert chip.written_fields()["valid_to"] == date(2026, 12, 4)
    assert kiosk.write(who, answer.endorsement_id, chip).verdict == "written"
    assert chip.written_fields()["valid_to"] == date(2027, 12, 4)
    numbers = [batch.number for batch in kiosk.batches]
    assert numbers == sorted(set(numbers))


REFUSED = [
    ("reported_lost", {"status": "reported_lost"}, True),
    ("cancelled", {"status": "cancelled"}, True),
    ("address_changed", {"address_on_record": "上海市徐汇区样板路15号1203室"}, False),
    ("counter_only", {"region": "110000"}, False),
]


@pytest.mark.parametrize(("code", "changes", "retain"), REFUSED)
def test_what_central_knows_of_the_permit_is_refused(
    central: ReferenceCentral, kiosk: Kiosk, code: str, changes: dict[str, Any], retain: bool
) -> None:
    who = resident(**changes)
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert (answer.code, answer.retain) == (code, retain)


def test_a_permit_that_central_does_not_know_is_refused(kiosk: Kiosk) -> None:
    answer = kiosk.request(resident())
    assert isinstance(answer, contract.Refused)
    assert answer.code == "unknown_permit"


def test_a_permit_is_refused_before_its_window(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(content(valid_to=date(2027, 6, 1)))
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "too_early"


@pytest.mark.parametrize("days_late", [1, 30, 60])
def test_a_permit_up_to_60_days_late_goes_on_from_its_old_end_date(
    central: ReferenceCentral, kiosk: Kiosk, days_late: int
) -> None:
    end = kiosk.clock().date() - timedelta(days=days_late)
    who = resident(content(valid_to=end))
    central.seed([who.record])
    grant = kiosk.verified(who, kiosk.granted(who).grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (end, end.replace(year=end.year + 1))


def test_a_permit_61_days_late_starts_anew_today(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(content(valid_to=date(2026, 9, 22)))
    central.seed([who.record])
    grant = kiosk.verified(who, kiosk.granted(who).grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 11, 22), date(2027, 11, 22))
    assert grant.residence_years is not None
    assert grant.residence_years.value == "restart"


def test_today_is_the_date_in_china(central: ReferenceCentral, clock: MovableClock, kiosk: Kiosk) -> None:
    who = resident(content(valid_to=date(2026, 9, 22)))
    central.seed([who.record])
    clock.pass_time(timedelta(hours=14, minutes=30))  # 16:30 in UTC is past midnight in China
    grant = kiosk.verified(who, kiosk.granted(who).grant)
    assert grant.content.valid_from == date(2026, 11, 23)


def test_somebody_elses_permit_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who, other = resident(), resident()
    central.seed([who.record, other.record])
    answer = kiosk.request(who, holder=other.record.holder)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "not_your_permit"


def test_a_holder_with_the_same_number_and_another_name_is_for_a_person_to_look_at(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.request(who, holder=who.record.holder.model_copy(update={"name": "林玉真"}))
    assert isinstance(answer, contract.Refused)
    assert answer.code == "name_differs"


def test_another_chip_with_this_number_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.request(who, permit=who.facts.model_copy(update={"chip_serial": "8600310099999999"}))
    assert isinstance(answer, contract.Refused)
    assert answer.code == "chip_mismatch"


def test_a_declared_change_of_address_is_not_endorsed_here(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.request(who, declarations=("address_changed",))
    assert isinstance(answer, contract.Refused)
    assert answer.code == "address_changed"


def test_a_chip_that_holds_what_central_never_granted_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(on_chip=content(valid_to=date(2031, 12, 4)))
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "record_mismatch"


@pytest.mark.parametrize("last_day", [date(2026, 12, 3), date(2026, 12, 5)])
def test_a_chip_whose_term_is_a_day_from_the_record_is_endorsed_by_the_record(
    central: ReferenceCentral, kiosk: Kiosk, last_day: date
) -> None:
    who = resident(on_chip=content().model_copy(update={"valid_to": last_day}))
    central.seed([who.record])
    granted = kiosk.granted(who)
    grant = kiosk.verified(who, granted.grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 12, 4), date(2027, 12, 4))
    assert kiosk.write(who, granted.endorsement_id, who.chip()).verdict == "written"


def test_a_chip_whose_term_is_two_days_from_the_record_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(on_chip=content().model_copy(update={"valid_to": date(2026, 12, 2)}))
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "record_mismatch"


def test_a_chip_with_another_address_is_refused_however_near_its_term_is(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who = resident(on_chip=content().model_copy(update={"valid_to": date(2026, 12, 3), "address": "上海市示范路1号"}))
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "record_mismatch"


def test_a_service_that_is_no_endorsement_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.request(who, service="lost")
    assert isinstance(answer, contract.Refused)
    assert answer.code == "not_offered"


def test_a_record_ahead_of_the_chip_is_granted_as_it_stands(central: ReferenceCentral, kiosk: Kiosk) -> None:
    decided = content(valid_to=date(2027, 12, 4), count=3).model_copy(update={"address": "上海市徐汇区样板路15号"})
    who = resident(decided, on_chip=content())
    central.seed([who.record])
    grant = kiosk.verified(who, kiosk.granted(who).grant)
    assert grant.content.valid_to == date(2027, 12, 4)
    assert grant.content.address.reveal() == "上海市徐汇区样板路15号"
    assert grant.content.endorsement_count == 3


def test_work_decided_elsewhere_is_offered_as_a_grant_of_centrals_own(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(content(valid_to=date(2027, 12, 4), count=3), on_chip=content())
    central.seed([who.record])
    answer = kiosk.pending(who)
    assert answer.work is not None
    assert answer.work.kind == "rewrite"
    grant = kiosk.verified(who, answer.work.grant)
    chip = who.chip()
    assert kiosk.write(who, grant.endorsement_id, chip).verdict == "written"
    assert chip.written_fields()["valid_to"] == date(2027, 12, 4)
    assert kiosk.complete(grant.endorsement_id, "new", "new") == "written"


def test_nothing_is_open_for_a_permit_that_only_has_its_usual_endorsement_before_it(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.pending(who)
    assert answer.work is None


def test_a_stale_face_is_offered_face_only_until_it_is_new(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    first = kiosk.granted(who)
    chip = who.chip()
    kiosk.write(who, first.endorsement_id, chip)
    assert kiosk.complete(first.endorsement_id, "new", "pending") == "face_pending"
    again = replace(who, on_chip=content(valid_to=date(2027, 12, 4), count=3))
    answer = kiosk.pending(again)
    assert answer.work is not None
    assert answer.work.kind == "face_only"
    grant = kiosk.verified(again, answer.work.grant)
    assert grant.face_only
    with pytest.raises(CentralRefusedCall, match="409 face_only"):
        kiosk.begin(grant.endorsement_id, who.record.chip_serial)
    assert kiosk.complete(grant.endorsement_id, "new", "new") == "written"
    after = kiosk.pending(again)
    assert after.work is None


def test_a_permit_endorsed_this_season_is_already_current(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident(content(valid_to=date(2027, 12, 4), count=3), endorsed_on=date(2026, 11, 20))
    central.seed([who.record])
    answer = kiosk.request(who)
    assert isinstance(answer, contract.AlreadyCurrent)
    assert answer.valid_to == date(2027, 12, 4)


def test_central_learns_from_the_chip_what_a_lost_verdict_hid(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    chip = who.chip()
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    kiosk.relay(who, chip, step.batch)  # written, and nobody is told
    again = replace(who, on_chip=content(valid_to=date(2027, 12, 4), count=3))
    work = kiosk.pending(again).work
    assert work is not None
    assert work.kind == "face_only"
    assert kiosk.client.endorsement_state(answer.endorsement_id).state == "face_pending"


def test_an_endorsement_id_is_its_own_idempotency_key(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    body = request(who)
    first = kiosk.client.request_endorsement(body, sequence=1)
    assert kiosk.client.request_endorsement(body, sequence=1) == first
    with pytest.raises(CentralRefusedCall, match="409 idempotency_conflict"):
        kiosk.client.request_endorsement(body.model_copy(update={"service": "lost"}), sequence=2)


def test_an_unknown_endorsement_is_not_found(kiosk: Kiosk) -> None:
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        kiosk.client.endorsement_state(uuid4())


def test_work_that_the_kiosk_never_heard_of_can_be_given_back_by_the_question_it_journalled(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    who, asked = resident(face_pending=True), uuid4()
    central.seed([who.record])
    work = kiosk.pending(who, asked).work
    assert work is not None
    reason = contract.CancellationRequest(reason="restarted")
    assert kiosk.client.cancel(asked, reason, key=str(uuid4()), sequence=None).state == "cancelled"
    endorsement = central.endorsement(kiosk.verified(who, work.grant).endorsement_id)
    assert endorsement is not None
    assert (endorsement.state, endorsement.live) == ("cancelled", False)


def test_a_question_that_comes_after_it_was_given_up_finds_nothing(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who, asked = resident(face_pending=True), uuid4()
    central.seed([who.record])
    reason = contract.CancellationRequest(reason="restarted")
    assert kiosk.client.cancel(asked, reason, key=str(uuid4()), sequence=None).state == "cancelled"
    assert kiosk.pending(who, asked).work is None
    assert kiosk.pending(who).work is not None


def test_what_became_of_a_permit_is_kept_although_nothing_was_asked(central: ReferenceCentral, kiosk: Kiosk) -> None:
    nothing_asked = uuid4()
    for custody in ("inside", "retained"):
        assert kiosk.complete(nothing_asked, "old", "old", custody=custody) == "unchanged"
    assert [each.custody for each in central.completions(nothing_asked)] == ["inside", "retained"]
    assert kiosk.complete(uuid4(), "unknown", "old") == "unknown"


def test_a_grant_can_be_given_back_until_a_chip_session_is_begun(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    reason = contract.CancellationRequest(reason="resident_declined")
    for _ in range(2):
        state = kiosk.client.cancel(answer.endorsement_id, reason, key=str(uuid4()), sequence=None).state
        assert state == "cancelled"
    with pytest.raises(CentralRefusedCall, match="409 grant_not_live"):
        kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    second = kiosk.granted(who)
    kiosk.begin(second.endorsement_id, who.record.chip_serial)
    with pytest.raises(CentralRefusedCall, match="409 grant_used"):
        kiosk.client.cancel(second.endorsement_id, reason, key=str(uuid4()), sequence=None)


def test_a_grant_ends_with_its_time(central: ReferenceCentral, clock: MovableClock, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    clock.pass_time(timedelta(minutes=10))
    assert kiosk.client.endorsement_state(answer.endorsement_id).state == "expired"
    with pytest.raises(CentralRefusedCall, match="409 grant_not_live"):
        kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    assert kiosk.granted(who).endorsement_id != answer.endorsement_id


def test_a_grant_that_ends_with_a_write_handed_out_leaves_the_chip_unknown(
    central: ReferenceCentral, clock: MovableClock, kiosk: Kiosk
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, who.chip(), step.batch))
    clock.pass_time(timedelta(minutes=10))
    assert kiosk.client.endorsement_state(answer.endorsement_id).state == "unknown"
    assert kiosk.complete(answer.endorsement_id, "unknown", "old") == "unknown"


def test_a_written_chip_told_after_the_grant_has_ended_is_still_written(
    central: ReferenceCentral, clock: MovableClock, kiosk: Kiosk
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    chip = who.chip()
    step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    answers = kiosk.relay(who, chip, step.batch)
    clock.pass_time(timedelta(hours=3))
    assert kiosk.tell(answer.endorsement_id, step, answers).verdict == "written"
    assert kiosk.complete(answer.endorsement_id, "new", "new") == "written"


def test_a_new_request_of_the_same_kiosk_ends_the_grant_before(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    first, second = kiosk.granted(who), kiosk.granted(who)
    assert kiosk.client.endorsement_state(first.endorsement_id).state == "cancelled"
    assert kiosk.client.endorsement_state(second.endorsement_id).state == "granted"


COMPLETIONS = [
    ([("old", "old", 0)], "unchanged"),
    ([("unknown", "old", 0)], "unknown"),
    ([("unknown", "old", 0), ("new", "pending", 1), ("new", "new", 2)], "written"),
    ([("new", "new", 2), ("new", "pending", 1)], "written"),
    ([("new", "pending", 1), ("old", "old", 2)], "face_pending"),
    ([("new", "new", 1), ("new", "new", 1)], "written"),
]


@pytest.mark.parametrize(("reports", "state"), COMPLETIONS)
def test_completions_move_the_state_forward_only(
    central: ReferenceCentral, kiosk: Kiosk, reports: list[tuple[str, str, int]], state: str
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, who.chip(), step.batch))  # a write was handed out
    for chip, face, minute in reports:
        last = kiosk.complete(answer.endorsement_id, chip, face, kiosk.clock() + timedelta(minutes=minute))
    assert last == state
    assert len(central.completions(answer.endorsement_id)) == len(reports)


def test_a_report_of_a_clock_that_is_far_ahead_does_not_keep_a_later_one_from_being_applied(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock
) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    assert kiosk.write(who, answer.endorsement_id, who.chip()).verdict == "written"
    far_ahead = datetime(8999, 12, 31, tzinfo=UTC)
    assert kiosk.complete(answer.endorsement_id, "new", "pending", far_ahead) == "face_pending"
    clock.pass_time(timedelta(hours=1))
    assert kiosk.complete(answer.endorsement_id, "new", "new") == "written"
    assert central.completions(answer.endorsement_id)[0].finished_at == far_ahead


def test_a_new_chip_is_not_believed_where_no_write_was_handed_out(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    answer = kiosk.granted(who)
    assert kiosk.complete(answer.endorsement_id, "new", "new") == "unknown"
    record = central.permit(who.record.permit_number)
    assert record is not None
    assert record.valid_to == date(2026, 12, 4)


def test_sequence_numbers_are_kept_with_their_retries_once(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = resident()
    central.seed([who.record])
    before = set(central.sequences("kiosk-1"))
    body = request(who)
    for sequence in (9001, 9001, 9003):
        kiosk.client.request_endorsement(body, sequence=sequence)
    with pytest.raises(CentralRefusedCall):
        kiosk.client.request_endorsement(body.model_copy(update={"service": "lost"}), sequence=9004)
    assert set(central.sequences("kiosk-1")) - before == {9001, 9003, 9004}
