"""python -m kiosk retained [--emptied | --found NUMBER | --not-found NUMBER | --put-in] [--config FILE]"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from kiosk.commands import journal as journal_command
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.commands.shell_user import shell_user
from kiosk.config.settings import Config
from kiosk.domain.clock import SystemClock
from kiosk.journal.bin_emptied import note_emptied
from kiosk.journal.bin_rows import BIN_LOOKED_INTO, IN_BIN, PUT_INTO_BIN, in_bin
from kiosk.journal.journal import Journal, KeptPermit
from kiosk.presentation.context import receipt_number


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `retained`."""
    parser = subparsers.add_parser(
        "retained",
        help="list the permits in the bin, or note that it was emptied",
        description="Prints a line for each permit: the number that its holder was shown, when it was retained, and "
        "the endorsement's number at central. A question mark: the permit was to go into the bin, and the unit did "
        "not confirm it; look into the bin, then use --found or --not-found. May be used while the kiosk runs.",
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    said = parser.add_mutually_exclusive_group()
    said.add_argument(
        "--emptied", action="store_true", help="the bin was emptied; the permits are listed for the last time"
    )
    said.add_argument("--found", metavar="NUMBER", help="the permit with this number and a question mark is in the bin")
    said.add_argument("--not-found", metavar="NUMBER", help="it is not in the bin: staff or its holder have it")
    said.add_argument("--put-in", action="store_true", help="a permit was put in by hand or `permit-unit retain`")
    parser.set_defaults(run=journal_command.run, carry_out=_list)


def _list(config: Config, path: Path, args: argparse.Namespace) -> int:
    number = args.found or args.not_found
    if number is None and not args.put_in and not args.emptied:
        with closing(Journal.to_read(path, SystemClock().now, config.journal.hash)) as journal:
            kept = journal.permits_in_bin()
    else:
        with journal_command.opened_to_write(config, path) as journal:
            if number is not None and not _is_settled(journal, number, is_there=args.found is not None):
                print(f"no permit with a question mark has the number {number}", file=sys.stderr)
                return 2
            if args.put_in:
                journal.note(PUT_INTO_BIN, {IN_BIN: True})
            kept = note_emptied(journal, {"user": shell_user()}) if args.emptied else journal.permits_in_bin()
    for permit in kept:
        print(_line(permit))
    print(_total(kept) if not args.emptied else f"{len(kept)} taken out")
    return 0


def _is_settled(journal: Journal, number: str, *, is_there: bool) -> bool:
    """Note what staff found; False if no permit with a question mark has this number."""
    for permit in journal.permits_in_bin():
        if not permit.is_certain and permit.endorsement_id is not None and _number(permit) == number.strip().upper():
            with journal.as_one() as db:
                for row in in_bin(db):
                    if row.endorsement_id == str(permit.endorsement_id) and not row.is_certain:
                        journal.add_note(db, BIN_LOOKED_INTO, {"step": row.number, IN_BIN: is_there})
            return True
    return False


def _total(kept: Sequence[KeptPermit]) -> str:
    asked = sum(not permit.is_certain for permit in kept)
    told = f"{len(kept) - asked} in the bin"
    return f"{told}, {asked} to be looked for" if asked else told


def _number(permit: KeptPermit) -> str:
    return "-" if permit.endorsement_id is None else receipt_number(permit.endorsement_id)


def _line(permit: KeptPermit) -> str:
    mark = "" if permit.is_certain else "  ?"
    return f"{_number(permit)}  {permit.at:%Y-%m-%d %H:%M}  {permit.endorsement_id or '-'}{mark}"
