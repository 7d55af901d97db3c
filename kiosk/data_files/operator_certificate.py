"""The certificate for which support bundles are encrypted."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from kiosk.data_files.pem import certificates_in
from kiosk.data_files.pem_text import CertificateFileError

LEAST_BITS = 2048


def operator_certificate(path: Path) -> x509.Certificate:
    """The first certificate of the file, if something can be encrypted for it. Raises `CertificateFileError`."""
    certificate = certificates_in(path)[0]
    if (flaw := _flaw_of(certificate)) is not None:
        raise CertificateFileError([f"{path}: {flaw}"])
    return certificate


def _flaw_of(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "the certificate has no RSA key, and nothing else can be encrypted for here; have one with RSA made"
    if key.key_size < LEAST_BITS:
        return f"the certificate's key has {key.key_size} bits; {LEAST_BITS} at least are wanted"
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    if not usage.key_encipherment:
        return "the certificate's key usage does not allow to encrypt keys (keyEncipherment)"
    return None
