"""python -m kiosk service-mode make-card-authority | issue-card: who issues service cards, and their certificates."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.command_numbers import whole
from kiosk.config.service_mode import NUMBER
from kiosk.domain.clock import SHANGHAI

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

CERTIFICATE, KEY = "card-authority.pem", "card-authority.key"
AUTHORITY_DAYS, SERVICE_CARD_DAYS = 3650, 365
MOST_DAYS = 7300

STEPS = """\
A real card makes its key itself, and the key never leaves it. For a card that yubico-piv-tool serves:
  yubico-piv-tool -a generate -s 9e -A ECCP256 -o card.pub
  yubico-piv-tool -a verify-pin -a request-certificate -s 9e -S "/CN=service card/" -i card.pub -o card.csr
  python -m kiosk service-mode issue-card {number} {folder} --request card.csr --out card.pem
  yubico-piv-tool -a import-certificate -s 9e -i card.pem
Other PIV cards (NIST SP 800-73-4) have tools of their makers: a key on P-256 in slot 9E, a request signed by it, and
the certificate back into 9E. The card's own PIN and management key are changed first; the kiosk asks for neither.
"""


def register(actions: argparse._SubParsersAction[Any]) -> None:
    """Add the two actions to `service-mode`."""
    make = actions.add_parser(
        "make-card-authority",
        help="make the authority that issues service cards: once for all kiosks of an operator",
        description=f"Writes {CERTIFICATE}, which every kiosk names under [service_mode] card_authority, and {KEY}, "
        "which stays with whoever issues cards and is never on a kiosk.",
    )
    make.add_argument("folder", type=Path, help="where the two files go; existing ones are left alone")
    make.add_argument("--name", default="kiosk service authority", help="as certificates name it")
    make.add_argument("--days", type=_days, default=AUTHORITY_DAYS, help=f"how long it counts ({AUTHORITY_DAYS})")
    make.set_defaults(run=make_service_card_authority)
    issue = actions.add_parser(
        "issue-card",
        help="issue the certificate of a technician's service card",
        description="With neither --request nor --simulated it tells how a real card is made.",
    )
    issue.add_argument("number", help="the technician's two digits, as in the file of technicians")
    issue.add_argument("folder", type=Path, help="where make-card-authority wrote its files")
    source = issue.add_mutually_exclusive_group()
    source.add_argument("--request", type=Path, metavar="CSR", help="the certificate request (PEM) that a card signed")
    source.add_argument("--simulated", action="store_true", help="make a key too: never for a real card")
    issue.add_argument("--out", type=Path, metavar="FILE", help="where to write it; an existing file is left alone")
    issue.add_argument(
        "--days", type=_days, default=SERVICE_CARD_DAYS, help=f"how long the card counts ({SERVICE_CARD_DAYS})"
    )
    issue.set_defaults(run=issue_service_card)


_days = whole("days", 1, MOST_DAYS)


def make_service_card_authority(args: argparse.Namespace) -> int:
    """Write certificate and key. 0; 2 if one is there or cannot be written."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from kiosk.services.service_card_certificates import new_authority

    if not 0 < len(args.name) <= 64 or not args.name.isprintable():
        return _no("--name: 1 to 64 characters that can be seen are wanted")  # RFC 5280, ub-common-name
    certificate, key = new_authority(args.name, args.days, datetime.now(SHANGHAI))
    files = (args.folder / KEY, _pem_of(key)), (args.folder / CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        _write_all(*files)
    except OSError as error:
        return _no(f"{error.filename or args.folder}: {error.strerror}")
    print(f"{args.folder / CERTIFICATE}: name it under [service_mode] card_authority on every kiosk")
    print(f"{args.folder / KEY}: keep it where cards are issued; whoever has it makes cards for every kiosk")
    return 0


def issue_service_card(args: argparse.Namespace) -> int:
    """Write a card's certificate, or tell the steps to one. 0; 2 for what cannot be issued."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    from kiosk.data_files.pem import certificates_in, private_key_in
    from kiosk.services.service_card_certificates import issue, serial_of

    if NUMBER.fullmatch(args.number) is None:
        return _no("a technician's number has two digits")
    if args.request is None and not args.simulated:
        print(STEPS.format(number=args.number, folder=args.folder), end="")
        return 0
    if args.out is None:
        return _no("--out: where to write the certificate is missing")
    try:
        authority, authority_key = certificates_in(args.folder / CERTIFICATE)[0], private_key_in(args.folder / KEY)
        if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
            return _no(f"{args.folder / KEY}: is no key on an elliptic curve")
        own = ec.generate_private_key(ec.SECP256R1()) if args.simulated else None
        public = _requested(args.request) if own is None else own.public_key()
        certificate = issue(args.number, public, (authority, authority_key), args.days, datetime.now(SHANGHAI))
        pem = certificate.public_bytes(Encoding.PEM)
        _write_all((args.out, pem if own is None else _pem_of(own) + pem))
    except OSError as error:
        return _no(f"{error.filename or args.out}: {error.strerror}")
    except ValueError as error:
        return _no(str(error))
    print(f"{args.out}: the card of technician {args.number}, until {certificate.not_valid_after_utc:%Y-%m-%d}")
    print(f"serial number {serial_of(certificate)}: goes under revoked_cards if the card is lost")
    return 0


def _requested(path: Path) -> EllipticCurvePublicKey:
    """The key that asks for a certificate, and has signed for it. Raises ValueError, OSError."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        request = x509.load_pem_x509_csr(path.read_bytes())
        key, is_signed = request.public_key(), request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise ValueError(f"{path}: is no certificate request (PEM)") from None
    if not is_signed:
        raise ValueError(f"{path}: is not signed by its own key")
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError(f"{path}: a service card has a key on the curve P-256")
    return key


def _pem_of(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_all(*files: tuple[Path, bytes]) -> None:
    """Write new files whole, or none. What holds a key is for its owner alone. Raises OSError."""
    written: list[Path] = []
    try:
        for path, content in files:
            mode = 0o600 if b"PRIVATE KEY" in content else 0o644
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                written.append(path)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        for path in written:
            path.unlink()
        raise


def _no(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
