"""The client's certificate, from the TLS connection into the ASGI scope.

uvicorn does not hand the peer's certificate to the application, so its protocol is extended by the one thing it lacks.
A request cannot forge a scope entry, as it could a header.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

SCOPE_PEER = "kiosk.peer_certificate"
SCOPE_ABORT = "kiosk.abort_connection"
SCOPE_WRITE = "kiosk.write_on_connection"


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """Who called: the subject's common name, and the SHA-256 of the certificate (DER) in lower-case hex."""

    common_name: str
    fingerprint: str

    @classmethod
    def from_der(cls, der: bytes) -> PeerCertificate | None:
        """None for anything but a certificate with exactly one common name."""
        try:
            names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        except (ValueError, TypeError, x509.InvalidVersion):     # TypeError: a name whose value is no text
            return None
        if len(names) != 1:
            return None
        return cls(str(names[0].value), hashlib.sha256(der).hexdigest())

    @classmethod
    def from_pem(cls, pem: str) -> PeerCertificate:
        """Raises ValueError for anything but one certificate with one common name."""
        peer = cls.from_der(ssl.PEM_cert_to_DER_cert(pem))
        if peer is None:
            raise ValueError("not a kiosk's certificate")
        return peer


class MutualTlsProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol; every request's scope says whose certificate opened the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        peer = PeerCertificate.from_der(der) if der else None
        self.app = _with_peer(self.app, peer, transport)


def _with_peer(app: Any, peer: PeerCertificate | None, transport: asyncio.Transport) -> ASGIApp:
    async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SCOPE_PEER] = peer
        scope[SCOPE_ABORT] = transport.abort
        scope[SCOPE_WRITE] = transport.write
        await app(scope, receive, send)

    return with_peer
