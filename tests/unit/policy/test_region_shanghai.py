"""Shanghai's file on dated cases."""

from __future__ import annotations

import re
from datetime import date, time

import pytest

from kiosk.domain.endorsement import ResidenceYears
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.policy.office_days import DayKind
from kiosk.policy.rules import LANGUAGES
from tests.unit.policy.region_cases import (
    AT_ONCE,
    CONTINUOUS,
    COUNTER,
    IN_WINDOW,
    OVERDUE,
    RESTART,
    TOO_EARLY,
    Service,
    ask,
    new_term_of,
    region_named,
)

START, END = "2018-06-09", "2019-06-09"

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "window": (
        "test_the_window_opens_30_days_before_the_end_date_and_closes_on_it",
        "test_every_edge_of_the_permits_year",
    ),
    "overdue_to_day_60": ("test_to_day_60_the_new_year_starts_on_the_old_end_date_and_the_years_go_on",),
    "overdue_from_day_61": ("test_from_day_61_the_years_restart_on_the_make_up_date_and_the_resident_confirms",),
    "term": ("test_the_permit_is_endorsed_once_a_year_and_the_end_date_is_the_anniversary",),
    "senseless": ("test_dates_that_make_no_sense_lead_to_the_counter",),
    "undescribed": (
        "test_a_service_that_no_document_describes_is_for_the_counter_whatever_the_day",
        "test_a_declared_change_that_no_document_describes_is_for_the_counter",
    ),
    "kiosks": ("test_kiosks_are_supported",),
    "endorse": (
        "test_any_kiosk_of_the_city_endorses_on_the_spot_also_late",
        "test_nothing_is_posted_and_nothing_is_booked",
        "test_the_permit_itself_and_the_application_form_are_asked",
    ),
    "endorse.fee": ("test_endorsing_is_free",),
    "endorse.promise": ("test_endorsing_is_done_on_the_spot",),
    "living_elsewhere": ("test_living_elsewhere_asks_one_proof_and_the_counter_unless_central_verifies",),
    "in_a_relatives_home": ("test_a_relatives_home_asks_proof_of_kinship_too",),
    "guardian": (
        "test_for_a_holder_under_16_the_guardian_must_apply",
        "test_a_guardian_whose_licences_central_verified_is_served_at_once",
    ),
    "close_relative": ("test_a_close_relative_may_apply_for_who_is_65_and_hard_to_move_or_disabled",),
    "offices.community_centre": ("test_the_community_centre_closes_earlier_on_rest_days_and_holidays",),
    "offices.reception": ("test_the_citizens_reception_does_no_business",),
    "contact": ("test_questions_and_complaints_go_to_12345",),
}


def test_the_window_opens_30_days_before_the_end_date_and_closes_on_it() -> None:
    assert [ask("shanghai", on, START, END).outcome for on in ("2019-05-09", "2019-05-10", END, "2019-06-10")] == [
        TOO_EARLY,
        IN_WINDOW,
        IN_WINDOW,
        OVERDUE,
    ]


def test_to_day_60_the_new_year_starts_on_the_old_end_date_and_the_years_go_on() -> None:
    found = ask("shanghai", "2019-08-08", START, END)
    assert (new_term_of(found), found.residence_years) == ((END, "2020-06-09"), CONTINUOUS)


def test_from_day_61_the_years_restart_on_the_make_up_date_and_the_resident_confirms() -> None:
    found = ask("shanghai", "2019-08-09", START, END)
    assert (new_term_of(found), found.residence_years) == (("2019-08-09", "2020-08-09"), RESTART)
    assert found.to_confirm == ("overdue_from_day_61",)
    assert ask("shanghai", "2019-08-08", START, END).to_confirm == ()


def test_the_permit_is_endorsed_once_a_year_and_the_end_date_is_the_anniversary() -> None:
    assert ask("shanghai", "2019-05-20", START, END).outcome is IN_WINDOW
    assert ask("shanghai", "2019-05-20", START, "2019-06-07").outcome is None
    assert region_named("shanghai").categories["standard"].months == 12


def test_kiosks_are_supported() -> None:
    assert region_named("shanghai").kiosks.offered


def test_any_kiosk_of_the_city_endorses_on_the_spot_also_late() -> None:
    for on in ("2019-05-20", "2019-06-10", "2019-08-09", "2022-01-01"):
        assert [ask("shanghai", on, START, END, home_area=home).channel for home in (True, False, None)] == [
            AT_ONCE
        ] * 3


def test_nothing_is_posted_and_nothing_is_booked() -> None:
    service = region_named("shanghai").services[Service.ENDORSE]
    assert (service.by_post, service.by_appointment, service.collection) == (False, False, None)


def test_the_permit_itself_and_the_application_form_are_asked() -> None:
    service = region_named("shanghai").services[Service.ENDORSE]
    assert "permit" in service.bring
    assert [form.in_language("zh-Hans") for form in service.forms] == ["《上海市居住证签注申请表》"]


def test_endorsing_is_free() -> None:
    fee = region_named("shanghai").services[Service.ENDORSE].fee
    assert fee is not None
    assert fee.yuan == 0


def test_endorsing_is_done_on_the_spot() -> None:
    promise = region_named("shanghai").services[Service.ENDORSE].promise
    assert promise is not None
    assert (promise.working_days, promise.most_working_days) == (0, None)


@pytest.mark.parametrize(
    ("on", "outcome", "term", "years", "served", "code"),
    [
        ("2018-06-09", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2019-05-09", TOO_EARLY, None, CONTINUOUS, None, "window"),
        ("2019-05-10", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
        ("2019-06-08", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
        ("2019-06-09", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
        ("2019-06-10", OVERDUE, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "overdue_to_day_60"),
        ("2019-08-08", OVERDUE, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "overdue_to_day_60"),
        ("2019-08-09", OVERDUE, ("2019-08-09", "2020-08-09"), RESTART, AT_ONCE, "overdue_from_day_61"),
        ("2024-02-29", OVERDUE, ("2024-02-29", "2025-02-28"), RESTART, AT_ONCE, "overdue_from_day_61"),
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
    found = ask("shanghai", on, START, END)
    assert (found.outcome, new_term_of(found), found.residence_years, found.channel) == (outcome, term, years, served)
    assert (found.opens_on, found.closes_on) == (date(2019, 5, 10), date(2019, 6, 9))
    assert [reason.code for reason in found.reasons] == [code]
    assert found.evidence.all_of == found.evidence.any_of == ()


@pytest.mark.parametrize(
    ("start", "end", "on", "opens", "term"),
    [
        ("2024-02-29", "2025-02-28", "2025-01-29", date(2025, 1, 29), ("2025-02-28", "2026-02-28")),
        ("2027-02-28", "2028-02-28", "2028-02-28", date(2028, 1, 29), ("2028-02-28", "2029-02-28")),
        ("2023-03-01", "2024-03-01", "2024-01-31", date(2024, 1, 31), ("2024-03-01", "2025-03-01")),
        ("2018-12-31", "2019-12-31", "2019-12-01", date(2019, 12, 1), ("2019-12-31", "2020-12-31")),
        ("2019-01-15", "2020-01-15", "2019-12-16", date(2019, 12, 16), ("2020-01-15", "2021-01-15")),
    ],
)
def test_leap_years_month_ends_and_year_ends(start: str, end: str, on: str, opens: date, term: tuple[str, str]) -> None:
    found = ask("shanghai", on, start, end)
    assert (found.outcome, found.opens_on, new_term_of(found)) == (IN_WINDOW, opens, term)


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2019-06-09", "2018-06-09", "2019-05-10"),  # end before start
        ("2019-06-09", "2019-06-09", "2019-05-10"),  # no time at all
        ("2018-06-09", "2019-06-07", "2019-05-10"),  # two days short
        ("2018-06-09", "2020-06-09", "2019-05-10"),  # two years
        ("2018-06-09", "2018-12-09", "2018-12-01"),  # half a year
        ("2023-02-28", "2024-03-02", "2024-02-10"),  # stretched upward by days
        ("2024-02-29", "2025-03-02", "2025-02-10"),  # rolled over by two days
        ("2019-06-09", "2020-06-09", "2019-05-09"),  # starts 31 days ahead
        ("2019-06-09", "9999-12-31", "2019-06-10"),
        ("0001-01-01", "0002-01-01", "2019-06-10"),
    ],
)
def test_dates_that_make_no_sense_lead_to_the_counter(start: str, end: str, on: str) -> None:
    found = ask("shanghai", on, start, end)
    assert (found.outcome, found.channel, found.residence_years) == (None, COUNTER, None)
    assert (found.opens_on, found.closes_on, new_term_of(found)) == (None, None, None)
    assert [reason.code for reason in found.reasons] == ["senseless"]


def test_a_permit_endorsed_on_the_first_day_of_the_window_is_valid_and_too_early() -> None:
    assert ask("shanghai", "2019-05-10", "2019-06-09", "2020-06-09").outcome is TOO_EARLY


@pytest.mark.parametrize(("start", "end"), [(None, "2019-06-09"), ("2018-06-09", None), (None, None)])
def test_a_permit_without_a_date_makes_no_sense_here(start: str | None, end: str | None) -> None:
    assert ask("shanghai", "2019-05-10", start, end).outcome is None


def test_a_category_that_the_region_does_not_have_makes_no_sense() -> None:
    assert ask("shanghai", "2019-05-10", START, END, category="long").outcome is None


def test_a_service_that_no_document_describes_is_for_the_counter_whatever_the_day() -> None:
    for on in ("2018-12-01", "2019-05-20", "2019-12-01"):
        found = ask("shanghai", on, START, END, service=Service.LOST)
        assert (found.channel, new_term_of(found), found.residence_years) == (COUNTER, None, None)
        assert {reason.code for reason in found.reasons} == {"undescribed"}


def test_living_elsewhere_asks_one_proof_and_the_counter_unless_central_verifies() -> None:
    declared = frozenset({"address_changed"})
    found = ask("shanghai", "2019-05-20", START, END, declared=declared)
    assert found.evidence.any_of == ("title_deed", "registered_lease", "dormitory_certificate")
    assert (found.evidence.all_of, found.channel, found.channel_when_verified) == ((), COUNTER, AT_ONCE)
    assert [reason.code for reason in found.reasons] == ["window", "living_elsewhere", "living_elsewhere"]
    verified = ask("shanghai", "2019-05-20", START, END, declared=declared, verified=frozenset({"registered_lease"}))
    assert (verified.evidence.any_of, verified.evidence.all_of, verified.channel) == ((), (), AT_ONCE)


def test_a_relatives_home_asks_proof_of_kinship_too() -> None:
    declared = frozenset({"address_changed", "relatives_home"})
    found = ask("shanghai", "2019-05-20", START, END, declared=declared, verified=frozenset({"title_deed"}))
    assert (found.evidence.all_of, found.evidence.any_of, found.channel) == (("kinship_proof",), (), COUNTER)


def _for_whom(age: int | None, agent: str | None, *declared: str) -> tuple[object, ...]:
    found = ask("shanghai", "2019-05-20", START, END, age=age, agent=agent, declared=frozenset(declared))
    assert found.evidence.any_of == ()
    return found.channel, found.channel_when_verified, found.evidence.all_of


GUARDIANS = ("agent_id_card", "guardianship_proof")
RELATIVES = ("agent_id_card", "letter_of_authority")


def test_for_a_holder_under_16_the_guardian_must_apply() -> None:
    assert _for_whom(15, "guardian") == (COUNTER, AT_ONCE, GUARDIANS)
    assert _for_whom(15, None) == (COUNTER, COUNTER, GUARDIANS)
    assert _for_whom(15, "close_relative", "disabled") == (COUNTER, COUNTER, (*GUARDIANS, "letter_of_authority"))
    assert _for_whom(16, None) == (AT_ONCE, AT_ONCE, ())
    assert _for_whom(16, "guardian") == (COUNTER, COUNTER, ())


def test_a_close_relative_may_apply_for_who_is_65_and_hard_to_move_or_disabled() -> None:
    assert _for_whom(65, "close_relative", "hard_to_move") == (COUNTER, AT_ONCE, RELATIVES)
    assert _for_whom(64, "close_relative", "hard_to_move") == (COUNTER, COUNTER, ())
    assert _for_whom(65, "close_relative") == (COUNTER, COUNTER, ())
    assert _for_whom(30, "close_relative", "disabled") == (COUNTER, AT_ONCE, RELATIVES)
    assert _for_whom(90, None, "disabled") == (AT_ONCE, AT_ONCE, ())


def test_an_agent_that_no_document_names_is_for_the_counter() -> None:
    assert _for_whom(None, "entrusted") == (COUNTER, COUNTER, ())


def test_a_declared_change_that_no_document_describes_is_for_the_counter() -> None:
    found = ask("shanghai", "2019-05-20", START, END, declared=frozenset({"identity_changed"}))
    assert (found.channel, found.channel_when_verified, new_term_of(found)) == (COUNTER, COUNTER, None)
    assert found.reasons[-1].code == "undescribed"


def test_a_guardian_whose_licences_central_verified_is_served_at_once() -> None:
    verified = frozenset({"agent_id_card", "guardianship_proof"})
    found = ask("shanghai", "2019-05-20", START, END, age=9, agent="guardian", verified=verified)
    assert (found.channel, found.evidence.all_of) == (AT_ONCE, ())


def test_permits_of_shanghai_are_recognised_by_their_area_code() -> None:
    shanghai = region_named("shanghai")
    assert shanghai.recognises("310000")
    assert not shanghai.recognises("110000")
    assert not shanghai.recognises("")


def test_the_community_centre_closes_earlier_on_rest_days_and_holidays() -> None:
    centre = region_named("shanghai").offices["community_centre"]
    assert (centre.does_business, centre.website, centre.telephone) == (True, "www.962222.net", "021-12345")
    assert centre.hours is not None
    hours = {kind: [(each.opens, each.closes) for each in centre.hours.on(kind)] for kind in DayKind}
    assert hours == {
        DayKind.WORKDAY: [(time(8, 30), time(16, 30))],
        DayKind.REST_DAY: [(time(8, 30), time(11, 30))],
        DayKind.HOLIDAY: [(time(8, 30), time(11, 30))],
    }


def test_the_citizens_reception_does_no_business() -> None:
    assert not region_named("shanghai").offices["reception"].does_business


def test_questions_and_complaints_go_to_12345() -> None:
    contact = region_named("shanghai").contact
    assert contact is not None
    assert contact.telephones == contact.complaints == ("021-12345",)


def test_the_item_code_is_the_documents() -> None:
    assert region_named("shanghai").item_code == "310000999000GA0000531200019400001"


def test_texts_are_found_by_their_path_and_rules_by_their_code() -> None:
    shanghai = region_named("shanghai")
    assert shanghai.text("name").in_language("en") == "Shanghai"
    assert shanghai.text("window.text") == shanghai.rule("window").text
    told = shanghai.text("texts.address_is_true")
    assert told.in_language("ug") == told.in_language("zh-Hans")
    assert shanghai.rule("overdue_to_day_60").ours == ("new_dates", "residence_years")
    with pytest.raises(KeyError):
        shanghai.text("texts.nothing")


def test_every_reason_has_a_text_in_both_languages_and_a_section_of_a_listed_source() -> None:
    shanghai = region_named("shanghai")
    listed = {(source.file, section) for source in shanghai.sources.values() for section in source.sections}
    for rule in shanghai.rules.values():
        assert {(cite.file, cite.section) for cite in rule.cites} <= listed
        assert rule.cites
        for language in LANGUAGES:
            assert dict(rule.text.by_language)[language].strip()


def test_english_texts_hold_no_chinese_and_chinese_texts_some() -> None:
    for path, text in region_named("shanghai").texts.items():
        assert re.search(r"[\u4e00-\u9fff]", text.in_language("zh-Hans")), path
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.in_language("en")), path
