"""`central check` finds nothing at the reference central, and nothing at the one written from the document alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from drivers.permit_file.reader import load_permit_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_keys import TEST_KEYS
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.vpcd_link import VpcdHost
from kiosk.central.check.chips import chip_at_reader
from kiosk.central.check.findings import Outcome, Report
from kiosk.central.check.judging import DOCUMENT
from kiosk.central.check.suite import CHECKS, check_central
from kiosk.data_files.central_address import parse_central_address
from kiosk.reference_central.authority import GRANT_KEYS
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.settings import CentralSettings
from tests.component.central.check.rig import (
    KIOSK,
    OTHER,
    REVOKED,
    cases,
    chip_of,
    of,
    permits,
    residents,
    second_central,
    target,
)
from tests.lobby.central_rig import PERMITS, REGIONS


@pytest.fixture(scope="module")
def of_reference(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    database = tmp_path_factory.mktemp("reference") / "central.db"
    told = cases(collection=None)
    settings = CentralSettings(
        database=f"sqlite:///{database}",
        tls_dir=directory,
        keys=(directory / GRANT_KEYS, TEST_KEYS),
        regions=(REGIONS,),
        permits=(PERMITS,),
        kiosks=(KIOSK, OTHER, REVOKED),
    )
    with ReferenceCentral(settings) as central:
        central.seed(residents(told))
        central.revoke_certificate(directory / f"{REVOKED}.pem")
        yield check_central(target(central.url, directory, told))


@pytest.fixture(scope="module")
def of_second(directory: Path) -> Iterator[Report]:
    told = cases(collection="counter")
    with second_central(directory) as central:
        central.know(*permits(told))
        central.revoke(x509.load_pem_x509_certificate((directory / f"{REVOKED}.pem").read_bytes()).serial_number)
        yield check_central(target(central.url, directory, told))


@pytest.mark.pcsc
@pytest.mark.slow
def test_a_permit_on_a_reader_is_written_as_a_simulated_one_is(directory: Path, pcscd: PrivatePcscd) -> None:
    told = cases(collection="counter")
    usual = target("https://127.0.0.1", directory, told)
    host = VpcdHost(pcscd.vpcd_url, ActivityLog(), pace=0.0)
    permit = SimulatedPermit("invented", chip_of(usual), RewritableFace())
    host.attach(permit)
    host.start()
    try:
        permit.move_to(PermitLocation.STATION)
        chip = chip_at_reader(f"pcsc://{pcscd.reader_name}", [load_permit_file(PERMITS / "reference.toml")])
        with second_central(directory) as central:
            central.know(*permits(told))
            address = parse_central_address(central.url)
            report = check_central(replace(usual, url=central.url, address=address, chip=chip, revoked=None))
    finally:
        host.stop()
    assert of(report, Outcome.DEVIATES) == {}
    assert set(of(report, Outcome.NOT_TRIED)) == {"tls.revoked"}


def test_a_permit_of_six_writes_conforms_at_the_reference_central(directory: Path, tmp_path: Path) -> None:
    told = cases(collection=None)
    told["endorsement"].table["permit"]["permit_file"] = "ssse"
    settings = CentralSettings(
        database=f"sqlite:///{tmp_path / 'central.db'}",
        tls_dir=directory,
        keys=(directory / GRANT_KEYS, TEST_KEYS),
        regions=(REGIONS,),
        permits=(PERMITS,),
        kiosks=(KIOSK, OTHER),
    )
    with ReferenceCentral(settings) as central:
        central.seed(residents(told))
        report = check_central(replace(target(central.url, directory, told), revoked=None))
    assert of(report, Outcome.DEVIATES) == {}
    assert set(of(report, Outcome.NOT_TRIED)) == {"tls.revoked"}


def test_every_check_names_a_section_that_the_documents_have() -> None:
    contents = (DOCUMENT.parent / "README.md").read_text(encoding="utf-8")
    headings = {line.lstrip("#").strip() for line in contents.splitlines() if line.startswith("#")}
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    parameters = {
        each["name"]
        for path in document["paths"].values()
        for call in path.values()
        for each in call.get("parameters", ())
    }
    places = {
        *(f"README: {heading}" for heading in headings),
        *(f"openapi.json: parameter {name}" for name in parameters),
        *(f"openapi.json: {name}" for name in document["components"]["schemas"]),
        *(f"openapi.json: {path.rpartition('/')[2]}" for path in document["paths"]),
        "openapi.json: components/schemas",
    }
    assert {each.section for each in CHECKS} - places == set()


def test_the_reference_central_conforms_in_everything(of_reference: Report) -> None:
    assert of(of_reference, Outcome.DEVIATES) == {}
    assert of(of_reference, Outcome.NOT_TRIED) == {}
    assert len(of_reference.findings) == len(CHECKS)


def test_a_central_written_from_the_document_alone_conforms_in_everything(of_second: Report) -> None:
    assert of(of_second, Outcome.DEVIATES) == {}
    assert of(of_second, Outcome.NOT_TRIED) == {}
    assert len(of_second.findings) == len(CHECKS)
