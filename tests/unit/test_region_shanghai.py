"""Shanghai's file on dated cases."""

from __future__ import annotations

import re
from datetime import date, time

import pytest

from kiosk.policy.office_days import DayKind
from kiosk.policy.rules import LANGUAGES
from tests.unit.region_cases import (
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


@pytest.mark.parametrize(("on", "outcome", "term", "years", "served", "code"), [
    ("2018-06-09", TOO_EARLY, None, CONTINUOUS, None, "window"),
    ("2019-05-09", TOO_EARLY, None, CONTINUOUS, None, "window"),
    ("2019-05-10", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
    ("2019-06-08", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
    ("2019-06-09", IN_WINDOW, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "window"),
    ("2019-06-10", OVERDUE, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "overdue_to_day_60"),
    ("2019-08-08", OVERDUE, (END, "2020-06-09"), CONTINUOUS, AT_ONCE, "overdue_to_day_60"),
    ("2019-08-09", OVERDUE, ("2019-08-09", "2020-08-09"), RESTART, AT_ONCE, "overdue_from_day_61"),
    ("2024-02-29", OVERDUE, ("2024-02-29", "2025-02-28"), RESTART, AT_ONCE, "overdue_from_day_61"),
])
def test_every_edge_of_the_permits_year(on, outcome, term, years, served, code) -> None:
    found = ask("shanghai", on, START, END)
    assert (found.outcome, new_term_of(found), found.residence_years, found.served) == (outcome, term, years, served)
    assert (found.opens_on, found.closes_on) == (date(2019, 5, 10), date(2019, 6, 9))
    assert [reason.code for reason in found.reasons] == [code]
    assert found.evidence.all_of == found.evidence.any_of == ()


@pytest.mark.parametrize(("start", "end", "on", "opens", "term"), [
    ("2024-02-29", "2025-02-28", "2025-01-29", date(2025, 1, 29), ("2025-02-28", "2026-02-28")),
    ("2027-02-28", "2028-02-28", "2028-02-28", date(2028, 1, 29), ("2028-02-28", "2029-02-28")),
    ("2023-03-01", "2024-03-01", "2024-01-31", date(2024, 1, 31), ("2024-03-01", "2025-03-01")),
    ("2018-12-31", "2019-12-31", "2019-12-01", date(2019, 12, 1), ("2019-12-31", "2020-12-31")),
    ("2019-01-15", "2020-01-15", "2019-12-16", date(2019, 12, 16), ("2020-01-15", "2021-01-15")),
])
def test_leap_years_month_ends_and_year_ends(start, end, on, opens, term) -> None:
    found = ask("shanghai", on, start, end)
    assert (found.outcome, found.opens_on, new_term_of(found)) == (IN_WINDOW, opens, term)


@pytest.mark.parametrize(("start", "end", "on"), [
    ("2019-06-09", "2018-06-09", "2019-05-10"),         # end before start
    ("2019-06-09", "2019-06-09", "2019-05-10"),         # no time at all
    ("2018-06-09", "2019-06-08", "2019-05-10"),         # the other convention
    ("2018-06-09", "2020-06-09", "2019-05-10"),         # two years
    ("2018-06-09", "2018-12-09", "2018-12-01"),         # half a year
    ("2023-02-28", "2024-02-29", "2024-02-10"),         # stretched upward
    ("2024-02-29", "2025-03-01", "2025-02-10"),         # rolled over
    ("2019-06-09", "2020-06-09", "2019-05-09"),         # starts 31 days ahead
    ("2019-06-09", "9999-12-31", "2019-06-10"),
    ("0001-01-01", "0002-01-01", "2019-06-10"),
])
def test_dates_that_make_no_sense_lead_to_the_counter(start, end, on) -> None:
    found = ask("shanghai", on, start, end)
    assert (found.outcome, found.served, found.residence_years) == (None, COUNTER, None)
    assert (found.opens_on, found.closes_on, new_term_of(found)) == (None, None, None)
    assert [reason.code for reason in found.reasons] == ["senseless"]


def test_a_permit_endorsed_on_the_first_day_of_the_window_is_valid_and_too_early() -> None:
    assert ask("shanghai", "2019-05-10", "2019-06-09", "2020-06-09").outcome is TOO_EARLY


@pytest.mark.parametrize(("start", "end"), [(None, "2019-06-09"), ("2018-06-09", None), (None, None)])
def test_a_permit_without_a_date_makes_no_sense_here(start, end) -> None:
    assert ask("shanghai", "2019-05-10", start, end).outcome is None


def test_a_category_that_the_region_does_not_have_makes_no_sense() -> None:
    assert ask("shanghai", "2019-05-10", START, END, category="long").outcome is None


def test_a_service_that_no_document_describes_is_for_the_counter_whatever_the_day() -> None:
    for on in ("2018-12-01", "2019-05-20", "2019-12-01"):
        found = ask("shanghai", on, START, END, service=Service.LOST)
        assert (found.served, new_term_of(found), found.residence_years) == (COUNTER, None, None)
        assert {reason.code for reason in found.reasons} == {"undescribed"}


def test_living_elsewhere_asks_one_proof_and_the_counter_unless_central_verifies() -> None:
    declared = frozenset({"address_changed"})
    found = ask("shanghai", "2019-05-20", START, END, declared=declared)
    assert found.evidence.any_of == ("title_deed", "registered_lease", "dormitory_certificate")
    assert (found.evidence.all_of, found.served, found.served_when_verified) == ((), COUNTER, AT_ONCE)
    assert [reason.code for reason in found.reasons] == ["window", "living_elsewhere", "living_elsewhere"]
    verified = ask("shanghai", "2019-05-20", START, END, declared=declared, verified=frozenset({"registered_lease"}))
    assert (verified.evidence.any_of, verified.evidence.all_of, verified.served) == ((), (), AT_ONCE)


def test_a_relatives_home_asks_proof_of_kinship_too() -> None:
    declared = frozenset({"address_changed", "relatives_home"})
    found = ask("shanghai", "2019-05-20", START, END, declared=declared, verified=frozenset({"title_deed"}))
    assert (found.evidence.all_of, found.evidence.any_of, found.served) == (("kinship_proof",), (), COUNTER)


@pytest.mark.parametrize(("age", "agent", "declared", "served", "served_when_verified", "evidence"), [
    (15, "guardian", (), COUNTER, AT_ONCE, ("agent_id_card", "guardianship_proof")),
    (15, None, (), COUNTER, COUNTER, ("agent_id_card", "guardianship_proof")),
    (15, "close_relative", ("disabled",), COUNTER, COUNTER,
     ("agent_id_card", "guardianship_proof", "letter_of_authority")),
    (16, None, (), AT_ONCE, AT_ONCE, ()),
    (16, "guardian", (), COUNTER, COUNTER, ()),
    (65, "close_relative", ("hard_to_move",), COUNTER, AT_ONCE, ("agent_id_card", "letter_of_authority")),
    (64, "close_relative", ("hard_to_move",), COUNTER, COUNTER, ()),
    (65, "close_relative", (), COUNTER, COUNTER, ()),
    (30, "close_relative", ("disabled",), COUNTER, AT_ONCE, ("agent_id_card", "letter_of_authority")),
    (None, "entrusted", (), COUNTER, COUNTER, ()),
    (90, None, ("disabled",), AT_ONCE, AT_ONCE, ()),
])
def test_who_may_come_for_whom(age, agent, declared, served, served_when_verified, evidence) -> None:
    found = ask("shanghai", "2019-05-20", START, END, age=age, agent=agent, declared=frozenset(declared))
    assert (found.served, found.served_when_verified) == (served, served_when_verified)
    assert (found.evidence.all_of, found.evidence.any_of) == (evidence, ())


def test_a_guardian_whose_licences_central_verified_is_served_at_once() -> None:
    verified = frozenset({"agent_id_card", "guardianship_proof"})
    found = ask("shanghai", "2019-05-20", START, END, age=9, agent="guardian", verified=verified)
    assert (found.served, found.evidence.all_of) == (AT_ONCE, ())


def test_restarting_the_years_is_confirmed_by_the_resident() -> None:
    assert ask("shanghai", "2019-08-09", START, END).to_confirm == ("overdue_from_day_61",)
    assert ask("shanghai", "2019-08-08", START, END).to_confirm == ()


def test_permits_of_shanghai_are_recognised_by_their_area_code() -> None:
    shanghai = region_named("shanghai")
    assert shanghai.recognises("310000")
    assert not shanghai.recognises("110000")
    assert not shanghai.recognises("")


def test_the_counter_its_hours_telephone_fee_and_item_are_told() -> None:
    shanghai = region_named("shanghai")
    hours = shanghai.offices["community_centre"].hours
    assert hours is not None
    assert [(each.opens, each.closes) for each in hours.on(DayKind.WORKDAY)] == [(time(8, 30), time(16, 30))]
    assert [(each.opens, each.closes) for each in hours.on(DayKind.REST_DAY)] == [(time(8, 30), time(11, 30))]
    assert shanghai.item_code == "310000999000GA0000531200019400001"
    assert shanghai.contact is not None
    assert shanghai.contact.telephones == shanghai.contact.complaints == ("021-12345",)
    service = shanghai.services[Service.ENDORSE]
    assert service.fee is not None
    assert (service.fee.yuan, service.by_post, service.by_appointment) == (0, False, False)
    assert [form.in_language("zh-Hans") for form in service.forms] == ["《上海市居住证签注申请表》"]


def test_texts_are_found_by_their_path_and_rules_by_their_code() -> None:
    shanghai = region_named("shanghai")
    assert shanghai.text("name").in_language("en") == "Shanghai"
    assert shanghai.text("window.text") == shanghai.rule("window").text
    assert shanghai.text("texts.receipt_footer").in_language("ug") == shanghai.text("texts.receipt_footer").in_language(
        "zh-Hans")
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
