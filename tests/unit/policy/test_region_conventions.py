"""Invented regions, each with a convention that Shanghai does not have; no code knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assess import assess
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.office_days import Deadline
from kiosk.policy.request import AssessmentRequest
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    AT_ONCE,
    CANCELLED,
    CONTINUOUS,
    COUNTER,
    FROM_MAKE_UP,
    IN_WINDOW,
    NOT_OFFERED,
    OVERDUE,
    REAPPLY,
    RESTART,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years"),
    [
        ("2019-05-09", TOO_EARLY, None, CONTINUOUS),
        ("2019-05-10", IN_WINDOW, ("2019-06-10", "2020-06-09"), CONTINUOUS),
        ("2019-06-09", IN_WINDOW, ("2019-06-10", "2020-06-09"), CONTINUOUS),
        ("2019-06-10", OVERDUE, ("2019-06-10", "2020-06-09"), FROM_MAKE_UP),
        ("2019-12-09", OVERDUE, ("2019-12-09", "2020-12-08"), FROM_MAKE_UP),
        ("2019-12-10", REAPPLY, None, RESTART),
    ],
)
def test_day_before_convention_counts_from_the_day_after_the_end(
    on: str, outcome: AssessedOutcome, term: tuple[str, str] | None, years: ResidenceYears
) -> None:
    found = ask("qinghe", on, "2018-06-10", "2019-06-09")
    assert (found.outcome, new_term_of(found), found.residence_years) == (outcome, term, years)
    assert (found.opens_on, found.closes_on) == (date(2019, 5, 10), date(2019, 6, 9))


def test_day_before_convention_keeps_a_clamped_anniversary_as_the_end() -> None:
    found = ask("qinghe", "2025-02-01", "2024-02-29", "2025-02-28")
    assert (found.outcome, found.opens_on, new_term_of(found)) == (
        IN_WINDOW,
        date(2025, 2, 1),
        ("2025-03-01", "2026-02-28"),
    )
    assert ask("qinghe", "2025-02-01", "2024-02-29", "2025-02-26").outcome is None


def test_day_before_convention_knows_the_same_day_as_a_day_apart() -> None:
    found = ask("qinghe", "2019-05-20", "2018-06-09", "2019-06-09")
    assert (found.outcome, found.is_a_day_apart) == (IN_WINDOW, True)
    assert ask("qinghe", "2019-05-20", "2018-06-09", "2019-06-10").outcome is None


def test_days_not_counted_are_from_the_day_after_the_end_to_the_day_before_the_make_up() -> None:
    assert ask("qinghe", "2019-07-01", "2018-06-10", "2019-06-09").residence_gap == (
        date(2019, 6, 10),
        date(2019, 6, 30),
    )
    assert ask("qinghe", "2019-06-10", "2018-06-10", "2019-06-09").residence_gap is None


@pytest.mark.parametrize(
    ("on", "start", "end", "outcome", "closes", "code"),
    [
        ("2024-10-31", "2023-07-01", "2024-06-30", IN_WINDOW, date(2024, 10, 31), "flood_relief"),
        ("2024-11-01", "2023-07-01", "2024-06-30", OVERDUE, date(2024, 10, 31), "late"),
        ("2024-08-01", "2023-06-10", "2024-06-09", OVERDUE, date(2024, 6, 9), "late"),
        ("2029-12-31", "2029-02-15", "2030-02-14", TOO_EARLY, date(2030, 2, 14), "window"),
        ("2030-01-01", "2029-02-15", "2030-02-14", IN_WINDOW, date(2030, 2, 14), "window_from_2030"),
    ],
)
def test_a_measure_holds_on_its_days_and_for_its_permits(
    on: str, start: str, end: str, outcome: AssessedOutcome, closes: date, code: str
) -> None:
    found = ask("qinghe", on, start, end)
    assert (found.outcome, found.closes_on, [reason.code for reason in found.reasons]) == (outcome, closes, [code])


def test_a_permit_endorsed_early_in_a_longer_window_still_makes_sense_when_that_window_is_gone() -> None:
    region = region_named("qinghe")
    measure = replace(region.measures[1], holds_until=date(2030, 6, 30))
    request = AssessmentRequest(on=date(2030, 7, 5), valid_from=date(2030, 8, 20), valid_to=date(2031, 8, 19))
    assert assess(replace(region, measures=(measure,)), request).outcome is TOO_EARLY
    assert assess(replace(region, measures=()), request).outcome is None


@pytest.mark.parametrize(
    ("on", "endorsed", "outcome", "opens", "term"),
    [
        ("2017-01-09", None, TOO_EARLY, date(2017, 1, 10), None),
        ("2017-01-10", None, IN_WINDOW, date(2017, 1, 10), ("2017-03-11", "2018-03-11")),
        ("2019-02-01", "2018-03-01", IN_WINDOW, date(2019, 1, 10), ("2019-03-11", "2020-03-11")),
        ("2019-02-01", "2019-01-10", TOO_EARLY, date(2020, 1, 11), None),  # endorsed early for this year
        ("2019-12-01", "2018-03-01", OVERDUE, date(2019, 1, 10), ("2019-03-11", "2020-03-11")),
        ("2019-02-01", "2017-08-01", OVERDUE, date(2018, 1, 10), ("2019-02-01", "2020-03-11")),  # late, next is open
        ("2021-03-11", "2018-03-01", OVERDUE, date(2019, 1, 10), ("2021-03-11", "2022-03-11")),
        ("2021-03-12", "2018-03-01", CANCELLED, date(2019, 1, 10), None),
    ],
)
def test_counted_from_issue_without_an_end_date_on_the_permit(
    on: str, endorsed: str | None, outcome: AssessedOutcome, opens: date, term: tuple[str, str] | None
) -> None:
    facts = {"issued_on": "2016-03-11"} | ({} if endorsed is None else {"last_endorsed_on": endorsed})
    found = ask("nanling", on, **facts)
    assert (found.outcome, found.opens_on, new_term_of(found)) == (outcome, opens, term)


def test_29_february_returns_in_leap_years_when_counted_from_issue() -> None:
    found = ask("nanling", "2027-02-01", issued_on="2024-02-29", last_endorsed_on="2026-02-20")
    assert (found.closes_on, new_term_of(found)) == (date(2027, 2, 28), ("2027-02-28", "2028-02-29"))


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"issued_on": "2016-03-11", "last_endorsed_on": "2016-03-10"},
        {"issued_on": "2020-01-01"},
        {"issued_on": "2016-03-11", "last_endorsed_on": "2019-02-02"},
    ],
)
def test_facts_from_before_the_issue_or_from_the_future_make_no_sense(facts: dict[str, Any]) -> None:
    assert ask("nanling", "2019-02-01", **facts).outcome is None


def test_a_permit_that_has_itself_ended_is_applied_for_anew() -> None:
    found = ask(
        "nanling", "2026-02-01", "2016-03-11", "2026-03-11", issued_on="2016-03-11", last_endorsed_on="2025-03-01"
    )
    assert (found.outcome, found.channel, new_term_of(found)) == (REAPPLY, COUNTER, None)
    found = ask(
        "nanling", "2025-02-01", "2016-03-11", "2026-03-11", issued_on="2016-03-11", last_endorsed_on="2024-03-01"
    )
    assert (found.outcome, new_term_of(found)) == (IN_WINDOW, ("2025-03-11", "2026-03-11"))


def test_a_late_make_up_re_anchors_and_a_short_delay_does_not() -> None:
    late = ask("shibei", "2019-03-27", "2018-03-11", "2019-03-11", issued_on="2016-03-11")
    assert (late.residence_years, new_term_of(late)) == (RESTART, ("2019-03-27", "2020-03-27"))
    short = ask("shibei", "2019-03-26", "2018-03-11", "2019-03-11", issued_on="2016-03-11")
    assert (short.residence_years, new_term_of(short)) == (CONTINUOUS, ("2019-03-11", "2020-03-11"))


def test_anniversaries_after_a_re_anchoring_make_up_are_counted_from_it() -> None:
    found = ask("shibei", "2020-03-01", "2019-03-27", "2020-03-27", issued_on="2016-03-11")
    assert (found.outcome, new_term_of(found)) == (IN_WINDOW, ("2020-03-27", "2021-03-27"))
    again = ask(
        "shibei",
        "2021-03-01",
        "2020-03-27",
        "2021-03-27",
        issued_on="2016-03-11",
        last_make_up_on="2019-03-27",
        last_endorsed_on="2020-03-01",
    )
    assert new_term_of(again) == ("2021-03-27", "2022-03-27")


def test_a_re_anchoring_make_up_on_29_february_is_found_again_behind_a_later_one() -> None:
    """Made up on 29 February 2024 and, within the short delay, again in 2027: 29 February returns in 2028."""
    late = ask("shibei", "2027-03-05", "2026-02-28", "2027-02-28", issued_on="2016-03-11", last_make_up_on="2024-02-29")
    assert new_term_of(late) == ("2027-02-28", "2028-02-29")
    found = ask(
        "shibei",
        "2028-02-10",
        "2027-02-28",
        "2028-02-29",
        issued_on="2016-03-11",
        last_make_up_on="2027-03-05",
        last_endorsed_on="2027-03-05",
    )
    assert (found.outcome, new_term_of(found)) == (IN_WINDOW, ("2028-02-29", "2029-02-28"))


def test_an_end_date_that_is_no_anniversary_of_the_issue_makes_no_sense() -> None:
    assert ask("shibei", "2019-03-01", "2018-03-11", "2019-03-13", issued_on="2016-03-11").outcome is None
    assert ask("shibei", "2019-03-01", "2017-03-11", "2019-03-11", issued_on="2016-03-11").outcome is None


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years"),
    [
        ("2019-05-08", TOO_EARLY, None, CONTINUOUS),
        ("2019-05-09", IN_WINDOW, ("2019-05-09", "2020-05-09"), CONTINUOUS),
        ("2019-06-08", IN_WINDOW, ("2019-06-08", "2020-06-08"), CONTINUOUS),
        ("2019-06-09", IN_WINDOW, ("2019-06-09", "2020-06-09"), CONTINUOUS),
        ("2019-07-08", OVERDUE, ("2019-06-09", "2020-06-09"), FROM_MAKE_UP),
        ("2019-07-09", OVERDUE, ("2019-07-09", "2020-07-09"), FROM_MAKE_UP),
        ("2019-12-09", OVERDUE, ("2019-12-09", "2020-12-09"), FROM_MAKE_UP),
        ("2019-12-10", REAPPLY, None, RESTART),
    ],
)
def test_a_table_of_new_dates_shares_its_edges_with_window_and_tiers(
    on: str, outcome: AssessedOutcome, term: tuple[str, str] | None, years: ResidenceYears
) -> None:
    found = ask("yunxi", on, "2018-06-09", "2019-06-09")
    assert (found.outcome, new_term_of(found), found.residence_years) == (outcome, term, years)


def test_a_reviewed_service_counts_from_the_day_central_received_it() -> None:
    found = ask("yunxi", "2019-12-20", "2018-06-09", "2019-06-09", received_on="2019-12-09")
    assert (found.outcome, new_term_of(found)) == (OVERDUE, ("2019-12-09", "2020-12-09"))


@pytest.mark.parametrize(("home_area", "served"), [(True, AFTER_REVIEW), (None, AFTER_REVIEW), (False, COUNTER)])
def test_a_changed_address_is_reviewed_and_only_in_the_home_area(home_area: bool | None, served: Channel) -> None:
    found = ask(
        "yunxi", "2019-06-01", "2018-06-09", "2019-06-09", declared=frozenset({"address_changed"}), home_area=home_area
    )
    assert (found.channel, found.evidence.any_of) == (served, ("title", "lease"))


@pytest.mark.parametrize(
    ("category", "new_category", "start", "end", "term", "all_of", "any_of"),
    [
        ("short", None, "2026-01-15", "2026-07-15", ("2026-07-15", "2027-01-15"), (), ("lease", "deed")),
        ("short", "long", "2026-01-15", "2026-07-15", ("2026-07-15", "2028-07-15"), ("ground",), ("lease", "deed")),
        ("long", None, "2024-07-15", "2026-07-15", ("2026-07-15", "2028-07-15"), ("ground",), ("lease", "deed")),
        ("long", "short", "2024-07-15", "2026-07-15", ("2026-07-15", "2027-01-15"), (), ("lease", "deed")),
    ],
)
def test_categories_have_their_own_lengths_and_proofs(
    category: str,
    new_category: str | None,
    start: str,
    end: str,
    term: tuple[str, str],
    all_of: tuple[str, ...],
    any_of: tuple[str, ...],
) -> None:
    found = ask("caohai", "2026-07-01", start, end, category=category, new_category=new_category)
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, term)
    assert (found.evidence.all_of, found.evidence.any_of, found.residence_years) == (all_of, any_of, None)


def test_a_category_with_the_others_length_makes_no_sense() -> None:
    assert ask("caohai", "2026-07-01", "2026-01-15", "2026-07-15", category="long").outcome is None


def test_an_expired_permit_is_applied_for_anew_and_rewritten_from_that_day() -> None:
    found = ask("caohai", "2026-07-16", "2026-01-15", "2026-07-15", category="short")
    assert (found.outcome, found.channel, new_term_of(found)) == (REAPPLY, AFTER_REVIEW, ("2026-07-16", "2027-01-16"))
    assert (found.evidence.all_of, found.evidence.any_of) == (("identity",), ("lease", "deed"))


def test_a_service_outside_the_window_leaves_the_dates_unless_another_authority_issues() -> None:
    facts = {"category": "long", "service": Service.CHANGE_ADDRESS}
    found = ask("caohai", "2025-07-01", "2024-07-15", "2026-07-15", **facts)
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, ("2024-07-15", "2026-07-15"))
    moved = ask("caohai", "2025-07-01", "2024-07-15", "2026-07-15", authority_changes=True, **facts)
    assert new_term_of(moved) == ("2025-07-01", "2027-07-01")


def test_terms_of_the_past_are_valid_to_their_end_and_then_for_the_counter() -> None:
    facts = {"category": "short", "issuing_authority": "西滩县公安局"}
    assert ask("caohai", "2021-05-01", "2019-06-01", "2022-06-01", **facts).outcome is TOO_EARLY
    found = ask("caohai", "2022-06-01", "2019-06-01", "2022-06-01", **facts)
    assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, COUNTER, None)
    after = ask("caohai", "2022-06-02", "2019-06-01", "2022-06-01", **facts)
    assert (after.outcome, after.channel, new_term_of(after)) == (REAPPLY, COUNTER, None)
    assert ask("caohai", "2022-06-01", "2021-06-01", "2024-06-01", **facts).outcome is None


def test_a_guardian_who_only_comes_along_brings_no_papers() -> None:
    facts = {"category": "short", "age": 12}
    assert ask("caohai", "2026-07-01", "2026-01-15", "2026-07-15", agent="guardian", **facts).channel is AFTER_REVIEW
    assert ask("caohai", "2026-07-01", "2026-01-15", "2026-07-15", **facts).channel is COUNTER


@pytest.mark.parametrize(
    ("event", "last"),
    [
        (date(2026, 9, 28), date(2026, 10, 8)),
        (date(2026, 10, 7), date(2026, 10, 10)),
        (date(2026, 12, 30), None),
    ],
)
def test_a_deadline_in_working_days_follows_the_holiday_notice_and_is_silent_without_one(
    event: date, last: date | None
) -> None:
    region = region_named("caohai")
    assert region.deadlines["change_address"][1].last_day(event, region.holidays) == last
    assert Deadline(3, working=False).last_day(date(2026, 12, 30), region.holidays) == date(2027, 1, 2)


@pytest.mark.parametrize(
    ("on", "outcome", "term"),
    [
        ("2019-05-08", TOO_EARLY, None),
        ("2019-05-09", IN_WINDOW, ("2019-06-09", "2020-06-09")),
        ("2029-06-09", OVERDUE, ("2029-06-09", "2030-06-09")),
    ],
)
def test_a_region_that_offers_nothing_at_kiosks_still_tells_the_dates(
    on: str, outcome: AssessedOutcome, term: tuple[str, str] | None
) -> None:
    found = ask("wuting", on, "2018-06-09", "2019-06-09")
    assert (found.outcome, found.channel, new_term_of(found)) == (outcome, NOT_OFFERED, term)
    assert found.reasons[0].code == "kiosks"


def test_a_trial_ordered_by_the_authority_is_served_after_review() -> None:
    assert ask("wuting", "2019-06-01", "2018-06-09", "2019-06-09", pilot=True).channel is AFTER_REVIEW
    assert ask("wuting", "2019-06-01", "2018-06-09", "2019-06-09", pilot=True, home_area=False).channel is COUNTER
    assert ask("wuting", "2019-02-01", "2018-06-09", "2019-06-09", pilot=True).channel is None
    assert ask("yunxi", "2019-06-01", "2018-06-09", "2019-06-09", pilot=True).channel is AT_ONCE


def test_review_stages_and_ways_of_collection_are_told() -> None:
    service = region_named("wuting").services[Service.ENDORSE]
    assert service.review is not None
    assert [(stage.key, stage.results) for stage in service.review.stages] == [
        ("intake", ("accept", "return")),
        ("acceptance", ("agree", "return")),
        ("decision", ("agree", "return")),
    ]
    assert service.collection is not None
    assert [(way.way, way.posts, way.yuan) for way in service.collection.ways] == [
        ("counter", (), None),
        ("post", (("resident", "permit"), ("station", "permit")), 25),
    ]


def test_the_photo_for_a_new_permit_is_described() -> None:
    photo = region_named("caohai").photo
    assert photo is not None
    assert (photo.width_px, photo.height_px, photo.dots_per_inch, photo.bits_per_pixel, photo.most_kilobytes) == (
        300,
        400,
        300,
        24,
        100,
    )
    assert region_named("shanghai").photo is None
