"""The table `metrics` of the configuration: where they are served, to whom, and each of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.app.opening import read_opening
from kiosk.config.metrics import MetricsSettings, MetricsTls
from kiosk.config.settings import load_config
from tests.component.config.test_config import mistakes_in
from tests.lobby.production_site import GOOD, written

TLS = 'certificate = "metrics.pem"\nkey = "metrics.key"\nclient_ca = "prometheus-ca.pem"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's folder, with the files that `TLS` names."""
    for name in ("metrics.pem", "metrics.key", "prometheus-ca.pem"):
        (tmp_path / name).touch()
    return tmp_path


def read(folder: Path, lines: str) -> MetricsSettings | None:
    return load_config(written(folder, f"{GOOD}\n[metrics]\n{lines}"), ASSETS).metrics


def test_without_the_table_nothing_is_served(folder: Path) -> None:
    assert load_config(written(folder, GOOD), ASSETS).metrics is None


def test_an_empty_table_serves_this_machine_alone(folder: Path) -> None:
    assert read(folder, "") == MetricsSettings("127.0.0.1", 9942, None)
    assert read(folder, 'address = "::1"\nport = 9100') == MetricsSettings("::1", 9100, None)


def test_others_are_served_over_mutual_tls(folder: Path) -> None:
    files = MetricsTls(folder / "metrics.pem", folder / "metrics.key", folder / "prometheus-ca.pem")
    assert read(folder, f'address = "0.0.0.0"\n{TLS}') == MetricsSettings("0.0.0.0", 9942, files)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('address = "192.0.2.7"', "metrics.address: is 192.0.2.7, which others reach; certificate, key and client_ca"),
        ('address = "0.0.0.0"', "metrics.address: is 0.0.0.0, which others reach"),
        ('address = "localhost"', "metrics.address: is 'localhost'; an IP address of this machine is wanted"),
        ("port = 80", "metrics.port: is 80; a whole number of a TCP port from 1024 to 65535 is wanted"),
        ('certificate = "metrics.pem"', "metrics.key: is missing; a file (all three of certificate, key and client_ca"),
        (TLS.replace("metrics.key", "gone.key"), "metrics.key: there is no file gone.key"),
        ('adress = "::1"', "metrics.adress: is not known here"),
    ],
)
def test_a_mistake_says_where_and_what_is_wanted(folder: Path, lines: str, said: str) -> None:
    assert said in "\n".join(mistakes_in(folder, f"{GOOD}\n[metrics]\n{lines}"))


@pytest.mark.parametrize(
    ("before", "after", "lines", "is_served"),
    [
        ('region = "shanghai"', 'region = "nowhere"', "", True),  # it is told that the kiosk serves nobody
        ("", "", "port = 80", False),
        ("[central]", "[central", "", False),
    ],
)
def test_a_mistake_elsewhere_does_not_end_the_supervision(
    folder: Path, before: str, after: str, lines: str, is_served: bool
) -> None:
    text = GOOD.replace(before, after) if before else GOOD
    opening = read_opening(written(folder, f"{text}\n[metrics]\n{lines}"), ASSETS)
    assert opening.mistakes
    assert (opening.metrics is not None) is is_served
