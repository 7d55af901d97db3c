"""`central check` finds nothing at the reference central, and nothing at the one written from the document alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.central.check.findings import Outcome, Report
from kiosk.central.check.suite import CHECKS, check_central
from kiosk.central.reference.authority import GRANT_KEYS
from kiosk.central.reference.server import ReferenceCentral
from kiosk.central.reference.settings import CentralSettings
from tests.component.central_check.rig import (
    KIOSK,
    OTHER,
    REVOKED,
    cases,
    of,
    permits,
    residents,
    second_central,
    target,
)
from tests.component.central_rig import PERMITS, REGIONS


@pytest.fixture(scope="module")
def of_reference(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    database = tmp_path_factory.mktemp("reference") / "central.db"
    told = cases(collection=None)
    settings = CentralSettings(
        database=f"sqlite:///{database}", tls_dir=directory, keys=(directory / GRANT_KEYS, TEST_KEYS),
        regions=(REGIONS,), permits=(PERMITS,), kiosks=(KIOSK, OTHER, REVOKED))
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


def test_the_reference_central_conforms_in_everything(of_reference: Report) -> None:
    assert of(of_reference, Outcome.DEVIATES) == {}
    assert of(of_reference, Outcome.NOT_TRIED) == {}
    assert len(of_reference.findings) == len(CHECKS)


def test_a_central_written_from_the_document_alone_conforms_in_everything(of_second: Report) -> None:
    assert of(of_second, Outcome.DEVIATES) == {}
    assert of(of_second, Outcome.NOT_TRIED) == {}
    assert len(of_second.findings) == len(CHECKS)
