"""Every decoder of bytes from outside: what is fuzzed, which modules' branches lead the fuzzer, how long inputs are.

Imports nothing of the program: the fuzzer instruments the named modules while they are imported.
"""

from __future__ import annotations

from dataclasses import dataclass

STAR = "drivers.permit_unit.star_tcp300"
CRT = "drivers.permit_unit.crt_591_m"
CHIP = "drivers.permit_chip"
SCANNER = "drivers.code_scanner"
LIGHTS = "drivers.guidance_lights"


@dataclass(frozen=True, slots=True)
class Target:
    """`module` holds `check_<name>(data)`, which raises for an input that is not handled as promised, and
    `SEEDS[<name>]`. `short_bytes`: the longest of the many inputs; `long_bytes`: of the few long ones.
    """

    module: str
    instrumented: tuple[str, ...]
    short_bytes: int
    long_bytes: int


def _of(module: str, *instrumented: str, short_bytes: int = 40, long_bytes: int = 400) -> Target:
    return Target(f"tests.torture.fuzz.{module}", instrumented, short_bytes, long_bytes)


TARGETS: dict[str, Target] = {
    "star_frames": _of("permit_unit_bytes", f"{STAR}.frames", long_bytes=2200),
    "star_status": _of("permit_unit_bytes", f"{STAR}.status", f"{STAR}.raster", f"{STAR}.listing", long_bytes=80),
    "star_exchange": _of("permit_unit_bytes", f"{STAR}.exchange", f"{STAR}.frames", long_bytes=200),
    "crt_frames": _of("crt_591_m_bytes", f"{CRT}.frames", long_bytes=2200),
    "crt_status": _of("crt_591_m_bytes", f"{CRT}.status", f"{CRT}.frames"),
    "crt_exchange": _of("crt_591_m_bytes", f"{CRT}.exchange", f"{CRT}.frames", short_bytes=48),
    "id_reader_frames": _of("id_reader_bytes", "drivers.id_reader.frames", long_bytes=1400),
    "id_reader_blocks": _of(
        "id_reader_bytes",
        "drivers.id_reader.frames",
        "drivers.id_reader.text_block",
        "drivers.id_reader.listing",
        short_bytes=280,
        long_bytes=1400,
    ),
    "chip_commands": _of("permit_chip_bytes", f"{CHIP}.apdu", f"{CHIP}.allow_list", short_bytes=140, long_bytes=300),
    "chip_answers": _of("permit_chip_bytes", f"{CHIP}.chip", f"{CHIP}.commands", short_bytes=60, long_bytes=1200),
    "chip_content": _of(
        "permit_chip_bytes",
        "drivers.permit_file.permit_file",
        "drivers.permit_file.field_codec",
        short_bytes=230,
        long_bytes=400,
    ),
    "scanner_lines": _of("code_scanner_bytes", f"{SCANNER}.serial_line", f"{SCANNER}.envelope"),
    "scanner_keys": _of(
        "code_scanner_bytes", f"{SCANNER}.hid_keyboard", f"{SCANNER}.envelope", short_bytes=98, long_bytes=1000
    ),
    "lights_frames": _of("guidance_lights_bytes", f"{LIGHTS}.modbus_rtu", long_bytes=300),
    "printer_status": _of(
        "receipt_printer_bytes",
        "drivers.receipt_printer.status",
        "drivers.receipt_printer.device",
        short_bytes=16,
        long_bytes=64,
    ),
    "printer_commands": _of("receipt_printer_bytes", "drivers.receipt_printer.commands"),
    "chip_wire": _of("wire_bytes", "drivers.simulators.vpcd_wire", "drivers.simulators.virtual_chip", short_bytes=64),
    "gb18030": _of("gb18030_bytes", "drivers.gb18030", short_bytes=24, long_bytes=200),
    "traces": _of("wire_bytes", "drivers.transport.replay", short_bytes=80),
    "peer_certificate": _of("wire_bytes", "kiosk.reference_central.peer_certificate", short_bytes=600, long_bytes=2000),
}

PLANTED: dict[str, Target] = {
    "planted_crash": _of("planted", "tests.torture.fuzz.planted"),
    "planted_hang": _of("planted", "tests.torture.fuzz.planted"),
    "planted_leak": _of("planted", "tests.torture.fuzz.planted"),
}
"""Decoders with a known flaw, by which the fuzzing itself is tested."""
