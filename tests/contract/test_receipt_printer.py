"""What every receipt printer must do: the simulator of each model always, a real one with `--hardware`.

The real one is named by RECEIPT_PRINTER_URL and RECEIPT_PRINTER_FILE (a device file); it prints about 30 cm of paper.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.receipt_printer import device_file
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.document import LabelledValue, QrCode, ReceiptDocument, Rule, TextLine
from drivers.receipt_printer.status import PaperLevel
from drivers.simulators.activity import ActivityLog
from drivers.simulators.receipt_printer_sim import ReceiptPrinterSim
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface

MODELS = sorted((ASSETS / "devices").glob("escpos-*.toml"))


@dataclass(frozen=True, slots=True)
class Bench:
    printer: ReceiptPrinter
    receipts_out: Callable[[], int] | None  # None where only eyes can count


@pytest.fixture(params=[*(path.stem for path in MODELS), pytest.param("hardware", marks=pytest.mark.hardware)])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    typeface = Typeface.load(ASSETS / "fonts")
    if request.param == "hardware":
        url, model = os.environ["RECEIPT_PRINTER_URL"], device_file.load(Path(os.environ["RECEIPT_PRINTER_FILE"]))
        printer = ReceiptPrinter(lambda: open_bytes(url, "receipt_printer"), model, typeface)
        yield Bench(printer, None)
        printer.close()
        return
    model = device_file.load(ASSETS / "devices" / f"{request.param}.toml")
    sim = ReceiptPrinterSim(ActivityLog(), 0.0, model, typeface)
    sim_url = sim.start()

    def receipts_out() -> int:
        sim.tear_off()
        return len(sim.printouts)

    printer = ReceiptPrinter(lambda: open_bytes(sim_url, "receipt_printer"), model, typeface)
    yield Bench(printer, receipts_out)
    printer.close()
    sim.stop()


def test_a_printer_that_is_ready_says_so(bench: Bench) -> None:
    status = bench.printer.status()
    assert (status.online, status.cover_open, status.cutter_failed, status.repair_needed) == (True, False, False, False)
    assert status.paper is not PaperLevel.OUT


def test_a_receipt_with_everything_on_it_is_printed(bench: Bench) -> None:
    bench.printer.print_receipt(
        ReceiptDocument(
            (
                TextLine("居住证签注凭条", "centre", "large", bold=True),
                TextLine("contract test", "centre"),
                Rule(),
                LabelledValue("业务号", "QZ-TEST-0001"),
                LabelledValue("地址", "上海市浦东新区示范路88弄6号402室（望河新村东区，近样板公园北门）"),
                TextLine("生僻字 𠮷 𡈽 · ئۇيغۇرچە"),
                QrCode("https://example.invalid/r/QZ-TEST-0001"),
            )
        )
    )
    if bench.receipts_out is not None:
        assert bench.receipts_out() == 1


def test_two_receipts_one_after_the_other_are_both_printed(bench: Bench) -> None:
    for number in (1, 2):
        bench.printer.print_receipt(ReceiptDocument((TextLine(f"第 {number} 张"),)))
    if bench.receipts_out is not None:
        bench.receipts_out()
        assert bench.receipts_out() in (1, 2)  # without a knife both hang in one piece


def test_a_wipe_leaves_the_printer_ready(bench: Bench) -> None:
    bench.printer.clear()
    assert bench.printer.status().online


def test_a_closed_driver_opens_its_link_again(bench: Bench) -> None:
    bench.printer.status()
    bench.printer.close()
    bench.printer.close()
    assert bench.printer.status().online
