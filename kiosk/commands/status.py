"""python -m kiosk status [--json] [--config FILE | --socket PATH]"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from assets import ASSETS
from drivers.standard_streams import json_text
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.control.client import NoAnswer, ask_status
from kiosk.control.snapshot import Verdict
from kiosk.control.status_page import StrangeStatus, status_page

EXIT_STATUS = {Verdict.SERVING: 0, Verdict.DEGRADED: 1, Verdict.NOT_IN_SERVICE: 2}
NO_ANSWER = 3

_MORE = """\
exit status:
  0  residents are served
  1  degraded: residents are served, but somebody should look
  2  not in service: no permit is taken in
  3  no kiosk runs, it does not answer within 3 s, or this user may not ask it

examples:
  python -m kiosk status               one screen for a person
  python -m kiosk status --json        for programs; the keys stand in kiosk/control/README.md
  python -m kiosk status >/dev/null || logger -t kiosk "look at the kiosk"       for a cron job
  python -m kiosk status --socket /run/qianzhu-kiosk/control   without reading the configuration
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `status`."""
    parser = subparsers.add_parser(
        "status",
        help="how the running kiosk is: does it serve, and if not, why",
        description="Asks the running kiosk, which answers from what it knows.\n"
        "No device is touched, and nothing personal is told.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    where.add_argument("--socket", type=Path, help="the kiosk's control socket, instead of the configuration's")
    parser.add_argument("--json", action="store_true", help="for programs, instead of a page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print how the kiosk is; the exit status."""
    socket = args.socket or socket_of(args.config)
    try:
        status = ask_status(socket)
        verdict = Verdict(status.get("verdict"))
        print(json_text(status, indent=2) if args.json else status_page(status, shutil.get_terminal_size().columns))
    except (NoAnswer, StrangeStatus, ValueError) as error:
        print(error, file=sys.stderr)
        print("`python -m kiosk diagnose` says why a kiosk does not start.", file=sys.stderr)
        return NO_ANSWER
    return EXIT_STATUS[verdict]


def socket_of(config_file: Path) -> Path:
    """The control socket of this configuration, as far as it can be read; otherwise where the service has it."""
    from kiosk.config.settings import read_config

    return read_config(config_file, ASSETS)[0].control.socket
