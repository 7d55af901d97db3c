"""Certificates and keys are made once for all tests of the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.component.central.check.rig import authority


@pytest.fixture(scope="package")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authority")
    authority(made)
    return made
