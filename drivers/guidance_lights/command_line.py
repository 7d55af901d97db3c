"""`python -m drivers guidance-lights walk | show | off | trace | decode`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from assets import ASSETS
from drivers.command_numbers import running_s
from drivers.guidance_lights.base import DEVICE, Colour, Glow, Light, Lights, Rate
from drivers.guidance_lights.device import ModbusLights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.guidance_lights.modbus_rtu import Decoder, Refusal
from drivers.pasted_hex import add_hex_argument, pasted_bytes
from drivers.standard_streams import json_text
from drivers.transport.base import ByteTransport
from drivers.transport.tracing import Detail, TraceSink, TracingBytes
from drivers.transport.urls import open_bytes

DEFAULT_DEVICE_FILE = ASSETS / "devices" / "modbus-relay-8.toml"
TRACED_S = 0.5  # for each light, while the traffic is recorded


# argparse gives no public name to what add_subparsers returns.
def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `guidance-lights` and its verbs."""
    lights = subparsers.add_parser("guidance-lights", help="lights at the places where a hand must go")
    verbs = lights.add_subparsers(required=True, metavar="VERB")

    walk = _verb(verbs, "walk", run_walk, "show each light for a while, one after the other, and print its name")
    walk.add_argument("--seconds", type=running_s, default=3.0, help="for each light (default 3)")

    show = _verb(verbs, "show", run_show, "show one light for a while")
    show.add_argument("--light", choices=[light.value for light in Light], required=True)
    show.add_argument("--rate", choices=[rate.value for rate in Rate], default=Rate.STEADY.value)
    show.add_argument("--colour", choices=[colour.value for colour in Colour], default=Colour.GREEN.value)
    show.add_argument("--seconds", type=running_s, default=10.0, help="how long (default 10)")

    _verb(verbs, "off", run_off, "switch every light off")
    _verb(verbs, "trace", run_trace, "show each light for a moment, and record the bytes")

    decode = verbs.add_parser("decode", help="list the commands and answers in recorded bytes")
    add_hex_argument(decode)
    decode.add_argument("--json", action="store_true", help="JSON instead of lines")
    decode.set_defaults(run=run_decode)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    meaning: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=meaning)
    parser.add_argument("--url", required=True, help="such as serial:///dev/ttyUSB0?baud=9600 or tcp://host:port")
    parser.add_argument(
        "--device-file", type=Path, default=DEFAULT_DEVICE_FILE, help="the board (default: modbus-relay-8.toml)"
    )
    parser.set_defaults(run=run)
    return parser


def run_walk(args: argparse.Namespace) -> int:
    board = GuidanceLightsFile.load(args.device_file)
    return _shown(args, board, _one_by_one(board), args.seconds, tell=print)


def run_show(args: argparse.Namespace) -> int:
    board, light = GuidanceLightsFile.load(args.device_file), Light(args.light)
    if light not in board.outputs:
        print(f"{args.device_file.name} has no {light.value}", file=sys.stderr)
        return 1
    glow = Glow(Rate(args.rate), Colour(args.colour))
    return _shown(args, board, [(light.value, {light: glow})], args.seconds)


def run_off(args: argparse.Namespace) -> int:
    return _shown(args, GuidanceLightsFile.load(args.device_file), [], 0.0)


def run_trace(args: argparse.Namespace) -> int:
    board, sink = GuidanceLightsFile.load(args.device_file), TraceSink(sys.stdout, Detail.BYTES)
    return _shown(args, board, _one_by_one(board), TRACED_S, through=lambda line: TracingBytes(line, sink))


def _one_by_one(board: GuidanceLightsFile) -> list[tuple[str, Lights]]:
    """Every output alone, with its name."""
    return [
        (
            light.value if colour is None else f"{light.value}, {colour.value}",
            {light: Glow(Rate.STEADY, colour or Colour.GREEN)},
        )
        for light, outputs in board.outputs.items()
        for colour in outputs
    ]


def _shown(
    args: argparse.Namespace,
    board: GuidanceLightsFile,
    shows: Iterable[tuple[str, Lights]],
    seconds: float,
    tell: Callable[[str], object] = lambda name: None,
    through: Callable[[ByteTransport], ByteTransport] = lambda line: line,
) -> int:
    """Show each of `shows` for so many seconds, then switch everything off."""
    lights = ModbusLights(lambda: through(open_bytes(args.url, DEVICE)), board)
    try:
        lights.show({})
        try:
            for name, shown in shows:
                tell(name)
                _hold(lights, shown, seconds)
        finally:
            lights.show({})
    finally:
        lights.close()
    return 0


def _hold(lights: ModbusLights, shown: Lights, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left_s := until - time.monotonic()) > 0:
        due_s = lights.show(shown)
        time.sleep(max(0.0, left_s if due_s is None else min(due_s, left_s)))


def run_decode(args: argparse.Namespace) -> int:
    decoder = Decoder()
    entries: list[dict[str, object]] = [
        {"unit": frame.unit, "refused": frame.meaning}
        if isinstance(frame, Refusal)
        else {"unit": frame.unit, "coil": frame.coil, "on": frame.is_on}
        for frame in decoder.feed(pasted_bytes(args))
    ]
    if args.json:
        print(json_text(entries))
    else:
        for entry in entries:
            print("  ".join(f"{name}: {value}" for name, value in entry.items()))
    if other := decoder.skipped_bytes + decoder.collected_bytes:
        print(f"{other} bytes are no frame of function 05", file=sys.stderr)
    return 0 if entries else 1
