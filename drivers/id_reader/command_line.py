"""`python -m drivers id-reader status | read | decode | trace`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TextIO

from assets import ASSETS
from drivers.command_numbers import running_s, wait_s
from drivers.errors import IdCardUnreadable
from drivers.id_reader.device import IdReader
from drivers.id_reader.listing import Entry, holder_fields, list_answers, masked
from drivers.id_reader.reader_file import IdReaderFile
from drivers.id_reader.text_block import encode_text_block
from drivers.pasted_hex import add_hex_argument, pasted_bytes
from drivers.standard_streams import json_text
from drivers.trace_arguments import add_detail_argument
from drivers.transport.base import ByteTransport
from drivers.transport.tracing import TraceSink, TracingBytes
from drivers.transport.urls import bytes_opener

DEFAULT_DEVICE_FILE = ASSETS / "devices" / "gat467.toml"
DEVICE = "id_reader"


# argparse gives no public name to what add_subparsers returns.
def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `id-reader` and its verbs."""
    reader = subparsers.add_parser("id-reader", help="identity-card reader")
    verbs = reader.add_subparsers(required=True, metavar="VERB")

    decode = verbs.add_parser("decode", help="explain recorded answers (shows personal data)")
    add_hex_argument(decode)
    decode.add_argument("--json", action="store_true", help="a JSON list instead of lines")
    decode.set_defaults(run=run_decode)

    status = verbs.add_parser("status", help="module id, self-test and speed")
    _add_device_arguments(status)
    status.set_defaults(run=run_status)

    read = verbs.add_parser("read", help="wait for an identity card and show it, masked")
    _add_device_arguments(read)
    read.add_argument("--wait", type=wait_s, default=20.0, metavar="SECONDS", help="how long to wait (default 20)")
    read.set_defaults(run=run_read)

    trace = verbs.add_parser("trace", help="poll for a card and record the traffic, lengths only")
    _add_device_arguments(trace)
    trace.add_argument("--seconds", type=running_s, default=10.0, help="how long (default 10)")
    trace.add_argument("--out", type=Path, help="file to write (default: standard output)")
    add_detail_argument(trace, "personal data; use a test card")
    trace.set_defaults(run=run_trace)


def _add_device_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="such as serial:///dev/kiosk-id-reader?baud=115200")
    parser.add_argument("--device-file", type=Path, default=DEFAULT_DEVICE_FILE, help="default: gat467.toml")
    parser.add_argument("--json", action="store_true", help="JSON instead of lines")


def run_decode(args: argparse.Namespace) -> int:
    try:
        entries, corrupt = list_answers(pasted_bytes(args))
    except ValueError as error:
        return _no_frame(str(error))
    remarks = [f"a frame with a wrong {frame.flaw.value} (length word {frame.length})" for frame in corrupt]
    if not entries:
        return _no_frame("; ".join(remarks) or "there is no frame in these bytes")
    for remark in remarks:
        print(f"skipped {remark}", file=sys.stderr)
    if args.json:
        print(json_text(entries))
    else:
        for entry in entries:
            print(f"{entry['kind']} {entry['sw3']}")
            _print_fields(entry["fields"])
    return 0


def _no_frame(reason: str) -> int:
    print(json_text({"error": reason}))
    return 2


def _print_fields(fields: Entry) -> None:
    for name, value in fields.items():
        print(f"  {name}: {value}")


def _show(fields: Entry, as_json: bool) -> None:
    if as_json:
        print(json_text(fields))
    else:
        _print_fields(fields)


def run_status(args: argparse.Namespace) -> int:
    reader = IdReader(bytes_opener(args.url, DEVICE), IdReaderFile.load(args.device_file))
    try:
        reader.open()
        reader.self_test()
        _show({"module_id": reader.read_module_id(), "self_test": "ok", "baud": reader.baud}, args.json)
    finally:
        reader.close()
    return 0


def run_read(args: argparse.Namespace) -> int:
    device_file = IdReaderFile.load(args.device_file)
    reader = IdReader(bytes_opener(args.url, DEVICE), device_file)
    try:
        reader.open()
        deadline = time.monotonic() + args.wait
        while True:
            record = _poll(reader)
            if record is not None:
                _show(masked(record), args.json)
                return 0
            if time.monotonic() > deadline:
                print(f"no identity card within {args.wait:g} s", file=sys.stderr)
                return 1
            time.sleep(device_file.poll_interval_s)
    finally:
        reader.close()


def _poll(reader: IdReader) -> Entry | None:
    try:
        record = reader.read_id_card()
    except IdCardUnreadable as error:
        print(f"lift the card and lay it down again: {error}", file=sys.stderr)
        return None
    if record is None:
        return None
    fields = holder_fields(encode_text_block(record.text))
    return fields | {"newest_address": record.newest_address, "photo_bytes": len(record.photo_raw)}


def run_trace(args: argparse.Namespace) -> int:
    if args.out is None:
        return _trace(args, sys.stdout)
    with args.out.open("w", encoding="utf-8") as stream:
        return _trace(args, stream)


def _trace(args: argparse.Namespace, stream: TextIO) -> int:
    device_file = IdReaderFile.load(args.device_file)
    sink = TraceSink(stream, args.detail, limit_s=args.seconds)
    open_at = bytes_opener(args.url, DEVICE)

    def open_traced(baud: int) -> ByteTransport:
        return TracingBytes(open_at(baud), sink)

    reader = IdReader(open_traced, device_file)
    deadline = time.monotonic() + args.seconds
    try:
        reader.open()
        reader.self_test()
        while time.monotonic() < deadline:
            _poll(reader)
            time.sleep(device_file.poll_interval_s)
    finally:
        reader.close()
    return 0
