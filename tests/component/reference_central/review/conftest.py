"""A central that serves every region, Xuchang's trial too, and two kiosks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.server import ReferenceCentral
from tests.component.reference_central.review.rig import HAIKOU, MONDAY, living_in
from tests.lobby.central_rig import REGIONS, Kiosk, MovableClock, Resident, client_of, settings


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock, database_url: str) -> Iterator[ReferenceCentral]:
    chosen = settings(
        directory, clock, regions=(REGIONS,), pilots=("xuchang",), kiosks=("kiosk-1", "kiosk-2"), database=database_url
    )
    issue_client(directory, "kiosk-2")
    with ReferenceCentral(chosen) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    clock.now = MONDAY
    with client_of(central, directory) as client:
        yield Kiosk(client, directory, clock)


@pytest.fixture
def other_kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    with client_of(central, directory, "kiosk-2") as client:
        yield Kiosk(client, directory, clock)


@pytest.fixture
def somebody(central: ReferenceCentral) -> Resident:
    return living_in(central, HAIKOU)
