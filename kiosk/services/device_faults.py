"""The table from a driver's errors to the catalogue's faults, by device and type of error."""

from __future__ import annotations

import logging

from drivers.errors import (
    BinFull,
    CommandNotAllowed,
    CoverOpen,
    DeviceError,
    DriverError,
    LinkLost,
    NeedsRepair,
    NoChip,
    NotInitialised,
    PaperOut,
    PermitJammed,
    ProtocolError,
    ServiceSilent,
    TransportError,
)
from kiosk.domain import faults
from kiosk.domain.devices import (
    CODE_SCANNER,
    GUIDANCE_LIGHTS,
    ID_READER,
    PERMIT_CHIP,
    PERMIT_UNIT,
    RECEIPT_PRINTER,
    Device,
)
from kiosk.domain.faults import Fault
from kiosk.event_log.log_events import LogEvent, log

# The first match wins, so subclasses come first.
FAULT_OF_ERROR: dict[Device, tuple[tuple[type[DriverError], Fault], ...]] = {
    ID_READER: (
        (TransportError, faults.ID_READER_LINK),
        (ProtocolError, faults.ID_READER_PROTOCOL),
        (DeviceError, faults.ID_READER_REPAIR),
        (DriverError, faults.ID_READER_PROTOCOL),
    ),
    PERMIT_UNIT: (
        (TransportError, faults.PERMIT_UNIT_LINK),
        (NotInitialised, faults.PERMIT_UNIT_LINK),  # it lost its power: out of service until it is initialised
        (ProtocolError, faults.PERMIT_UNIT_PROTOCOL),
        (PermitJammed, faults.PERMIT_JAMMED),
        (CoverOpen, faults.UNIT_COVER_OPEN),
        (BinFull, faults.BIN_FULL),
        (NeedsRepair, faults.PERMIT_UNIT_REPAIR),
        (DriverError, faults.PERMIT_UNIT_PROTOCOL),
    ),
    PERMIT_CHIP: (
        (ServiceSilent, faults.COUPLER_SILENT),
        (LinkLost, faults.COUPLER_LINK),
        (CommandNotAllowed, faults.RELAY_REFUSED),
        (NoChip, faults.CHIP_SILENT),
        (TransportError, faults.CHIP_SILENT),
        (DriverError, faults.CHIP_REFUSED),
    ),
    RECEIPT_PRINTER: (
        (TransportError, faults.PRINTER_LINK),
        (ProtocolError, faults.PRINTER_PROTOCOL),
        (PaperOut, faults.PAPER_OUT),
        (CoverOpen, faults.PRINTER_COVER_OPEN),
        (DriverError, faults.PRINTER_REPAIR),
    ),
    CODE_SCANNER: (
        (TransportError, faults.CODE_SCANNER_LINK),
        (DriverError, faults.CODE_SCANNER_PROTOCOL),
    ),
    GUIDANCE_LIGHTS: (
        (TransportError, faults.GUIDANCE_LIGHTS_LINK),
        (DriverError, faults.GUIDANCE_LIGHTS_PROTOCOL),
    ),
}


def fault_for(device: Device, error: DriverError) -> Fault:
    """The catalogue's fault for an error of `device`, for callers that report the error themselves."""
    return next(fault for kind, fault in FAULT_OF_ERROR[device] if isinstance(error, kind))


def fault_of(device: Device, error: DriverError, *, doing: str) -> Fault:
    """The catalogue's fault for an error of `device`. The error is logged here. `doing`: what was being done."""
    fault = fault_for(device, error)
    log(
        LogEvent.DEVICE_TROUBLE,
        level=logging.WARNING,
        device=device.name,
        doing=doing,
        error=type(error).__name__,
        message=str(error),
        fault=fault.code,
    )
    return fault
