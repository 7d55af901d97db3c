"""`python -m drivers code-scanner read | decode | trace`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from assets import ASSETS
from drivers.code_scanner.base import DEVICE, Found, ScannedCode
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.command_numbers import running_s, wait_s
from drivers.errors import FrameCorrupt
from drivers.pasted_hex import add_hex_argument, pasted_bytes
from drivers.standard_streams import json_text
from drivers.trace_arguments import add_detail_argument
from drivers.transport.base import ByteTransport
from drivers.transport.tracing import TraceSink, TracingBytes
from drivers.transport.urls import open_bytes

DEVICE_FILES = ASSETS / "devices"
DEFAULT_DEVICE_FILE = DEVICE_FILES / "code-scanner-serial.toml"
ENDS_SHOWN = 2


# argparse gives no public name to what add_subparsers returns.
def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `code-scanner` and its verbs."""
    scanner = subparsers.add_parser("code-scanner", help="scanner of electronic licence codes")
    verbs = scanner.add_subparsers(required=True, metavar="VERB")

    decode = verbs.add_parser("decode", help="list the codes in recorded bytes (shows personal data)")
    add_hex_argument(decode)
    _add_file_arguments(decode)
    decode.set_defaults(run=run_decode)

    read = verbs.add_parser("read", help="wait for a code and show it, masked")
    read.add_argument(
        "--url", required=True, help="such as serial:///dev/ttyACM0?baud=115200 or hid:///dev/input/by-id/NAME"
    )
    read.add_argument("--wait", type=wait_s, default=20.0, metavar="SECONDS", help="how long to wait (default 20)")
    read.add_argument("--show", action="store_true", help="show the whole code: personal data; use a test code")
    _add_file_arguments(read)
    read.set_defaults(run=run_read)

    trace = verbs.add_parser("trace", help="record what the scanner sends, lengths only")
    trace.add_argument("--url", required=True, help="as for read")
    trace.add_argument("--seconds", type=running_s, default=10.0, help="how long (default 10)")
    add_detail_argument(trace, "personal data; use a test code")
    _add_file_arguments(trace)
    trace.set_defaults(run=run_trace)


def _add_file_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device-file",
        type=Path,
        default=DEFAULT_DEVICE_FILE,
        help="default: code-scanner-serial.toml; code-scanner-hid.toml for one that types",
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of lines")


def run_decode(args: argparse.Namespace) -> int:
    decoder = CodeScannerFile.load(args.device_file).decoder()
    found = [*decoder.feed(pasted_bytes(args)), *decoder.give_up()]
    entries = [_entry(one) for one in found]
    if args.json:
        print(json_text(entries))
    else:
        for entry in entries:
            print("  ".join(f"{name}: {value}" for name, value in entry.items()))
    return 0 if any(isinstance(one, ScannedCode) for one in found) else 1


def _entry(found: Found) -> dict[str, object]:
    if isinstance(found, ScannedCode):
        return {"code": found.text, "symbology": found.symbology}
    return {"bad": found.flaw.value, "length": found.length}


def run_read(args: argparse.Namespace) -> int:
    scanner = LineScanner(lambda: open_bytes(args.url, DEVICE), CodeScannerFile.load(args.device_file))
    try:
        code = _read(scanner, args.wait)
    finally:
        scanner.close()
    if code is None:
        print(f"no code within {args.wait:g} s", file=sys.stderr)
        return 1
    shown = code if args.show else masked(code)
    print(json_text({"code": shown, "characters": len(code)}) if args.json else f"{shown}  ({len(code)} characters)")
    return 0


def _read(scanner: LineScanner, wait_s: float) -> str | None:
    scanner.clear_input()
    deadline = time.monotonic() + wait_s
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            return scanner.read(left_s)
        except FrameCorrupt as error:
            print(f"show it again: {error}", file=sys.stderr)
    return None


def masked(code: str) -> str:
    """The first and the last characters, to compare with a ticket; none of a short code."""
    if len(code) < 4 * ENDS_SHOWN:
        return "*" * len(code)
    return code[:ENDS_SHOWN] + "*" * (len(code) - 2 * ENDS_SHOWN) + code[-ENDS_SHOWN:]


def run_trace(args: argparse.Namespace) -> int:
    sink = TraceSink(sys.stdout, args.detail, limit_s=args.seconds)

    def open_traced() -> ByteTransport:
        return TracingBytes(open_bytes(args.url, DEVICE), sink)

    scanner = LineScanner(open_traced, CodeScannerFile.load(args.device_file))
    try:
        _await_codes(scanner, args.seconds)
    finally:
        scanner.close()
    return 0


def _await_codes(scanner: LineScanner, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            scanner.read(left_s)
        except FrameCorrupt as error:
            print(str(error), file=sys.stderr)
