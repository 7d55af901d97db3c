"""`python -m drivers permit-unit decode | status | version | counters | take-in | eject | take-back | retain | reset |
bin-emptied | trace | face`."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assets import ASSETS
from drivers.command_numbers import running_s, wait_s
from drivers.pasted_hex import add_hex_argument, pasted_bytes
from drivers.permit_file.face_layout import FaceLayout
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.base import PermitUnit, ResetPolicy, TakeInOutcome, UnitStatus
from drivers.permit_unit.crt_591_m import listing as crt_listing
from drivers.permit_unit.dialects import CRT, DIALECTS, STAR, load_unit_file, open_unit
from drivers.permit_unit.face import draw_face, raster_to_image
from drivers.permit_unit.star_tcp300 import listing as star_listing
from drivers.permit_unit.star_tcp300.device_file import load_device_file
from drivers.permit_unit.star_tcp300.raster import image_blocks
from drivers.standard_streams import json_text
from drivers.trace_arguments import add_detail_argument
from drivers.transport.base import ByteTransport
from drivers.transport.tracing import TraceSink, TracingBytes
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface

DEFAULT_DEVICE_FILE = ASSETS / "devices" / "star-tcp300.toml"
DEVICE = "permit_unit"
Entry = dict[str, Any]


# argparse gives no public name to what add_subparsers returns.
Subparsers = argparse._SubParsersAction


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add `permit-unit` and its verbs."""
    unit = subparsers.add_parser("permit-unit", help="permit unit")
    verbs = unit.add_subparsers(required=True, metavar="VERB")
    _register_decode(verbs)
    for name, meaning, act in (
        ("status", "show where the permit is", _status),
        ("version", "show model and ROM version", _version),
        ("counters", "lifetime counters", _counters),
        ("eject", "give the permit back", _eject),
        ("take-back", "draw a permit that was given out in again", _take_back),
        ("retain", "move the permit to the bin", _retain),
        ("bin-emptied", "reset the bin's counter, where the unit itself counts (crt-591-m)", _bin_emptied),
    ):
        _device_verb(verbs, name, meaning, act)
    take_in = _device_verb(verbs, "take-in", "wait for a permit and draw it to the station", _take_in)
    take_in.add_argument("--wait", type=wait_s, default=20.0, metavar="SECONDS", help="how long (default 20)")
    reset = _device_verb(verbs, "reset", "initialise; buffers are empty afterwards", _reset)
    reset.add_argument(
        "--policy",
        choices=[policy.value for policy in ResetPolicy],
        default=ResetPolicy.LEAVE.value,
        help="for a permit found inside (default leave)",
    )
    trace = _device_verb(verbs, "trace", "ask for the status and record the traffic, lengths only", _trace)
    trace.add_argument("--seconds", type=running_s, default=10.0, help="how long (default 10)")
    trace.add_argument("--out", type=Path, help="file to write (default: standard output)")
    add_detail_argument(trace)
    _register_face(verbs)


def _register_decode(verbs: Subparsers[argparse.ArgumentParser]) -> None:
    decode = verbs.add_parser("decode", help="explain recorded bytes")
    decode.add_argument("--dialect", choices=DIALECTS, default=STAR)
    add_hex_argument(decode)
    decode.add_argument(
        "--from",
        dest="sender",
        choices=["host", "device"],
        help="star-tcp300: who sent the blocks (default: told from their contents)",
    )
    decode.add_argument("--json", action="store_true", help="a JSON list instead of lines")
    decode.set_defaults(run=run_decode)


def _register_face(verbs: Subparsers[argparse.ArgumentParser]) -> None:
    face = verbs.add_parser("face", help="draw the face that a permit file describes, without a device")
    face.add_argument("permit_file", type=Path, metavar="FILE.toml")
    face.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field's value (repeatable)")
    face.add_argument("--out", type=Path, default=Path("face.png"), help="picture to write (default face.png)")
    face.set_defaults(run=run_face)


def _device_verb(
    verbs: Subparsers[argparse.ArgumentParser], name: str, meaning: str, act: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=meaning)
    parser.add_argument("--url", required=True, help="such as serial:///dev/kiosk-permit-unit?baud=38400")
    parser.add_argument(
        "--device-file",
        type=Path,
        default=DEFAULT_DEVICE_FILE,
        help="which tells the dialect too (default: star-tcp300.toml)",
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of lines")
    parser.set_defaults(run=act)
    return parser


def run_decode(args: argparse.Namespace) -> int:
    try:
        data = pasted_bytes(args)
        entries = (
            crt_listing.list_traffic(data) if args.dialect == CRT else star_listing.list_traffic(data, args.sender)
        )
    except ValueError as error:
        return _no_frame(str(error))
    if not entries:
        return _no_frame("there is no complete frame in these bytes")
    if args.json:
        print(json_text(entries))
    else:
        for entry in entries:
            codes = " ".join(str(entry[key]) for key in ("command", "parameter", "status") if key in entry)
            print(f"{entry['kind']:<8}{codes:<6}  {entry['meaning']}")
    return 0


def _no_frame(reason: str) -> int:
    print(json_text({"error": reason}))
    return 2


def run_face(args: argparse.Namespace) -> int:
    layout = _layout(args.permit_file)
    values = dict(_assignment(text) for text in args.set)
    fields = {name for line in layout.lines for name in re.findall(r"{(\w+)}", line.template)}
    typeface = Typeface.load(ASSETS / "fonts")
    raster = draw_face(layout, {name: values.get(name, f"〔{name}〕") for name in fields}, typeface)
    raster_to_image(raster).save(args.out)
    blocks = image_blocks(raster, load_device_file(DEFAULT_DEVICE_FILE).image_characters_per_block)
    characters = sum(block.characters for block in blocks)
    share = characters / (2 * len(raster.columns))
    print(
        f"{args.out}: {raster.width_dots} x {raster.height_dots} dots, {characters} image characters "
        f"in {len(blocks)} blocks ({share:.0%} of the whole raster)"
    )
    return 0


def _layout(path: Path) -> FaceLayout:
    face = load_permit_file(path).face
    if face is None:
        raise ValueError(f"{path.name}: this kind of permit has no rewritable face")
    return face


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r}: expected FIELD=VALUE")
    return name, value


def _with_unit(args: argparse.Namespace, act: Callable[[PermitUnit], Entry], sink: TraceSink | None = None) -> int:
    def open_link() -> ByteTransport:
        link = open_bytes(args.url, DEVICE)
        return link if sink is None else TracingBytes(link, sink)

    unit = open_unit(load_unit_file(args.device_file), open_link)
    try:
        shown = act(unit)
    finally:
        unit.close()
    if args.json:
        print(json_text(shown))
    else:
        for name, value in shown.items():
            print(f"{name}: {value}")
    return 0


def _shown_status(status: UnitStatus) -> Entry:
    return {"position": status.position.value, "cover_open": status.cover_open, "bin": status.bin_level.value}


def _status(args: argparse.Namespace) -> int:
    return _with_unit(args, lambda unit: _shown_status(unit.status()))


def _version(args: argparse.Namespace) -> int:
    return _with_unit(args, lambda unit: {"version": unit.version()})


def _counters(args: argparse.Namespace) -> int:
    def ask(unit: PermitUnit) -> Entry:
        return {name: count for name, count in asdict(unit.counters()).items() if count is not None}

    return _with_unit(args, ask)


def _eject(args: argparse.Namespace) -> int:
    def eject(unit: PermitUnit) -> Entry:
        unit.give_back()
        return _shown_status(unit.status())

    return _with_unit(args, eject)


def _retain(args: argparse.Namespace) -> int:
    def retain(unit: PermitUnit) -> Entry:
        unit.retain()
        # The kiosk with this unit counts the permits in its bin by its own journal.
        print("the kiosk's list does not have it yet: `python -m kiosk retained --put-in`", file=sys.stderr)
        return _shown_status(unit.status())

    return _with_unit(args, retain)


def _bin_emptied(args: argparse.Namespace) -> int:
    def count_anew(unit: PermitUnit) -> Entry:
        unit.count_bin_anew()
        return {"retained": unit.counters().retained}

    return _with_unit(args, count_anew)


def _take_back(args: argparse.Namespace) -> int:
    return _with_unit(args, lambda unit: {"taken_back": unit.take_back(), **_shown_status(unit.status())})


def _take_in(args: argparse.Namespace) -> int:
    deadline = time.monotonic() + args.wait
    outcomes: list[TakeInOutcome] = []

    def take_in(unit: PermitUnit) -> Entry:
        outcomes.append(unit.take_in(lambda: time.monotonic() > deadline))
        return {"outcome": outcomes[0].value, **_shown_status(unit.status())}

    _with_unit(args, take_in)
    return 0 if outcomes[0] is TakeInOutcome.TAKEN_IN else 1


def _reset(args: argparse.Namespace) -> int:
    return _with_unit(args, lambda unit: _shown_status(unit.reset(ResetPolicy(args.policy))))


def _trace(args: argparse.Namespace) -> int:
    with ExitStack() as stack:
        stream = sys.stdout if args.out is None else stack.enter_context(args.out.open("w", encoding="utf-8"))

        def watch(unit: PermitUnit) -> Entry:
            deadline = time.monotonic() + args.seconds
            while True:
                status = unit.status()
                if time.monotonic() > deadline:
                    return _shown_status(status)
                time.sleep(0.5)

        return _with_unit(args, watch, TraceSink(stream, args.detail))
