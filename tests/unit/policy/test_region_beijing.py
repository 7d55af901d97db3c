"""Beijing's file on dated cases, rule by rule."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.office_days import HolidayCalendar
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import LANGUAGES, NewDates
from kiosk.policy.services import AgentRole, OldPermit, Place
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    AT_ONCE,
    CONTINUOUS,
    COUNTER,
    FROM_MAKE_UP,
    IN_WINDOW,
    OVERDUE,
    REAPPLY,
    RESTART,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)

FILE = "003_59ffed70d380eea3.txt"
DAY = timedelta(days=1)
START, END = "2025-04-15", "2026-04-15"
IN_TIME, LATE, TOO_LATE = "2026-04-01", "2026-06-15", "2026-10-16"
HOME_PROOFS = ("title_deed", "lease", "owners_statement", "employers_certificate")
AGENT_PROOFS = ("agent_id_card", "agent_household_book", "agent_police_certificate")
MOVED = frozenset({"address_changed"})
RENAMED = frozenset({"identity_changed"})

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "term": ("test_permits_are_endorsed_yearly_and_the_end_date_is_the_anniversary",),
    "window": ("test_every_edge_of_the_permits_year", "test_the_window_is_the_calendar_month_before_the_end_date"),
    "overdue_to_6_months": (
        "test_every_edge_of_the_permits_year",
        "test_late_by_less_than_a_month_counts_from_the_old_end_and_from_a_month_on_from_today",
        "test_what_a_later_day_would_give_is_told_row_by_row_of_the_table",
        "test_made_up_within_six_months_the_years_go_on_without_the_days_between",
    ),
    "overdue_beyond_6_months": ("test_more_than_six_months_late_is_a_new_application_and_the_years_start_again",),
    "senseless": ("test_dates_that_make_no_sense_lead_to_the_counter",),
    "undescribed": ("test_what_the_page_does_not_describe_is_for_the_counter_whatever_the_day",),
    "kiosks": ("test_any_kiosk_of_the_city_endorses_where_nothing_changed",),
    "endorse": ("test_any_kiosk_of_the_city_endorses_where_nothing_changed",),
    "endorse.fee": ("test_on_the_spot_it_is_done_at_once_and_free",),
    "endorse.promise": ("test_on_the_spot_it_is_done_at_once_and_free",),
    "endorse.online": ("test_by_post_it_costs_25_yuan_and_takes_5_working_days",),
    "endorse.post": ("test_by_post_it_costs_25_yuan_and_takes_5_working_days",),
    "endorse.review": ("test_a_changed_address_is_told_at_a_second_visit_to_a_kiosk",),
    "address_changed": ("test_a_changed_address_needs_one_of_four_proofs_and_is_never_done_at_once",),
    "address_changed_elsewhere": ("test_a_changed_address_goes_to_the_station_of_the_present_home",),
    "identity_changed": ("test_changed_personal_details_go_to_the_station_of_the_present_home",),
    "no_id_card": ("test_a_household_book_or_home_police_certificate_instead_of_the_id_card_is_for_the_counter",),
    "letter_of_authority": ("test_who_acts_for_the_holder_brings_a_letter_unless_the_holder_is_under_16",),
    "change_address": ("test_moving_in_mid_year_is_reviewed_and_leaves_the_term",),
    "change_address.fee": ("test_a_change_at_the_station_is_free",),
    "change_address.review": ("test_a_changed_address_is_told_at_a_second_visit_to_a_kiosk",),
    "moved_and_overdue": ("test_moving_when_late_is_endorsed_in_the_same_go",),
    "moved_and_identity_changed": ("test_moving_with_changed_personal_details_is_for_the_counter",),
    "change_identity": ("test_a_change_of_personal_details_is_for_the_station_of_the_present_home",),
    "change_identity.fee": ("test_a_change_at_the_station_is_free",),
    "change_identity.promise": ("test_a_new_permit_where_one_is_made_takes_15_working_days",),
    "guardian": ("test_guardians_and_close_relatives_act_at_the_counter_with_identity_and_relation_proved",),
    "close_relative": ("test_guardians_and_close_relatives_act_at_the_counter_with_identity_and_relation_proved",),
    "guidance.unproven": ("test_papers_that_cannot_be_shown_suspend_the_permit_too",),
    "guidance.truthful": ("test_people_are_asked_to_answer_truthfully",),
    "deadlines.new_permit": ("test_a_new_permit_where_one_is_made_takes_15_working_days",),
    "offices.present_station": ("test_the_counters_are_named_without_invented_hours_or_telephones",),
    "offices.any_station": ("test_the_counters_are_named_without_invented_hours_or_telephones",),
    "offices.community_point": ("test_the_counters_are_named_without_invented_hours_or_telephones",),
}


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years", "served", "code"),
    [
        ("2025-04-15", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2026-03-14", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2026-03-15", IN_WINDOW, ("2026-03-15", "2027-03-15"), CONTINUOUS, AT_ONCE, "window"),
        ("2026-04-14", IN_WINDOW, ("2026-04-14", "2027-04-14"), CONTINUOUS, AT_ONCE, "window"),
        ("2026-04-15", IN_WINDOW, ("2026-04-15", "2027-04-15"), CONTINUOUS, AT_ONCE, "window"),
        ("2026-04-16", OVERDUE, ("2026-04-15", "2027-04-15"), FROM_MAKE_UP, AT_ONCE, "overdue_to_6_months"),
        ("2026-05-14", OVERDUE, ("2026-04-15", "2027-04-15"), FROM_MAKE_UP, AT_ONCE, "overdue_to_6_months"),
        ("2026-05-15", OVERDUE, ("2026-05-15", "2027-05-15"), FROM_MAKE_UP, AT_ONCE, "overdue_to_6_months"),
        ("2026-06-15", OVERDUE, ("2026-06-15", "2027-06-15"), FROM_MAKE_UP, AT_ONCE, "overdue_to_6_months"),
        ("2026-10-15", OVERDUE, ("2026-10-15", "2027-10-15"), FROM_MAKE_UP, AT_ONCE, "overdue_to_6_months"),
        ("2026-10-16", REAPPLY, None, RESTART, COUNTER, "overdue_beyond_6_months"),
        ("2031-01-01", REAPPLY, None, RESTART, COUNTER, "overdue_beyond_6_months"),
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
    found = ask("beijing", on, START, END)
    assert (found.outcome, new_term_of(found), found.residence_years, found.channel) == (outcome, term, years, served)
    assert (found.opens_on, found.closes_on) == (date(2026, 3, 15), date(2026, 4, 15))
    assert {reason.code for reason in found.reasons} == {code}
    assert {reason.source for reason in found.reasons} == {FILE}
    assert found.evidence.all_of == found.evidence.any_of == ()
    assert found.to_confirm == ()


@pytest.mark.parametrize(
    ("start", "end", "opens", "rows"),
    [
        # the day of issue is clamped: 29 February
        (
            "2024-02-29",
            "2025-02-28",
            "2025-01-28",
            [
                ("2025-01-27", TOO_EARLY, None),
                ("2025-01-28", IN_WINDOW, ("2025-01-28", "2026-01-28")),
                ("2025-02-28", IN_WINDOW, ("2025-02-28", "2026-02-28")),
                ("2025-03-27", OVERDUE, ("2025-02-28", "2026-02-28")),
                ("2025-03-28", OVERDUE, ("2025-03-28", "2026-03-28")),
                ("2025-08-28", OVERDUE, ("2025-08-28", "2026-08-28")),
                ("2025-08-29", REAPPLY, None),
            ],
        ),
        # the window's first day is clamped to 29 February, a month later to 30 April, six to 30 September
        (
            "2023-03-31",
            "2024-03-31",
            "2024-02-29",
            [
                ("2024-02-28", TOO_EARLY, None),
                ("2024-02-29", IN_WINDOW, ("2024-02-29", "2025-02-28")),
                ("2024-04-29", OVERDUE, ("2024-03-31", "2025-03-31")),
                ("2024-04-30", OVERDUE, ("2024-04-30", "2025-04-30")),
                ("2024-09-30", OVERDUE, ("2024-09-30", "2025-09-30")),
                ("2024-10-01", REAPPLY, None),
            ],
        ),
        # six months after the end of August is the end of February
        (
            "2024-08-31",
            "2025-08-31",
            "2025-07-31",
            [
                ("2025-09-29", OVERDUE, ("2025-08-31", "2026-08-31")),
                ("2025-09-30", OVERDUE, ("2025-09-30", "2026-09-30")),
                ("2026-02-28", OVERDUE, ("2026-02-28", "2027-02-28")),
                ("2026-03-01", REAPPLY, None),
            ],
        ),
        # a window across the year's end, and a tier across the next
        (
            "2025-01-10",
            "2026-01-10",
            "2025-12-10",
            [
                ("2025-12-09", TOO_EARLY, None),
                ("2025-12-31", IN_WINDOW, ("2025-12-31", "2026-12-31")),
                ("2026-01-10", IN_WINDOW, ("2026-01-10", "2027-01-10")),
                ("2026-07-10", OVERDUE, ("2026-07-10", "2027-07-10")),
                ("2026-07-11", REAPPLY, None),
            ],
        ),
        (
            "2025-12-31",
            "2026-12-31",
            "2026-11-30",
            [
                ("2026-11-29", TOO_EARLY, None),
                ("2027-01-30", OVERDUE, ("2026-12-31", "2027-12-31")),
                ("2027-01-31", OVERDUE, ("2027-01-31", "2028-01-31")),
                ("2027-06-30", OVERDUE, ("2027-06-30", "2028-06-30")),
                ("2027-07-01", REAPPLY, None),
            ],
        ),
        # never stretched upward to 29 February; endorsed on it, the next end is clamped
        (
            "2027-02-28",
            "2028-02-28",
            "2028-01-28",
            [
                ("2028-02-28", IN_WINDOW, ("2028-02-28", "2029-02-28")),
                ("2028-02-29", OVERDUE, ("2028-02-28", "2029-02-28")),
            ],
        ),
        ("2027-03-10", "2028-03-10", "2028-02-10", [("2028-02-29", IN_WINDOW, ("2028-02-29", "2029-02-28"))]),
    ],
)
def test_the_window_is_the_calendar_month_before_the_end_date(
    start: str, end: str, opens: str, rows: list[tuple[str, AssessedOutcome, tuple[str, str] | None]]
) -> None:
    for on, outcome, term in rows:
        found = ask("beijing", on, start, end)
        assert (on, found.outcome, new_term_of(found)) == (on, outcome, term)
        assert (found.opens_on, found.closes_on) == (date.fromisoformat(opens), date.fromisoformat(end))


def months_later(day: date, months: int) -> date:
    """Counted another way than the rules count: the first of the month after, back to the day or the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year, month + 2, 1) if month < 11 else date(year + 1, 1, 1)
    last = following - timedelta(days=1)
    return last if last.day < day.day else last.replace(day=day.day)


@pytest.mark.slow
def test_no_permit_of_four_years_has_a_day_between_the_rows() -> None:
    start = date(2023, 1, 1)
    while start < date(2027, 1, 1):
        end = months_later(start, 12)
        opens, month, half_year = (months_later(end, months) for months in (-1, 1, 6))
        for on, outcome, new_start in (
            (opens - DAY, TOO_EARLY, None),
            (opens, IN_WINDOW, opens),
            (end - DAY, IN_WINDOW, end - DAY),
            (end, IN_WINDOW, end),
            (end + DAY, OVERDUE, end),
            (month - DAY, OVERDUE, end),
            (month, OVERDUE, month),
            (half_year, OVERDUE, half_year),
            (half_year + DAY, REAPPLY, None),
        ):
            found = ask("beijing", on.isoformat(), start.isoformat(), end.isoformat())
            new_end = None if new_start is None else months_later(new_start, 12)
            assert (start, on, found.outcome, found.new_valid_from, found.new_valid_to) == (
                start,
                on,
                outcome,
                new_start,
                new_end,
            )
            assert (found.opens_on, found.closes_on) == (opens, end)
        start += DAY


def test_what_a_later_day_would_give_is_told_row_by_row_of_the_table() -> None:
    request = AssessmentRequest(on=date(2026, 4, 1), valid_from=date(2025, 4, 15), valid_to=date(2026, 4, 15))
    ahead = permit_calendar(region_named("beijing"), request)
    assert (ahead.suspended_from, ahead.reapply_from) == (date(2026, 4, 16), date(2026, 10, 16))
    assert ahead.next_window == (date(2027, 3, 1), date(2027, 4, 1))
    assert [(each.first, each.last, each.dated_by, each.assessment.outcome) for each in ahead.periods] == [
        (date(2026, 4, 1), date(2026, 4, 14), NewDates.TODAY, IN_WINDOW),
        (date(2026, 4, 15), date(2026, 4, 15), NewDates.OLD_END, IN_WINDOW),
        (date(2026, 4, 16), date(2026, 5, 14), NewDates.OLD_END, OVERDUE),
        (date(2026, 5, 15), date(2026, 10, 15), NewDates.TODAY, OVERDUE),
        (date(2026, 10, 16), None, None, REAPPLY),
    ]


def test_late_by_less_than_a_month_counts_from_the_old_end_and_from_a_month_on_from_today() -> None:
    starts = [new_term_of(ask("beijing", on, START, END)) for on in ("2026-05-14", "2026-05-15")]
    assert starts == [(END, "2027-04-15"), ("2026-05-15", "2027-05-15")]
    rule = region_named("beijing").rule("overdue_to_6_months")
    assert rule.ours == ("new_dates",)
    assert "微信签注后,居住证的有效日期的计算" in [cite.section for cite in rule.cites]


def test_made_up_within_six_months_the_years_go_on_without_the_days_between() -> None:
    assert ask("beijing", LATE, START, END).residence_gap == (date(2026, 4, 16), date(2026, 6, 14))
    assert ask("beijing", "2026-10-15", START, END).residence_gap == (date(2026, 4, 16), date(2026, 10, 14))
    assert ask("beijing", "2026-04-16", START, END).residence_gap is None
    assert ask("beijing", IN_TIME, START, END).residence_gap is None


@pytest.mark.parametrize("service", [Service.ENDORSE, Service.CHANGE_ADDRESS, Service.CHANGE_IDENTITY])
def test_more_than_six_months_late_is_a_new_application_and_the_years_start_again(service: Service) -> None:
    for declared in (frozenset[str](), MOVED, MOVED | RENAMED):
        found = ask("beijing", TOO_LATE, START, END, service=service, declared=declared)
        assert (found.outcome, found.channel, found.residence_years) == (REAPPLY, COUNTER, RESTART)
        assert new_term_of(found) is None
        assert found.reasons[0].code == "overdue_beyond_6_months"


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2026-04-15", "2025-04-15", "2026-04-01"),  # end before start
        ("2025-04-15", "2026-04-13", "2026-04-01"),  # two days short
        ("2025-04-15", "2027-04-15", "2026-04-01"),  # two years
        ("2025-04-15", "2025-10-15", "2025-10-01"),  # half a year
        ("2023-02-28", "2024-03-02", "2024-02-10"),  # stretched upward by days
        ("2026-05-15", "2027-05-15", "2026-04-14"),  # starts more than a window ahead
    ],
)
def test_dates_that_make_no_sense_lead_to_the_counter(start: str, end: str, on: str) -> None:
    found = ask("beijing", on, start, end)
    assert (found.outcome, found.channel, found.residence_years, new_term_of(found)) == (None, COUNTER, None, None)
    assert [reason.code for reason in found.reasons] == ["senseless"]


def test_the_permit_that_an_endorsement_gave_is_accepted_and_too_early() -> None:
    for on in ("2026-03-15", "2026-04-15", "2026-04-20", LATE, "2026-10-15"):
        term = new_term_of(ask("beijing", on, START, END))
        assert term is not None
        assert ask("beijing", on, *term).outcome is TOO_EARLY


@pytest.mark.parametrize("service", [Service.CORRECT, Service.CHANGE_CATEGORY, Service.LOST, Service.DAMAGED])
def test_what_the_page_does_not_describe_is_for_the_counter_whatever_the_day(service: Service) -> None:
    for on in ("2025-12-01", IN_TIME, LATE):
        found = ask("beijing", on, START, END, service=service)
        assert (found.channel, new_term_of(found), found.residence_years) == (COUNTER, None, None)
        assert {reason.code for reason in found.reasons} == {"undescribed"}


def test_any_kiosk_of_the_city_endorses_where_nothing_changed() -> None:
    beijing = region_named("beijing")
    assert beijing.kiosks.offered
    assert beijing.kiosks.rule.ours == ("*",)
    assert beijing.services[Service.ENDORSE].place is Place.ANY_KIOSK
    assert beijing.services[Service.ENDORSE].bring == ("permit", "id_card")
    assert beijing.services[Service.ENDORSE].old_permit is OldPermit.REWRITTEN
    for home_area in (True, False, None):
        for on in (IN_TIME, LATE):
            found = ask("beijing", on, START, END, home_area=home_area)
            assert (found.channel, found.evidence.all_of, found.evidence.any_of) == (AT_ONCE, (), ())


def test_a_changed_address_needs_one_of_four_proofs_and_is_never_done_at_once() -> None:
    for on, outcome in ((IN_TIME, IN_WINDOW), (LATE, OVERDUE)):
        found = ask("beijing", on, START, END, declared=MOVED)
        assert (found.outcome, found.channel, found.channel_when_verified) == (outcome, AFTER_REVIEW, AFTER_REVIEW)
        assert (found.evidence.all_of, found.evidence.any_of) == ((), HOME_PROOFS)
        assert found.reasons[-1].code == "address_changed"
        verified = ask("beijing", on, START, END, declared=MOVED, verified=frozenset({"lease"}))
        assert (verified.channel, verified.evidence.any_of) == (AFTER_REVIEW, ())
        assert new_term_of(found) == (on, f"2027{on[4:]}")


def test_a_changed_address_is_told_at_a_second_visit_to_a_kiosk() -> None:
    for service in (Service.ENDORSE, Service.CHANGE_ADDRESS):
        review = region_named("beijing").services[service].review
        assert review is not None
        assert (review.told_by, review.stages, review.rule.ours) == (("kiosk",), (), ("*",))


def test_the_day_central_received_the_application_dates_a_changed_address() -> None:
    found = ask("beijing", "2026-11-20", START, END, declared=MOVED, received_on="2026-06-15")
    assert (found.outcome, new_term_of(found)) == (OVERDUE, ("2026-06-15", "2027-06-15"))


def test_a_changed_address_goes_to_the_station_of_the_present_home() -> None:
    for home_area, served in ((True, AFTER_REVIEW), (None, AFTER_REVIEW), (False, COUNTER)):
        assert ask("beijing", IN_TIME, START, END, declared=MOVED, home_area=home_area).channel is served
    assert ask("beijing", IN_TIME, START, END, declared=MOVED, home_area=False).evidence.any_of == HOME_PROOFS


def test_changed_personal_details_go_to_the_station_of_the_present_home() -> None:
    for declared in (RENAMED, RENAMED | MOVED):
        for home_area in (True, None, False):
            found = ask("beijing", IN_TIME, START, END, declared=declared, home_area=home_area)
            assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, COUNTER, None)
            assert "identity_changed" in {reason.code for reason in found.reasons}


def test_both_changes_are_asked_before_anything_is_granted() -> None:
    beijing = region_named("beijing")
    assert beijing.services[Service.ENDORSE].asks == ("address_changed", "identity_changed")
    assert not any(each.only_with_agent or each.follows for each in beijing.declarations.values())


def test_a_household_book_or_home_police_certificate_instead_of_the_id_card_is_for_the_counter() -> None:
    found = ask("beijing", IN_TIME, START, END, declared=frozenset({"no_id_card"}))
    assert (found.channel, found.evidence.any_of) == (COUNTER, ("household_book", "home_police_certificate"))
    assert new_term_of(found) == (IN_TIME, "2027-04-01")
    said_before_anything_is_read = region_named("beijing").services[Service.ENDORSE].rule.text
    assert "户口簿" in said_before_anything_is_read.in_language("zh-Hans")
    assert "household book" in said_before_anything_is_read.in_language("en")


@pytest.mark.parametrize("kind", ["guardian", "close_relative"])
def test_guardians_and_close_relatives_act_at_the_counter_with_identity_and_relation_proved(kind: str) -> None:
    found = ask("beijing", IN_TIME, START, END, agent=kind, age=10)
    assert (found.channel, found.channel_when_verified) == (COUNTER, COUNTER)
    assert (found.evidence.any_of, found.evidence.all_of) == (AGENT_PROOFS, ("relation_proof",))
    assert region_named("beijing").evidence["relation_proof"].any_of == (
        "birth_certificate",
        "relation_household_book",
        "marriage_certificate",
        "other_relation_proof",
    )
    agent = region_named("beijing").agents[kind]
    assert agent.role is AgentRole.MAY
    assert "calls at the home" in agent.rule.text.in_language("en")


def test_a_child_may_come_alone_because_the_page_demands_no_guardian() -> None:
    assert ask("beijing", IN_TIME, START, END, age=10).channel is AT_ONCE


@pytest.mark.parametrize("kind", ["guardian", "close_relative"])
@pytest.mark.parametrize(("age", "asked"), [(10, False), (15, False), (16, True), (70, True), (None, True)])
def test_who_acts_for_the_holder_brings_a_letter_unless_the_holder_is_under_16(
    kind: str, age: int | None, asked: bool
) -> None:
    for service in (Service.ENDORSE, Service.CHANGE_ADDRESS, Service.CHANGE_IDENTITY):
        found = ask("beijing", IN_TIME, START, END, agent=kind, age=age, service=service)
        assert ("letter_of_authority" in found.evidence.all_of) is asked
        assert found.channel is COUNTER


def test_an_agent_whom_the_page_does_not_name_is_for_the_counter() -> None:
    found = ask("beijing", IN_TIME, START, END, agent="entrusted")
    assert (found.channel, found.reasons[-1].code) == (COUNTER, "undescribed")


def test_moving_in_mid_year_is_reviewed_and_leaves_the_term() -> None:
    for on in ("2025-08-01", IN_TIME, END):
        found = ask("beijing", on, START, END, service=Service.CHANGE_ADDRESS)
        assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, (START, END))
        assert (found.evidence.all_of, found.evidence.any_of) == ((), HOME_PROOFS)
    assert ask("beijing", IN_TIME, START, END, service=Service.CHANGE_ADDRESS, declared=MOVED).channel is AFTER_REVIEW
    assert ask("beijing", IN_TIME, START, END, service=Service.CHANGE_ADDRESS, home_area=False).channel is COUNTER
    assert region_named("beijing").services[Service.CHANGE_ADDRESS].rule.ours == ("*",)


@pytest.mark.parametrize(
    ("on", "term"),
    [
        ("2026-04-16", (END, "2027-04-15")),
        ("2026-05-15", ("2026-05-15", "2027-05-15")),
        ("2026-10-15", ("2026-10-15", "2027-10-15")),
    ],
)
def test_moving_when_late_is_endorsed_in_the_same_go(on: str, term: tuple[str, str]) -> None:
    found = ask("beijing", on, START, END, service=Service.CHANGE_ADDRESS)
    assert (found.outcome, found.channel, new_term_of(found)) == (OVERDUE, AFTER_REVIEW, term)
    assert found.residence_years is FROM_MAKE_UP


def test_moving_with_changed_personal_details_is_for_the_counter() -> None:
    found = ask("beijing", IN_TIME, START, END, service=Service.CHANGE_ADDRESS, declared=MOVED | RENAMED)
    assert (found.channel, found.reasons[-1].code) == (COUNTER, "moved_and_identity_changed")


def test_a_change_of_personal_details_is_for_the_station_of_the_present_home() -> None:
    for on, outcome in (("2025-08-01", IN_WINDOW), (IN_TIME, IN_WINDOW), (LATE, OVERDUE)):
        found = ask("beijing", on, START, END, service=Service.CHANGE_IDENTITY, declared=RENAMED)
        assert (found.outcome, found.channel, new_term_of(found)) == (outcome, COUNTER, None)
        assert found.reasons[-1].code == "change_identity"
    service = region_named("beijing").services[Service.CHANGE_IDENTITY]
    assert (service.place, service.old_permit) == (Place.PRESENT_STATION, OldPermit.WITHDRAWN)


def test_permits_are_endorsed_yearly_and_the_end_date_is_the_anniversary() -> None:
    beijing = region_named("beijing")
    assert {key: category.months for key, category in beijing.categories.items()} == {"standard": 12}
    assert beijing.term.rule.ours == ("counted_from", "end_date")
    assert ask("beijing", "2026-04-15", START, END).closes_on == date(2026, 4, 15)


def test_on_the_spot_it_is_done_at_once_and_free() -> None:
    service = region_named("beijing").services[Service.ENDORSE]
    assert service.fee is not None
    assert service.promise is not None
    assert (service.fee.yuan, service.promise.working_days, service.promise.most_working_days) == (0, 0, None)


def test_by_post_it_costs_25_yuan_and_takes_5_working_days() -> None:
    service = region_named("beijing").services[Service.ENDORSE]
    assert service.by_post is True
    assert service.post is not None
    assert (service.post.yuan, service.post.working_days, service.post.pays) == (25, 5, "resident")
    assert service.post.posts == (("resident", "permit"), ("station", "permit"))
    assert service.online is not None
    assert "北京市居住证" in service.online.text.in_language("zh-Hans")
    assert service.collection is None


def test_a_change_at_the_station_is_free() -> None:
    for service in (Service.CHANGE_ADDRESS, Service.CHANGE_IDENTITY):
        fee = region_named("beijing").services[service].fee
        assert fee is not None
        assert fee.yuan == 0


def test_a_new_permit_where_one_is_made_takes_15_working_days() -> None:
    beijing = region_named("beijing")
    promise = beijing.services[Service.CHANGE_IDENTITY].promise
    assert promise is not None
    assert promise.working_days == 15
    rule, deadline = beijing.deadlines["new_permit"]
    assert rule.ours == ("working_days",)
    assert deadline.last_day(date(2026, 4, 1), beijing.holidays) == date(2026, 4, 23)  # over Qingming
    assert deadline.last_day(date(2026, 2, 6), beijing.holidays) == date(2026, 3, 5)  # over Spring Festival
    assert deadline.last_day(date(2026, 12, 15), beijing.holidays) is None  # 2027 is not known yet
    assert deadline.last_day(date(2026, 4, 1), HolidayCalendar()) is None


def test_papers_that_cannot_be_shown_suspend_the_permit_too() -> None:
    guidance = region_named("beijing").guidance["unproven"]
    assert guidance.services == (Service.ENDORSE,)
    assert "suspended" in guidance.rule.text.in_language("en")
    assert [cite.section for cite in guidance.rule.cites] == ["不同地区的规定会有所区别,以北京为例"]


def test_people_are_asked_to_answer_truthfully() -> None:
    guidance = region_named("beijing").guidance["truthful"]
    assert guidance.services == (Service.ENDORSE, Service.CHANGE_ADDRESS)
    assert "truthfully" in guidance.rule.text.in_language("en")


def test_the_counters_are_named_without_invented_hours_or_telephones() -> None:
    beijing = region_named("beijing")
    assert list(beijing.offices) == ["present_station", "community_point", "any_station"]
    assert {(office.hours, office.telephone, office.website) for office in beijing.offices.values()} == {
        (None, None, None)
    }
    assert beijing.contact is None
    assert beijing.item_code is None


def test_permits_of_beijing_are_recognised_by_their_area_code() -> None:
    assert [region_named("beijing").recognises(code) for code in ("110000", "110106", "120000", "")] == [
        True,
        True,
        False,
        False,
    ]


def test_every_rule_cites_a_listed_section_and_speaks_both_languages() -> None:
    beijing = region_named("beijing")
    listed = {(source.file, section) for source in beijing.sources.values() for section in source.sections}
    for rule in beijing.rules.values():
        assert rule.cites
        assert {(cite.file, cite.section) for cite in rule.cites} <= listed
    for path, text in beijing.texts.items():
        assert set(LANGUAGES) <= set(dict(text.by_language))
        assert re.search(r"[\u4e00-\u9fff]", text.in_language("zh-Hans")), path
        chinese_names = ("services.endorse.online.text",)  # the WeChat account has no other name
        assert path in chinese_names or not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.in_language("en")), path
