"""python -m kiosk COMMAND: `python -m kiosk --help` lists the commands."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from drivers.command_parser import CommandParser, outcome_of
from drivers.data_file import DataFileError
from drivers.environment import heed_only_the_documented
from drivers.standard_streams import escape_what_cannot_be_shown, stand_in_for_closed_streams
from kiosk.event_log.log_events import LogEvent, log
from kiosk.event_log.log_forms import FORM_VARIABLE, form_of
from kiosk.runtime.log_output import log_handler, never_wait_for_the_log
from kiosk.version import VERSION

_WORDS = {
    "run": ("kiosk.commands.run", "serve residents (with --simulate: on a laptop with nothing attached)"),
    "demo": ("kiosk.commands.demo", "play one visit from end to end and report"),
    "assess": ("kiosk.commands.assess", "what a region's rules say about a permit's dates"),
    "region": ("kiosk.commands.region", "check a region file, or show what it means"),
    "status": ("kiosk.commands.status", "how the running kiosk is: does it serve, and if not, why"),
    "diagnose": ("kiosk.commands.diagnose", "is this kiosk ready, and if not, why"),
    "faults": ("kiosk.commands.faults", "every fault: code, meaning, what residents read, what to do"),
    "holder-check": ("kiosk.commands.holder_check", "who may confirm that the holder stands at the kiosk"),
    "service-mode": ("kiosk.commands.service_mode", "who may work at the machine, their cards, codes that unlock it"),
    "journal": ("kiosk.commands.journal", "what happened in a visit or a month; is the journal whole; back it up"),
    "service-state": ("kiosk.commands.service_state", "close the machine to residents for a reason, or open it again"),
    "retained": ("kiosk.commands.retained", "which permits lie in the bin, or that it was emptied"),
    "bundle": ("kiosk.commands.bundle", "one encrypted file with all that the operator needs to find a fault"),
    "readiness": ("kiosk.commands.readiness", "what was tested, when, by whom, and what is not ready: on paper too"),
    "central": ("kiosk.commands.central", "the reference central and its data"),
}
_NEEDS = {"demo": "kiosk.demo", "central": "kiosk.reference_central"}
"""Command → the package it needs, of the distribution qianzhu-kiosk-simulation. Without it there is no such command."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; 2 for a mistake of the caller."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = CommandParser(prog="python -m kiosk")
    parser.add_argument("--version", action="version", version=f"qianzhu-kiosk {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    chosen = next((word for word in given if not word.startswith("-")), "")
    for word, (module, summary) in _WORDS.items():
        if word in _NEEDS and find_spec(_NEEDS[word]) is None:
            continue
        # Only the called command is imported, so that the kiosk starts faster.
        if word == chosen:
            import_module(module).register(commands)
        else:
            commands.add_parser(word, help=summary, add_help=False)
    args = parser.parse_args(given)
    # Below WARNING only our own catalogue is logged, because libraries may log personal data at INFO.
    form, asked = form_of(os.environ), os.environ.get(FORM_VARIABLE, "")
    logging.basicConfig(level=logging.WARNING, handlers=[log_handler(form)])
    logging.getLogger("kiosk").setLevel(logging.INFO)
    if asked not in ("", form.value):
        log(LogEvent.LOG_FORM_UNKNOWN, level=logging.WARNING, value=asked[:40], used=form.value)
    run: Callable[[argparse.Namespace], int] = args.run
    try:
        # The kiosk itself ends by signals in good order, and prints nothing.
        return run(args) if args.command == "run" else outcome_of(lambda: run(args))
    except DataFileError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return 2


if __name__ == "__main__":
    stand_in_for_closed_streams()
    heed_only_the_documented()
    if sys.argv[1:2] == ["run"] and "--simulate" not in sys.argv:
        never_wait_for_the_log(form_of(os.environ))
    escape_what_cannot_be_shown()
    sys.exit(main())
