"""Xuchang's file (Jian'an District) on dated cases, rule by rule."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import LANGUAGES
from kiosk.policy.services import AgentRole, OldPermit
from tests.unit.policy.region_cases import (
    AFTER_REVIEW,
    CONTINUOUS,
    COUNTER,
    FROM_MAKE_UP,
    IN_WINDOW,
    NOT_OFFERED,
    OVERDUE,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)

FILE, REGULATION, MEASURES = "000_29cfada3466182a1.txt", "居住证暂行条例", "河南省居住证实施办法"
START, END = "2025-04-15", "2026-04-15"
IN_TIME, LATE = "2026-04-01", "2026-06-15"
GROUND = ("address_proof", "work_proof", "study_proof")
MOVED = frozenset({"address_changed"})

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "term": ("test_permits_are_endorsed_yearly_and_the_end_date_is_the_anniversary",),
    "window": ("test_every_edge_of_the_permits_year", "test_the_window_is_the_calendar_month_before_the_end_date"),
    "overdue_without_limit": (
        "test_every_edge_of_the_permits_year",
        "test_late_without_limit_by_the_national_rule_and_the_days_between_are_not_counted",
    ),
    "senseless": ("test_dates_that_make_no_sense_lead_to_the_counter",),
    "undescribed": ("test_what_the_page_does_not_describe_is_told_with_place_and_telephone",),
    "kiosks": ("test_nothing_is_offered_at_kiosks", "test_a_trial_ordered_by_the_authority_is_served_after_review"),
    "endorse": ("test_both_originals_and_one_proof_of_address_work_or_study_are_brought",),
    "endorse.fee": ("test_it_is_free_without_post_or_appointment_and_done_in_one_working_day",),
    "endorse.promise": ("test_it_is_free_without_post_or_appointment_and_done_in_one_working_day",),
    "endorse.online": ("test_online_is_named_first_and_needs_no_visit",),
    "endorse.review": ("test_the_community_officer_reviews_in_three_stages_whose_figures_without_unit_are_not_shown",),
    "moved": ("test_who_moved_is_endorsed_at_the_new_registration_station",),
    "moved_elsewhere": ("test_who_moved_is_endorsed_at_the_new_registration_station",),
    "change_address": ("test_moving_in_mid_year_leaves_the_term",),
    "change_address.fee": ("test_it_is_free_without_post_or_appointment_and_done_in_one_working_day",),
    "change_address.promise": ("test_it_is_free_without_post_or_appointment_and_done_in_one_working_day",),
    "change_address.online": ("test_online_is_named_first_and_needs_no_visit",),
    "change_address.review": (
        "test_the_community_officer_reviews_in_three_stages_whose_figures_without_unit_are_not_shown",
    ),
    "moved_and_overdue": ("test_moving_when_late_is_endorsed_in_the_same_go",),
    "guardian": ("test_somebody_may_act_for_the_holder_but_the_papers_are_not_said",),
    "close_relative": ("test_somebody_may_act_for_the_holder_but_the_papers_are_not_said",),
    "entrusted": ("test_somebody_may_act_for_the_holder_but_the_papers_are_not_said",),
    "guidance.collection": ("test_the_permit_is_collected_with_the_identity_card",),
    "deadlines.change_address": ("test_who_moved_has_fifteen_calendar_days",),
    "offices.residence_station": ("test_the_counter_is_the_station_of_the_residence_without_invented_hours",),
    "offices.community_office": ("test_the_counter_is_the_station_of_the_residence_without_invented_hours",),
    "contact": ("test_questions_and_complaints_have_a_number_each",),
}


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years", "pilot_served", "code"),
    [
        ("2025-04-15", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2026-03-14", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2026-03-15", IN_WINDOW, (END, "2027-04-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        ("2026-04-14", IN_WINDOW, (END, "2027-04-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        ("2026-04-15", IN_WINDOW, (END, "2027-04-15"), CONTINUOUS, AFTER_REVIEW, "window"),
        ("2026-04-16", OVERDUE, ("2026-04-16", "2027-04-16"), FROM_MAKE_UP, AFTER_REVIEW, "overdue_without_limit"),
        ("2026-10-16", OVERDUE, ("2026-10-16", "2027-10-16"), FROM_MAKE_UP, AFTER_REVIEW, "overdue_without_limit"),
        ("2028-02-29", OVERDUE, ("2028-02-29", "2029-02-28"), FROM_MAKE_UP, AFTER_REVIEW, "overdue_without_limit"),
        ("2041-01-01", OVERDUE, ("2041-01-01", "2042-01-01"), FROM_MAKE_UP, AFTER_REVIEW, "overdue_without_limit"),
    ],
)
def test_every_edge_of_the_permits_year(
    on: str,
    outcome: AssessedOutcome,
    term: tuple[str, str] | None,
    years: ResidenceYears,
    pilot_served: Channel | None,
    code: str,
) -> None:
    for pilot, served in ((False, NOT_OFFERED), (True, pilot_served)):
        found = ask("xuchang", on, START, END, pilot=pilot)
        assert (found.outcome, new_term_of(found), found.residence_years) == (outcome, term, years)
        assert (found.opens_on, found.closes_on) == (date(2026, 3, 15), date(2026, 4, 15))
        assert found.channel is served
        asked = () if outcome is TOO_EARLY else GROUND
        assert (found.evidence.all_of, found.evidence.any_of) == ((), asked)
        assert code in {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("start", "end", "opens", "rows"),
    [
        (
            "2024-02-29",
            "2025-02-28",
            "2025-01-28",
            [
                ("2025-01-27", TOO_EARLY, None),
                ("2025-01-28", IN_WINDOW, ("2025-02-28", "2026-02-28")),
                ("2025-03-01", OVERDUE, ("2025-03-01", "2026-03-01")),
            ],
        ),
        (
            "2023-03-31",
            "2024-03-31",
            "2024-02-29",
            [("2024-02-28", TOO_EARLY, None), ("2024-02-29", IN_WINDOW, ("2024-03-31", "2025-03-31"))],
        ),
        (
            "2025-01-10",
            "2026-01-10",
            "2025-12-10",
            [
                ("2025-12-09", TOO_EARLY, None),
                ("2025-12-10", IN_WINDOW, ("2026-01-10", "2027-01-10")),
                ("2026-01-11", OVERDUE, ("2026-01-11", "2027-01-11")),
            ],
        ),
        (
            "2027-02-28",
            "2028-02-28",
            "2028-01-28",
            [
                ("2028-02-28", IN_WINDOW, ("2028-02-28", "2029-02-28")),
                ("2028-02-29", OVERDUE, ("2028-02-29", "2029-02-28")),
            ],
        ),
    ],
)
def test_the_window_is_the_calendar_month_before_the_end_date(
    start: str, end: str, opens: str, rows: list[tuple[str, AssessedOutcome, tuple[str, str] | None]]
) -> None:
    for on, outcome, term in rows:
        found = ask("xuchang", on, start, end)
        assert (on, found.outcome, new_term_of(found)) == (on, outcome, term)
        assert (found.opens_on, found.closes_on) == (date.fromisoformat(opens), date.fromisoformat(end))
    assert region_named("xuchang").rule("window").ours == ("opens_before", "new_dates", "residence_years")


def test_late_without_limit_by_the_national_rule_and_the_days_between_are_not_counted() -> None:
    found = ask("xuchang", LATE, START, END)
    assert found.residence_gap == (date(2026, 4, 16), date(2026, 6, 14))
    assert [(reason.source, reason.section) for reason in found.reasons if reason.code == "overdue_without_limit"] == [
        (REGULATION, "第十条")
    ]
    assert len(region_named("xuchang").calendar.tiers) == 1
    assert region_named("xuchang").calendar.tiers[0].last is None


def test_the_dates_can_be_checked_though_nothing_is_offered() -> None:
    request = AssessmentRequest(on=date(2026, 1, 10), valid_from=date(2025, 4, 15), valid_to=date(2026, 4, 15))
    ahead = permit_calendar(region_named("xuchang"), request)
    assert ahead.next_window == (date(2026, 3, 15), date(2026, 4, 15))
    assert (ahead.suspended_from, ahead.reapply_from, ahead.cancelled_from) == (date(2026, 4, 16), None, None)
    assert [(each.first, each.last, each.assessment.channel) for each in ahead.periods] == [
        (date(2026, 1, 10), date(2026, 3, 14), NOT_OFFERED),
        (date(2026, 3, 15), date(2026, 4, 15), NOT_OFFERED),
        (date(2026, 4, 16), None, NOT_OFFERED),
    ]


def test_the_day_central_received_the_application_counts_however_long_the_review_takes() -> None:
    late = ask("xuchang", "2026-08-01", START, END, pilot=True, received_on=LATE)
    assert (late.outcome, new_term_of(late)) == (OVERDUE, (LATE, "2027-06-15"))
    in_time = ask("xuchang", "2026-04-20", START, END, pilot=True, received_on=END)
    assert (in_time.outcome, new_term_of(in_time)) == (IN_WINDOW, (END, "2027-04-15"))


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2026-04-15", "2025-04-15", "2026-04-01"),  # end before start
        ("2025-04-15", "2026-04-13", "2026-04-01"),  # two days short
        ("2025-04-15", "2027-04-15", "2026-04-01"),  # two years
        ("2026-05-15", "2027-05-15", "2026-04-14"),  # starts more than a window ahead
    ],
)
def test_dates_that_make_no_sense_lead_to_the_counter(start: str, end: str, on: str) -> None:
    for pilot in (True, False):
        found = ask("xuchang", on, start, end, pilot=pilot)
        assert (found.outcome, found.channel, found.residence_years, new_term_of(found)) == (None, COUNTER, None, None)
        assert [reason.code for reason in found.reasons] == ["senseless"]
        assert "0374-5110114" in found.texts[0].in_language("zh-Hans")


def test_the_permit_that_an_endorsement_gave_is_accepted_and_too_early() -> None:
    for on in ("2026-03-15", "2026-04-15", "2026-04-16", LATE):
        term = new_term_of(ask("xuchang", on, START, END, pilot=True))
        assert term is not None
        assert ask("xuchang", on, *term).outcome is TOO_EARLY


def test_nothing_is_offered_at_kiosks() -> None:
    xuchang = region_named("xuchang")
    assert (xuchang.kiosks.offered, xuchang.kiosks.pilot) == (False, Channel.AFTER_REVIEW)
    assert xuchang.kiosks.rule.ours == ("pilot",)
    for on in ("2025-08-01", IN_TIME, LATE):
        found = ask("xuchang", on, START, END)
        assert (found.channel, found.reasons[0].code) == (NOT_OFFERED, "kiosks")
        assert (found.reasons[0].source, found.reasons[0].section) == (FILE, "是否支持自助终端办理")


def test_a_trial_ordered_by_the_authority_is_served_after_review() -> None:
    for on in (IN_TIME, LATE):
        for home_area in (True, None):
            found = ask("xuchang", on, START, END, pilot=True, home_area=home_area)
            assert (found.channel, found.channel_when_verified) == (AFTER_REVIEW, AFTER_REVIEW)
        assert ask("xuchang", on, START, END, pilot=True, home_area=False).channel is COUNTER


def test_online_is_named_first_and_needs_no_visit() -> None:
    xuchang = region_named("xuchang")
    chinese, english = (xuchang.kiosks.rule.text.in_language(language) for language in LANGUAGES)
    assert chinese.index("网上") < chinese.index("窗口")
    assert english.index("online") < english.index("counter")
    for service in (Service.ENDORSE, Service.CHANGE_ADDRESS):
        online = xuchang.services[service].online
        assert online is not None
        assert "互联网+便民服务平台" in online.text.in_language("zh-Hans")
    online = xuchang.services[Service.ENDORSE].online
    assert online is not None
    assert "without a single visit" in online.text.in_language("en")
    assert "最多到现场办事次数" in [cite.section for cite in online.cites]


def test_both_originals_and_one_proof_of_address_work_or_study_are_brought() -> None:
    xuchang = region_named("xuchang")
    service = xuchang.services[Service.ENDORSE]
    assert service.bring == ("permit", "id_card")
    assert all("原件" in xuchang.evidence[key].name.in_language("zh-Hans") for key in service.bring)
    assert xuchang.evidence["ground"].any_of == GROUND
    assert (MEASURES, "第十六条") in [(cite.file, cite.section) for cite in service.rule.cites]
    verified = ask("xuchang", IN_TIME, START, END, pilot=True, verified=frozenset({"work_proof"}))
    assert (verified.channel, verified.evidence.any_of, verified.evidence.all_of) == (AFTER_REVIEW, (), ())


def test_address_term_and_issuing_authority_are_rewritten_on_the_old_permit() -> None:
    rule = region_named("xuchang").services[Service.ENDORSE].rule
    assert all(word in rule.text.in_language("zh-Hans") for word in ("住址", "有效期", "签发机关"))
    assert region_named("xuchang").services[Service.ENDORSE].old_permit is OldPermit.REWRITTEN


def test_it_is_free_without_post_or_appointment_and_done_in_one_working_day() -> None:
    for name in (Service.ENDORSE, Service.CHANGE_ADDRESS):
        service = region_named("xuchang").services[name]
        assert service.fee is not None
        assert service.promise is not None
        assert (service.fee.yuan, service.promise.working_days) == (0, 1)
        assert (service.by_post, service.by_appointment, service.post) == (False, False, None)


def test_the_community_officer_reviews_in_three_stages_whose_figures_without_unit_are_not_shown() -> None:
    for name in (Service.ENDORSE, Service.CHANGE_ADDRESS):
        review = region_named("xuchang").services[name].review
        assert review is not None
        assert [(stage.key, stage.name.in_language("zh-Hans"), stage.results) for stage in review.stages] == [
            ("intake", "收件", ("accept", "return")),
            ("acceptance", "受理", ("agree", "return")),
            ("decision", "决定", ("agree", "return")),
        ]
        assert "社区民警" in review.rule.text.in_language("zh-Hans")
        assert not any(re.search(r"\d", review.rule.text.in_language(language)) for language in LANGUAGES)
        assert not review.asks_telephone


def test_who_moved_is_endorsed_at_the_new_registration_station() -> None:
    found = ask("xuchang", IN_TIME, START, END, pilot=True, declared=MOVED)
    assert (found.channel, found.evidence.any_of, new_term_of(found)) == (AFTER_REVIEW, GROUND, (END, "2027-04-15"))
    assert (MEASURES, "第十七条") in [(reason.source, reason.section) for reason in found.reasons]
    elsewhere = ask("xuchang", IN_TIME, START, END, pilot=True, declared=MOVED, home_area=False)
    assert (elsewhere.channel, elsewhere.reasons[-1].code) == (COUNTER, "moved_elsewhere")
    assert ask("xuchang", IN_TIME, START, END, declared=MOVED).channel is NOT_OFFERED


def test_moving_in_mid_year_leaves_the_term() -> None:
    for on in ("2025-08-01", IN_TIME, END):
        found = ask("xuchang", on, START, END, pilot=True, service=Service.CHANGE_ADDRESS, declared=MOVED)
        assert (found.outcome, found.channel, new_term_of(found)) == (IN_WINDOW, AFTER_REVIEW, (START, END))
        assert (found.evidence.all_of, found.evidence.any_of) == ((), GROUND)
    assert ask("xuchang", IN_TIME, START, END, service=Service.CHANGE_ADDRESS).channel is NOT_OFFERED
    assert (
        ask("xuchang", IN_TIME, START, END, pilot=True, service=Service.CHANGE_ADDRESS, home_area=False).channel
        is COUNTER
    )


def test_moving_when_late_is_endorsed_in_the_same_go() -> None:
    found = ask("xuchang", LATE, START, END, pilot=True, service=Service.CHANGE_ADDRESS)
    assert (found.outcome, found.channel, new_term_of(found)) == (OVERDUE, AFTER_REVIEW, (LATE, "2027-06-15"))
    assert found.residence_years is FROM_MAKE_UP


def test_who_moved_has_fifteen_calendar_days() -> None:
    xuchang = region_named("xuchang")
    rule, deadline = xuchang.deadlines["change_address"]
    assert deadline.last_day(date(2026, 9, 20), xuchang.holidays) == date(2026, 10, 5)  # in the holidays too
    assert deadline.last_day(date(2030, 12, 20), xuchang.holidays) == date(2031, 1, 4)
    assert (MEASURES, "第十七条") in [(cite.file, cite.section) for cite in rule.cites]


@pytest.mark.parametrize("kind", ["guardian", "close_relative", "entrusted"])
def test_somebody_may_act_for_the_holder_but_the_papers_are_not_said(kind: str) -> None:
    for age in (10, 70, None):
        found = ask("xuchang", IN_TIME, START, END, pilot=True, agent=kind, age=age)
        assert (found.channel, found.reasons[-1].code, found.evidence.all_of) == (COUNTER, kind, ())
        assert "do not say with what papers" in found.texts[-1].in_language("en")
        assert ask("xuchang", IN_TIME, START, END, agent=kind, age=age).channel is NOT_OFFERED
    agent = region_named("xuchang").agents[kind]
    assert (agent.role, agent.effect.evidence) == (AgentRole.MAY, ())


def test_a_child_may_come_alone_because_the_page_demands_no_guardian() -> None:
    assert ask("xuchang", IN_TIME, START, END, pilot=True, age=10).channel is AFTER_REVIEW


def test_the_permit_is_collected_with_the_identity_card() -> None:
    guidance = region_named("xuchang").guidance["collection"]
    assert guidance.services == (Service.ENDORSE, Service.CHANGE_ADDRESS)  # on no page without
    assert "身份证" in guidance.rule.text.in_language("zh-Hans")
    assert [(cite.file, cite.section) for cite in guidance.rule.cites] == [(FILE, "审批结果")]


def test_the_counter_is_the_station_of_the_residence_without_invented_hours() -> None:
    xuchang = region_named("xuchang")
    assert list(xuchang.offices) == ["residence_station", "community_office"]
    assert xuchang.offices["residence_station"].rule.ours == ("*",)
    assert {office.hours for office in xuchang.offices.values()} == {None}
    assert "派出所户籍室" in xuchang.offices["residence_station"].name.in_language("zh-Hans")


def test_questions_and_complaints_have_a_number_each() -> None:
    xuchang = region_named("xuchang")
    assert xuchang.contact is not None
    assert (xuchang.contact.telephones, xuchang.contact.complaints) == (("0374-5110114",), ("0374-5112002",))
    assert xuchang.item_code == "11411023005761757T400070900500001"


@pytest.mark.parametrize(
    "service", [Service.CORRECT, Service.CHANGE_CATEGORY, Service.CHANGE_IDENTITY, Service.LOST, Service.DAMAGED]
)
def test_what_the_page_does_not_describe_is_told_with_place_and_telephone(service: Service) -> None:
    for on in ("2025-08-01", IN_TIME, LATE):
        for pilot in (True, False):
            found = ask("xuchang", on, START, END, pilot=pilot, service=service)
            assert (found.channel, new_term_of(found), found.residence_years) == (COUNTER, None, None)
            assert {reason.code for reason in found.reasons} == {"undescribed"}
            assert "0374-5110114" in found.texts[-1].in_language("zh-Hans")


def test_changed_personal_details_are_not_described_and_lead_to_the_counter() -> None:
    found = ask("xuchang", IN_TIME, START, END, pilot=True, declared=frozenset({"identity_changed"}))
    assert (found.channel, new_term_of(found), found.reasons[-1].code) == (COUNTER, None, "undescribed")


def test_permits_are_endorsed_yearly_and_the_end_date_is_the_anniversary() -> None:
    xuchang = region_named("xuchang")
    assert {key: category.months for key, category in xuchang.categories.items()} == {"standard": 12}
    assert xuchang.term.rule.ours == ("counted_from", "end_date")


def test_permits_of_other_districts_are_not_served() -> None:
    assert [region_named("xuchang").recognises(code) for code in ("411003", "411002", "410100", "")] == [
        True,
        False,
        False,
        False,
    ]


def test_every_rule_cites_a_listed_section_and_speaks_both_languages() -> None:
    xuchang = region_named("xuchang")
    listed = {(source.file, section) for source in xuchang.sources.values() for section in source.sections}
    for rule in xuchang.rules.values():
        assert rule.cites
        assert {(cite.file, cite.section) for cite in rule.cites} <= listed
    for path, text in xuchang.texts.items():
        assert set(LANGUAGES) <= set(dict(text.by_language))
        assert re.search(r"[\u4e00-\u9fff]", text.in_language("zh-Hans")), path
        chinese_names = ("services.endorse.online.text", "services.change_address.online.text")  # a platform's name
        assert path in chinese_names or not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.in_language("en")), path
