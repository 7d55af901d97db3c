"""Central runs once for all flows; every test gets a counter of its own with an empty record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.permit_unit.dialects import STAR
from drivers.simulators.residents import Residents, load_residents
from drivers.typeface import Typeface
from kiosk.demo.central_records import central_records
from kiosk.reference_central.residents import ResidentImport
from tests.flows.service_mode import write_technicians
from tests.lobby.direct_chips import direct_chip
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.own_kiosk import OwnKiosk, SharedSimulation
from tests.lobby.running_central import TODAY, HandClock, RunningCentral, central_for_all_regions
from tests.lobby.visitor import LIN, NEIGHBOUR

OpenPlace = Callable[..., KioskHarness]


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


@pytest.fixture(scope="session")
def everybody() -> Residents:
    return load_residents(today=TODAY)


@pytest.fixture
def residents(everybody: Residents) -> Residents:
    """Who has a permit here: two are enough for most tests, and every face has to be drawn."""
    return with_permits(everybody, LIN.permit, NEIGHBOUR.permit)


def with_permits(everybody: Residents, *names: str) -> Residents:
    """Everybody, but permits of these names only."""
    return replace(everybody, permits={name: everybody.permits[name] for name in names})


@pytest.fixture
def technicians(tmp_path: Path) -> str:
    """The file that a site keeps of its technicians: an engineer and an auditor."""
    return write_technicians(tmp_path / "technicians.toml", ("17", "engineer"), ("42", "auditor"))


@pytest.fixture(scope="session")
def running_central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentral]:
    directory, clock = tmp_path_factory.mktemp("central"), HandClock()
    with central_for_all_regions(directory, clock.now, pilots=("xuchang",)) as central:
        yield RunningCentral(central, directory, clock)


@pytest.fixture
def authority(running_central: RunningCentral) -> Iterator[RunningCentral]:
    """Central, well, with an empty record, at ten in the morning."""
    running_central.forget()
    yield running_central
    running_central.central.clear_faults()


@pytest.fixture
def open_place(
    tmp_path: Path, authority: RunningCentral, residents: Residents, typeface: Typeface
) -> Iterator[OpenPlace]:
    """Opens a place whose kiosk has not been started; everything is closed in the end, and no screen had a mistake."""
    places = []

    def open_one(
        residents: Residents = residents,
        chip: tuple[str, str] | None = None,
        printer: str = "escpos-80-gb18030",
        unit: str = STAR,
        **site: object,
    ) -> KioskHarness:
        authority.central.seed(ResidentImport.model_validate(record) for record in central_records(residents))
        place = KioskHarness(tmp_path, authority, residents, typeface, chip or direct_chip(), printer, site, unit)
        places.append(place)
        return place

    yield open_one
    for place in places:
        place.stop()
    assert [mistake for place in places for mistake in place.mistakes] == []


@pytest.fixture
def place(open_place: OpenPlace) -> KioskHarness:
    """A place with a kiosk that was just started."""
    place = open_place()
    place.start_kiosk()
    return place


@pytest.fixture(scope="session")
def shared_simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedSimulation]:
    with SharedSimulation(tmp_path_factory.mktemp("simulation")) as shared:
        yield shared


@pytest.fixture
def kiosk(shared_simulation: SharedSimulation) -> Iterator[OwnKiosk]:
    """A kiosk of the test's own that is opened as a process, with its window."""
    with shared_simulation.own_kiosk() as kiosk:
        yield kiosk
