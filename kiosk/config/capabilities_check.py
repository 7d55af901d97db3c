"""Checks that a configuration asks of its permit unit only what the unit's device file says it can do."""

from __future__ import annotations

from drivers.permit_unit.base import Capabilities
from drivers.permit_unit.dialects import UnitFile, load_unit_file
from drivers.transport.device_urls import PcscUrl, UnitUrl, parse_url
from kiosk.config.settings import Config, ConfigError
from kiosk.domain.devices import IN_UNIT, PERMIT_CHIP, PERMIT_UNIT


def load_fitting_unit(config: Config) -> UnitFile:
    """The configured unit's device file. Raises `DeviceFileError`, and `ConfigError` where the configuration asks for
    something that the unit cannot do.
    """
    unit_file = load_unit_file(config.files.devices[PERMIT_UNIT])
    check_fit(config, unit_file.name, unit_file.capabilities)
    return unit_file


def check_fit(config: Config, unit: str, can: Capabilities) -> None:
    """Raise `ConfigError` with one line for each setting that does not fit. `unit`: the model's name."""
    mistakes = []
    chip = parse_url(config.devices[PERMIT_CHIP])
    if isinstance(chip, UnitUrl) and not can.chip_by_unit:
        mistakes.append(f"devices.{PERMIT_CHIP.name}: is {IN_UNIT}://, but {unit} has no chip reader on its line")
    if isinstance(chip, PcscUrl) and not can.chip_by_pcsc:
        mistakes.append(f"devices.{PERMIT_CHIP.name}: is pcsc://, but chips in {unit} are not reached over PC/SC")
    if can.rewrites_face and config.face_refreshed_at is not None:
        mistakes.append(f"face_refreshed_at: is not wanted; {unit} rewrites faces itself")
    if not can.rewrites_face:
        words = dict(config.face_refreshed_at.by_language) if config.face_refreshed_at else {}
        mistakes += [
            f"face_refreshed_at.{language}: is missing; {unit} rewrites no faces, so residents must be told where to go"
            for language in config.languages
            if language not in words
        ]
    if mistakes:
        raise ConfigError(mistakes)
