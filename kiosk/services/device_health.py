"""How each device was when it was last asked, and how often what happened: read off the events that services post."""

from __future__ import annotations

import threading
from collections import Counter

from kiosk.faults import Fault, Part
from kiosk.workflow import events as on

OK = "ok"

_WORKS = {
    on.IdCardRead: Part.ID_READER,
    on.PermitTakenIn: Part.PERMIT_UNIT,
    on.PermitAtMouth: Part.PERMIT_UNIT,
    on.PermitTaken: Part.PERMIT_UNIT,
    on.PermitRetained: Part.PERMIT_UNIT,
    on.FaceRewritten: Part.PERMIT_UNIT,
    on.PermitRead: Part.PERMIT_CHIP,
    on.ChipReadBack: Part.PERMIT_CHIP,
    on.ReceiptPrinted: Part.RECEIPT_PRINTER,
    on.LicenceCodeRead: Part.CODE_SCANNER,
}
_DEVICES = (Part.ID_READER, Part.PERMIT_UNIT, Part.PERMIT_CHIP, Part.RECEIPT_PRINTER, Part.CODE_SCANNER)

_ASKED_WHILE_IDLE = (Part.ID_READER, Part.PERMIT_UNIT, Part.PERMIT_CHIP)

_COUNTED = {
    on.PermitTakenIn: "permits_taken_in",
    on.GrantReceived: "grants_received",
    on.EndorsementRefused: "endorsements_refused",
    on.ApplicationReceived: "applications_received",
    on.FaceRewritten: "faces_rewritten",
    on.PermitTaken: "permits_taken",
    on.PermitRetained: "permits_retained",
    on.ReceiptPrinted: "receipts_printed",
}


class DeviceHealth:
    """Usable from any thread. What was not asked yet is not told of; counts begin with the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: dict[str, str] = {}
        self._counts: Counter[str] = Counter(dict.fromkeys((*_COUNTED.values(), "faults"), 0))

    def observe(self, event: on.Event) -> None:
        """Take note of what a service tells the machine."""
        fault = getattr(event, "fault", None)
        with self._lock:
            if isinstance(event, on.DevicesReady):
                self._states |= dict.fromkeys((_name(part) for part in _ASKED_WHILE_IDLE), OK)
            elif type(event) in _WORKS:
                self._states[_name(_WORKS[type(event)])] = OK
            if isinstance(fault, Fault):
                self._counts["faults"] += 1
                if fault.part in _DEVICES:
                    self._states[_name(fault.part)] = fault.code
            if type(event) in _COUNTED:
                self._counts[_COUNTED[type(event)]] += 1

    def states(self) -> dict[str, str]:
        """By device: "ok", or the code of its fault."""
        with self._lock:
            return dict(self._states)

    def counts(self) -> dict[str, int]:
        """By name: how often since the program started."""
        with self._lock:
            return dict(self._counts)


def _name(part: Part) -> str:
    return part.name.lower()
