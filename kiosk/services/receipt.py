"""The service of the receipt printer: it composes and prints receipts and slips. Its failures never end a visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drivers.errors import DriverError
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.document import ReceiptDocument
from kiosk.domain.devices import RECEIPT_PRINTER
from kiosk.papers.slips import ComposeSlip
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.states import Renewed, Visit

Compose = Callable[[Visit, Renewed], ReceiptDocument]


class ReceiptService:
    """The service of the receipt printer, which it owns on its worker's thread."""

    def __init__(
        self,
        printer: ReceiptPrinter,
        compose: Compose,
        compose_slip: ComposeSlip,
        compose_test: Callable[[], ReceiptDocument],
        compose_hand_over: Callable[[do.PrintHandOverList], ReceiptDocument],
    ) -> None:
        self._printer = printer
        self._compose = compose
        self._compose_slip = compose_slip
        self._compose_test = compose_test
        self._compose_hand_over = compose_hand_over
        self._used = False

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.PrintReceipt: self._print_receipt,
            do.PrintApplicationSlip: self._print_slip,
            do.PrintStatusSlip: self._print_slip,
            do.PrintHandOverList: self._print_hand_over,
            do.ClearPersonalData: self._clear_personal_data,
        }

    def check(self) -> None:
        """Raise a `DriverError` if the printer does not answer or reports that it cannot print."""
        self._printer.check()

    def test_print(self) -> None:
        """Print a page of every kind of writing that receipts have. Raises a `DriverError`."""
        self._printer.print_receipt(self._compose_test())

    def close(self) -> None:
        self._printer.close()

    def _print_receipt(self, effect: do.PrintReceipt, post: Post) -> None:
        self._print(self._compose(effect.visit, effect.renewed), post)

    def _print_slip(self, effect: do.PrintApplicationSlip | do.PrintStatusSlip, post: Post) -> None:
        self._print(self._compose_slip(effect), post)

    def _print_hand_over(self, effect: do.PrintHandOverList, post: Post) -> None:
        self._print(self._compose_hand_over(effect), post)

    def _print(self, paper: ReceiptDocument, post: Post) -> None:
        self._used = True
        try:
            self._printer.print_receipt(paper)
        except DriverError as error:
            post(on.ReceiptNotPrinted(fault_of(RECEIPT_PRINTER, error, doing="printing a receipt")))
            return
        post(on.ReceiptPrinted())

    def _clear_personal_data(self, _: do.ClearPersonalData, __: Post) -> None:
        if not self._used:
            return
        try:
            self._printer.clear()
            self._used = False
        except DriverError as error:
            # A printer that cannot be reached cannot print anything more by itself.
            fault_of(RECEIPT_PRINTER, error, doing="clearing the buffer")
