"""python -m kiosk holder-check add-attendant: makes a code for an attendant who may confirm a holder's presence."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from kiosk.commands.secret_asked import asked, is_guessed_first
from kiosk.services.holder_check import hashed

_NUMBER = re.compile(r"[0-9]{2}")
_SECRET = re.compile(r"[0-9]{6,10}")


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `holder-check` to the command line."""
    parser = commands.add_parser("holder-check", help="who may confirm that the holder stands at the kiosk")
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    add = actions.add_parser(
        "add-attendant", help="ask for a secret and print the line that the configuration keeps of it"
    )
    add.add_argument("number", help="the attendant's number, two digits; it is typed before the secret")
    add.set_defaults(run=add_attendant)


def add_attendant(args: argparse.Namespace) -> int:
    """Print the line for [holder_check.attendants]. Returns 0; 2 for an invalid number or secret."""
    if _NUMBER.fullmatch(args.number) is None:
        return _no("an attendant's number has two digits")
    secret = asked("The secret, six to ten digits: ")
    if _SECRET.fullmatch(secret) is None:
        return _no("a secret has six to ten digits")
    if is_guessed_first(secret):
        return _no("a row of figures or a single one repeated is guessed first; take another secret")
    if asked("Once more: ") != secret:
        return _no("the two are not the same")
    print("# in the kiosk's configuration, under [holder_check.attendants]:")
    print(f'{args.number} = "{hashed(secret)}"')
    return 0


def _no(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
