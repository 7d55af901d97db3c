"""Encrypts a bundle so that only the operator can read it: CMS EnvelopedData (RFC 5652), AES-256, for one certificate.

Whoever has the certificate can make such a file, so it does not prove who made it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7

from kiosk.data_files.pem import certificates_in
from kiosk.data_files.pem_text import CertificateFileError, Held, blocks_of


class NotOpened(Exception):
    """A file that this key does not open. The text is one line."""


def sealed(content: bytes, certificate: x509.Certificate) -> bytes:
    """`content` for the holder of the certificate's key, in DER. The certificate has an RSA key."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def opened(content: bytes, certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    """What `sealed` was given. Raises `NotOpened`."""
    try:
        return pkcs7.pkcs7_decrypt_der(content, certificate, key, [])
    except (ValueError, UnsupportedAlgorithm):
        raise NotOpened("is no bundle for this certificate and key, or is damaged") from None


def operator_key(path: Path, pass_phrase: Callable[[], str]) -> rsa.RSAPrivateKey:
    """The operator's private key. `pass_phrase()`: asked where the key is encrypted. Raises `CertificateFileError`."""
    block = blocks_of(path, Held.PRIVATE_KEY)[0] + b"\n"
    try:
        try:
            key = serialization.load_pem_private_key(block, None)
        except TypeError:
            key = serialization.load_pem_private_key(block, pass_phrase().encode("utf-8"))
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise CertificateFileError([f"{path}: the private key cannot be decoded; a wrong pass phrase?"]) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CertificateFileError([f"{path}: holds no RSA key, and bundles are for RSA keys"])
    return key


def certificate_beside(key_file: Path) -> x509.Certificate | None:
    """The certificate in the file of its key, if it is there. Raises `CertificateFileError`."""
    try:
        blocks_of(key_file, Held.CERTIFICATE)
    except CertificateFileError:
        return None
    return certificates_in(key_file)[0]
