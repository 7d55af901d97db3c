"""A device is written down once: whatever else has a row for each device has one for each of the table."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from assets import ASSETS
from drivers.simulators.bench_labels import DEVICES as BENCH_LABELS
from kiosk.diagnostics import device_checks
from kiosk.diagnostics.checks import CHECKS
from kiosk.domain.devices import DEVICE_OF_PART, DEVICES, PRODUCTION_SCHEMES, Device
from kiosk.domain.faults import CATALOGUE
from kiosk.services.device_faults import FAULT_OF_ERROR
from tests.architecture.source import python_files, tree_of

NAMES = {device.name for device in DEVICES}
SPELLS_THEM = {
    "kiosk/domain/faults.py": "the keys of the residents' texts, some of which are called as their device is",
}


def test_no_module_of_kiosk_spells_a_device_s_name() -> None:
    spelled = {
        path
        for path in python_files("kiosk")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and node.value in NAMES
    }
    assert spelled == set(SPELLS_THEM)


def test_no_class_of_kiosk_has_a_field_for_each_device() -> None:
    listed = {
        f"{path}: {node.name}"
        for path in python_files("kiosk")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and len(NAMES.intersection(_fields_of(node))) > 1
    }
    assert listed == set()


def _fields_of(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_every_device_has_its_faults_its_checks_and_its_simulator(device: Device) -> None:
    assert DEVICE_OF_PART[device.part] is device
    assert [fault for fault in CATALOGUE.values() if fault.part is device.part]
    assert device in FAULT_OF_ERROR
    assert device in device_checks.OF_DEVICES
    assert (device in device_checks.READERS) == (device.device_file is not None)
    assert device.name in [check.name for check in CHECKS]
    assert device.name in BENCH_LABELS


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_every_device_may_be_on_a_wire_in_production_and_has_the_device_file_that_it_names(device: Device) -> None:
    assert set(device.schemes) & PRODUCTION_SCHEMES
    assert device.device_file is None or (ASSETS / "devices" / f"{device.device_file}.toml").is_file()
