"""Why a device on a serial port does not answer: the port, the rights, another program, the speed, the wrong wire.

The other speeds and the other protocol are tried only here, where no kiosk runs. What is sent asks for a version or a
status, and moves nothing.
"""

from __future__ import annotations

import grp
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from drivers.errors import DeviceError, DriverError, NotInitialised
from drivers.id_reader.device import IdReader
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_unit.dialects import UnitFile, load_unit_file, open_unit
from drivers.permit_unit.star_tcp300.device_file import StarDeviceFile
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.device_file import load as load_printer_file
from drivers.transport.device_urls import SerialUrl
from drivers.transport.serial_port import SerialPort
from drivers.typeface import Typeface
from kiosk.config.settings import Config
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.diagnostics.port_holder import other_user_of
from kiosk.domain.devices import ID_READER, PERMIT_UNIT, RECEIPT_PRINTER, Device
from kiosk.journal.state_lock import name_of

COMMON_SPEEDS = (9600, 19200, 38400, 57600, 115200)
"""Bits per second that devices of this kind are delivered with."""

PROBE_S = 0.5
"""Seconds for each answer to a probe: what is asked for is at hand, and on the line in a tenth of that."""

DEV = Path("/dev")
_NAMED_BY_UDEV = ("serial/by-id/*", "kiosk-*")
_PORTS = ("ttyUSB*", "ttyACM*")


def flaw_of_port(path: Path, user: KioskUser, dev: Path = DEV) -> str | None:
    """Why the kiosk's user cannot open a port; None if nothing speaks against it."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return f"there is no {path}: it is unplugged, or no udev rule names it so; {_ports_in(dev)}"
    except OSError as error:
        return f"{path}: {error.strerror}"
    if not stat.S_ISCHR(about.st_mode):
        return f"{path} is no device"
    if user.may_read_and_write(path):
        return None
    owners = f"{name_of(about.st_uid)}:{_group(about.st_gid)}, {stat.S_IMODE(about.st_mode):04o}"
    return (
        f'user {user.name} may not use {path} ({owners}): GROUP="{user.name}" in its udev rule (kiosk.udev.rules), then'
        " udevadm trigger"
    )


def _ports_in(dev: Path) -> str:
    found = []
    for pattern in (*_NAMED_BY_UDEV, *_PORTS):
        for port in sorted(dev.glob(pattern)):
            leads_to = f" → {port.resolve().name}" if port.is_symlink() else ""
            found.append(f"{port.relative_to(dev)}{leads_to}")
    return f"ports here: {', '.join(found)}" if found else f"there is no other serial port in {dev}"


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def cause_of_silence(config: Config, device: Device, port: SerialUrl) -> str | None:
    """What is wrong with the wire of a device that is silent or makes no sense; None if nothing is found."""
    if (other := other_user_of(port.path)) is not None:
        return f"{other} has {port.path} open too, and takes the answers: {other.remedy}"
    if device == PERMIT_UNIT:
        unit_file = load_unit_file(config.files.devices[PERMIT_UNIT])
        return _wrong_speed(port, lambda baud: _unit_at(port.path, baud, unit_file)) or _a_reader(config, port)
    if device == ID_READER:
        return _a_unit(config, port)
    if device == RECEIPT_PRINTER:
        path = config.files.devices[RECEIPT_PRINTER]
        return _wrong_speed(port, lambda baud: _printer_at(port.path, baud, path))
    return None


def _wrong_speed(port: SerialUrl, answers_at: Callable[[int], bool]) -> str | None:
    for baud in COMMON_SPEEDS:
        if baud != port.baud and answers_at(baud):
            return f"it answers at {baud} bit/s, the configuration says {port.baud}: ?baud={baud} in its URL"
    return None


def _a_reader(config: Config, port: SerialUrl) -> str | None:
    reader_file = replace(IdReaderFile.load(config.files.devices[ID_READER]), power_up_s=0.0)
    with closing(IdReader(lambda baud: SerialPort(port.path, baud, ID_READER.name), reader_file)) as reader:
        if not _answers(reader.open):
            return None
        return _swapped(f"an identity reader, at {reader.baud} bit/s", PERMIT_UNIT, ID_READER)


def _a_unit(config: Config, port: SerialUrl) -> str | None:
    unit_file = load_unit_file(config.files.devices[PERMIT_UNIT])
    for baud in (38400, 9600, 115200):
        if _unit_at(port.path, baud, unit_file):
            return _swapped(f"a permit unit, at {baud} bit/s", ID_READER, PERMIT_UNIT)
    return None


def _swapped(found: str, here: Device, elsewhere: Device) -> str:
    return (
        f"what answers here is {found}: are the ports of devices.{here.name} and devices.{elsewhere.name} swapped, or"
        " their plugs?"
    )


def _unit_at(path: str, baud: int, unit_file: UnitFile) -> bool:
    with closing(open_unit(_soon(unit_file), lambda: SerialPort(path, baud, PERMIT_UNIT.name))) as unit:
        return _answers(unit.version)


def _soon(unit_file: UnitFile) -> UnitFile:
    if isinstance(unit_file, StarDeviceFile):
        return replace(unit_file, timeouts=replace(unit_file.timeouts, ack_s=PROBE_S, answer_s=PROBE_S), resends=1)
    return replace(unit_file, timeouts=replace(unit_file.timeouts, ack_s=PROBE_S, answer_s=PROBE_S), resends=1)


def _printer_at(path: str, baud: int, file: Path) -> bool:
    asked = replace(load_printer_file(file), answer_timeout_s=PROBE_S)
    opened = ReceiptPrinter(lambda: SerialPort(path, baud, RECEIPT_PRINTER.name), asked, Typeface(()))
    with closing(opened) as printer:
        return _answers(printer.status)


def _answers(ask: Callable[[], object]) -> bool:
    """Whether an answer of the device's own protocol came, be it an error of the device."""
    try:
        ask()
    except (NotInitialised, DeviceError):
        return True
    except DriverError:
        return False
    return True
