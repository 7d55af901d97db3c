"""`python -m drivers permit-chip slots | atr | read | decode-apdu | check`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from assets import ASSETS
from drivers.command_numbers import wait_s
from drivers.device_file import DeviceFileError
from drivers.pasted_hex import bytes_of_hex
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_file.reader import load_permit_file, load_permit_files
from drivers.trace_arguments import add_detail_argument
from drivers.transport.base import ConnectedChip, Coupler
from drivers.transport.device_urls import reader_url
from drivers.transport.tracing import TraceSink, TracingApdu
from drivers.transport.urls import open_coupler

PERMITS = ASSETS / "permits"

# Any other value for a slot is a reader's name.
SLOT_URLS = ("pcsc://", "pcsc-hex://", "replay://")

# Field → how many characters at its start and end may be shown. All other fields are hidden.
SHOWN_ENDS = {"holder_name": (1, 0), "id_number": (3, 2), "permit_number": (6, 2)}
SHOWN_WHOLE = frozenset(
    {
        "chip_serial",
        "region",
        "issued_on",
        "issuing_authority",
        "category",
        "valid_from",
        "valid_to",
        "endorsement_count",
    }
)


# argparse gives no public name to what add_subparsers returns.
def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `permit-chip` and its verbs."""
    chip = subparsers.add_parser("permit-chip", help="permit chip")
    verbs = chip.add_subparsers(required=True, metavar="VERB")

    verbs.add_parser("slots", help="the PC/SC slots of this machine").set_defaults(run=run_slots)

    atr = verbs.add_parser("atr", help="the answer to reset of the chip in a slot")
    _add_slot(atr)
    atr.set_defaults(run=run_atr)

    read = verbs.add_parser("read", help="read a permit and show it, masked")
    _add_slot(read)
    read.add_argument("--permits", type=Path, default=PERMITS, help="folder of permit files (default: the project's)")
    read.add_argument("--trace", type=Path, metavar="FILE", help="record the traffic in this file, lengths only")
    add_detail_argument(read, "personal data; use a test permit")
    read.set_defaults(run=run_read)

    decode = verbs.add_parser("decode-apdu", help="explain commands and status words")
    decode.add_argument("--hex", required=True, help="one command (or a status word of two bytes) in hex")
    decode.set_defaults(run=run_decode)

    check = verbs.add_parser("check", help="check a permit file and show its commands for the chip")
    check.add_argument("file", type=Path)
    check.set_defaults(run=run_check)


def _add_slot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--slot", required=True, help="a name from `slots`, or a URL such as replay:///trace.jsonl")
    parser.add_argument("--wait", type=wait_s, default=10.0, metavar="SECONDS", help="for a chip (default 10)")


def _coupler(slot: str) -> Coupler:
    return open_coupler(slot if slot.startswith(SLOT_URLS) else f"pcsc://{slot}")


def run_slots(args: argparse.Namespace) -> int:
    """Print the name of each slot, or its URL where the name cannot be read or typed."""
    from drivers.transport.pcsc import list_slots

    for name in list_slots():
        print(reader_url(name).removeprefix("pcsc://"))
    return 0


def run_atr(args: argparse.Namespace) -> int:
    coupler = _coupler(args.slot)
    try:
        chip = coupler.connect(args.wait)
        print(chip.atr.hex(" ").upper())
        chip.close()
    finally:
        coupler.close()
    return 0


def run_read(args: argparse.Namespace) -> int:
    with ExitStack() as stack:
        coupler = _coupler(args.slot)
        stack.callback(coupler.close)
        if args.trace is not None:
            sink = TraceSink(stack.enter_context(args.trace.open("w", encoding="utf-8")), args.detail)
            coupler = _TracedCoupler(coupler, sink)
        chip = stack.enter_context(PermitChip(coupler, load_permit_files(args.permits)))
        chip.open(args.wait)
        record = chip.read()
    print(f"permit file: {record.permit_file}")
    for line in masked_lines(record.fields):
        print(line)
    return 0


class _TracedCoupler:
    """A coupler that records the traffic of its chips."""

    def __init__(self, inner: Coupler, sink: TraceSink) -> None:
        self._inner = inner
        self._sink = sink

    def connect(self, timeout_s: float) -> ConnectedChip:
        return TracingApdu(self._inner.connect(timeout_s), self._sink)

    def look(self) -> None:
        self._inner.look()

    def close(self) -> None:
        self._inner.close()


def masked_lines(fields: Mapping[str, FieldValue]) -> Iterable[str]:
    """One line per field, with values that identify the holder masked."""
    for name, value in fields.items():
        if name in SHOWN_WHOLE:
            shown = "none" if value is None else str(value)
        else:
            text = str(value)
            first, last = SHOWN_ENDS.get(name, (0, 0))
            hidden = max(3, len(text) - first - last)
            shown = text[:first] + "*" * hidden + (text[-last:] if last and len(text) > first + last else "")
        yield f"  {name}: {shown}"


def run_decode(args: argparse.Namespace) -> int:
    raw = bytes_of_hex(args.hex)
    if len(raw) == 2:
        sw = int.from_bytes(raw, "big")
        print(f"{sw:04X} {apdu.status_name(sw)}")
    else:
        print(apdu.describe(raw))
    return 0


def run_check(args: argparse.Namespace) -> int:
    try:
        permit = load_permit_file(args.file)
    except DeviceFileError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        return 2
    print(f"{permit.name}: {permit.title} ({permit.mode})")
    if permit.mode != "face_only":
        print(f"  application {permit.aid.hex().upper()}, MAC {permit.mac}")
    for (file, tag), length in permit.places():
        print(f"  reads {file}{f' record {tag:02X}' if tag else ''}: {length} bytes")
    for write in permit.writes:
        commit = ", the commit" if write.commits else ""
        print(f"  writes {write.file} at {write.place:02X}: {write.length} bytes, {', '.join(write.fields)}{commit}")
    return 0
