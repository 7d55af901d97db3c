"""Opens the permit unit that a device file describes. A dialect is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from drivers.device_file import DeviceFileError, read_toml
from drivers.permit_unit.base import PermitUnit
from drivers.transport.base import ByteTransport, Coupler

if TYPE_CHECKING:
    from drivers.permit_unit.crt_591_m.device_file import CrtDeviceFile
    from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile

STAR, CRT = "star-tcp300", "crt-591-m"
DIALECTS = (STAR, CRT)

UnitFile: TypeAlias = "StarDeviceFile | CrtDeviceFile"
"""A device file of any dialect: `name`, `capabilities`, `bin_capacity` (permits), and the dialect's own values."""


def load_unit_file(path: Path) -> UnitFile:
    """Read the device file at `path`, whichever dialect it names. Raises `DeviceFileError`."""
    table = read_toml(path)
    dialect = table.get("dialect")
    if dialect == STAR:
        from drivers.permit_unit.star_tcp300 import device_file as star

        return star.load_device_file(path)
    if dialect == CRT:
        from drivers.permit_unit.crt_591_m import device_file as crt

        return crt.load_device_file(path)
    mistakes = [f"{path.name}: dialect: must be one of {', '.join(DIALECTS)}, not {dialect!r}"]
    if "name" not in table:
        mistakes.append(f"{path.name}: name: is missing (text)")
    raise DeviceFileError(mistakes)  # only the dialect could check further keys


def open_unit(unit_file: UnitFile, open_link: Callable[[], ByteTransport]) -> PermitUnit:
    """The driver for `unit_file`; its port is opened by its first verb."""
    return _open(unit_file, open_link)[0]


def open_unit_with_contacts(
    unit_file: UnitFile,
    open_link: Callable[[], ByteTransport],
) -> tuple[PermitUnit, Coupler | None]:
    """The driver, and the unit's own chip reader for the same thread; None where the device file has none."""
    unit, contacts = _open(unit_file, open_link)
    return unit, contacts if unit_file.capabilities.chip_by_unit else None


def _open(unit_file: UnitFile, open_link: Callable[[], ByteTransport]) -> tuple[PermitUnit, Coupler | None]:
    from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile

    if isinstance(unit_file, StarDeviceFile):
        from drivers.permit_unit.star_tcp300.device import StarTcp300

        return StarTcp300(open_link, unit_file), None
    from drivers.permit_unit.crt_591_m.chip_contacts import UnitContacts
    from drivers.permit_unit.crt_591_m.device import Crt591M

    crt = Crt591M(open_link, unit_file)
    return crt, UnitContacts(crt, unit_file.chip_position)
