"""Applications over HTTPS: reviewed stage by stage, and what becomes of them then."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.reviewing import ReviewRefused
from kiosk.reference_central.server import ReferenceCentral
from tests.component.reference_central.review.rig import (
    BEIJING,
    HAIKOU,
    MONDAY,
    XINJIANG,
    XUCHANG,
    approve,
    code_of,
    living_in,
    refused_code,
    work_of,
)
from tests.lobby.central_rig import (
    Kiosk,
    MovableClock,
    Resident,
    content,
    shown,
)


def test_three_stages_are_passed_in_their_order_and_then_the_permit_is_written_at_another_kiosk(
    central: ReferenceCentral, kiosk: Kiosk, other_kiosk: Kiosk
) -> None:
    who = living_in(central, XUCHANG)
    answer = kiosk.applied(who)
    number = answer.review_number
    assert refused_code(central, number, stage="decision") == "out_of_order"
    assert approve(central, number, "intake") == "in_review"
    assert (kiosk.progress(who).stage, kiosk.progress(who).stage_result) == ("intake", "accept")
    assert refused_code(central, number, stage="intake") == "out_of_order"
    assert approve(central, number) == "in_review"
    assert (kiosk.progress(who).stage, kiosk.progress(who).stage_result) == ("acceptance", "agree")
    assert kiosk.pending(who).work is None
    assert approve(central, number, "decision") == "approved"
    assert refused_code(central, number) == "already_decided"
    assert kiosk.progress(who).at_kiosk is True

    work = other_kiosk.pending(who).work
    assert work is not None
    assert work.kind == "rewrite"
    grant = other_kiosk.verified(who, work.grant)
    assert grant.endorsement_id == answer.application_id
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 12, 4), date(2027, 12, 4))
    assert grant.content.endorsement_count == 3
    chip = who.chip()
    assert other_kiosk.write(who, answer.application_id, chip).verdict == "written"
    assert other_kiosk.complete(answer.application_id, "new", "new") == "written"
    assert chip.written_fields()["valid_to"] == date(2027, 12, 4)
    progress = kiosk.progress(who)
    assert (progress.state, progress.at_kiosk) == ("collected", False)
    record = central.permit(who.record.permit_number)
    assert record is not None
    assert (record.valid_to, record.face_pending, record.decided_application) == (date(2027, 12, 4), False, None)


def test_a_late_review_never_makes_the_holder_late(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock
) -> None:
    who = living_in(central, HAIKOU, recorded=content(valid_to=date(2026, 11, 25)))
    answer = kiosk.applied(who)
    clock.pass_time(timedelta(days=40))
    approve(central, answer.review_number)
    grant = kiosk.verified(who, work_of(kiosk, who).grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 11, 25), date(2027, 11, 25))
    assert grant.residence_years is not None
    assert grant.residence_years.value == "continuous"


def test_a_make_up_is_dated_by_the_day_the_application_came_in(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock
) -> None:
    who = living_in(central, HAIKOU, recorded=content(valid_to=date(2026, 9, 1)))
    answer = kiosk.applied(who)
    clock.pass_time(timedelta(days=9))
    approve(central, answer.review_number)
    grant = kiosk.verified(who, work_of(kiosk, who).grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 11, 23), date(2027, 11, 23))
    assert grant.residence_years is not None
    assert grant.residence_years.value == "counted_from_make_up"


def test_a_returned_application_says_why_and_changes_nothing(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    number = kiosk.applied(somebody).review_number
    with central.database.writing() as session:
        for reason in ("", "Because!", "差"):
            with pytest.raises(ReviewRefused, match="reason"):
                central.reviewing.send_back(session, number, reason, central.clock())
        central.reviewing.send_back(session, number, "papers_incomplete", central.clock())
    progress = kiosk.progress(somebody)
    assert (progress.state, progress.return_code) == ("returned", "papers_incomplete")
    assert (progress.stage, progress.stage_result) == ("officer", "return")
    assert refused_code(central, number) == "already_decided"
    assert kiosk.pending(somebody).work is None


@pytest.mark.parametrize(
    ("number", "code"), [("12345678", "mistyped"), ("1234-5674", "unknown"), ("", "mistyped"), ("abc", "mistyped")]
)
def test_a_number_that_was_never_given_is_told_from_a_mistyped_one(
    central: ReferenceCentral, number: str, code: str
) -> None:
    assert refused_code(central, number) == code


def test_a_new_address_is_written_where_central_knows_it_and_asked_for_where_not(
    central: ReferenceCentral, kiosk: Kiosk
) -> None:
    lease = {"key": "lease", "address": "北京市丰台区样张胡同18号院2号楼601"}
    knows = living_in(central, BEIJING, evidence=[lease])
    assert kiosk.prove(knows, "lease") == "verified"
    moved = {"service": "change_address", "declarations": ("address_changed",)}
    number = kiosk.applied(knows, **moved, evidence=shown("lease")).review_number
    assert approve(central, number) == "approved"
    grant = kiosk.verified(knows, work_of(kiosk, knows).grant)
    assert grant.content.address.reveal() == lease["address"]
    assert grant.content.valid_to == knows.on_chip.valid_to

    other = living_in(central, BEIJING)
    number = kiosk.applied(other, **moved).review_number
    assert refused_code(central, number) == "address_needed"
    for unseen in (" ", "\u3164", "北京市\U000e0041海淀区"):
        assert refused_code(central, number, address=unseen) == "not_shown"
    assert approve(central, number, address="北京市海淀区例子街2号", issuing_authority="北京市公安局海淀分局")
    grant = kiosk.verified(other, work_of(kiosk, other).grant)
    assert grant.content.address.reveal() == "北京市海淀区例子街2号"
    assert grant.content.issuing_authority == "北京市公安局海淀分局"


def test_what_was_shown_once_is_not_kept_with_the_application(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    told = (contract.EvidenceShown(key="employment_proof", licence_code="SSB-7731-0042", verified=True),)
    answer = kiosk.applied(somebody, evidence=told, telephone="13800000000")
    with central.database.reading() as session:
        kept = json.dumps(central.reviewing.application(session, answer.review_number).facts)
    assert "employment_proof" in kept
    assert "SSB-7731-0042" not in kept
    assert "13800000000" not in kept


def test_two_decisions_on_one_permit_are_written_one_after_the_other(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = living_in(central, HAIKOU, evidence=[{"key": "lease", "address": "海口市美兰区例子路2号"}])
    renewal = kiosk.applied(who)
    moving = kiosk.applied(who, service="change_address", declarations=("address_changed",))
    new_home = {"address": "海口市美兰区例子路2号"}
    approve(central, renewal.review_number)
    assert refused_code(central, moving.review_number, **new_home) == "decision_waits"
    assert code_of(kiosk.apply(who, service="damaged")) == "already_applied"
    work_of(kiosk, who)
    chip = who.chip()
    kiosk.write(who, renewal.application_id, chip)
    kiosk.complete(renewal.application_id, "new", "new")
    # Endorsed since it came in: the decision on the address leaves the new dates alone.
    assert approve(central, moving.review_number, **new_home) == "approved"
    record = central.permit(who.record.permit_number)
    assert record is not None
    now = Resident(who.record, recorded_content(record))
    content_now = kiosk.verified(now, work_of(kiosk, now).grant).content
    assert (content_now.valid_to, content_now.address.reveal()) == (date(2027, 12, 4), new_home["address"])
    kiosk.write(now, moving.application_id, chip)
    kiosk.complete(moving.application_id, "new", "new")
    record = central.permit(who.record.permit_number)
    assert record is not None
    settled = kiosk.pending(Resident(who.record, recorded_content(record)))
    assert settled.work is None


# ---- Other changes


def test_a_new_employer_is_agreed_and_leaves_nothing_to_write(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody, service="change_address", declarations=("employer_changed",))
    assert approve(central, answer.review_number) == "approved"
    progress = kiosk.progress(somebody)
    assert (progress.state, progress.at_kiosk, progress.may_choose_collection) == ("approved", False, False)
    assert kiosk.pending(somebody).work is None
    with central.database.reading() as session:
        numbers = [each.review_number for each in central.reviewing.waiting(session)]
    assert answer.review_number not in numbers


def short_permit(valid_to: date = date(2026, 12, 4)) -> contract.PermitContent:
    start = date(2026, 6, 4) if valid_to == date(2026, 12, 4) else date(2026, 3, 1)
    return contract.PermitContent(
        address="乌鲁木齐市天山区范本路77号10栋3单元202室",
        issuing_authority="乌鲁木齐市公安局天山区分局",
        category="short",
        valid_from=start,
        valid_to=valid_to,
        endorsement_count=1,
    )


def test_short_becomes_long_where_the_holder_wants_and_proves_it(central: ReferenceCentral, kiosk: Kiosk) -> None:
    proofs = ({"key": "business_licence"}, {"key": "lease"})
    who = living_in(central, XINJIANG, recorded=short_permit(), evidence=proofs)
    for key in ("business_licence", "lease"):
        assert kiosk.prove(who, key) == "verified"
    answer = kiosk.applied(who, new_category="long", evidence=shown("business_licence", "lease"))
    assert answer.expected_on == date(2026, 11, 23)  # the same day, and it is a Monday
    assert approve(central, answer.review_number) == "approved"
    work = work_of(kiosk, who)
    grant = kiosk.verified(who, work.grant)
    assert (grant.content.category, grant.residence_years) == ("long", None)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 12, 4), date(2028, 12, 4))
    chip = who.chip()
    assert kiosk.write(who, answer.application_id, chip).verdict == "written"
    assert chip.written_fields()["category"] == "long"


def test_an_officer_may_judge_the_category_anew(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = living_in(central, XINJIANG, recorded=short_permit())
    answer = kiosk.applied(who, new_category="long")
    assert approve(central, answer.review_number, category="short") == "approved"
    grant = kiosk.verified(who, work_of(kiosk, who).grant)
    assert (grant.content.category, grant.content.valid_to) == ("short", date(2027, 6, 4))


def test_a_promise_for_the_same_day_made_on_a_sunday_is_kept_on_monday(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock
) -> None:
    clock.now = MONDAY - timedelta(days=1)
    who = living_in(central, XINJIANG, recorded=short_permit())
    assert kiosk.applied(who).expected_on == date(2026, 11, 23)


def test_an_expired_permit_is_applied_for_anew_and_runs_from_that_day(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = living_in(central, XINJIANG, recorded=short_permit(date(2026, 9, 1)))
    answer = kiosk.applied(who)
    approve(central, answer.review_number)
    grant = kiosk.verified(who, work_of(kiosk, who).grant)
    assert (grant.content.valid_from, grant.content.valid_to) == (date(2026, 11, 23), date(2027, 5, 23))


def test_a_category_that_the_region_does_not_have_is_refused(kiosk: Kiosk, somebody: Resident) -> None:
    assert code_of(kiosk.apply(somebody, new_category="golden")) == "not_offered"


def test_a_withdrawn_permit_is_void_once_the_new_one_was_handed_out(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody, service="damaged")
    reviewing, number = central.reviewing, answer.review_number
    approve(central, number)
    assert kiosk.progress(somebody).may_choose_collection is False
    with central.database.writing() as session:
        reviewing.made(session, number, "龙华派出所", date(2026, 11, 30), central.clock())
    assert kiosk.progress(somebody).may_choose_collection is True
    with pytest.raises(CentralRefusedCall, match="409 collection_not_offered"):
        kiosk.choose(answer.application_id, "kiosk")  # a new permit is not made at a kiosk
    assert kiosk.choose(answer.application_id, "post").collection == contract.CollectionChoice(way="post")
    with central.database.writing() as session:
        reviewing.collected(session, number, central.clock())
    record = central.permit(somebody.record.permit_number)
    assert record is not None
    assert record.status == "cancelled"
