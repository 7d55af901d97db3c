"""python -m kiosk diagnose [--config FILE] [--json]"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from assets import ASSETS
from drivers.standard_streams import json_text
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.config.settings import read_config
from kiosk.diagnostics.checks import diagnose
from kiosk.domain.clock import SystemClock

_MORE = """\
exit status:
  0  ready
  1  degraded: residents are served; there is a warning, or a fault that visits survive
  2  not in service, or not known: a fault, a mistake in the configuration, a user who may not ask

examples:
  runuser -u kiosk -- .venv/bin/python -m kiosk diagnose     as the kiosk's user; root may ask too
  python -m kiosk diagnose --json                            for provisioning; kiosk/diagnostics/README.md
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `diagnose`."""
    parser = subparsers.add_parser(
        "diagnose",
        help="is this kiosk ready, and if not, why",
        description="Checks every part. It moves no permit, prints no paper and reads no personal data.\n"
        "A running kiosk is asked and gives the verdict; only a stopped kiosk's devices are opened.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument("--json", action="store_true", help="for programs, instead of a table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report; its exit status."""
    report = diagnose(
        *read_config(args.config, ASSETS), SystemClock(), tell=lambda line: print(line, file=sys.stderr, flush=True)
    )
    if args.json:
        print(json_text(report.as_json(), indent=2))
    else:
        print(report.as_table(shutil.get_terminal_size().columns))
    return report.exit_status
