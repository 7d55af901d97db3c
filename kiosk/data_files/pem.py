"""One reader for PEM files: certificates and private keys, whether they are read here or handed to OpenSSL.

OpenSSL says of a file that an editor saved in another way only that it holds no certificate, and names no file. So each
file is looked at first, and every mistake is one line with its path. A byte order mark is taken, as OpenSSL takes it.
Nothing that stands in a file is repeated.
"""

from __future__ import annotations

import re
import ssl
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from kiosk.data_files.reader import DataFileError, flaw_of_wide_characters

LARGEST_BYTES = 1024 * 1024     # a bundle of all public authorities has a quarter of that

_LOCKED = "the private key has a pass phrase, which nobody could type in here; store it without one"
_UNLOCK = "(openssl pkey -in OLD -out NEW), readable by its user alone"


class CertificateFileError(DataFileError):
    """A PEM file that cannot be used. `mistakes`: one line each."""


class Held(Enum):
    """What a PEM file has to hold, as RFC 7468 labels it; OpenSSL writes further words before both."""

    CERTIFICATE = "CERTIFICATE"
    PRIVATE_KEY = "PRIVATE KEY"

    @property
    def words(self) -> str:
        return self.value.lower()

    def blocks_in(self, raw: bytes) -> list[bytes]:
        """Without what stands before, between and behind them, which is a comment."""
        label = b"(?:[A-Z0-9]+ )*" + self.value.encode()
        return re.findall(b"-----BEGIN " + label + b"-----.*?-----END " + label + b"-----", raw, re.DOTALL)


def flaw_of_encoding(path: Path) -> str | None:
    """That an editor saved a file in a way that its reader will not take; None where it did not, or nobody can read it:
    that is told where the file is used.
    """
    try:
        with path.open("rb") as file:
            return _flaw_of_encoding(file.read(LARGEST_BYTES))
    except OSError:
        return None


def certificates_in(path: Path) -> list[x509.Certificate]:
    """All certificates of a file, in their order. Raises `CertificateFileError`."""
    blocks = _blocks_of(path, Held.CERTIFICATE)
    try:
        return [x509.load_pem_x509_certificate(block + b"\n") for block in blocks]
    except (ValueError, x509.InvalidVersion):
        raise CertificateFileError([f"{path}: holds a certificate that cannot be decoded"]) from None


def private_key_in(path: Path) -> PrivateKeyTypes:
    """The private key of a file. Raises `CertificateFileError`."""
    block = _blocks_of(path, Held.PRIVATE_KEY)[0]
    try:
        return serialization.load_pem_private_key(block + b"\n", None)
    except TypeError:
        raise CertificateFileError([f"{path}: {_LOCKED} {_UNLOCK}"]) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateFileError([f"{path}: holds a private key that cannot be decoded"]) from None


def load_authority(context: ssl.SSLContext, path: Path) -> None:
    """Have the context believe what the certificates of this file signed. Raises `CertificateFileError`."""
    _blocks_of(path, Held.CERTIFICATE)
    try:
        context.load_verify_locations(cafile=str(path))
    except OSError as error:
        raise CertificateFileError([f"{path}: not an authority's certificate: {_why(error)}"]) from error


def load_identity(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Have the context show this chain, with its key. Raises `CertificateFileError`."""
    _blocks_of(certificate, Held.CERTIFICATE)
    _blocks_of(key, Held.PRIVATE_KEY)
    try:
        context.load_cert_chain(str(certificate), str(key), password=_nobody_types)
    except _KeyIsLocked:
        raise CertificateFileError([f"{key}: {_LOCKED} {_UNLOCK}"]) from None
    except OSError as error:
        why = _why(error)
        raise CertificateFileError([f"{certificate}, {key}: not a certificate with its key: {why}"]) from error


class _KeyIsLocked(Exception):
    """The private key has a pass phrase. (OpenSSL would ask for it on the terminal, and wait.)"""


def _nobody_types() -> str:
    raise _KeyIsLocked


def _why(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or type(error).__name__


def _blocks_of(path: Path, held: Held) -> list[bytes]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise CertificateFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except ValueError as error:      # a NUL in the name
        raise CertificateFileError([f"{path}: cannot be read: no file can have this name here"]) from error
    flaw = _flaw_of(raw, held)
    if flaw is not None:
        raise CertificateFileError([f"{path}: {flaw}"])
    return held.blocks_in(raw)


def _flaw_of(raw: bytes, held: Held) -> str | None:
    if len(raw) > LARGEST_BYTES:
        return f"is larger than {LARGEST_BYTES // 1024 // 1024} MB"
    if (flaw := _flaw_of_encoding(raw)) is not None:
        return flaw
    if held.blocks_in(raw):
        return None
    other = next((each for each in Held if each is not held and each.blocks_in(raw)), None)
    if other is not None:
        return f"holds a {other.words}, and no {held.words}"
    return f"holds no {held.words} in PEM (-----BEGIN {held.value}-----)"


def _flaw_of_encoding(raw: bytes) -> str | None:
    if b"-----BEGIN " in raw and b"\r" in raw and b"\n" not in raw:
        return "has lines that end with CR alone, which OpenSSL does not read: save it with LF or CR LF"
    return flaw_of_wide_characters(raw)
