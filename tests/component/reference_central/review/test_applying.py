"""Applications over HTTPS: taken in by each region's rules, looked up, withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.server import ReferenceCentral
from tests.component.reference_central.review.rig import (
    BEIJING,
    HAIKOU,
    MONDAY,
    SHANGHAI,
    XUCHANG,
    approve,
    code_of,
    living_in,
)
from tests.lobby.central_rig import (
    REGIONS,
    Kiosk,
    MovableClock,
    Resident,
    application,
    asked_by_many_kiosks_at_once,
    client_of,
    content,
    resident,
    settings,
)


def test_what_a_person_reviews_gets_a_number_and_no_date_where_none_is_promised(
    kiosk: Kiosk, somebody: Resident
) -> None:
    asked = application(somebody, telephone="13800000000")
    answer = kiosk.client.apply(asked, sequence=1)
    assert isinstance(answer, contract.ApplicationReceived)
    assert (answer.received_on, answer.expected_on) == (date(2026, 11, 23), None)
    assert [len(part) for part in answer.review_number.split("-")] == [4, 4]
    state = kiosk.client.endorsement_state(asked.application_id)
    assert state.state == "pending"
    assert isinstance(state.answer, contract.Pending)
    assert state.answer.review_number == answer.review_number
    progress = kiosk.progress(somebody)
    assert (progress.application_id, progress.state) == (asked.application_id, "in_review")
    assert (progress.stage, progress.at_kiosk, progress.may_choose_collection) == (None, False, False)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (MONDAY, date(2026, 11, 24)),
        (datetime(2026, 11, 27, 2, 0, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 23, 16, 30, tzinfo=UTC), date(2026, 11, 25)),  # Tuesday already, in China
        (datetime(2026, 12, 31, 2, 0, tzinfo=UTC), None),  # no holiday notice for 2027
    ],
)
def test_a_promise_of_one_working_day_is_counted_by_the_holidays_from_the_local_day(
    central: ReferenceCentral, kiosk: Kiosk, clock: MovableClock, day: datetime, expected: date | None
) -> None:
    clock.now = day
    who = living_in(central, XUCHANG, recorded=content(valid_to=date(2026, 12, 20)))
    assert kiosk.applied(who).expected_on == expected


def test_the_same_application_twice_is_one_and_its_id_is_nobody_elses(kiosk: Kiosk, central: ReferenceCentral) -> None:
    who, other = living_in(central, HAIKOU), living_in(central, HAIKOU)
    asked = application(who)
    first = kiosk.client.apply(asked, sequence=1)
    assert kiosk.client.apply(asked, sequence=1) == first
    with pytest.raises(CentralRefusedCall, match="409 idempotency_conflict"):
        kiosk.client.apply(application(other, application_id=asked.application_id), sequence=2)


def test_a_second_application_for_the_same_is_refused_while_the_first_is_open(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    number = kiosk.applied(somebody).review_number
    assert code_of(kiosk.apply(somebody)) == "already_applied"
    assert kiosk.applied(somebody, service="change_address", declarations=("address_changed",)).review_number
    with central.database.writing() as session:
        central.reviewing.send_back(session, number, "papers_incomplete", central.clock())
    assert kiosk.applied(somebody).review_number != number


@pytest.mark.parametrize(
    ("region", "service", "declared", "code"),
    [
        (SHANGHAI, "endorse", (), "served_at_once"),
        (SHANGHAI, "change_address", (), "counter_only"),
        (SHANGHAI, "endorse", ("address_changed",), "counter_only"),
        (BEIJING, "endorse", ("identity_changed",), "counter_only"),
        ("220000", "endorse", (), "not_offered"),
    ],
)
def test_what_the_rules_do_not_give_after_review_is_refused_with_a_code(
    central: ReferenceCentral, kiosk: Kiosk, region: str, service: str, declared: tuple[str, ...], code: str
) -> None:
    who = living_in(central, region)
    assert code_of(kiosk.apply(who, service=service, declarations=declared)) == code


def test_a_region_that_offers_nothing_takes_no_application_unless_a_trial_was_ordered(
    tmp_path: Path, clock: MovableClock
) -> None:
    with ReferenceCentral(settings(tmp_path, clock, regions=(REGIONS,))) as without_pilot:
        who = living_in(without_pilot, XUCHANG)
        with client_of(without_pilot, tmp_path) as client:
            assert code_of(Kiosk(client, tmp_path, clock).apply(who)) == "not_offered"


def test_an_application_before_the_window_is_too_early(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who = living_in(central, HAIKOU, recorded=content(valid_to=date(2027, 6, 1)))
    assert code_of(kiosk.apply(who)) == "too_early"


def test_an_application_for_somebody_elses_permit_is_refused(central: ReferenceCentral, kiosk: Kiosk) -> None:
    who, other = living_in(central, HAIKOU), living_in(central, HAIKOU)
    assert code_of(kiosk.apply(who, holder=other.record.holder)) == "not_your_permit"
    namesake = who.record.holder.model_copy(update={"name": "林雨针"})
    assert code_of(kiosk.apply(who, holder=namesake)) == "name_differs"
    stranger = resident(region=HAIKOU)
    assert code_of(kiosk.apply(stranger)) == "unknown_permit"


@pytest.mark.parametrize("status", ["reported_lost", "cancelled"])
def test_a_permit_that_is_not_valid_any_more_is_kept_whatever_is_applied_for(
    central: ReferenceCentral, kiosk: Kiosk, status: str
) -> None:
    answer = kiosk.apply(living_in(central, HAIKOU, status=status))
    assert isinstance(answer, contract.Refused)
    assert (answer.code, answer.retain) == (status, True)


def test_a_lost_permit_is_found_by_its_holder_and_void_once_the_new_one_is_agreed(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    answer = kiosk.applied(somebody, service="lost", permit=None)
    assert kiosk.progress(somebody).service == "lost"
    assert approve(central, answer.review_number) == "approved"
    record = central.permit(somebody.record.permit_number)
    assert record is not None
    assert record.status == "reported_lost"
    assert kiosk.progress(somebody).at_kiosk is False
    assert kiosk.pending(somebody).work is None


def test_nothing_but_a_lost_or_damaged_permit_is_applied_for_without_one(kiosk: Kiosk, somebody: Resident) -> None:
    assert code_of(kiosk.apply(somebody, permit=None)) == "unknown_permit"


def test_a_kiosk_looks_for_lost_permits_and_applications_in_its_own_region(
    central: ReferenceCentral, kiosk: Kiosk, directory: Path, clock: MovableClock
) -> None:
    issue_client(directory, "kiosk-haikou")
    central.register_kiosk("kiosk-haikou=460106")
    here = living_in(central, HAIKOU)
    elsewhere = living_in(
        central, BEIJING, holder=here.record.holder.model_dump(), recorded=content(valid_to=date(2026, 12, 10))
    )
    kiosk.applied(elsewhere, declarations=("address_changed",))
    with client_of(central, directory, "kiosk-haikou") as client:
        in_haikou = Kiosk(client, directory, clock)
        answer = in_haikou.applied(here, service="lost", permit=None)
        assert in_haikou.progress(here).application_id == answer.application_id
        search = contract.ApplicationSearch(holder=here.record.holder, permit=None)
        found = client.search_applications(search, key=str(uuid4()), sequence=None).applications
    assert [each.service for each in found] == ["lost"]


@pytest.mark.parametrize("named", ["kiosk-9=46", "kiosk-9=haikou"])
def test_where_a_kiosk_stands_is_an_area_code(central: ReferenceCentral, named: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        central.register_kiosk(named)


def test_nobody_finds_another_persons_applications(kiosk: Kiosk, central: ReferenceCentral, somebody: Resident) -> None:
    kiosk.applied(somebody)
    holder = somebody.record.holder.model_copy(update={"name": "别的人"})
    for search in (
        contract.ApplicationSearch(holder=holder, permit=None),
        contract.ApplicationSearch(holder=living_in(central, HAIKOU).record.holder, permit=somebody.facts),
        contract.ApplicationSearch(holder=resident().record.holder, permit=None),
    ):
        assert kiosk.client.search_applications(search, key=str(uuid4()), sequence=None).applications == ()


def test_progress_is_found_by_the_permit_at_another_kiosk_newest_first(
    kiosk: Kiosk, other_kiosk: Kiosk, clock: MovableClock, somebody: Resident
) -> None:
    first = kiosk.applied(somebody)
    clock.pass_time(timedelta(hours=1))
    second = kiosk.applied(somebody, service="change_address", declarations=("address_changed",))
    search = contract.ApplicationSearch(holder=somebody.record.holder, permit=somebody.facts)
    found = other_kiosk.client.search_applications(search, key=str(uuid4()), sequence=None).applications
    assert [each.application_id for each in found] == [second.application_id, first.application_id]


@pytest.mark.usefixtures("kiosk")
def test_several_kiosks_at_once_take_one_application(central: ReferenceCentral, directory: Path) -> None:
    who = living_in(central, HAIKOU)

    def ask(client: CentralClient) -> str:
        answer = client.apply(application(who), sequence=None)
        return answer.code if isinstance(answer, contract.Refused) else answer.state

    told = asked_by_many_kiosks_at_once(central, directory, ask)
    assert told == ["already_applied"] * 3 + ["received"]


def test_an_answer_that_was_lost_on_the_way_is_had_again(
    central: ReferenceCentral, kiosk: Kiosk, somebody: Resident
) -> None:
    asked = application(somebody)
    central.set_fault("drop_connection_after_commit", calls=1)
    answer = kiosk.client.apply(asked, sequence=1)
    assert isinstance(answer, contract.ApplicationReceived)
    assert kiosk.client.apply(asked, sequence=1) == answer
    assert kiosk.progress(somebody).review_number == answer.review_number
