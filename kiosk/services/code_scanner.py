"""The service of the code scanner: it waits for the electronic licence code on a resident's phone."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.code_scanner.base import CodeScanner
from drivers.errors import DriverError, FrameCorrupt
from kiosk.domain.devices import CODE_SCANNER
from kiosk.domain.personal import Personal
from kiosk.runtime.workers import Worker
from kiosk.services.central.messages import is_licence_code
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

SLICE_S = 0.2  # seconds between two looks whether a further job waits
MOST_DAMAGED = 8  # in a row, in one wait: more mean that the scanner is misconfigured or broken


class CodeScannerService:
    """The service of the scanner, which it owns on its worker's thread. A failing scanner never ends a visit."""

    def __init__(self, scanner: CodeScanner, worker: Worker) -> None:
        self._scanner = scanner
        self._worker = worker
        self._used = False

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.ReadLicenceCode: self._read,
            do.StopCodeScanner: self._stopped,
            do.ClearPersonalData: self._clear_personal_data,
        }

    def claim(self) -> None:
        """Open the device before it is needed, because a scanner that acts as a keyboard would type into other
        programs. A missing scanner is logged; the next wait for a code looks for it again.
        """
        try:
            self._scanner.open()
        except DriverError as error:
            fault_of(CODE_SCANNER, error, doing="taking the scanner")

    def check(self) -> None:
        """Raise a `DriverError` if the scanner is missing. Codes that it read while nobody waited are dropped."""
        self._scanner.clear_input()

    def close(self) -> None:
        self._scanner.close()

    def _stopped(self, _: do.StopCodeScanner, __: Post) -> None:
        """Do nothing: queueing this job has already ended the wait."""

    def _clear_personal_data(self, _: do.ClearPersonalData, __: Post) -> None:
        """Drop codes that were read twice, or after the wait had ended, before the next resident comes."""
        if not self._used:
            return
        self._used = False
        try:
            self._scanner.clear_input()
        except DriverError as error:
            fault_of(CODE_SCANNER, error, doing="forgetting what was scanned")

    def _read(self, _: do.ReadLicenceCode, post: Post) -> None:
        self._used = True
        try:
            self._scanner.clear_input()
            self._await_code(post)
        except DriverError as error:
            post(on.CodeScannerFailed(fault_of(CODE_SCANNER, error, doing="waiting for a licence code")))

    def _await_code(self, post: Post) -> None:
        damaged = 0
        while not self._worker.is_wanted_elsewhere():
            try:
                code = self._scanner.read(SLICE_S)
                if code is not None and not is_licence_code(code):
                    raise FrameCorrupt("a code longer than a licence code, or with control characters")
            except FrameCorrupt as error:
                damaged += 1
                if damaged == MOST_DAMAGED:
                    raise
                fault_of(CODE_SCANNER, error, doing="reading a licence code")
                post(on.LicenceCodeNotReadable())
                continue
            if code is None:
                continue
            if not code.strip():
                post(on.LicenceCodeNotReadable())
                continue
            post(on.LicenceCodeRead(Personal(code.strip())))
            return
