"""The diagnosis of a kiosk whose permit unit is a CRT-591-M."""

from __future__ import annotations

from pathlib import Path

from assets import ASSETS
from drivers.permit_unit.base import ResetPolicy
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.device_file import load_device_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit_unit_crt_sim import CrtUnitSim
from drivers.transport.urls import open_bytes
from kiosk.config.settings import load_config
from kiosk.diagnostics import device_checks
from kiosk.diagnostics.finding import Outcome
from kiosk.domain.clock import SystemClock
from kiosk.domain.devices import PERMIT_UNIT

CLOCK = SystemClock()
WORDS = '[face_refreshed_at]\nzh-Hans = "福州路一九九号"\nen = "199 Fuzhou Road"\nug = "فۇجۇ يولى 199-نومۇر"\n'


def config_file(directory: Path, unit_url: str, words: str = WORDS) -> Path:
    for name in ("ca.pem", "kiosk.pem", "kiosk.key", "keys.toml"):
        (directory / name).touch()
    path = directory / "kiosk.toml"
    path.write_text(
        f"""
site = "simulation"
kiosk_name = "kiosk-1"
receipt_link = "https://receipt.example.invalid/r/"
[devices]
id_reader = "tcp://127.0.0.1:10"
permit_unit = "{unit_url}"
permit_chip = "unit://permit_unit"
receipt_printer = "tcp://127.0.0.1:11"
[files]
region = "shanghai"
permit_unit = "crt-591-m"
[central]
url = "https://127.0.0.1:9"
ca = "ca.pem"
certificate = "kiosk.pem"
key = "kiosk.key"
grant_keys = "keys.toml"
{words}""",
        encoding="utf-8",
    )
    return path


def test_a_unit_that_waits_to_be_initialised_is_a_warning_and_is_left_so(tmp_path: Path) -> None:
    simulator = CrtUnitSim(ActivityLog(), 0.0, tmp_path)
    url = simulator.start()
    try:
        config = load_config(config_file(tmp_path, url), ASSETS)
        [waits] = device_checks.permit_unit(config, CLOCK)
        assert (waits.outcome, waits.detail) == (
            Outcome.WARNING,
            "it answers, and waits to be initialised; the kiosk's start does that",
        )
        unit = Crt591M(lambda: open_bytes(url, "permit_unit"), load_device_file(config.files.devices[PERMIT_UNIT]))
        unit.reset(ResetPolicy.LEAVE)
        unit.close()
        [ready] = device_checks.permit_unit(config, CLOCK)
        assert (ready.outcome, ready.versions) == (Outcome.OK, {"permit_unit": "CRT-591-M SIM V1.00"})
        simulator.set_fault("bin_full")
        [full] = device_checks.permit_unit(config, CLOCK)
        assert full.fault is not None
        assert full.fault.code == "2303"
    finally:
        simulator.stop()


def test_a_chip_reader_inside_the_unit_is_asked_with_the_unit(tmp_path: Path) -> None:
    config = load_config(config_file(tmp_path, "tcp://127.0.0.1:9"), ASSETS)
    [finding] = device_checks.permit_chip(config, CLOCK)
    assert finding.outcome is Outcome.OK
    [fits] = device_checks.file_check(PERMIT_UNIT)(config, CLOCK)
    assert fits.outcome is Outcome.OK


def test_words_that_are_missing_are_told_for_each_language(tmp_path: Path) -> None:
    config = load_config(config_file(tmp_path, "tcp://127.0.0.1:9", words=""), ASSETS)
    findings = device_checks.file_check(PERMIT_UNIT)(config, CLOCK)
    assert [finding.detail.partition(";")[0] for finding in findings] == [
        "face_refreshed_at.zh-Hans: is missing",
        "face_refreshed_at.en: is missing",
        "face_refreshed_at.ug: is missing",
    ]
    assert {finding.fault and finding.fault.code for finding in findings} == {"6503"}
