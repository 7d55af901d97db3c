"""`python -m drivers simulate`: the bench rig as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import sys
from pathlib import Path

from assets import ASSETS
from drivers.command_numbers import day, pace
from drivers.permit_unit.dialects import STAR
from drivers.simulators.control import RigControl
from drivers.simulators.residents import DEFAULT, load_residents
from drivers.simulators.rig import PRINTER_FILE, SCANNER_FILE, UNITS, Rig
from drivers.typeface import Typeface

ENDING = (signal.SIGTERM, signal.SIGINT)
VPCD = "127.0.0.1:35963"  # where Debian's vpcd listens


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `simulate`."""
    parser = subparsers.add_parser("simulate", help="run the simulated devices and print their URLs")
    parser.add_argument("--run-dir", type=Path, required=True, help="directory for the links of devices")
    parser.add_argument("--control", type=Path, required=True, help="socket for the bench window and for tests")
    parser.add_argument("--pace", type=pace, default=1.0, help="1: real times; 0: none (default 1)")
    parser.add_argument("--today", type=day, default=None, help="the day that relative dates count from")
    parser.add_argument(
        "--vpcd",
        default=VPCD,
        help=f"HOST:PORT or URL of the coupler's chip side (default {VPCD}); unit://permit_unit: "
        "the permit unit reads chips itself",
    )
    parser.add_argument("--residents", type=Path, default=DEFAULT, help="invented people and permits")
    parser.add_argument("--printer-file", type=Path, default=PRINTER_FILE, help="the receipt printer's device file")
    parser.add_argument("--scanner-file", type=Path, default=SCANNER_FILE, help="the code scanner's device file")
    parser.add_argument("--unit", choices=tuple(UNITS), default=STAR, help=f"permit unit's dialect (default {STAR})")
    parser.add_argument("--service-card-slot", metavar="URL", help="the chip side of the technician's slot")
    parser.add_argument(
        "--service-cards", type=Path, metavar="FOLDER", help="with a file for each card that goes in there"
    )
    parser.set_defaults(run=simulate)


def simulate(args: argparse.Namespace) -> int:
    """Run until SIGTERM, SIGINT, or until standard input is closed; one JSON line says when all is ready."""
    if (args.service_card_slot is None) != (args.service_cards is None):
        raise ValueError("--service-card-slot and --service-cards belong together")
    service_cards = None if args.service_cards is None else (args.service_card_slot, args.service_cards)
    vpcd_url = args.vpcd if "://" in args.vpcd else f"tcp://{args.vpcd}"
    args.run_dir.mkdir(parents=True, exist_ok=True)
    typeface = Typeface.load(ASSETS / "fonts")
    rig = Rig(
        args.run_dir,
        load_residents(args.residents, args.today),
        args.pace,
        vpcd_url,
        typeface,
        args.printer_file,
        args.scanner_file,
        args.unit,
        service_cards,
    )
    control = RigControl(rig, args.control)
    woken, wake = os.pipe()
    before = {number: signal.signal(number, lambda *_: os.write(wake, b".")) for number in ENDING}
    try:
        urls = rig.start()
        control.start()
        print(json.dumps({"urls": urls, "control": str(args.control)}), flush=True)
        _await_end(woken)
    finally:
        control.stop()
        rig.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(woken)
        os.close(wake)
    return 0


def _await_end(woken: int) -> None:
    """Return at a signal, or when standard input ends; what is typed is ignored."""
    while True:
        readable, _, _ = select.select([woken, sys.stdin.fileno()], [], [])
        if woken in readable or not os.read(sys.stdin.fileno(), 4096):
            return
