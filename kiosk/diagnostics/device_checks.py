"""Checks of the devices and of their files: self-tests and status requests only. Nothing is moved, printed, or read
from documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.device_file import DeviceFileError
from drivers.errors import DriverError, LinkBusy, LinkLost, LinkTimeout, NotInitialised, ProtocolError
from drivers.guidance_lights.device import ModbusLights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.id_reader.device import IdReader
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_unit.base import BinLevel, PermitPosition, UnitStatus
from drivers.permit_unit.dialects import load_unit_file, open_unit
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.device_file import load as load_printer_file
from drivers.receipt_printer.status import PaperLevel, PrinterStatus
from drivers.transport.device_urls import PcscUrl, SerialUrl, SimUrl, TcpUrl, UrlError, parse_url, reader_url
from drivers.transport.urls import bytes_opener, open_bytes
from drivers.typeface import Typeface
from kiosk.config.capabilities_check import check_fit
from kiosk.config.settings import Config
from kiosk.diagnostics.file_checks import checked
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, skipped, warning
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.diagnostics.port_holder import holder_of
from kiosk.diagnostics.serial_causes import cause_of_silence, flaw_of_port
from kiosk.domain import faults
from kiosk.domain.clock import Clock
from kiosk.domain.devices import (
    CODE_SCANNER,
    GUIDANCE_LIGHTS,
    ID_READER,
    PERMIT_CHIP,
    PERMIT_UNIT,
    RECEIPT_PRINTER,
    Device,
)
from kiosk.services.device_faults import FAULT_OF_ERROR, fault_for

_LINK = {device: fault_for(device, LinkLost("")) for device in FAULT_OF_ERROR}
_PROTOCOL = {device: fault_for(device, ProtocolError("")) for device in FAULT_OF_ERROR}

_WHERE = {
    PermitPosition.AT_MOUTH: "a permit lies in the mouth",
    PermitPosition.AT_STATION: "a permit is inside, at the station",
    PermitPosition.IN_PATH: "a permit is inside, in the path",
}


def id_reader(config: Config, _: Clock) -> Findings:
    """Check the security module by its self-test, and report its number."""

    def ask(url: str) -> Finding:
        reader = IdReader(bytes_opener(url, ID_READER.name), IdReaderFile.load(config.files.devices[ID_READER]))
        with closing(reader):
            reader.self_test()
            module_id = reader.read_module_id()
            return ok(f"self-test passed at {reader.baud} bit/s", id_reader_module=module_id)

    return [_asked(config, ID_READER, ask)]


def permit_unit(config: Config, _: Clock) -> Findings:
    """Check firmware and sensors. Each command has its whole time once, and one repeat for a unit that says that it did
    not understand: it may hold the beginning of what somebody else sent, or sent at another speed. A unit that waits to
    be initialised is left so, because that would move a permit inside; the kiosk's start does it.
    """

    def ask(url: str) -> Finding:
        unit_file = replace(load_unit_file(config.files.devices[PERMIT_UNIT]), resends=1)
        with closing(open_unit(unit_file, lambda: open_bytes(url, PERMIT_UNIT.name))) as unit:
            try:
                firmware = unit.version()
                finding = _unit_finding(unit.status())
            except NotInitialised:
                return warning("it answers, and waits to be initialised; the kiosk's start does that")
        return replace(finding, versions={PERMIT_UNIT.name: firmware})

    return [_asked(config, PERMIT_UNIT, ask)]


def permit_chip(config: Config, _: Clock) -> Findings:
    """Check the coupler's slot, by name, without using a chip."""
    url = config.devices[PERMIT_CHIP]
    if isinstance(parse_url(url), SimUrl):
        return [skipped("a simulated chip hangs directly on the kiosk; there is no coupler to ask")]
    if config.devices.chip_is_in_unit():
        return [ok("the permit unit's own chip reader: asked with the permit unit")]

    def ask(url: str) -> Finding:
        try:
            from drivers.transport.pcsc import list_slots
        except ImportError as error:
            return failed(f"pyscard does not load: {error}", faults.COUPLER_LINK)
        match parse_url(url):
            case PcscUrl(name):
                slots, wanted = list_slots(), _quoted((name,))
                if name in slots:
                    return ok(f"slot {wanted} is there")
                return failed(f"there is no slot {wanted}; pcscd has {_quoted(slots)}", faults.COUPLER_LINK)
            case _:
                return skipped("no coupler on this address")

    return [_asked(config, PERMIT_CHIP, ask)]


def receipt_printer(config: Config, _: Clock) -> Findings:
    """Check paper, cover and cutter (DLE EOT 1 to 4)."""

    def ask(url: str) -> Finding:
        printer_file = load_printer_file(config.files.devices[RECEIPT_PRINTER])
        draws_nothing = Typeface(())
        printer = ReceiptPrinter(lambda: open_bytes(url, RECEIPT_PRINTER.name), printer_file, draws_nothing)
        with closing(printer):
            return _printer_finding(printer.status())

    return [_asked(config, RECEIPT_PRINTER, ask)]


def code_scanner(config: Config, _: Clock) -> Findings:
    """Check that the port opens. A scanner does not answer, and codes that it reads meanwhile are dropped."""
    if not config.devices[CODE_SCANNER]:
        return [ok("this kiosk has none: licences are looked up by central")]

    def ask(url: str) -> Finding:
        scanner_file = CodeScannerFile.load(config.files.devices[CODE_SCANNER])
        with closing(LineScanner(lambda: open_bytes(url, CODE_SCANNER.name), scanner_file)) as scanner:
            scanner.open()
        return ok("its port opens; whether it reads, only a code held before it shows")

    return [_asked(config, CODE_SCANNER, ask)]


def guidance_lights(config: Config, _: Clock) -> Findings:
    """Check that each output answers, by switching it off."""
    if not config.devices[GUIDANCE_LIGHTS]:
        return [ok("this kiosk has none: the screen alone shows people the way")]

    def ask(url: str) -> Finding:
        lights_file = GuidanceLightsFile.load(config.files.devices[GUIDANCE_LIGHTS])
        with closing(ModbusLights(lambda: open_bytes(url, GUIDANCE_LIGHTS.name), lights_file)) as lights:
            lights.check()
        return ok(f"all are off, and each of {len(lights_file.coils)} outputs answered")

    return [_asked(config, GUIDANCE_LIGHTS, ask)]


OF_DEVICES: Mapping[Device, Callable[[Config, Clock], Findings]] = {
    ID_READER: id_reader,
    PERMIT_UNIT: permit_unit,
    PERMIT_CHIP: permit_chip,
    RECEIPT_PRINTER: receipt_printer,
    CODE_SCANNER: code_scanner,
    GUIDANCE_LIGHTS: guidance_lights,
}


def _fitting_unit_file(config: Config, path: Path) -> None:
    """Check the file itself, and whether the unit can do what the configuration asks."""
    unit_file = load_unit_file(path)
    check_fit(config, unit_file.name, unit_file.capabilities)


READERS: Mapping[Device, Callable[[Config, Path], object]] = {
    ID_READER: lambda _, path: IdReaderFile.load(path),
    PERMIT_UNIT: _fitting_unit_file,
    RECEIPT_PRINTER: lambda _, path: load_printer_file(path),
    CODE_SCANNER: lambda _, path: CodeScannerFile.load(path),
    GUIDANCE_LIGHTS: lambda _, path: GuidanceLightsFile.load(path),
}
"""The reader of the device file, for each device that has one."""


def file_check(device: Device) -> Callable[[Config, Clock], Findings]:
    """The check of the device's file."""

    def check(config: Config, _: Clock) -> Findings:
        if device.is_optional and not config.devices[device]:
            return [ok(f"not needed: this kiosk has no {device.name.replace('_', ' ')}")]
        return checked(config.files.devices[device], partial(READERS[device], config))

    return check


def _unit_finding(status: UnitStatus) -> Finding:
    if status.cover_open:
        return failed("the cover is open", faults.UNIT_COVER_OPEN)
    if status.bin_level is BinLevel.FULL:
        return failed("the retain bin is full", faults.BIN_FULL)
    if status.position is PermitPosition.UNKNOWN:
        return failed("the sensors contradict each other", faults.PERMIT_JAMMED)
    if status.position is not PermitPosition.NONE:
        return warning(f"{_WHERE[status.position]}; the kiosk's start gives it back or retains it")
    if status.bin_level is BinLevel.HIGH:
        return warning("the retain bin is nearly full")
    return ok("path and mouth are empty, cover closed")


def _printer_finding(status: PrinterStatus) -> Finding:
    if status.cover_open:
        return failed("the cover is open", faults.PRINTER_COVER_OPEN)
    if status.paper is PaperLevel.OUT:
        return failed("there is no paper", faults.PAPER_OUT)
    if status.cutter_failed or status.repair_needed:
        part = "cutter" if status.cutter_failed else "printer"
        return failed(f"the {part} reports an error that no restart clears", faults.PRINTER_REPAIR)
    if not status.online:
        return failed("the printer is offline and gives no cause: press its online button first", faults.PRINTER_REPAIR)
    if status.paper is PaperLevel.NEAR_END:
        return warning("the paper is nearly used up: put in a new roll soon")
    return ok("online, with paper")


def _asked(config: Config, device: Device, ask: Callable[[str], Finding]) -> Finding:
    """The finding of `ask(url)`, or of its failure and what caused it."""
    url = config.devices[device]
    try:
        port = parse_url(url)
        if isinstance(port, SerialUrl) and (flaw := flaw_of_port(Path(port.path), KioskUser.of(config))) is not None:
            return failed(flaw, _LINK[device])
        return ask(url)
    except LinkBusy as error:
        return failed(_held(url), fault_for(device, error))
    except (LinkTimeout, ProtocolError) as error:
        return _silent(config, device, url, error)
    except DriverError as error:
        return failed(str(error), fault_for(device, error))
    except DeviceFileError:
        return skipped(f"its device file has mistakes: see {device.name}_file")
    except UrlError as error:
        return failed(str(error), faults.CONFIGURATION)


def _silent(config: Config, device: Device, url: str, error: DriverError) -> Finding:
    match parse_url(url):
        case SerialUrl() as port:
            try:
                cause = cause_of_silence(config, device, port)
            except DeviceFileError:  # of another device; its own check tells
                cause = None
            if cause is not None:
                return failed(cause, faults.CONFIGURATION if device.visits_need_it else _PROTOCOL[device])
        case TcpUrl() if isinstance(error, LinkTimeout):
            hint = "a network printer answers one program at a time: does another one use it?"
            return failed(f"{error}; {hint}", fault_for(device, error))
    return failed(str(error), fault_for(device, error))


def _held(url: str) -> str:
    match parse_url(url):
        case SerialUrl(path):
            holder = holder_of(path)
            if holder is None:
                return "another program holds its port; ask as root, who can see which"
            return f"its port is held by {holder}: {holder.remedy}"
        case _:
            return "another program holds it"


def _quoted(slots: tuple[str, ...]) -> str:
    return ", ".join(repr(reader_url(name).removeprefix("pcsc://")) for name in slots) or "none"
