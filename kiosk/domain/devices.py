"""The table of devices: their names, the URLs they may have, and whether visits need them.

A new device needs a line here and a digit in `kiosk.domain.faults.Part`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.faults import Part

IN_UNIT = "unit"
"""Scheme of a chip that the permit unit itself powers: `unit://permit_unit`."""

PRODUCTION_SCHEMES = frozenset({"serial", "tcp", "hid", "pcsc", "pcsc-hex", IN_UNIT})
"""The URL schemes that a production site accepts. All others are simulators and recorded traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device of a kiosk. `schemes`: of the URLs that the configuration may give it. `device_file`: the one in
    assets/devices that is used where the configuration names none; None: it has no device file. `is_optional`: a kiosk
    may have none. `finds_its_speed`: a serial line's speed may be left out. `visits_need_it`: without it no permit is
    taken in; otherwise visits go on with less.
    """

    part: Part
    schemes: tuple[str, ...]
    device_file: str | None
    is_optional: bool = False
    finds_its_speed: bool = False
    visits_need_it: bool = True

    @property
    def name(self) -> str:
        """The name in configuration, log, diagnosis and heartbeat."""
        return self.part.name.lower()


ID_READER = Device(part=Part.ID_READER, schemes=("serial", "tcp", "replay"), device_file="gat467", finds_its_speed=True)
PERMIT_UNIT = Device(part=Part.PERMIT_UNIT, schemes=("serial", "tcp", "replay"), device_file="star-tcp300")
PERMIT_CHIP = Device(part=Part.PERMIT_CHIP, schemes=("pcsc", "pcsc-hex", IN_UNIT, "sim"), device_file=None)
RECEIPT_PRINTER = Device(
    part=Part.RECEIPT_PRINTER,
    schemes=("serial", "tcp", "replay"),
    device_file="escpos-80-gb18030",
    visits_need_it=False,
)
CODE_SCANNER = Device(
    part=Part.CODE_SCANNER,
    schemes=("serial", "hid", "tcp", "replay"),
    device_file="code-scanner-serial",
    is_optional=True,
    visits_need_it=False,
)
GUIDANCE_LIGHTS = Device(
    part=Part.GUIDANCE_LIGHTS,
    schemes=("serial", "tcp", "replay"),
    device_file="modbus-relay-8",
    is_optional=True,
    visits_need_it=False,
)

DEVICES = (ID_READER, PERMIT_UNIT, PERMIT_CHIP, RECEIPT_PRINTER, CODE_SCANNER, GUIDANCE_LIGHTS)
DEVICE_OF_PART = {device.part: device for device in DEVICES}
