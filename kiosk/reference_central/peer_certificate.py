"""The caller's certificate: from TLS itself, or from the headers of the proxy in front.

A request cannot forge the certificate of TLS. The proxy's headers are trusted only on the socket that is reserved for
the proxy's user (`listening.py`); anywhere else they have no meaning.
"""

from __future__ import annotations

import functools
import hashlib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from kiosk.data_files.pem import certificates_in
from kiosk.data_files.pem_text import CertificateFileError

SCOPE_PEER = "kiosk.peer_certificate"

CERTIFICATE_HEADER = b"x-kiosk-certificate"  # nginx: $ssl_client_escaped_cert
VERIFIED_HEADER = b"x-kiosk-certificate-verify"  # nginx: $ssl_client_verify
VERIFIED = b"SUCCESS"


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """The caller: the subject's common name, and the SHA-256 of the certificate (DER) in lower-case hex."""

    common_name: str
    fingerprint: str

    @classmethod
    def from_der(cls, der: bytes) -> PeerCertificate | None:
        """The caller of a DER certificate; None unless it is one with exactly one common name."""
        try:
            names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        except (ValueError, TypeError, x509.InvalidVersion):  # TypeError: a name whose value is no text
            return None
        if len(names) != 1:
            return None
        return cls(str(names[0].value), hashlib.sha256(der).hexdigest())

    @classmethod
    def from_file(cls, path: Path) -> PeerCertificate:
        """The first certificate of a PEM file, which is the kiosk's own. Raises `CertificateFileError`."""
        peer = cls.from_der(certificates_in(path)[0].public_bytes(serialization.Encoding.DER))
        if peer is None:
            raise CertificateFileError([f"{path}: not a kiosk's certificate: it has not exactly one common name"])
        return peer

    @classmethod
    def from_pem(cls, pem: str) -> PeerCertificate:
        """The caller of a PEM certificate. Raises ValueError unless it is one with exactly one common name."""
        peer = cls.from_der(ssl.PEM_cert_to_DER_cert(pem))
        if peer is None:
            raise ValueError("not a kiosk's certificate")
        return peer


def handed_on(headers: Iterable[tuple[bytes, bytes]]) -> PeerCertificate | None:
    """The certificate that the proxy verified; None unless the headers say so exactly once and have a certificate."""
    told = [(name, value) for name, value in headers if name in (CERTIFICATE_HEADER, VERIFIED_HEADER)]
    if sorted(name for name, _ in told) != [CERTIFICATE_HEADER, VERIFIED_HEADER]:
        return None
    values = dict(told)
    return _from_escaped(values[CERTIFICATE_HEADER]) if values[VERIFIED_HEADER] == VERIFIED else None


@functools.lru_cache(maxsize=1024)
def _from_escaped(escaped: bytes) -> PeerCertificate | None:
    try:
        return PeerCertificate.from_pem(unquote_to_bytes(escaped).decode("ascii"))
    except ValueError:
        return None
