"""python -m kiosk retained [--emptied] [--config FILE]"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from kiosk.about import receipt_number
from kiosk.config import Config
from kiosk.run_command import DEFAULT_CONFIG
from kiosk.runtime import journal_command
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.journal import BIN_EMPTIED, Journal, KeptPermit


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `retained`."""
    parser = subparsers.add_parser(
        "retained", help="which permits lie in the bin",
        description="One line for each: the number that its holder was shown, when it was kept, and by which "
                    "endorsement central knows of it. May be used while the kiosk runs.")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument("--emptied", action="store_true", help="the bin was emptied: list them for the last time")
    parser.set_defaults(run=journal_command.run, carry_out=_list)


def _list(config: Config, path: Path, args: argparse.Namespace) -> int:
    if args.emptied:
        with journal_command.opened_to_write(config, path) as journal:
            kept = journal.permits_in_bin()
            journal.note(BIN_EMPTIED, {"permits": len(kept)})
    else:
        with closing(Journal.to_read(path, SystemClock().now, config.journal.hash)) as journal:
            kept = journal.permits_in_bin()
    for permit in kept:
        print(_line(permit))
    print(f"{len(kept)} in the bin" if not args.emptied else f"{len(kept)} taken out")
    return 0


def _line(permit: KeptPermit) -> str:
    number = "-" if permit.endorsement_id is None else receipt_number(permit.endorsement_id)
    return f"{number}  {permit.at:%Y-%m-%d %H:%M}  {permit.endorsement_id or '-'}"
