"""Xinjiang's file on dated cases, rule by rule."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel
from kiosk.policy.region_file import REGIONS_DIR, RegionFileError, parse_region
from kiosk.policy.rules import LANGUAGES
from kiosk.policy.services import AgentRole, OldPermit, Place
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    COUNTER,
    IN_WINDOW,
    REAPPLY,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)

FILE = "004_cfe29caf201facc6.txt"
SHORT = ("2026-01-15", "2026-07-15")
LONG = ("2024-07-15", "2026-07-15")
EARLY, IN_TIME, EXPIRED = "2026-02-01", "2026-07-01", "2026-08-31"
HOME = ("lease", "employer_rental_certificate", "title_deed", "purchase_contract", "home_visit")
GROUNDS = (
    "employment_ground",
    "business_licence",
    "title_deed",
    "long_lease",
    "talent_certificate",
    "kinship_in_one_home",
    "county_rule",
)
EXTENDED = (Service.ENDORSE, Service.CHANGE_CATEGORY)
NEW_PERMIT = (Service.CHANGE_IDENTITY, Service.LOST, Service.DAMAGED)
UNMOVED = (Service.CHANGE_ADDRESS, Service.CORRECT, *NEW_PERMIT)
BAYINGOLIN = "巴音郭楞蒙古自治州公安局"

REVIEWED = ("test_the_reception_point_reviews_and_returns_papers_with_the_reason",)
SAME_DAY = ("test_extension_change_of_address_and_correction_are_done_the_same_day",)
FIVE_DAYS = ("test_a_new_permit_takes_5_working_days_and_at_remote_points_15_at_most",)
AS_SET = ("test_fees_are_those_that_are_set_and_none_where_none_is",)
AGAINST_THE_SLIP = ("test_a_new_permit_is_handed_out_only_against_the_collection_slip",)
UNCLAIMED = ("test_a_permit_that_nobody_collects_is_destroyed_a_year_after_its_end",)

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "term": ("test_a_short_term_is_6_months_and_a_long_term_2_years",),
    "window": (
        "test_every_edge_of_a_short_terms_half_year",
        "test_every_edge_of_a_long_terms_two_years",
        "test_the_extension_starts_on_the_old_end_date_also_over_short_months_and_years_ends",
    ),
    "expired": (
        "test_every_edge_of_a_short_terms_half_year",
        "test_every_edge_of_a_long_terms_two_years",
        "test_an_expired_permit_is_applied_for_anew_with_all_proofs_and_new_dates",
    ),
    "bayingolin_trial": ("test_a_bayingolin_trial_permit_stays_valid_to_its_end_and_then_goes_to_the_counter",),
    "new_authority": ("test_under_a_new_authority_a_new_term_starts_on_the_day_of_application",),
    "long_ground": (
        "test_the_long_term_needs_one_of_seven_grounds_besides_the_home",
        "test_an_expired_permit_is_applied_for_anew_with_all_proofs_and_new_dates",
    ),
    "short_to_long": ("test_short_becomes_long_if_the_holder_wishes_and_proves_it",),
    "long_to_short": ("test_long_becomes_short_with_the_reason_told",),
    "judged_anew": ("test_the_category_is_judged_anew_at_every_extension",),
    "long_again": ("test_the_category_is_judged_anew_at_every_extension",),
    "category_at_extension": ("test_the_category_changes_only_with_an_extension",),
    "moved_too": ("test_a_move_declared_with_another_service_is_proved_and_reviewed_with_it",),
    "identity_first": ("test_changed_details_need_a_new_permit_before_anything_is_rewritten",),
    "senseless": ("test_dates_that_make_no_sense_lead_to_the_counter",),
    "undescribed": ("test_agents_whom_the_norm_does_not_mention_are_for_the_reception_point",),
    "kiosks": ("test_any_kiosk_takes_the_application_which_is_ours",),
    "endorse": ("test_any_kiosk_takes_the_application_which_is_ours", "test_extension_needs_proof_of_the_home"),
    "change_category": (
        "test_short_becomes_long_if_the_holder_wishes_and_proves_it",
        "test_long_becomes_short_with_the_reason_told",
    ),
    "change_address": ("test_a_change_of_address_needs_proof_of_the_home_and_leaves_the_dates",),
    "correct": ("test_a_correction_needs_papers_that_prove_it_and_leaves_the_dates",),
    "change_identity": ("test_changed_details_give_a_new_permit_and_the_old_one_is_withdrawn",),
    "new_details": ("test_changed_details_give_a_new_permit_and_the_old_one_is_withdrawn",),
    "looks_changed": ("test_changed_looks_need_a_new_photo_at_the_reception_point",),
    "lost": ("test_a_lost_permit_needs_proof_of_identity_and_home",),
    "damaged": ("test_a_damaged_permit_is_handed_in_and_destroyed",),
    "production_fault": ("test_an_unreadable_or_badly_made_permit_is_remade_free",),
    "expired_and_damaged": ("test_an_expired_permit_that_is_damaged_is_made_anew_from_the_day_of_application",),
    **{
        f"{key}.fee": AS_SET
        for key in ("endorse", "change_category", "change_address", "correct", "change_identity", "lost", "damaged")
    },
    **{
        f"{key}.review": REVIEWED
        for key in ("endorse", "change_category", "change_address", "correct", "change_identity", "lost", "damaged")
    },
    **{f"{key}.promise": SAME_DAY for key in ("endorse", "change_category", "change_address", "correct")},
    **{f"{key}.promise": FIVE_DAYS for key in ("change_identity", "lost", "damaged")},
    **{f"{key}.collection": AGAINST_THE_SLIP for key in ("change_identity", "lost", "damaged")},
    **{f"{key}.collection.counter": AGAINST_THE_SLIP for key in ("change_identity", "lost", "damaged")},
    **{f"{key}.unclaimed": UNCLAIMED for key in ("change_identity", "lost", "damaged")},
    "guardian": ("test_a_holder_under_16_comes_with_a_guardian",),
    "guidance.short_term": ("test_the_short_term_needs_identity_and_home",),
    "guidance.home_visit": ("test_who_has_no_papers_of_the_home_is_visited",),
    "guidance.unreadable_permit": ("test_an_unreadable_or_badly_made_permit_is_remade_free",),
    "guidance.withdrawn_permits": ("test_changed_details_give_a_new_permit_and_the_old_one_is_withdrawn",),
    "guidance.norm_on_trial": ("test_the_norm_is_older_than_the_regulation_and_served_as_written_which_is_ours",),
    "deadlines.change_address": ("test_changes_are_to_be_reported_within_3_working_days",),
    "deadlines.change_identity": ("test_changes_are_to_be_reported_within_3_working_days",),
    "deadlines.late_issue": ("test_a_late_permit_is_issued_within_3_more_working_days_or_10_at_remote_points",),
    "deadlines.late_issue_remote": ("test_a_late_permit_is_issued_within_3_more_working_days_or_10_at_remote_points",),
    "offices.reception_point": ("test_the_counter_is_the_reception_point_and_there_is_no_telephone",),
    "contact": ("test_the_counter_is_the_reception_point_and_there_is_no_telephone",),
    "photo": ("test_the_photo_is_358_by_441_pixels_at_350_dpi_in_24_bits_and_150_kilobytes",),
}


def short(on: str, **facts: Any) -> Assessment:
    return ask("xinjiang", on, *SHORT, category="short", **facts)


def long(on: str, **facts: Any) -> Assessment:
    return ask("xinjiang", on, *LONG, category="long", **facts)


def codes(found: Assessment) -> set[str]:
    return {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("on", "outcome", "term", "all_of"),
    [
        ("2026-01-15", TOO_EARLY, None, ()),
        ("2026-06-14", TOO_EARLY, None, ()),
        ("2026-06-15", IN_WINDOW, ("2026-07-15", "2027-01-15"), ()),
        ("2026-07-14", IN_WINDOW, ("2026-07-15", "2027-01-15"), ()),
        ("2026-07-15", IN_WINDOW, ("2026-07-15", "2027-01-15"), ()),
        ("2026-07-16", REAPPLY, ("2026-07-16", "2027-01-16"), ("identity_proof",)),
        ("2026-08-31", REAPPLY, ("2026-08-31", "2027-02-28"), ("identity_proof",)),
        ("2036-02-29", REAPPLY, ("2036-02-29", "2036-08-29"), ("identity_proof",)),
    ],
)
def test_every_edge_of_a_short_terms_half_year(
    on: str, outcome: AssessedOutcome, term: tuple[str, str] | None, all_of: tuple[str, ...]
) -> None:
    found = short(on)
    assert (found.outcome, new_term_of(found), found.evidence.all_of) == (outcome, term, all_of)
    assert (found.opens_on, found.closes_on, found.residence_years) == (date(2026, 6, 15), date(2026, 7, 15), None)
    assert (found.channel, found.evidence.any_of) == ((None, ()) if outcome is TOO_EARLY else (AFTER_REVIEW, HOME))
    assert {reason.source for reason in found.reasons} == {FILE}


@pytest.mark.parametrize(
    ("on", "outcome", "term", "all_of"),
    [
        ("2026-06-14", TOO_EARLY, None, ()),
        ("2026-06-15", IN_WINDOW, ("2026-07-15", "2028-07-15"), ()),
        ("2026-07-15", IN_WINDOW, ("2026-07-15", "2028-07-15"), ()),
        ("2026-07-16", REAPPLY, ("2026-07-16", "2028-07-16"), ("identity_proof", "long_term_ground")),
        ("2028-02-29", REAPPLY, ("2028-02-29", "2030-02-28"), ("identity_proof", "long_term_ground")),
    ],
)
def test_every_edge_of_a_long_terms_two_years(
    on: str, outcome: AssessedOutcome, term: tuple[str, str] | None, all_of: tuple[str, ...]
) -> None:
    found = long(on)
    assert (found.outcome, new_term_of(found), found.evidence.all_of) == (outcome, term, all_of)
    assert (found.opens_on, found.closes_on, found.residence_years) == (date(2026, 6, 15), date(2026, 7, 15), None)
    assert (found.channel, found.evidence.any_of) == ((None, ()) if outcome is TOO_EARLY else (AFTER_REVIEW, HOME))


@pytest.mark.parametrize(
    ("category", "start", "end", "opens", "term"),
    [
        ("short", "2025-08-31", "2026-02-28", date(2026, 1, 29), ("2026-02-28", "2026-08-28")),
        ("short", "2023-08-29", "2024-02-29", date(2024, 1, 30), ("2024-02-29", "2024-08-29")),
        ("short", "2025-07-10", "2026-01-10", date(2025, 12, 11), ("2026-01-10", "2026-07-10")),
        ("short", "2025-12-31", "2026-06-30", date(2026, 5, 31), ("2026-06-30", "2026-12-30")),
        ("long", "2024-02-29", "2026-02-28", date(2026, 1, 29), ("2026-02-28", "2028-02-28")),
        ("long", "2024-01-20", "2026-01-20", date(2025, 12, 21), ("2026-01-20", "2028-01-20")),
    ],
)
def test_the_extension_starts_on_the_old_end_date_also_over_short_months_and_years_ends(
    category: str,
    start: str,
    end: str,
    opens: date,
    term: tuple[str, str],
) -> None:
    found = ask("xinjiang", opens.isoformat(), start, end, category=category)
    assert (found.outcome, found.opens_on, new_term_of(found)) == (IN_WINDOW, opens, term)
    before = date.fromordinal(opens.toordinal() - 1).isoformat()
    assert ask("xinjiang", before, start, end, category=category).outcome is TOO_EARLY
    assert ask("xinjiang", opens.isoformat(), *term, category=category).outcome is TOO_EARLY


def test_a_short_term_is_6_months_and_a_long_term_2_years() -> None:
    categories = region_named("xinjiang").categories
    assert {key: (each.months, each.may_become) for key, each in categories.items()} == {
        "short": (6, ("long",)),
        "long": (24, ("short",)),
    }


@pytest.mark.parametrize(
    ("category", "start", "end", "on"),
    [
        ("long", *SHORT, IN_TIME),
        ("short", *LONG, IN_TIME),
        ("standard", "2025-07-15", "2026-07-15", IN_TIME),
        ("short", "2025-07-15", "2026-07-15", IN_TIME),
        ("short", "2026-07-15", "2026-01-15", IN_TIME),
        ("short", "2026-01-15", "2026-07-13", IN_TIME),
        ("short", "2026-07-15", "2027-01-15", "2026-06-14"),
    ],
)
def test_dates_that_make_no_sense_lead_to_the_counter(category: str, start: str, end: str, on: str) -> None:
    found = ask("xinjiang", on, start, end, category=category)
    assert (found.outcome, found.channel, new_term_of(found), codes(found)) == (None, COUNTER, None, {"senseless"})


def test_extension_needs_proof_of_the_home() -> None:
    for found in (short(IN_TIME), long(IN_TIME)):
        assert (found.evidence.all_of, found.evidence.any_of) == ((), HOME)
    verified = short(IN_TIME, verified=frozenset({"lease"}))
    assert (verified.evidence.any_of, verified.channel) == ((), AFTER_REVIEW)


def test_the_short_term_needs_identity_and_home() -> None:
    found = short(EXPIRED, verified=frozenset({"id_card", "employer_rental_certificate"}))
    assert (found.evidence.all_of, found.evidence.any_of) == ((), ())
    assert region_named("xinjiang").evidence["identity_proof"].any_of == (
        "id_card",
        "household_book",
        "temporary_id_card",
    )


def test_who_has_no_papers_of_the_home_is_visited() -> None:
    assert region_named("xinjiang").evidence["residence_proof"].any_of[-1] == "home_visit"
    assert short(IN_TIME, verified=frozenset({"home_visit"})).evidence.any_of == ()


@pytest.mark.parametrize(
    "verified",
    [
        ("pension_two_years",),
        ("work_contract_one_year", "social_insurance_six_months"),
        ("contract_and_insurance",),
        ("business_licence",),
        ("title_deed",),
        ("long_lease",),
        ("talent_certificate",),
        ("kinship_in_one_home",),
        ("county_rule",),
    ],
)
def test_the_long_term_needs_one_of_seven_grounds_besides_the_home(verified: tuple[str, ...]) -> None:
    asked = short(IN_TIME, new_category="long")
    assert (asked.evidence.all_of, asked.evidence.any_of) == (("long_term_ground",), HOME)
    home_shown = short(IN_TIME, new_category="long", verified=frozenset({"lease"}))
    assert (home_shown.evidence.all_of, home_shown.evidence.any_of) == ((), GROUNDS)
    shown = short(IN_TIME, new_category="long", verified=frozenset({"lease", *verified}))
    assert (shown.evidence.all_of, shown.evidence.any_of) == ((), ())


@pytest.mark.parametrize("half", ["work_contract_one_year", "social_insurance_six_months"])
def test_a_work_contract_counts_only_with_insurance_and_insurance_only_with_a_contract(half: str) -> None:
    assert short(IN_TIME, new_category="long", verified=frozenset({"lease", half})).evidence.any_of == GROUNDS


def test_a_title_deed_proves_both_the_home_and_the_ground() -> None:
    found = short(IN_TIME, new_category="long", verified=frozenset({"title_deed"}))
    assert (found.evidence.all_of, found.evidence.any_of) == ((), ())


@pytest.mark.parametrize("service", EXTENDED)
def test_short_becomes_long_if_the_holder_wishes_and_proves_it(service: Service) -> None:
    found = short(IN_TIME, service=service, new_category="long")
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, ("2026-07-15", "2028-07-15"))
    assert found.evidence.all_of == ("long_term_ground",)
    assert "short_to_long" in codes(found)
    assert short("2026-06-14", service=service, new_category="long").outcome is TOO_EARLY
    late = short(EXPIRED, service=service, new_category="long")
    assert (late.outcome, new_term_of(late)) == (REAPPLY, ("2026-08-31", "2028-08-31"))
    assert late.evidence.all_of == ("identity_proof", "long_term_ground")


@pytest.mark.parametrize("service", EXTENDED)
def test_long_becomes_short_with_the_reason_told(service: Service) -> None:
    found = long(IN_TIME, service=service, new_category="short")
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, ("2026-07-15", "2027-01-15"))
    assert (found.evidence.all_of, found.evidence.any_of) == ((), HOME)
    assert "long_to_short" in codes(found)
    assert "原因" in region_named("xinjiang").rule("long_to_short").text.in_language("zh-Hans")


def test_the_category_is_judged_anew_at_every_extension() -> None:
    assert codes(short(IN_TIME)) == {"window", "judged_anew"}
    assert codes(long(IN_TIME)) == {"window", "judged_anew", "long_again"}
    assert region_named("xinjiang").rule("long_again").ours == ("*",)


@pytest.mark.parametrize("service", UNMOVED)
def test_the_category_changes_only_with_an_extension(service: Service) -> None:
    found = short(EARLY, service=service, new_category="long")
    assert (found.channel, new_term_of(found)) == (COUNTER, None)
    assert "category_at_extension" in codes(found)


@pytest.mark.parametrize(
    ("service", "new_category", "term", "all_of"),
    [
        (Service.ENDORSE, None, ("2026-08-31", "2027-02-28"), ("identity_proof",)),
        (Service.ENDORSE, "long", ("2026-08-31", "2028-08-31"), ("identity_proof", "long_term_ground")),
        (Service.CHANGE_ADDRESS, None, ("2026-08-31", "2027-02-28"), ("identity_proof",)),
        (Service.CORRECT, None, ("2026-08-31", "2027-02-28"), ("identity_proof", "correction_proof")),
        (Service.LOST, None, ("2026-08-31", "2027-02-28"), ("identity_proof",)),
        (Service.LOST, "long", ("2026-08-31", "2028-08-31"), ("identity_proof", "long_term_ground")),
        (Service.CHANGE_IDENTITY, None, ("2026-08-31", "2027-02-28"), ("identity_proof", "identity_change_proof")),
    ],
)
def test_an_expired_permit_is_applied_for_anew_with_all_proofs_and_new_dates(
    service: Service,
    new_category: str | None,
    term: tuple[str, str],
    all_of: tuple[str, ...],
) -> None:
    found = short(EXPIRED, service=service, new_category=new_category)
    assert (found.outcome, found.channel, new_term_of(found)) == (REAPPLY, AFTER_REVIEW, term)
    assert (found.evidence.all_of, found.evidence.any_of, found.residence_years) == (all_of, HOME, None)
    assert found.residence_gap is None


def test_the_day_central_received_the_application_counts() -> None:
    extended = short("2026-07-20", received_on="2026-07-15")
    assert (extended.outcome, new_term_of(extended)) == (IN_WINDOW, ("2026-07-15", "2027-01-15"))
    applied = short("2026-09-10", received_on="2026-07-20")
    assert (applied.outcome, new_term_of(applied)) == (REAPPLY, ("2026-07-20", "2027-01-20"))


@pytest.mark.parametrize("service", UNMOVED)
def test_under_a_new_authority_a_new_term_starts_on_the_day_of_application(service: Service) -> None:
    same, other = (long(EARLY, service=service, authority_changes=changes) for changes in (False, True))
    assert (same.outcome, new_term_of(same)) == (IN_WINDOW, LONG)
    assert (other.outcome, new_term_of(other)) == (IN_WINDOW, ("2026-02-01", "2028-02-01"))
    assert codes(other) - codes(same) == {"new_authority"}


def test_an_extension_under_a_new_authority_starts_on_the_day_of_application_too() -> None:
    assert new_term_of(short(IN_TIME, authority_changes=True)) == ("2026-07-01", "2027-01-01")
    assert short("2026-06-14", authority_changes=True).outcome is TOO_EARLY
    assert new_term_of(short(EXPIRED, authority_changes=True)) == ("2026-08-31", "2027-02-28")


@pytest.mark.parametrize(
    ("category", "start", "end", "on", "outcome", "served"),
    [
        ("short", "2011-03-01", "2014-03-01", "2013-03-02", TOO_EARLY, None),
        ("short", "2011-03-01", "2014-03-01", "2014-03-01", IN_WINDOW, COUNTER),
        ("long", "2011-03-01", "2014-03-01", "2014-03-02", REAPPLY, COUNTER),
        ("short", "2011-03-01", "2012-03-01", "2012-03-02", REAPPLY, COUNTER),
    ],
)
def test_a_bayingolin_trial_permit_stays_valid_to_its_end_and_then_goes_to_the_counter(
    category: str,
    start: str,
    end: str,
    on: str,
    outcome: AssessedOutcome,
    served: Channel | None,
) -> None:
    found = ask("xinjiang", on, start, end, category=category, issuing_authority=BAYINGOLIN)
    assert (found.outcome, found.channel, new_term_of(found)) == (outcome, served, None)
    assert ask("xinjiang", on, start, end, category=category, issuing_authority="喀什市公安局").outcome is None


def test_a_bayingolin_permit_with_a_term_of_today_is_as_any_other() -> None:
    found = short(IN_TIME, issuing_authority=BAYINGOLIN)
    assert (found.channel, new_term_of(found)) == (AFTER_REVIEW, ("2026-07-15", "2027-01-15"))


def test_a_change_of_address_needs_proof_of_the_home_and_leaves_the_dates() -> None:
    found = short(EARLY, service=Service.CHANGE_ADDRESS, declared=frozenset({"address_changed"}))
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, SHORT)
    assert (found.evidence.all_of, found.evidence.any_of) == ((), HOME)


def test_a_correction_needs_papers_that_prove_it_and_leaves_the_dates() -> None:
    found = long(EARLY, service=Service.CORRECT)
    assert (found.channel, new_term_of(found), found.evidence.all_of) == (AFTER_REVIEW, LONG, ("correction_proof",))
    named = long(EARLY, service=Service.CORRECT, declared=frozenset({"identity_changed"}))
    assert named.channel is AFTER_REVIEW


@pytest.mark.parametrize("service", [*EXTENDED, Service.CORRECT, *NEW_PERMIT])
def test_a_move_declared_with_another_service_is_proved_and_reviewed_with_it(service: Service) -> None:
    new_category = "long" if service is Service.CHANGE_CATEGORY else None
    found = short(IN_TIME, service=service, new_category=new_category, declared=frozenset({"address_changed"}))
    assert (found.channel, found.evidence.any_of) == (AFTER_REVIEW, HOME)
    assert "moved_too" in codes(found)


@pytest.mark.parametrize("service", [*EXTENDED, Service.CHANGE_ADDRESS, Service.LOST, Service.DAMAGED])
def test_changed_details_need_a_new_permit_before_anything_is_rewritten(service: Service) -> None:
    new_category = "long" if service is Service.CHANGE_CATEGORY else None
    found = short(IN_TIME, service=service, new_category=new_category, declared=frozenset({"identity_changed"}))
    assert (found.channel, new_term_of(found)) == (COUNTER, None)
    assert "identity_first" in codes(found)


@pytest.mark.parametrize("declared", [(), ("identity_changed",)])
def test_changed_details_give_a_new_permit_and_the_old_one_is_withdrawn(declared: tuple[str, ...]) -> None:
    found = long(EARLY, service=Service.CHANGE_IDENTITY, declared=frozenset(declared))
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, LONG)
    assert (found.evidence.all_of, found.evidence.any_of) == (("identity_change_proof",), ())
    xinjiang = region_named("xinjiang")
    assert xinjiang.services[Service.CHANGE_IDENTITY].old_permit is OldPermit.WITHDRAWN
    assert xinjiang.guidance["withdrawn_permits"].services == (Service.CHANGE_IDENTITY, Service.DAMAGED)


def test_changed_looks_need_a_new_photo_at_the_reception_point() -> None:
    found = long(EARLY, service=Service.CHANGE_IDENTITY, declared=frozenset({"looks_changed"}))
    assert (found.channel, new_term_of(found), found.evidence.all_of) == (COUNTER, LONG, ())
    assert codes(found) == {"change_identity", "looks_changed"}


def test_a_lost_permit_needs_proof_of_identity_and_home() -> None:
    found = short(EARLY, service=Service.LOST)
    assert (found.channel, new_term_of(found)) == (AFTER_REVIEW, SHORT)
    assert (found.evidence.all_of, found.evidence.any_of) == (("identity_proof",), HOME)
    assert region_named("xinjiang").services[Service.LOST].old_permit is OldPermit.NONE


def test_a_damaged_permit_is_handed_in_and_destroyed() -> None:
    found = short(EARLY, service=Service.DAMAGED)
    assert (found.channel, new_term_of(found)) == (AFTER_REVIEW, SHORT)
    assert (found.evidence.all_of, found.evidence.any_of) == ((), ())
    damaged = region_named("xinjiang").services[Service.DAMAGED]
    assert (damaged.old_permit, damaged.bring) == (OldPermit.WITHDRAWN, ("permit", "id_card"))
    assert "销毁" in damaged.rule.text.in_language("zh-Hans")


def test_an_unreadable_or_badly_made_permit_is_remade_free() -> None:
    found = short(EARLY, service=Service.DAMAGED, declared=frozenset({"production_fault"}))
    assert (found.channel, new_term_of(found)) == (AFTER_REVIEW, SHORT)
    assert codes(found) == {"damaged", "production_fault"}
    xinjiang = region_named("xinjiang")
    for text in (
        xinjiang.rule("production_fault").text,
        xinjiang.guidance["unreadable_permit"].rule.text,
        xinjiang.text("texts.technician_unreadable_permit"),
    ):
        assert "免费" in text.in_language("zh-Hans")
        assert "free of charge" in text.in_language("en")


def test_an_expired_permit_that_is_damaged_is_made_anew_from_the_day_of_application() -> None:
    found = short(EXPIRED, service=Service.DAMAGED)
    assert (found.outcome, found.channel, new_term_of(found)) == (REAPPLY, AFTER_REVIEW, ("2026-08-31", "2027-02-28"))
    assert (found.evidence.all_of, found.evidence.any_of) == (("identity_proof",), HOME)
    assert codes(found) == {"expired", "damaged", "expired_and_damaged"}


@pytest.mark.parametrize(
    ("age", "agent", "served"),
    [
        (12, None, COUNTER),
        (15, None, COUNTER),
        (15, "guardian", AFTER_REVIEW),
        (16, None, AFTER_REVIEW),
        (16, "guardian", COUNTER),
    ],
)
def test_a_holder_under_16_comes_with_a_guardian(age: int, agent: str | None, served: Channel) -> None:
    for service in (Service.ENDORSE, *UNMOVED):
        found = short(IN_TIME, service=service, age=age, agent=agent)
        assert found.channel is served
        assert ("guardian" in codes(found)) is (age < 16 or agent is not None)
    assert region_named("xinjiang").agents["guardian"].role is AgentRole.ACCOMPANIES


@pytest.mark.parametrize("agent", ["close_relative", "entrusted"])
def test_agents_whom_the_norm_does_not_mention_are_for_the_reception_point(agent: str) -> None:
    found = short(IN_TIME, agent=agent, age=70, declared=frozenset({"hard_to_move"}))
    assert found.channel is COUNTER
    assert "undescribed" in codes(found)


def test_any_kiosk_takes_the_application_which_is_ours() -> None:
    xinjiang = region_named("xinjiang")
    assert (xinjiang.kiosks.offered, xinjiang.kiosks.rule.ours) == (True, ("*",))
    for service in xinjiang.services.values():
        assert (service.effect.channel, service.place) == (AFTER_REVIEW, Place.ANY_KIOSK)
        assert "place" in service.rule.ours
    assert short(IN_TIME, home_area=False).channel is AFTER_REVIEW


def test_the_reception_point_reviews_and_returns_papers_with_the_reason() -> None:
    for key, service in region_named("xinjiang").services.items():
        assert service.review is not None
        assert [(stage.key, stage.results) for stage in service.review.stages] == [
            ("reception_point", ("agree", "return"))
        ]
        told = (("telephone", "notice"), True) if key in NEW_PERMIT else (("kiosk",), False)
        assert (service.review.told_by, service.review.asks_telephone) == told


def test_extension_change_of_address_and_correction_are_done_the_same_day() -> None:
    services = region_named("xinjiang").services
    for key, most in (
        (Service.ENDORSE, None),
        (Service.CHANGE_CATEGORY, None),
        (Service.CHANGE_ADDRESS, None),
        (Service.CORRECT, 5),
    ):
        promise = services[key].promise
        assert promise is not None
        assert (promise.working_days, promise.most_working_days) == (0, most)
        assert services[key].old_permit is OldPermit.REWRITTEN


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_new_permit_takes_5_working_days_and_at_remote_points_15_at_most(service: Service) -> None:
    promise = region_named("xinjiang").services[service].promise
    assert promise is not None
    assert (promise.working_days, promise.most_working_days) == (5, 15)


def test_fees_are_those_that_are_set_and_none_where_none_is() -> None:
    for service in region_named("xinjiang").services.values():
        assert service.fee is not None
        assert (service.fee.yuan, [cite.section for cite in service.fee.rule.cites]) == (
            None,
            ["四、证件管理(七)证件缴费"],
        )


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_new_permit_is_handed_out_only_against_the_collection_slip(service: Service) -> None:
    collection = region_named("xinjiang").services[service].collection
    assert collection is not None
    assert collection.voucher
    old = () if service is Service.LOST else ("permit",)
    assert [(way.way, way.bring) for way in collection.ways] == [("counter", ("collection_slip", *old))]


@pytest.mark.parametrize("service", NEW_PERMIT)
def test_a_permit_that_nobody_collects_is_destroyed_a_year_after_its_end(service: Service) -> None:
    collection = region_named("xinjiang").services[service].collection
    assert collection is not None
    assert collection.unclaimed is not None
    assert "一年后销毁" in collection.unclaimed.text.in_language("zh-Hans")


@pytest.mark.parametrize(
    ("event", "last"),
    [
        (date(2026, 6, 5), date(2026, 6, 10)),
        (date(2026, 9, 28), date(2026, 10, 8)),
        (date(2026, 12, 30), None),
    ],
)
def test_changes_are_to_be_reported_within_3_working_days(event: date, last: date | None) -> None:
    xinjiang = region_named("xinjiang")
    for key in ("change_address", "change_identity"):
        assert xinjiang.deadlines[key][1].last_day(event, xinjiang.holidays) == last


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("late_issue", date(2026, 6, 4)),
        ("late_issue_remote", date(2026, 6, 15)),
    ],
)
def test_a_late_permit_is_issued_within_3_more_working_days_or_10_at_remote_points(key: str, last: date) -> None:
    xinjiang = region_named("xinjiang")
    assert xinjiang.deadlines[key][1].last_day(date(2026, 6, 1), xinjiang.holidays) == last


def test_the_photo_is_358_by_441_pixels_at_350_dpi_in_24_bits_and_150_kilobytes() -> None:
    photo = region_named("xinjiang").photo
    assert photo is not None
    assert (photo.width_px, photo.height_px, photo.dots_per_inch, photo.bits_per_pixel, photo.most_kilobytes) == (
        358,
        441,
        350,
        24,
        150,
    )


def test_the_counter_is_the_reception_point_and_there_is_no_telephone() -> None:
    xinjiang = region_named("xinjiang")
    assert [(key, office.telephone, office.hours) for key, office in xinjiang.offices.items()] == [
        ("reception_point", None, None)
    ]
    assert xinjiang.contact is not None
    assert (xinjiang.contact.telephones, xinjiang.contact.complaints) == ((), ())


def test_the_norm_is_older_than_the_regulation_and_served_as_written_which_is_ours() -> None:
    xinjiang = region_named("xinjiang")
    assert xinjiang.guidance["norm_on_trial"].rule.ours == ("*",)
    assert {cite.file for rule in xinjiang.rules.values() for cite in rule.cites} == {FILE}
    assert {(cite.file, cite.section) for cite in xinjiang.legal_bases if cite.section == "全文"} == {
        ("新疆维吾尔自治区流动人口服务和管理办法", "全文"),
        ("新疆维吾尔自治区居住证申领办法(试行)", "全文"),
    }


def test_permits_of_xinjiang_are_recognised_by_their_area_code() -> None:
    xinjiang = region_named("xinjiang")
    assert xinjiang.recognises("650100")
    assert not xinjiang.recognises("310000")


def test_every_text_is_in_its_language() -> None:
    xinjiang = region_named("xinjiang")
    for rule in xinjiang.rules.values():
        assert all(dict(rule.text.by_language)[language].strip() for language in LANGUAGES)
    for path, text in xinjiang.texts.items():
        assert re.search(r"[\u4e00-\u9fff]", text.in_language("zh-Hans")), path
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.in_language("en")), path


FILE_TEXT = (REGIONS_DIR / "xinjiang.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('any_of = ["id_card",', 'any_of = ["identity_proof",', "evidence.identity_proof", "contains itself"),
        (
            'any_of = ["pension_two',
            'any_of = ["long_term_ground", "pension_two',
            "evidence.long_term_ground",
            "contains",
        ),
        (
            'all_of = ["work_contract_one_year",',
            'all_of = ["work", ',
            "evidence.contract_and_insurance.all_of",
            "unknown",
        ),
        (
            'all_of = ["work_',
            'any_of = ["lease"]\nall_of = ["work_',
            "evidence.contract_and_insurance.all_of",
            "only one",
        ),
        (
            'services = ["endorse", "change_category"]',
            'services = ["wedding"]',
            "rules[2].services",
            "unknown 'wedding'",
        ),
        (
            'new_dates = "today"\ncite = "norm/四、证件管理(六)证件有效期限计算"\ntext.zh-Hans = "搬到',
            'cite = "norm/四、证件管理(六)证件有效期限计算"\ntext.zh-Hans = "搬到',
            "rules[0]",
            "does nothing",
        ),
    ],
)
def test_a_wrong_group_or_rule_of_several_services_is_refused_with_its_line(
    old: str, new: str, key: str, reason: str
) -> None:
    assert FILE_TEXT.count(old) >= 1
    with pytest.raises(RegionFileError) as refused:
        parse_region(FILE_TEXT.replace(old, new, 1), "changed.toml")
    assert any(
        re.match(rf"changed\.toml:\d+: {re.escape(key)}: .*{reason}", mistake) for mistake in refused.value.mistakes
    ), refused.value.mistakes


def test_a_rule_of_several_services_stands_in_each_of_them_before_their_own() -> None:
    xinjiang = region_named("xinjiang")
    damaged = [each.rule.code for each in xinjiang.services[Service.DAMAGED].rules]
    assert damaged == [
        "new_authority",
        "long_ground",
        "category_at_extension",
        "moved_too",
        "identity_first",
        "production_fault",
        "expired_and_damaged",
    ]
    assert "short_to_long" in [each.rule.code for each in xinjiang.rules_of_several]
