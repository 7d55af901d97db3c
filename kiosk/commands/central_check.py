"""`python -m kiosk central check URL`. Exit status: 0 all tried checks conform, 1 one deviates, 2 nothing was tried."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from drivers.command_numbers import whole
from drivers.errors import DriverError
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_file
from drivers.standard_streams import json_text
from drivers.transport.device_urls import UrlError
from kiosk.central.check.chips import CheckedChip, DataDoesNotFit, chip_at_reader, simulated_chip
from kiosk.central.check.data_file import EXAMPLE, CheckData, load_check_data
from kiosk.central.check.findings import NoConversation
from kiosk.central.check.run import Target
from kiosk.central.check.suite import check_central
from kiosk.central.check.wire import Identity, tls_context
from kiosk.central.contract_values import LARGEST_NUMBER
from kiosk.central.grants import load_grant_keys
from kiosk.data_files.central_address import CentralAddressError, parse_central_address

Parser = argparse.ArgumentParser


def register(leaf: Callable[[str, Callable[[argparse.Namespace], int], str], Parser]) -> None:
    """Add `check`; `leaf(verb, run, help)` makes its parser."""
    check = leaf("check", run, "act as a kiosk against any central, and list deviations from the contract")
    check.add_argument("url", nargs="?", help="https://host:port")
    check.add_argument("--example", action="store_true", help="only print an example of --data")
    check.add_argument("--ca", type=Path, metavar="FILE", help="central's authority (PEM)")
    check.add_argument("--certificate", type=Path, metavar="FILE", help="of a TEST kiosk that central knows (PEM)")
    check.add_argument("--key", type=Path, metavar="FILE", help="the key of --certificate (PEM, no pass phrase)")
    for name, whose in (("other", "of a second kiosk"), ("revoked", "that central has revoked")):
        check.add_argument(f"--{name}-certificate", type=Path, metavar="FILE", help=f"a certificate {whose}")
        check.add_argument(f"--{name}-key", type=Path, metavar="FILE", help="its key")
    check.add_argument("--grant-keys", type=Path, metavar="FILE", help="central's PUBLIC keys, as a kiosk has them")
    check.add_argument("--data", type=Path, metavar="FILE", help="test permits and what central answers (JSON)")
    check.add_argument("--permits", type=Path, nargs="+", default=[Path("assets/permits")], help="permit files")
    chip = check.add_mutually_exclusive_group()
    chip.add_argument("--chip-keys", type=Path, metavar="FILE", help="simulate the permit's chip, with these TEST keys")
    chip.add_argument("--chip", metavar="URL", help="the test permit lies on this reader: pcsc://READER NAME")
    check.add_argument(
        "--first-number",
        type=whole("calls", 1, LARGEST_NUMBER - 10**6),
        default=1,
        help="X-Kiosk-Sequence of the first call (default 1)",
    )
    check.add_argument("--json", action="store_true", help="print the findings as one JSON document")


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    if args.example:
        sys.stdout.write(EXAMPLE.read_text(encoding="utf-8"))
        return 0
    try:
        report = check_central(_target(args))
    except _Unusable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except NoConversation as error:
        sys.stderr.write(f"{args.url}: nobody answers there: {error}\n")
        return 2
    sys.stdout.write(json_text(report.as_json(), indent=2) + "\n" if args.json else "\n".join([*report.lines(), ""]))
    return 1 if report.deviations else 0


class _Unusable(Exception):
    """An argument that cannot be used; the text says why."""


def _target(args: argparse.Namespace) -> Target:
    missing = [name for name in ("url", "ca", "certificate", "key") if getattr(args, name) is None]
    if missing:
        raise _Unusable(f"missing: {', '.join('URL' if name == 'url' else f'--{name}' for name in missing)}")
    try:
        address = parse_central_address(args.url)
    except CentralAddressError as error:
        raise _Unusable(f"the address {error}") from None
    kiosk = Identity(args.certificate, args.key)
    other = _identity(args, "other")
    revoked = _identity(args, "revoked")
    for each in (kiosk, other, revoked):
        tls_context(args.ca, each)  # a file that cannot be used is named before anything is tried
    data = CheckData() if args.data is None else load_check_data(args.data)
    return Target(
        url=args.url,
        address=address,
        ca=args.ca,
        kiosk=kiosk,
        other=other,
        revoked=revoked,
        grant_keys=None if args.grant_keys is None else load_grant_keys(args.grant_keys),
        data=data,
        chip=_chip(args, data),
        first_number=args.first_number,
    )


def _identity(args: argparse.Namespace, whose: str) -> Identity | None:
    certificate, key = getattr(args, f"{whose}_certificate"), getattr(args, f"{whose}_key")
    if (certificate is None) != (key is None):
        raise _Unusable(f"--{whose}-certificate and --{whose}-key belong together")
    return None if certificate is None else Identity(certificate, key)


def _chip(args: argparse.Namespace, data: CheckData) -> CheckedChip | None:
    if data.endorsement is None or (args.chip is None and args.chip_keys is None):
        return None
    files = _permit_files(args.permits)
    if args.chip is None:
        try:
            return simulated_chip(data.endorsement, files, args.chip_keys)
        except DataDoesNotFit as error:
            raise _Unusable(f"{args.data}: {error}") from None
    try:
        return chip_at_reader(args.chip, files)
    except (UrlError, DriverError) as error:
        raise _Unusable(f"--chip: {error}") from None


def _permit_files(paths: list[Path]) -> list[PermitFile]:
    files = [each for path in paths for each in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    if not files:
        raise _Unusable("--permits: there is no permit file")
    return [load_permit_file(each) for each in files]
