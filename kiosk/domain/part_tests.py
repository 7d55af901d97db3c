"""Which tests a technician can make of which part of the machine, by name. The texts stand in assets/locale."""

from __future__ import annotations

from kiosk.domain.devices import CODE_SCANNER, GUIDANCE_LIGHTS, ID_READER, PERMIT_CHIP, PERMIT_UNIT, RECEIPT_PRINTER

PART_TESTS: dict[str, tuple[str, ...]] = {
    ID_READER.name: ("status",),
    PERMIT_UNIT.name: ("status",),
    PERMIT_CHIP.name: ("status",),
    RECEIPT_PRINTER.name: ("status", "print"),
    CODE_SCANNER.name: ("status",),
    GUIDANCE_LIGHTS.name: ("status", "walk"),
    "central": ("status",),
}
"""By the part's name in the heartbeat. "status": the device is asked how it is, and nothing moves."""

LONGEST_TEST_S = 60.0
"""A device that is asked how it is answers within its own time-out, which is shorter."""
