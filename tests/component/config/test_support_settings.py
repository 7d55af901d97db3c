"""The table `support` of the configuration, and what `diagnose` says of the certificate that it names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from assets import ASSETS
from kiosk.config.settings import load_config
from kiosk.diagnostics.finding import Finding, Outcome
from kiosk.diagnostics.support_check import support_certificate
from kiosk.domain.clock import SystemClock
from tests.component.config.test_config import mistakes_in
from tests.lobby.operator_keys import write_certificate, write_operator
from tests.lobby.production_site import GOOD, written

NAMED = f'{GOOD}\n[support]\ncertificate = "operator.pem"\n'


def found(folder: Path, text: str = NAMED) -> Finding:
    (finding,) = support_certificate(load_config(written(folder, text), ASSETS), SystemClock())
    return finding


def test_without_the_table_nobody_is_named_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).support_certificate is None
    assert found(tmp_path, GOOD).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        ("", "kiosk.toml: support.certificate: is missing; the operator's certificate, a PEM file is wanted"),
        ('certificate = "other.pem"', "kiosk.toml: support.certificate: there is no file other.pem"),
        ("certificate = 7", "kiosk.toml: support.certificate: is 7; the operator's certificate, a PEM file is wanted"),
        ('certificate = "ca.pem"\nkey = "k"', "kiosk.toml: support.key: is not known here"),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, lines: str, mistake: str) -> None:
    assert mistakes_in(tmp_path, f"{GOOD}\n[support]\n{lines}\n") == [mistake]


def test_how_long_the_certificate_is_valid_is_told_and_closes_no_kiosk(tmp_path: Path) -> None:
    write_operator(tmp_path)
    fresh = found(tmp_path)
    assert fresh.outcome is Outcome.OK
    assert fresh.detail.startswith("bundles are for operator.pem, valid from 20")
    for days, said in ((20, "ask the operator for a new one"), (-1, "and today is 20")):
        write_operator(tmp_path, timedelta(days=days))
        late = found(tmp_path)
        assert (late.outcome, late.fault) == (Outcome.WARNING, None)
        assert said in late.detail


def test_a_certificate_that_nothing_can_be_encrypted_for_is_a_warning(tmp_path: Path) -> None:
    write_certificate(tmp_path / "operator.pem", ec.generate_private_key(ec.SECP256R1()))
    assert (found(tmp_path).outcome, "has no RSA key" in found(tmp_path).detail) == (Outcome.WARNING, True)
    (tmp_path / "operator.pem").write_text("nothing", "utf-8")
    assert (found(tmp_path).outcome, "holds no certificate" in found(tmp_path).detail) == (Outcome.WARNING, True)
