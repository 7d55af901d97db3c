"""The table of every fault in every state: complete, checked in, and a share of it played."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.permit_unit.dialects import CRT, STAR
from drivers.simulators.rig import UNITS
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.domain.faults import CATALOGUE, Fault
from tests.sampling import long_but
from tests.torture.faults.counter import Counter
from tests.torture.faults.page import NOT_PLAYED, PAGE, completed, page_of, raised_by, rows_and_causes_of
from tests.torture.faults.playing import every_cell, played_here
from tests.torture.faults.tables import EVERYTHING, HALF_WRITTEN, TABLES, WITH_CRT, Table
from tests.torture.faults.ways import all_states, unreached

ROOT = Path(__file__).resolve().parents[2]
SHARES = {EVERYTHING.title: 6, WITH_CRT.title: 2, HALF_WRITTEN.title: 2}
SEEDS = (1, 2)

_PROGRAM = "tests/flows/test_program_faults.py::test_"
_DIAGNOSE = "tests/component/diagnostics/test_diagnose.py::test_"
BY_A_TEST = {
    "permit_held_inside": f"{_PROGRAM}without_a_bin_a_forgotten_permit_is_held_inside_for_staff",
    "permit_unit_silent": (
        f"{_PROGRAM}a_unit_that_does_not_finish_in_time_closes_the_machine_until_the_permit_can_be_given_back"
    ),
    "recovery_stuck": f"{_PROGRAM}a_unit_that_says_nothing_at_the_start_leaves_the_machine_closed_until_it_does",
    "worker_hangs": f"{_PROGRAM}a_worker_that_hangs_closes_the_machine_and_the_watchdog_is_not_fed_until_it_goes_on",
    "worker_died": f"{_PROGRAM}a_worker_that_dies_closes_the_machine_and_the_watchdog_is_not_fed",
    "configuration": f"{_PROGRAM}a_file_that_vanished_since_the_start_closes_the_machine",
    "region_file": f"{_DIAGNOSE}each_mistake_of_a_data_file_is_a_failed_check",
    "installation": f"{_DIAGNOSE}missing_fonts_leave_the_receipt_printer_checked",
    "messages_waiting": (
        "tests/component/services/central/test_store_and_forward.py::test_a_queue_alarms_when_its_oldest_message_is_older_than_a_day"
    ),
    "journal_broken": (
        "tests/flows/test_broken_journal.py::test_an_edited_journal_closes_the_machine_until_a_technician_accepted_it"
    ),
    "face_unprintable": (
        "tests/flows/test_characters_without_glyph.py::test_who_comes_for_the_face_alone_is_sent_to_the_counter"
    ),
    "display_size": (
        "tests/screens/test_other_displays.py::test_a_display_of_another_size_stands_in_the_log_once_for_each_size"
    ),
    "state_directory": (
        "tests/component/diagnostics/test_diagnose_rights.py::test_a_journal_that_its_owner_may_not_write_or_read_is_not_ready"
    ),
    "coupler_silent": (
        "tests/flows/test_pcscd_troubles.py::"
        "test_while_idle_a_hanging_pcscd_closes_the_service_and_a_restart_is_asked_for_and_opens_it_again"
    ),
    **dict.fromkeys(
        ("closed_cleaning", "closed_maintenance", "closed_paper", "closed_moving"),
        "tests/flows/test_service_state.py::test_residents_read_why_it_is_closed",
    ),
    "permit_unaccounted": (
        "tests/flows/test_bin.py::test_a_permit_that_staff_freed_by_hand_is_asked_about_and_not_counted_as_in_the_bin"
    ),
    "certificate_ends": (
        "tests/component/services/central/test_heartbeat.py::"
        "test_a_certificate_that_ends_soon_is_said_once_a_day_and_told_until_it_is_renewed"
    ),
    "kiosk_not_accepted": (
        "tests/flows/test_central_while_idle.py::"
        "test_a_kiosk_that_central_does_not_know_is_closed_until_other_files_are_there"
    ),
    "journal_held": (
        "tests/flows/test_held_journal.py::test_a_journal_that_stays_held_is_named_and_the_permit_goes_back"
    ),
    "journal_moved": (
        "tests/flows/test_watched_while_idle.py::test_a_journal_that_was_moved_away_closes_the_kiosk_until_it_is_back"
    ),
    "guidance_lights_link": (
        "tests/flows/test_guidance_lights.py::"
        "test_lights_that_fail_in_the_middle_of_a_visit_change_nothing_for_the_resident"
    ),
    "guidance_lights_protocol": (
        "tests/flows/test_guidance_lights.py::"
        "test_lights_that_fail_in_the_middle_of_a_visit_change_nothing_for_the_resident"
    ),
    "bin_full": (
        "tests/flows/test_unit_troubles.py::test_a_full_bin_closes_the_machine_with_the_forgotten_permit_inside"
    ),
}
"""What no cell of the table raises, and the test that does."""


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with Counter() as counter:
        yield counter


def test_a_way_leads_to_every_state_of_the_machine() -> None:
    assert unreached() == []


def test_the_checked_in_page_has_every_state_and_every_fault_of_every_table() -> None:
    assert rows_and_causes_of(PAGE.read_text(encoding="utf-8")) == {
        table.title: (set(table.ways), set(table.causes)) for table in TABLES
    }


def test_what_was_not_played_is_taken_from_the_page_that_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert completed(page_of([]), page) == page


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title or "everything")
def test_what_a_table_does_not_combine_is_left_out_for_a_reason(table: Table) -> None:
    left_out = {each for names in table.left_out.values() for each in names}
    assert {way.state for way in table.ways.values()} | left_out >= set(all_states())
    parts = {cause.part for key, cause in EVERYTHING.causes.items() if key not in table.causes}
    assert parts - {"permit_unit"} <= left_out


@pytest.mark.parametrize(("unit", "table"), [(STAR, EVERYTHING), (STAR, HALF_WRITTEN), (CRT, WITH_CRT)])
def test_a_table_has_every_fault_of_its_permit_unit_and_of_the_chip(unit: str, table: Table) -> None:
    assert {f"permit_unit/{name}" for name in UNITS[unit].fault_names} <= set(table.causes)
    assert {f"permit_chip/{name}" for name in VirtualChip.fault_names} <= set(table.causes)
    assert {way.unit for way in table.ways.values()} == {unit}


def test_no_cell_of_the_checked_in_page_is_broken_or_missing() -> None:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        assert "**broken**" not in line
        assert f"| {NOT_PLAYED} |" not in line


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=lambda fault: fault.name)
def test_every_fault_of_the_catalogue_is_caused_by_a_simulator_or_by_a_test(fault: Fault) -> None:
    causes = raised_by(PAGE.read_text(encoding="utf-8")).get(fault.code, set())
    if not causes:
        path, _, name = BY_A_TEST[fault.name].partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        functions = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        assert name in functions
        assert any(word in source for word in (fault.name, fault.name.upper(), fault.code))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("seed", long_but({"1"}, SEEDS))
def test_a_share_of_the_cells_ends_well(counter: Counter, seed: int) -> None:
    drawn = random.Random(seed)
    for table in TABLES:
        here = [
            (row, cause)
            for row, cause in every_cell()
            if cause and row in table.ways and not table.causes[cause].over_pcsc
        ]
        for finding in played_here(counter, drawn.sample(here, SHARES[table.title])):
            assert finding.broken == (), f"{finding.row} × {finding.cause}; the machine went {finding.way}"
            assert finding.ending is not None
