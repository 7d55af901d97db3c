"""`python -m drivers <device> <verb>`: uses a device by hand, without the kiosk.

Exit codes: 0 done, 1 the device answered with an error or a bad state, 2 it could not be done (one line on stderr says
why).
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec

from drivers.command_parser import CommandParser, outcome_of
from drivers.environment import heed_only_the_documented
from drivers.errors import DriverError
from drivers.standard_streams import escape_what_cannot_be_shown

SIMULATORS = "drivers.simulators"  # of the distribution qianzhu-kiosk-simulation

# word → (module with `register(subparsers)`, what it is); a module is imported only when its word is used
WORDS = {
    "id-reader": ("drivers.id_reader.command_line", "identity-card reader: status, read, decode, trace"),
    "permit-unit": ("drivers.permit_unit.command_line", "permit unit: status, eject, decode, trace"),
    "permit-chip": ("drivers.permit_chip.command_line", "permit chip: slots, atr, read, decode-apdu, check"),
    "receipt-printer": ("drivers.receipt_printer.command_line", "receipt printer: status, print, clear, render"),
    "code-scanner": ("drivers.code_scanner.command_line", "code scanner: read, decode, trace"),
    "guidance-lights": ("drivers.guidance_lights.command_line", "guidance lights: walk, show, off, trace, decode"),
    "simulate": (f"{SIMULATORS}.command_line", "run the simulated devices and print their URLs"),
    "bench": (f"{SIMULATORS}.bench_window", "a window with a button for every action and fault"),
}


def parser_for(word: str | None) -> argparse.ArgumentParser:
    """The command line's parser, complete for the device `word`; the others have only their names."""
    parser = CommandParser(prog="python -m drivers", description="Use or test one device by hand.")
    subparsers = parser.add_subparsers(dest="device", required=True, metavar="DEVICE")
    for name, (module, meaning) in WORDS.items():
        if module.startswith(SIMULATORS) and find_spec(SIMULATORS) is None:
            continue
        if name == word:
            import_module(module).register(subparsers)
        else:
            subparsers.add_parser(name, help=meaning, add_help=False)
    return parser


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    args = parser_for(word).parse_args(arguments)
    try:
        return outcome_of(lambda: int(args.run(args)))
    except (DriverError, ValueError) as error:
        # DeviceFileError and UrlError are ValueErrors; here they come from wrong input.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    heed_only_the_documented()
    escape_what_cannot_be_shown()
    sys.exit(main(sys.argv[1:]))
