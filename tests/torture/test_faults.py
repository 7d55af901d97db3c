"""The table of every fault in every state: complete, checked in, and a share of it played."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.faults import CATALOGUE, Fault
from tests.torture.faults.causes import CAUSES
from tests.torture.faults.counter import Counter
from tests.torture.faults.page import PAGE, raised_by, rows_and_causes_of
from tests.torture.faults.playing import every_cell, played_here
from tests.torture.faults.ways import WAYS, unreached

ROOT = Path(__file__).resolve().parents[2]
SHARE = 12
SEEDS = (1, 2)

BY_A_TEST = {
    "bin_full": "tests/flows/test_unit_troubles.py::test_a_full_bin_closes_the_machine_with_the_forgotten_permit_inside",
}
"""What no cell of the table raises, and the test that does."""


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with Counter() as counter:
        yield counter


def test_a_way_leads_to_every_state_of_the_machine() -> None:
    assert unreached() == []


def test_the_checked_in_page_has_every_state_and_every_fault() -> None:
    rows, causes = rows_and_causes_of(PAGE.read_text(encoding="utf-8"))
    assert rows == set(WAYS)
    assert causes == set(CAUSES)


def test_no_cell_of_the_checked_in_page_is_broken_or_missing() -> None:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        assert "**broken**" not in line
        assert "|  |" not in line


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=lambda fault: fault.name)
def test_every_fault_of_the_catalogue_is_caused_by_a_simulator_or_by_a_test(fault: Fault) -> None:
    causes = raised_by(PAGE.read_text(encoding="utf-8")).get(fault.code, set())
    if not causes:
        path, _, name = BY_A_TEST[fault.name].partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        functions = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        assert name in functions
        assert fault.name in source or fault.name.upper() in source


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_of_the_cells_ends_well(counter: Counter, seed: int) -> None:
    here = [cell for cell in every_cell() if cell[1] and not CAUSES[cell[1]].over_pcsc]
    for finding in played_here(counter, random.Random(seed).sample(here, SHARE)):
        assert finding.broken == (), f"{finding.row} × {finding.cause}; the machine went {finding.way}"
        assert finding.ending is not None
