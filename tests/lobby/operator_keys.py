"""The operator's certificate and key, by which bundles are encrypted and opened: made for one test."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from kiosk.domain.clock import SystemClock

PASS_PHRASE = "a pass phrase of this test"


@cache
def operator_key() -> rsa.RSAPrivateKey:
    """A key that takes its time to make, so tests share it."""
    return rsa.generate_private_key(65537, 2048)


def write_operator(folder: Path, ends_in: timedelta = timedelta(days=700), *, locked: bool = False) -> Path:
    """operator.pem and operator.key in `folder`; the certificate's path. `locked`: the key has a pass phrase."""
    key = operator_key()
    encryption = BestAvailableEncryption(PASS_PHRASE.encode()) if locked else NoEncryption()
    (folder / "operator.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return write_certificate(folder / "operator.pem", key, ends_in)


def write_certificate(
    path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, ends_in: timedelta = timedelta(days=700)
) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the operator of this test")])
    now: datetime = SystemClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1000))
        .not_valid_after(now + ends_in)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path
