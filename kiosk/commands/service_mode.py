"""python -m kiosk service-mode: who is let in to work at the machine, and codes that unlock it."""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kiosk.commands import arguments
from kiosk.commands.secret_asked import asked, is_guessed_first
from kiosk.config.service_mode import LEAST_KEY_BYTES, LONGEST_NAME, NUMBER, read_unlock_key
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.technician import Role

_PIN = re.compile(r"[0-9]{6,10}")
_SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits are recommended


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `service-mode` to the command line."""
    parser = commands.add_parser("service-mode", help="who is let in to work at the machine, and codes that unlock it")
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    add = actions.add_parser(
        "add-technician",
        help="ask for a PIN and print what the file of technicians keeps of it",
        description="The lines go into the file that [service_mode] technicians names; the address goes into the "
        "technician's authenticator, once. Neither is kept by this command.",
    )
    add.add_argument("number", help="two digits, by which log and journal name the technician")
    add.add_argument("--name", required=True, help="as the screen greets the technician")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.set_defaults(run=add_technician)
    key = actions.add_parser("make-unlock-key", help="make the key by which an operator makes codes that unlock")
    key.add_argument("file", type=Path, help="where to write it; an existing file is left alone")
    key.set_defaults(run=make_unlock_key)
    code = actions.add_parser("unlock-code", help="the eight digits that unlock one kiosk on one day")
    code.add_argument("file", type=Path, help="the key that make-unlock-key wrote")
    code.add_argument("kiosk", help="the kiosk_name of its configuration")
    code.add_argument("--day", help="YYYY-MM-DD; without it today in Shanghai")
    code.set_defaults(run=print_unlock_code)


def add_technician(args: argparse.Namespace) -> int:
    """Print the technician's lines and the authenticator's address. 0; 2 for what cannot be a number, name or PIN."""
    from kiosk.services.technician_access import hashed

    if NUMBER.fullmatch(args.number) is None:
        return _no("a technician's number has two digits")
    if not 0 < len(args.name) <= LONGEST_NAME or not args.name.isprintable():
        return _no(f"a name has 1 to {LONGEST_NAME} characters that can be seen")
    pin = asked("The PIN, six to ten digits: ")
    if _PIN.fullmatch(pin) is None:
        return _no("a PIN has six to ten digits")
    if is_guessed_first(pin):
        return _no("a row of figures or a single one repeated is guessed first; take another PIN")
    if asked("Once more: ") != pin:
        return _no("the two are not the same")
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    name = args.name.replace("\\", "\\\\").replace('"', '\\"')
    print("# for the file of technicians")
    print(f"[{args.number}]")
    print(f'name = "{name}"')
    print(f'role = "{args.role}"')
    print(f'pin = "{hashed(pin)}"')
    print(f'otp_secret = "{secret}"')
    print()
    print("# for the technician's authenticator")
    print(f"# otpauth://totp/{quote(f'kiosk:{args.number}')}?secret={secret}&issuer=kiosk")
    return 0


def make_unlock_key(args: argparse.Namespace) -> int:
    """Write a new key. 0; 2 if the file is there or cannot be written."""
    key = base64.b64encode(secrets.token_bytes(LEAST_KEY_BYTES))
    try:
        with open(args.file, "xb", opener=_private) as file, _or_none(args.file):
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return _no(f"{args.file}: {error.strerror}")
    print(f"{args.file}: name it under [service_mode] unlock_key on every kiosk that it is to unlock")
    return 0


def print_unlock_code(args: argparse.Namespace) -> int:
    """Print the digits. 0; 2 if the key cannot be read."""
    from kiosk.services.technician_access import unlock_code

    try:
        key = read_unlock_key(args.file)
    except ValueError as error:
        return _no(str(error))
    try:
        day = arguments.day("--day", args.day) or datetime.now(SHANGHAI).date()
    except arguments.BadUseError as error:
        return _no(str(error))
    code = unlock_code(key, args.kiosk, day)
    print(f"{code[:4]} {code[4:]}   unlocks {args.kiosk} on {day.isoformat()}, once")
    return 0


@contextmanager
def _or_none(file: Path) -> Iterator[None]:
    """No part of a key is left where it cannot be written whole."""
    try:
        yield
    except OSError:
        file.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _no(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
