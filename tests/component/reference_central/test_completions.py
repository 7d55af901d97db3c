"""How a visit ended, as a kiosk reports it: the README's table, row by row, at a running central."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

from kiosk.central import contract
from kiosk.reference_central.server import ReferenceCentral
from tests.component.central.test_readme import README
from tests.lobby.central_rig import Kiosk, MovableClock, Resident, client_of, resident, settings

CUSTODIES = get_args(contract.CompletionRequest.model_fields["custody"].annotation)
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in README.splitlines()
    if line.startswith(("| old |", "| new |", "| unknown |"))
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def central(directory: Path) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, MovableClock())) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path) -> Iterator[Kiosk]:
    with client_of(central, directory) as client:
        yield Kiosk(client, directory, MovableClock(), sequence=len(central.sequences("kiosk-1")))


def with_a_write_handed_out(kiosk: Kiosk, who: Resident) -> UUID:
    endorsement_id = kiosk.granted(who).endorsement_id
    kiosk.selected = None
    step = kiosk.begin(endorsement_id, who.record.chip_serial)
    assert step.batch is not None
    kiosk.tell(endorsement_id, step, kiosk.relay(who, who.chip(), step.batch))
    return endorsement_id


def without_a_write(kiosk: Kiosk, who: Resident) -> UUID:
    return kiosk.granted(who).endorsement_id


def for_the_face_alone(kiosk: Kiosk, who: Resident) -> UUID:
    work = kiosk.pending(who).work
    assert work is not None
    return kiosk.verified(who, work.grant).endorsement_id


def test_the_readme_has_a_row_for_each_chip_and_face() -> None:
    of = contract.CompletionRequest.model_fields
    assert {row[:2] for row in ROWS} == set(
        itertools.product(get_args(of["chip"].annotation), get_args(of["face"].annotation))
    )


@pytest.mark.parametrize(("row", "custody"), list(zip(ROWS, itertools.cycle(CUSTODIES), strict=False)))
def test_a_completion_leads_to_the_state_of_the_table_wherever_the_permit_is(
    central: ReferenceCentral, kiosk: Kiosk, row: tuple[str, ...], custody: str
) -> None:
    chip, face, *states = row
    begun = (with_a_write_handed_out, without_a_write, for_the_face_alone)
    for begin, state in zip(begun, states, strict=True):
        who = resident(face_pending=begin is for_the_face_alone)
        central.seed([who.record])
        assert kiosk.complete(begin(kiosk, who), chip, face, custody=custody) == state, begin.__name__
