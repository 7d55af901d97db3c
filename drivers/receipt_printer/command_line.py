"""`python -m drivers receipt-printer render | status | print | clear`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assets import ASSETS
from drivers.device_file import DeviceFileError
from drivers.receipt_printer import device_file, encoding
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.document_file import load_document
from drivers.receipt_printer.paper import printed
from drivers.receipt_printer.status import PaperLevel
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface

DEFAULT_DEVICE_FILE = ASSETS / "devices" / "escpos-80-gb18030.toml"
DONE, BAD_NEWS = 0, 1


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the receipt printer's verbs."""
    printer = subparsers.add_parser("receipt-printer", help="receipt printer: status, print, clear, render")
    verbs = printer.add_subparsers(required=True, metavar="VERB")

    render_parser = verbs.add_parser("render", help="draw a receipt as a picture, without a printer")
    render_parser.add_argument("file", type=Path, help="raw ESC/POS bytes, or a receipt document (.toml, .json)")
    render_parser.add_argument("--out", type=Path, required=True, help="PNG to write; more receipts get -2, -3, …")
    _add_device_file(render_parser)
    render_parser.set_defaults(run=render)

    status_parser = verbs.add_parser("status", help="show the state of the printer's sensors")
    _add_url(status_parser)
    status_parser.set_defaults(run=status)

    print_parser = verbs.add_parser("print", help="print a receipt document and wait until it is on paper")
    print_parser.add_argument("file", type=Path, help="a receipt document (.toml, .json)")
    _add_url(print_parser)
    print_parser.set_defaults(run=print_document)

    clear_parser = verbs.add_parser("clear", help="clear data that the printer has not printed yet")
    _add_url(clear_parser)
    clear_parser.set_defaults(run=clear)


def _add_device_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device-file", type=Path, default=DEFAULT_DEVICE_FILE, help="the printer's model")


def _add_url(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="tcp://host:9100 or serial:///dev/NAME?baud=115200")
    _add_device_file(parser)


def render(args: argparse.Namespace) -> int:
    """Draw the receipts that the printer would print."""
    model, typeface = device_file.load(args.device_file), Typeface.load(ASSETS / "fonts")
    if args.file.suffix in (".toml", ".json"):
        data = encoding.receipt(load_document(args.file), model, typeface)
    else:
        data = _read(args.file)
    printouts = printed(data, model, typeface)
    for number, printout in enumerate(printouts, start=1):
        path = args.out if number == 1 else args.out.with_stem(f"{args.out.stem}-{number}")
        printout.picture().save(path, format="PNG")
        print(f"{path}: {printout.dots.width} x {printout.dots.height} dots")
    if not printouts:
        print("nothing would be printed", file=sys.stderr)
        return BAD_NEWS
    return DONE


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeviceFileError([f"{path.name}: cannot be read: {error.strerror}"]) from error


def status(args: argparse.Namespace) -> int:
    """Print the state of the sensors, one a line. Returns BAD_NEWS if a person must act."""
    printer = _printer(args)
    try:
        seen = printer.status()
    finally:
        printer.close()
    print(f"online: {'yes' if seen.online else 'no'}")
    print(f"cover: {'open' if seen.cover_open else 'closed'}")
    print(f"paper: {seen.paper.value}")
    print(f"cutter: {'failed' if seen.cutter_failed else 'ok'}")
    print(f"repair needed: {'yes' if seen.repair_needed else 'no'}")
    return DONE if seen.online and seen.paper is not PaperLevel.OUT and not seen.repair_needed else BAD_NEWS


def print_document(args: argparse.Namespace) -> int:
    """Print one document."""
    document = load_document(args.file)
    printer = _printer(args)
    try:
        printer.print_receipt(document)
    finally:
        printer.close()
    return DONE


def clear(args: argparse.Namespace) -> int:
    """Wipe the printer's buffer."""
    printer = _printer(args)
    try:
        printer.clear()
    finally:
        printer.close()
    return DONE


def _printer(args: argparse.Namespace) -> ReceiptPrinter:
    model, typeface = device_file.load(args.device_file), Typeface.load(ASSETS / "fonts")
    return ReceiptPrinter(lambda: open_bytes(args.url, "receipt_printer"), model, typeface)
