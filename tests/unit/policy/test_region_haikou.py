"""Haikou's file on dated cases, rule by rule."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.office_days import DayKind
from kiosk.policy.rules import LANGUAGES
from kiosk.policy.services import OldPermit, Place
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    CONTINUOUS,
    COUNTER,
    FROM_MAKE_UP,
    IN_WINDOW,
    OVERDUE,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)

FILE = "002_13247e4c6f686f33.txt"
START, END = "2025-07-15", "2026-07-15"
TOO_SOON, IN_TIME, LATE = "2026-06-14", "2026-07-01", "2028-02-29"
GROUNDS = ("employment_proof", "residence_proof", "study_proof")
REWRITTEN = (Service.ENDORSE, Service.CHANGE_ADDRESS)
NEW_PERMIT = (Service.LOST, Service.DAMAGED)

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "term": ("test_the_permit_is_endorsed_once_a_year",),
    "window": ("test_every_edge_of_the_permits_year", "test_the_window_is_the_calendar_month_before_the_end_date"),
    "overdue": (
        "test_every_edge_of_the_permits_year",
        "test_late_by_however_long_is_made_up_from_the_day_of_application",
        "test_days_between_end_and_make_up_are_not_counted",
    ),
    "senseless": ("test_dates_that_make_no_sense_lead_to_the_counter",),
    "undescribed": ("test_what_the_guide_does_not_describe_is_for_the_police_station",),
    "kiosks": ("test_the_kiosk_takes_the_application_and_any_kiosk_rewrites_the_permit",),
    "endorse": (
        "test_one_proof_of_employment_residence_or_study_is_asked",
        "test_what_central_verified_is_not_asked_and_an_officer_still_reviews",
        "test_the_kiosk_takes_the_application_and_any_kiosk_rewrites_the_permit",
    ),
    "endorse.online": ("test_everything_can_be_had_online_in_yecheng_jingmintong",),
    "endorse.review": ("test_an_officer_reviews_and_tells_by_message_and_online_at_no_promised_time",),
    "endorse.collection": ("test_collection_is_chosen_when_the_permit_is_made",),
    "endorse.collection.kiosk": ("test_collection_is_chosen_when_the_permit_is_made",),
    "endorse.collection.counter": ("test_at_the_counter_identity_card_and_permit_are_shown",),
    "endorse.collection.post": ("test_by_post_the_applicant_sends_the_permit_and_pays_both_ways",),
    "new_address_too": ("test_a_change_declared_with_another_service_is_proved_and_reviewed_with_it",),
    "new_employer_too": ("test_a_change_declared_with_another_service_is_proved_and_reviewed_with_it",),
    "new_school_too": ("test_a_change_declared_with_another_service_is_proved_and_reviewed_with_it",),
    "make_up_too": ("test_a_new_permit_for_an_overdue_one_makes_up_the_endorsement_too_which_is_ours",),
    "change_address": (
        "test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates",
        "test_a_change_alone_does_not_make_up_an_overdue_endorsement",
    ),
    "change_address.online": ("test_everything_can_be_had_online_in_yecheng_jingmintong",),
    "change_address.review": ("test_an_officer_reviews_and_tells_by_message_and_online_at_no_promised_time",),
    "change_address.collection": ("test_collection_is_chosen_when_the_permit_is_made",),
    "change_address.collection.kiosk": ("test_collection_is_chosen_when_the_permit_is_made",),
    "change_address.collection.counter": ("test_at_the_counter_identity_card_and_permit_are_shown",),
    "change_address.collection.post": ("test_by_post_the_applicant_sends_the_permit_and_pays_both_ways",),
    "change_not_named": ("test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates",),
    "change_address_proof": ("test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates",),
    "change_employer_proof": ("test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates",),
    "change_school_proof": ("test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates",),
    "lost": ("test_a_lost_or_damaged_permit_is_applied_for_with_the_identity_card_and_keeps_its_dates",),
    "lost.online": ("test_everything_can_be_had_online_in_yecheng_jingmintong",),
    "lost.review": ("test_an_officer_reviews_and_tells_by_message_and_online_at_no_promised_time",),
    "lost.collection": ("test_collection_is_chosen_when_the_permit_is_made",),
    "lost.collection.counter": ("test_a_new_permit_is_collected_with_the_identity_card_alone",),
    "lost.collection.post": ("test_a_new_permit_comes_by_post_with_postage_due",),
    "damaged": ("test_a_lost_or_damaged_permit_is_applied_for_with_the_identity_card_and_keeps_its_dates",),
    "damaged.online": ("test_everything_can_be_had_online_in_yecheng_jingmintong",),
    "damaged.review": ("test_an_officer_reviews_and_tells_by_message_and_online_at_no_promised_time",),
    "damaged.collection": ("test_collection_is_chosen_when_the_permit_is_made",),
    "damaged.collection.counter": ("test_a_new_permit_is_collected_with_the_identity_card_alone",),
    "damaged.collection.post": ("test_a_new_permit_comes_by_post_with_postage_due",),
    "deadlines.change_address": ("test_a_change_is_to_be_reported_within_30_days",),
    "offices.police_station": ("test_the_counter_is_the_police_station_of_the_residence_and_there_is_no_telephone",),
    "contact": ("test_the_counter_is_the_police_station_of_the_residence_and_there_is_no_telephone",),
}


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years", "served", "code"),
    [
        (START, TOO_EARLY, None, CONTINUOUS, None, "window"),
        (TOO_SOON, TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2026-06-15", IN_WINDOW, (END, "2027-07-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        ("2026-07-14", IN_WINDOW, (END, "2027-07-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        (END, IN_WINDOW, (END, "2027-07-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        ("2026-07-16", OVERDUE, ("2026-07-16", "2027-07-16"), FROM_MAKE_UP, AFTER_REVIEW, "overdue"),
        ("2027-01-16", OVERDUE, ("2027-01-16", "2028-01-16"), FROM_MAKE_UP, AFTER_REVIEW, "overdue"),
        (LATE, OVERDUE, (LATE, "2029-02-28"), FROM_MAKE_UP, AFTER_REVIEW, "overdue"),
    ],
)
def test_every_edge_of_the_permits_year(
    on: str,
    outcome: AssessedOutcome,
    term: tuple[str, str] | None,
    years: ResidenceYears,
    served: Channel | None,
    code: str,
) -> None:
    found = ask("haikou", on, START, END)
    assert (found.outcome, new_term_of(found), found.residence_years, found.channel) == (outcome, term, years, served)
    assert (found.opens_on, found.closes_on) == (date(2026, 6, 15), date(2026, 7, 15))
    assert [(reason.code, reason.source) for reason in found.reasons] == [(code, FILE)]
    assert (found.evidence.all_of, found.evidence.any_of) == ((), () if outcome is TOO_EARLY else GROUNDS)


@pytest.mark.parametrize(
    ("start", "end", "opens", "term"),
    [
        ("2024-02-29", "2025-02-28", date(2025, 1, 28), ("2025-02-28", "2026-02-28")),
        ("2027-02-28", "2028-02-28", date(2028, 1, 28), ("2028-02-28", "2029-02-28")),
        ("2025-03-31", "2026-03-31", date(2026, 2, 28), ("2026-03-31", "2027-03-31")),
        ("2023-03-30", "2024-03-30", date(2024, 2, 29), ("2024-03-30", "2025-03-30")),
        ("2025-05-31", "2026-05-31", date(2026, 4, 30), ("2026-05-31", "2027-05-31")),
        ("2025-01-10", "2026-01-10", date(2025, 12, 10), ("2026-01-10", "2027-01-10")),
        ("2024-12-31", "2025-12-31", date(2025, 11, 30), ("2025-12-31", "2026-12-31")),
    ],
)
def test_the_window_is_the_calendar_month_before_the_end_date(
    start: str, end: str, opens: date, term: tuple[str, str]
) -> None:
    first = ask("haikou", opens.isoformat(), start, end)
    assert (first.outcome, first.opens_on, new_term_of(first)) == (IN_WINDOW, opens, term)
    assert ask("haikou", date.fromordinal(opens.toordinal() - 1).isoformat(), start, end).outcome is TOO_EARLY


def test_the_permit_is_endorsed_once_a_year() -> None:
    assert [(key, each.months) for key, each in region_named("haikou").categories.items()] == [("standard", 12)]
    assert ask("haikou", IN_TIME, START, END).outcome is IN_WINDOW
    assert ask("haikou", "2026-06-15", "2026-07-15", "2027-07-15").outcome is TOO_EARLY  # endorsed on the first day


@pytest.mark.parametrize("on", ["2026-07-16", "2026-09-14", "2027-01-16", "2027-07-16", "2031-07-15", "2046-07-15"])
def test_late_by_however_long_is_made_up_from_the_day_of_application(on: str) -> None:
    found = ask("haikou", on, START, END)
    assert (found.outcome, found.residence_years, found.channel) == (OVERDUE, FROM_MAKE_UP, AFTER_REVIEW)
    assert new_term_of(found) == (on, f"{int(on[:4]) + 1}{on[4:]}")
    again = ask("haikou", on, *(new_term_of(found) or ()))
    assert again.outcome is TOO_EARLY


def test_the_day_central_received_the_application_counts_not_the_day_of_the_rewrite() -> None:
    in_time = ask("haikou", "2026-07-20", START, END, received_on="2026-07-15")
    assert (in_time.outcome, new_term_of(in_time), in_time.residence_years) == (
        IN_WINDOW,
        (END, "2027-07-15"),
        CONTINUOUS,
    )
    late = ask("haikou", "2026-08-20", START, END, received_on="2026-07-20")
    assert (late.outcome, new_term_of(late)) == (OVERDUE, ("2026-07-20", "2027-07-20"))


def test_days_between_end_and_make_up_are_not_counted() -> None:
    assert ask("haikou", "2026-07-16", START, END).residence_gap is None
    assert ask("haikou", "2026-08-15", START, END).residence_gap == (date(2026, 7, 16), date(2026, 8, 14))


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2026-07-15", "2025-07-15", IN_TIME),
        ("2025-07-15", "2026-07-13", IN_TIME),
        ("2025-07-15", "2027-07-15", IN_TIME),
        ("2024-02-29", "2025-03-02", "2025-02-10"),
        ("2026-07-15", "2027-07-15", TOO_SOON),
        (None, END, IN_TIME),
    ],
)
def test_dates_that_make_no_sense_lead_to_the_counter(start: str | None, end: str, on: str) -> None:
    found = ask("haikou", on, start, end)
    assert (found.outcome, found.channel, new_term_of(found)) == (None, COUNTER, None)
    assert [reason.code for reason in found.reasons] == ["senseless"]


def test_one_proof_of_employment_residence_or_study_is_asked() -> None:
    found = ask("haikou", IN_TIME, START, END)
    assert (found.evidence.all_of, found.evidence.any_of) == ((), GROUNDS)
    assert region_named("haikou").services[Service.ENDORSE].bring == ("permit", "id_card")


@pytest.mark.parametrize("proof", GROUNDS)
def test_what_central_verified_is_not_asked_and_an_officer_still_reviews(proof: str) -> None:
    found = ask("haikou", IN_TIME, START, END, verified=frozenset({proof}))
    assert (found.evidence.all_of, found.evidence.any_of, found.channel) == ((), (), AFTER_REVIEW)
    assert found.channel_when_verified is AFTER_REVIEW


def test_the_kiosk_takes_the_application_and_any_kiosk_rewrites_the_permit() -> None:
    haikou = region_named("haikou")
    assert haikou.kiosks.offered
    assert haikou.kiosks.rule.ours == ("offered",)
    for service in haikou.services.values():
        assert (service.effect.channel, service.place) == (AFTER_REVIEW, Place.ANY_KIOSK)
        assert "place" in service.rule.ours
    assert ask("haikou", IN_TIME, START, END, home_area=False).channel is AFTER_REVIEW


@pytest.mark.parametrize(
    ("declared", "proofs"),
    [
        (("address_changed",), ("new_address_proof",)),
        (("employer_changed",), ("new_employer_proof",)),
        (("school_changed",), ("new_school_proof",)),
        (("address_changed", "school_changed"), ("new_address_proof", "new_school_proof")),
    ],
)
def test_a_change_declared_with_another_service_is_proved_and_reviewed_with_it(
    declared: tuple[str, ...], proofs: tuple[str, ...]
) -> None:
    found = ask("haikou", IN_TIME, START, END, declared=frozenset(declared))
    assert (found.channel, new_term_of(found)) == (AFTER_REVIEW, (END, "2027-07-15"))
    assert (found.evidence.all_of, found.evidence.any_of) == (proofs, GROUNDS)
    for service in NEW_PERMIT:
        replaced = ask("haikou", IN_TIME, START, END, service=service, declared=frozenset(declared))
        assert (replaced.channel, replaced.evidence.all_of) == (AFTER_REVIEW, proofs)


@pytest.mark.parametrize(
    ("declared", "all_of", "any_of"),
    [
        ((), (), ("new_address_proof", "new_employer_proof", "new_school_proof")),
        (("address_changed",), ("new_address_proof",), ()),
        (("employer_changed",), ("new_employer_proof",), ()),
        (("school_changed",), ("new_school_proof",), ()),
        (("address_changed", "employer_changed"), ("new_address_proof", "new_employer_proof"), ()),
    ],
)
def test_a_change_of_address_employer_or_school_needs_its_proof_and_leaves_the_dates(
    declared: tuple[str, ...], all_of: tuple[str, ...], any_of: tuple[str, ...]
) -> None:
    found = ask("haikou", "2025-12-01", START, END, service=Service.CHANGE_ADDRESS, declared=frozenset(declared))
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, (START, END))
    assert (found.evidence.all_of, found.evidence.any_of) == (all_of, any_of)


def test_a_change_alone_does_not_make_up_an_overdue_endorsement() -> None:
    found = ask("haikou", LATE, START, END, service=Service.CHANGE_ADDRESS)
    assert (found.outcome, new_term_of(found), found.residence_years) == (OVERDUE, (START, END), None)
    assert found.reasons[0].code == "overdue"


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_new_permit_for_an_overdue_one_makes_up_the_endorsement_too_which_is_ours(service: Service) -> None:
    found = ask("haikou", LATE, START, END, service=service)
    assert (found.outcome, found.channel, found.residence_years) == (OVERDUE, AFTER_REVIEW, FROM_MAKE_UP)
    assert (new_term_of(found), found.evidence.any_of) == ((LATE, "2029-02-28"), GROUNDS)
    assert region_named("haikou").rule("make_up_too").ours == ("*",)


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_lost_or_damaged_permit_is_applied_for_with_the_identity_card_and_keeps_its_dates(service: Service) -> None:
    found = ask("haikou", "2025-12-01", START, END, service=service)
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, (START, END))
    assert (found.evidence.all_of, found.evidence.any_of) == ((), ())
    offered = region_named("haikou").services[service]
    assert offered.bring == ("id_card",)
    assert offered.old_permit is (OldPermit.NONE if service is Service.LOST else OldPermit.WITHDRAWN)


@pytest.mark.parametrize("service", [Service.CORRECT, Service.CHANGE_IDENTITY, Service.CHANGE_CATEGORY])
def test_what_the_guide_does_not_describe_is_for_the_police_station(service: Service) -> None:
    for on in ("2025-12-01", IN_TIME, LATE):
        found = ask("haikou", on, START, END, service=service)
        assert (found.channel, new_term_of(found)) == (COUNTER, None)
        assert {reason.code for reason in found.reasons} == {"undescribed"}


@pytest.mark.parametrize(
    "facts",
    [
        {"declared": frozenset({"identity_changed"})},
        {"agent": "guardian", "age": 12},
        {"agent": "entrusted"},
        {"agent": "close_relative", "declared": frozenset({"disabled"})},
    ],
)
def test_changed_identity_and_agents_whom_the_guide_does_not_mention_are_for_the_counter(facts: dict[str, Any]) -> None:
    found = ask("haikou", IN_TIME, START, END, **facts)
    assert found.channel is COUNTER
    assert "undescribed" in {reason.code for reason in found.reasons}


@pytest.mark.parametrize("age", [5, 15, 16, 70, None])
def test_the_guide_says_nothing_of_age(age: int | None) -> None:
    assert ask("haikou", IN_TIME, START, END, age=age).channel is AFTER_REVIEW


def test_everything_can_be_had_online_in_yecheng_jingmintong() -> None:
    for service in region_named("haikou").services.values():
        assert service.online is not None
        assert "椰城警民通" in service.online.text.in_language("zh-Hans")
        assert "居住证业务全部网上办!" in {cite.section for cite in service.online.cites}
        assert service.by_post


def test_an_officer_reviews_and_tells_by_message_and_online_at_no_promised_time() -> None:
    for service in region_named("haikou").services.values():
        assert service.review is not None
        assert [(stage.key, stage.results) for stage in service.review.stages] == [("officer", ("agree", "return"))]
        assert (service.review.told_by, service.review.asks_telephone) == (("message", "online"), True)
        assert (service.promise, service.fee) == (None, None)


def ways_of(service: Service) -> dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...], str | None]]:
    """Per way of collection: what to bring, who posts what, who pays."""
    collection = region_named("haikou").services[service].collection
    assert collection is not None
    return {way.way: (way.bring, way.posts, way.pays) for way in collection.ways}


def test_collection_is_chosen_when_the_permit_is_made() -> None:
    for key, service in region_named("haikou").services.items():
        assert service.collection is not None
        assert (service.collection.chosen, service.collection.voucher) == ("when_made", False)
        assert tuple(ways_of(key)) == (("kiosk", "counter", "post") if key in REWRITTEN else ("counter", "post"))
        assert all(way.rule.ours == ("way",) for way in service.collection.ways if way.way == "kiosk")


@pytest.mark.parametrize("service", REWRITTEN)
def test_at_the_counter_identity_card_and_permit_are_shown(service: Service) -> None:
    assert ways_of(service)["counter"] == (("id_card", "permit"), (), None)


@pytest.mark.parametrize("service", REWRITTEN)
def test_by_post_the_applicant_sends_the_permit_and_pays_both_ways(service: Service) -> None:
    assert ways_of(service)["post"] == ((), (("resident", "permit"), ("station", "permit")), "resident")


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_new_permit_is_collected_with_the_identity_card_alone(service: Service) -> None:
    assert ways_of(service)["counter"] == (("id_card",), (), None)


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_new_permit_comes_by_post_with_postage_due(service: Service) -> None:
    assert ways_of(service)["post"] == ((), (("station", "permit"),), "resident")


def test_a_change_is_to_be_reported_within_30_days() -> None:
    haikou = region_named("haikou")
    assert haikou.deadlines["change_address"][1].last_day(date(2026, 1, 31), haikou.holidays) == date(2026, 3, 2)


def test_the_counter_is_the_police_station_of_the_residence_and_there_is_no_telephone() -> None:
    haikou = region_named("haikou")
    assert [office.name.in_language("zh-Hans") for office in haikou.offices.values()] == ["居住地公安派出所"]
    assert [(office.telephone, office.hours) for office in haikou.offices.values()] == [(None, None)]
    assert haikou.contact is not None
    assert (haikou.contact.telephones, haikou.contact.complaints, haikou.item_code) == ((), (), None)


def test_permits_of_haikou_are_recognised_by_their_area_code_and_the_year_has_its_holidays() -> None:
    haikou = region_named("haikou")
    assert haikou.recognises("460100")
    assert haikou.recognises("460106")
    assert not haikou.recognises("460200")
    assert haikou.holidays.kind_of(date(2026, 10, 10)) is DayKind.WORKDAY


def test_no_rule_cites_the_advertising_and_every_text_is_in_its_language() -> None:
    haikou = region_named("haikou")
    assert {cite.file for rule in haikou.rules.values() for cite in rule.cites} == {FILE}
    for rule in haikou.rules.values():
        assert all(dict(rule.text.by_language)[language].strip() for language in LANGUAGES)
    for path, text in haikou.texts.items():
        assert re.search(r"[\u4e00-\u9fff]", text.in_language("zh-Hans")), path
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.in_language("en")), path
