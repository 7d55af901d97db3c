"""Approved applications over HTTPS: written at any kiosk of the region, or collected another way."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.reference_central.reviewing import ReviewRefused
from kiosk.reference_central.server import ReferenceCentral
from tests.component.reference_central.review.rig import (
    BEIJING,
    approve,
    code_of,
    living_in,
    work_of,
)
from tests.lobby.central_rig import (
    Kiosk,
    MovableClock,
    Resident,
    shown,
)

# ---- Written


def test_a_grant_that_was_given_back_is_given_again_under_the_same_id(
    central: ReferenceCentral, kiosk: Kiosk, other_kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    approve(central, answer.review_number)
    work_of(kiosk, somebody)
    assert other_kiosk.pending(somebody).work is None  # live at the first kiosk
    reason = contract.CancellationRequest(reason="holder_cancelled")
    kiosk.client.cancel(answer.application_id, reason, key=str(uuid4()), sequence=None)
    assert kiosk.progress(somebody).state == "approved"
    work_of(other_kiosk, somebody)
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        kiosk.begin(answer.application_id, somebody.record.chip_serial)
    # The first kiosk's report comes late: kept, and nothing follows from it.
    assert kiosk.complete(answer.application_id, "old", "old") == "granted"
    assert other_kiosk.write(somebody, answer.application_id, somebody.chip()).verdict == "written"
    assert [each.chip for each in central.completions(answer.application_id)] == ["old"]


def test_a_grant_whose_answer_was_lost_is_given_back_by_the_question_and_the_application_stays(
    central: ReferenceCentral, kiosk: Kiosk, other_kiosk: Kiosk, somebody: Resident
) -> None:
    answer, asked = kiosk.applied(somebody), uuid4()
    approve(central, answer.review_number)
    assert kiosk.pending(somebody, asked).work is not None
    reason = contract.CancellationRequest(reason="interrupted")
    assert kiosk.client.cancel(asked, reason, key=str(uuid4()), sequence=None).state == "cancelled"
    assert kiosk.progress(somebody).state == "approved"
    work_of(other_kiosk, somebody)


def test_a_session_begun_on_an_earlier_visit_does_not_hinder_the_next_one(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    approve(central, answer.review_number)
    for _ in range(12):
        work_of(kiosk, somebody)
        kiosk.begin(answer.application_id, somebody.record.chip_serial)
        clock.pass_time(timedelta(minutes=11))
    work_of(kiosk, somebody)
    reason = contract.CancellationRequest(reason="holder_cancelled")
    assert kiosk.client.cancel(answer.application_id, reason, key=str(uuid4()), sequence=None).state == "cancelled"
    work_of(kiosk, somebody)
    step = kiosk.write(somebody, answer.application_id, somebody.chip())
    assert step.verdict == "written"
    assert min(batch.number for batch in kiosk.batches) == 13


def test_what_is_said_late_of_an_earlier_visit_does_not_end_the_grant_of_the_present_one(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    approve(central, answer.review_number)
    work_of(kiosk, somebody)
    kiosk.begin(answer.application_id, somebody.record.chip_serial)
    broke_off_at = clock()
    clock.pass_time(timedelta(minutes=2))
    work_of(kiosk, somebody)
    assert kiosk.complete(answer.application_id, "old", "old", broke_off_at) == "granted"
    assert kiosk.write(somebody, answer.application_id, somebody.chip()).verdict == "written"
    assert kiosk.complete(answer.application_id, "new", "new") == "written"


def test_a_cancellation_of_an_earlier_visit_that_comes_late_leaves_the_present_grant_alone(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    approve(central, answer.review_number)
    work_of(kiosk, somebody)
    late = contract.CancellationRequest(reason="resident_declined", decided_at=clock())
    clock.pass_time(timedelta(minutes=2))
    work_of(kiosk, somebody)
    assert kiosk.client.cancel(answer.application_id, late, key=str(uuid4()), sequence=None).state == "granted"
    step = kiosk.begin(answer.application_id, somebody.record.chip_serial)
    assert kiosk.client.cancel(answer.application_id, late, key=str(uuid4()), sequence=None).state == "granted"
    step = kiosk.tell(answer.application_id, step, kiosk.relay(somebody, somebody.chip(), step.batch))
    assert step.batch is not None


def test_a_write_whose_answer_was_lost_is_learnt_from_the_chip_on_the_next_visit(
    central: ReferenceCentral, kiosk: Kiosk, other_kiosk: Kiosk, clock: MovableClock, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    approve(central, answer.review_number)
    grant = kiosk.verified(somebody, work_of(kiosk, somebody).grant)
    chip = somebody.chip()
    kiosk.selected = None
    step = kiosk.begin(answer.application_id, somebody.record.chip_serial)
    step = kiosk.tell(answer.application_id, step, kiosk.relay(somebody, chip, step.batch))
    kiosk.relay(somebody, chip, step.batch)
    clock.pass_time(timedelta(days=1))
    written = Resident(
        somebody.record,
        somebody.on_chip.model_copy(
            update={
                "valid_from": grant.content.valid_from,
                "valid_to": grant.content.valid_to,
                "endorsement_count": 3,
            }
        ),
    )
    work = work_of(other_kiosk, written)
    assert work.kind == "face_only"
    assert kiosk.progress(somebody).state == "collected"


def test_what_is_written_is_computed_from_the_record_of_the_day(central: ReferenceCentral, kiosk: Kiosk) -> None:
    lease = {"key": "lease", "address": "北京市丰台区样张胡同18号院2号楼601"}
    who = living_in(central, BEIJING, evidence=[lease])
    kiosk.prove(who, "lease")
    moved = {"service": "change_address", "declarations": ("address_changed",)}
    answer = kiosk.applied(who, **moved, evidence=shown("lease"))
    approve(central, answer.review_number)
    # Central's work went unheard, and the permit was endorsed meanwhile.
    renewal = kiosk.granted(who)
    chip = who.chip()
    kiosk.write(who, renewal.endorsement_id, chip)
    kiosk.complete(renewal.endorsement_id, "new", "new")
    renewed = kiosk.verified(who, renewal.grant).content
    record = central.permit(who.record.permit_number)
    assert record is not None
    on_chip = who.on_chip.model_copy(
        update={"valid_from": renewed.valid_from, "valid_to": renewed.valid_to, "endorsement_count": 3}
    )
    grant = kiosk.verified(who, work_of(kiosk, Resident(who.record, on_chip)).grant)
    assert grant.content.address.reveal() == lease["address"]
    assert (grant.content.valid_to, grant.content.endorsement_count) == (renewed.valid_to, 4)


# ---- Collected


def test_how_a_permit_is_collected_is_chosen_when_it_is_made_and_post_leaves_nothing_for_kiosks(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    with pytest.raises(CentralRefusedCall, match="409 collection_not_offered"):
        kiosk.choose(answer.application_id, "post")
    approve(central, answer.review_number)
    assert kiosk.progress(somebody).may_choose_collection is True
    progress = kiosk.choose(answer.application_id, "post")
    assert progress.collection == contract.CollectionChoice(way="post")
    assert (progress.at_kiosk, progress.may_choose_collection) == (False, True)
    assert kiosk.pending(somebody).work is None
    assert kiosk.choose(answer.application_id, "kiosk").at_kiosk is True
    assert work_of(kiosk, somebody).kind == "rewrite"
    with pytest.raises(CentralRefusedCall, match="404 not_found"):
        kiosk.choose(uuid4(), "post")


def test_a_way_of_collection_that_the_region_leaves_until_later_is_refused_at_application(
    kiosk: Kiosk, somebody: Resident
) -> None:
    assert code_of(kiosk.apply(somebody, collection={"way": "post"})) == "collection_not_offered"


def test_what_is_collected_at_the_counter_is_on_record_and_no_work_for_a_kiosk(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody)
    reviewing, number = central.reviewing, answer.review_number
    with central.database.writing() as session:
        with pytest.raises(ReviewRefused):
            reviewing.made(session, number, "龙华派出所", date(2026, 11, 30), central.clock())
        with pytest.raises(ReviewRefused):
            reviewing.collected(session, number, central.clock())
    approve(central, number)
    with central.database.writing() as session:
        with pytest.raises(ReviewRefused, match="before it was applied"):
            reviewing.made(session, number, "龙华派出所", date(2026, 11, 1), central.clock())
        reviewing.made(session, number, "龙华派出所", date(2026, 11, 30), central.clock())
    kiosk.choose(answer.application_id, "counter")
    progress = kiosk.progress(somebody)
    assert (progress.state, progress.station, progress.ready_from) == ("made", "龙华派出所", date(2026, 11, 30))
    with central.database.writing() as session:
        reviewing.collected(session, number, central.clock())
        with pytest.raises(ReviewRefused, match="nothing to collect"):
            reviewing.collected(session, number, central.clock())
    assert kiosk.progress(somebody).state == "collected"
    record = central.permit(somebody.record.permit_number)
    assert record is not None
    assert (record.valid_to, record.endorsement_count) == (date(2027, 12, 4), 3)
