"""The driver of receipt printers. Every verb succeeds or raises a `DriverError`."""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.errors import (
    CoverOpen,
    DeviceError,
    FrameCorrupt,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    PaperOut,
    ProtocolError,
    TransportError,
)
from drivers.receipt_printer import encoding
from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.receipt_printer.document import ReceiptDocument
from drivers.receipt_printer.status import (
    CLEAR_RESPONSE,
    DEVICE,
    ERROR_CAUSE,
    OFFLINE_CAUSE,
    PAPER,
    PRINTER,
    TRANSMIT_PAPER_STATUS,
    PaperLevel,
    PrinterStatus,
    ask,
    is_answer_in_turn,
    is_real_time_answer,
    made_sense_of,
)
from drivers.transport.base import ByteTransport
from drivers.transport.kept_line import KeptLine
from drivers.typeface import Typeface

CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4, function 8, with its fixed parameters
CONTINUE_WITHOUT_BUFFER = b"\x10\x05\x02"  # DLE ENQ 2: recover from an error after clearing the buffers
STRAY_BYTES = 4096  # bounds the reading from a peer that never falls silent
ASK_AGAIN_S = 0.5  # while printing; often enough to notice missing paper before the resident leaves


class ReceiptPrinter:
    """One ESC/POS printer. Used from one thread.

    The link is opened when it is first needed and kept. After a failure it is closed, and the next verb opens it again.
    """

    def __init__(
        self,
        open_link: Callable[[], ByteTransport],
        device_file: ReceiptPrinterFile,
        typeface: Typeface,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = KeptLine(open_link, lambda link: link)  # plain bytes, without a protocol around them
        self._device_file = device_file
        self._typeface = typeface
        self._clock = clock
        self._confirmed = False

    def status(self) -> PrinterStatus:
        """The present state of the sensors (DLE EOT 1 to 4). A kept link may be dead without notice (a printer that was
        restarted behind a print server, a firewall that dropped it). If it is lost or silent, the printer is asked once
        more on a new link; nothing has been sent yet that could be printed twice.
        """
        was_open = self._line.is_open
        try:
            return self._ask_all()
        except (LinkLost, LinkTimeout):
            if not was_open:
                raise
            self.close()
            return self._ask_all()

    def check(self) -> None:
        """Check whether a receipt can be printed now. Raises `CoverOpen`, `PaperOut`, `NeedsRepair`."""
        _check(self.status())

    def print_receipt(self, document: ReceiptDocument) -> None:
        """Print and cut one receipt; returns when the printer confirms that all of it is on paper.

        Raises `PaperOut`, `CoverOpen` or `NeedsRepair`, before or during printing. The rest is then cleared from the
        printer's buffer, and the receipt must be printed again from the start. Raises `LinkTimeout` if the printer does
        not finish within the device file's `print_timeout_s`; whether it printed is then unknown.
        """
        self.check()
        job = encoding.receipt(document, self._device_file, self._typeface)
        try:
            self._print(job)
        except DeviceError as told:
            try:
                self.clear()
            except (TransportError, ProtocolError) as error:
                told.add_note(f"the printer's buffer could not be wiped: {error}")
            raise

    def clear(self) -> None:
        """Clear data that the printer has not printed yet (privacy), and restore its defaults (ESC @).

        Returns when the printer has answered: to DLE DC4 8 itself, or, after DLE ENQ 2, which has no answer, to the DLE
        EOT behind it. Raises `LinkTimeout` if it does not.
        """
        if self._device_file.clears_in_real_time:
            self._write(CLEAR_BUFFERS)
            self._await_clear_response()
        else:
            self._write(CONTINUE_WITHOUT_BUFFER)
            self._ask(PRINTER)
        self._write(encoding.start(self._device_file))

    def close(self) -> None:
        """Release the link; may be called twice, and the next verb opens it again."""
        self._line.close()

    def _print(self, job: bytes) -> None:
        """Send `job` and watch the sensors until the printer has finished it. A confirmed job is printed, even if later
        questions fail.
        """
        self._hear_out()
        self._confirmed = False
        try:
            self._send_and_watch(job)
        except (LinkLost, LinkTimeout):
            if not self._confirmed:
                raise

    def _send_and_watch(self, job: bytes) -> None:
        """Send and watch. Answers may be slow while the printer prints, so the time limit is that of the whole job."""
        confirms = self._device_file.confirms_by_gs_r
        self._write(job + TRANSMIT_PAPER_STATUS if confirms else job)
        began = self._clock()
        while not self._confirmed:
            waited_s = self._clock() - began
            _check(self._ask_all(self._device_file.print_timeout_s - waited_s))
            waited_s = self._clock() - began
            if not confirms and waited_s > self._device_file.settle_s:
                return
            if waited_s > self._device_file.print_timeout_s:
                self.close()
                raise LinkTimeout("the end of printing was not confirmed", device=DEVICE, waited_s=waited_s)
            if not self._confirmed:
                self._listen(ASK_AGAIN_S)
        _check(self._ask_all())

    def _ask_all(self, patience_s: float = 0.0) -> PrinterStatus:
        """Ask for all four status bytes. `patience_s`: seconds to wait for the answers, if longer than an idle printer
        needs.

        The four answers are of different moments: if the cover is closed between the first and the second, the printer
        says that it is offline without a cause. It is then asked again.
        """
        until = self._clock() + patience_s
        status = self._ask_each(until)
        return status if status.online or status.tells_a_cause else self._ask_each(until)

    def _ask_each(self, until: float) -> PrinterStatus:
        return made_sense_of(*(self._ask(which, until) for which in (PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER)))

    def _ask(self, which: int, until: float = 0.0) -> int:
        """The answer to DLE EOT `which`. A confirmation in between is noted, and earlier bytes are dropped."""
        self._hear_out()
        self._write(ask(which))
        began = self._clock()
        soon = began + self._device_file.answer_timeout_s
        while (left_s := (soon if self._confirmed else max(until, soon)) - self._clock()) > 0:
            answer = self._read(left_s)
            if answer is None:
                break
            if is_real_time_answer(answer):
                return answer
            self._note(answer)
        self.close()
        raise LinkTimeout(f"DLE EOT {which} was not answered", device=DEVICE, waited_s=self._clock() - began)

    def _hear_out(self) -> None:
        """Drop bytes that are already on the line: a late answer, or one to bytes of a picture."""
        for _ in range(STRAY_BYTES):
            answer = self._read(0.0)
            if answer is None:
                return
            if not is_real_time_answer(answer):
                self._note(answer)

    def _await_clear_response(self) -> None:
        """Wait for the answer, before which nothing may be sent (Epson, DLE DC4 function 8, notes)."""
        heard = b""
        deadline = self._clock() + self._device_file.answer_timeout_s
        while (left_s := deadline - self._clock()) > 0:
            answer = self._read(left_s)
            heard += bytes([answer]) if answer is not None else b""
            if heard.endswith(CLEAR_RESPONSE):
                return
        self.close()
        waited_s = self._device_file.answer_timeout_s
        raise LinkTimeout("DLE DC4 8 was not answered", device=DEVICE, waited_s=waited_s)

    def _listen(self, timeout_s: float) -> None:
        """Wait for the confirmation, at most `timeout_s`."""
        answer = self._read(timeout_s)
        if answer is not None:
            self._note(answer)

    def _note(self, answer: int) -> None:
        if not is_answer_in_turn(answer):
            self.close()
            raise FrameCorrupt(f"{answer:02X} is no answer of a receipt printer", device=DEVICE)
        self._confirmed = True

    def _write(self, data: bytes) -> None:
        self._line.use(lambda link: link.write(data))

    def _read(self, timeout_s: float) -> int | None:
        data = self._line.use(lambda link: link.read(1, timeout_s))
        return data[0] if data else None


def _check(status: PrinterStatus) -> None:
    if status.cover_open:
        raise CoverOpen("the printer's cover is open", device=DEVICE)
    if status.paper is PaperLevel.OUT:
        raise PaperOut("the printer is out of paper", device=DEVICE)
    if status.cutter_failed or status.repair_needed:
        what = "cutter" if status.cutter_failed else "printer"
        raise NeedsRepair(f"the {what} reports an error that no restart clears", device=DEVICE)
    if not status.online:
        raise DeviceError("the printer is offline and gives no cause", device=DEVICE)
