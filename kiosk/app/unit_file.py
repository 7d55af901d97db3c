"""The permit unit's device file, for a configuration that it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.config import Config

if TYPE_CHECKING:
    from drivers.permit_unit.dialects import UnitFile


def load_fitting_unit_file(config: Config) -> UnitFile:
    """Raises `DeviceFileError`, and `ConfigError` where the configuration wants of the unit what it cannot do."""
    from drivers.permit_unit.dialects import load_unit_file
    from kiosk.unit_fit import check_fit

    unit_file = load_unit_file(config.files.permit_unit)
    check_fit(config, unit_file.name, unit_file.capabilities)
    return unit_file
