"""The reader of PEM files: certificates and private keys, read here or handed to OpenSSL.

If an editor saved a file in another encoding, OpenSSL says only that it has no certificate, and names no file. So each
file is checked first, and every mistake is one line with its path. A byte order mark is accepted, as OpenSSL accepts
it. A file's content is never repeated.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from kiosk.data_files.pem_text import CertificateFileError, Held, blocks_of

_LOCKED = "the private key has a pass phrase, which nobody could type in here; store it without one"
_UNLOCK = "(openssl pkey -in OLD -out NEW), readable by its user alone"


def certificates_in(path: Path) -> list[x509.Certificate]:
    """All certificates of a file, in their order. Raises `CertificateFileError`."""
    blocks = blocks_of(path, Held.CERTIFICATE)
    try:
        return [x509.load_pem_x509_certificate(block + b"\n") for block in blocks]
    except (ValueError, x509.InvalidVersion):
        raise CertificateFileError([f"{path}: holds a certificate that cannot be decoded"]) from None


def private_key_in(path: Path) -> PrivateKeyTypes:
    """The private key of a file. Raises `CertificateFileError`."""
    block = blocks_of(path, Held.PRIVATE_KEY)[0]
    try:
        return serialization.load_pem_private_key(block + b"\n", None)
    except TypeError:
        raise CertificateFileError([f"{path}: {_LOCKED} {_UNLOCK}"]) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateFileError([f"{path}: holds a private key that cannot be decoded"]) from None


def load_authority(context: ssl.SSLContext, path: Path) -> None:
    """Make the context trust the authorities in this file. Raises `CertificateFileError`."""
    blocks_of(path, Held.CERTIFICATE)
    try:
        context.load_verify_locations(cafile=str(path))
    except OSError as error:
        raise CertificateFileError([f"{path}: not an authority's certificate: {_why(error)}"]) from error


def load_identity(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Make the context present this certificate chain, with its key. Raises `CertificateFileError`."""
    blocks_of(certificate, Held.CERTIFICATE)
    blocks_of(key, Held.PRIVATE_KEY)
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
