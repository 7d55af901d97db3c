"""The scenarios are listed, possible, and about people who exist in the data; what a run came to is judged honestly."""

from __future__ import annotations

from datetime import date

import pytest

from drivers.permit_unit.dialects import DIALECTS
from drivers.simulators.residents import Residents, load_residents
from kiosk.demo import scenarios
from kiosk.demo.scenarios import SCENARIOS, NewTerm, NoSuchScenario, OfficeStep, Scenario

TODAY = date(2026, 11, 22)
ASKED_FOR = {
    "shanghai-renewal",
    "beijing-overdue",
    "haikou-two-visits",
    "xuchang-explained",
    "xuchang-pilot",
    "xinjiang-short-to-long",
    "chip-only-renewal",
}


@pytest.fixture(scope="module")
def everybody() -> Residents:
    return load_residents(today=TODAY)


def test_every_scenario_that_was_asked_for_is_listed_with_one_line() -> None:
    lines = scenarios.listing().splitlines()
    assert [line.split()[0] for line in lines] == [scenario.name for scenario in SCENARIOS]
    assert {scenario.name for scenario in SCENARIOS} >= ASKED_FOR
    assert lines[0].startswith(f"{scenarios.DEFAULT} ")
    assert all(len(line) <= 120 and scenario.about in line for line, scenario in zip(lines, SCENARIOS, strict=True))


def test_a_name_is_given_once() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_a_scenario_that_nobody_wrote_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoSuchScenario, match=r"'lhasa'; there are shanghai-renewal, easy-mode"):
        scenarios.find("lhasa")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_everybody_in_a_scenario_is_in_the_data_with_a_permit(scenario: Scenario, everybody: Residents) -> None:
    for visit in scenario.visits:
        assert everybody.permits[visit.permit].holder == visit.id_cards[0]
        assert set(visit.id_cards) <= everybody.people.keys()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_kiosk_that_has_another_permit_unit_is_visited_and_the_unit_is_one_there_is(scenario: Scenario) -> None:
    assert set(scenario.units) <= set(scenario.kiosks)
    assert set(scenario.units.values()) <= set(DIALECTS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_an_officer_decides_only_after_a_visit_that_applied(scenario: Scenario) -> None:
    applied = False
    for act in scenario.acts:
        if isinstance(act, OfficeStep):
            assert applied, act.about
        else:
            applied = applied or act.application is not None


@pytest.mark.parametrize(
    ("term", "old_end", "days"),
    [
        (NewTerm("old_end", 12), date(2026, 12, 4), (date(2026, 12, 4), date(2027, 12, 4))),
        (NewTerm("today", 12), date(2026, 9, 22), (TODAY, date(2027, 11, 22))),
        (NewTerm("old_end", 24), date(2028, 2, 29), (date(2028, 2, 29), date(2030, 2, 28))),
    ],
)
def test_the_term_that_a_visit_must_bring_is_counted_in_calendar_months(
    term: NewTerm, old_end: date, days: tuple[date, date]
) -> None:
    assert term.days(old_end, TODAY) == days
