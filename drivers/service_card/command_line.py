"""`python -m drivers service-card check`: what a card says and whether it holds the key to it."""

from __future__ import annotations

import argparse
import time

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from drivers.command_numbers import wait_s
from drivers.errors import NoChip
from drivers.service_card.device import ServiceCardReader
from drivers.service_card.piv import DEVICE
from drivers.transport.urls import open_watched_slot

POLL_S = 0.1


# argparse gives no public name to what add_subparsers returns.
def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `service-card` and its verb."""
    service_card = subparsers.add_parser("service-card", help="technician's service card")
    verbs = service_card.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="read a card's certificate, and let the card prove its key")
    check.add_argument("--slot", required=True, help="a name from `permit-chip slots`")
    check.add_argument("--wait", type=wait_s, default=10.0, metavar="SECONDS", help="for a card (default 10)")
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """0 if the card holds the key of its certificate, 1 if not. Who signed the certificate is not looked at."""
    url = args.slot if args.slot.startswith(("pcsc://", "pcsc-hex://")) else f"pcsc://{args.slot}"
    with ServiceCardReader(open_watched_slot(url)) as reader:
        _await(reader, args.wait)
        certificate = x509.load_der_x509_certificate(reader.read_certificate())
        print(f"subject    {certificate.subject.rfc4514_string()}")
        print(f"issuer     {certificate.issuer.rfc4514_string()}")
        print(f"serial     {certificate.serial_number:X}")
        print(f"valid      {certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}")
        key = certificate.public_key()
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            print("key        not on the curve P-256: no kiosk takes this card")
            return 1
        proves = reader.proves(key)
        print(f"key        {'proven by a fresh signature' if proves else 'NOT that of the certificate'}")
        return 0 if proves else 1


def _await(reader: ServiceCardReader, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while reader.presence() is None:
        if time.monotonic() >= deadline:
            raise NoChip(f"no card in the slot within {timeout_s:g} s", device=DEVICE)
        time.sleep(POLL_S)
