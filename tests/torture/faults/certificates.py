"""Certificates whose time is over, and the end of a line where they are noticed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.waiting import LIMIT_S

EXPIRED_CENTRAL = "central-expired.pem"
EXPIRED_CA = "ca-expired.pem"
LONG_AGO = timedelta(days=400)
HELLO_S = LIMIT_S


def make_expired(directory: Path) -> None:
    """Beside an authority's files: central's certificate, and the authority's own, over since yesterday."""
    key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    for good, expired in (("central.pem", EXPIRED_CENTRAL), ("ca.pem", EXPIRED_CA)):
        certificate = x509.load_pem_x509_certificate((directory / good).read_bytes())
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(certificate.subject)
            .issuer_name(certificate.issuer)
            .public_key(certificate.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - LONG_AGO)
            .not_valid_after(now - timedelta(days=1))
        )
        for extension in certificate.extensions:
            builder = builder.add_extension(extension.value, critical=extension.critical)
        (directory / expired).write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


class ExpiredEnd:
    """A TLS server that nobody gets through to: its own certificate is over (`of_central`), or it finds that the
    caller's is. The second is shown by an authority whose certificate is over: the alert on the wire is the same.
    """

    def __init__(self, tls_dir: Path, *, of_central: bool) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls_dir / (EXPIRED_CENTRAL if of_central else "central.pem"), tls_dir / "central.key")
        context.load_verify_locations(tls_dir / ("ca.pem" if of_central else EXPIRED_CA))
        context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="expired certificate")
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", int(self._listener.getsockname()[1])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return  # closed
            caller.settimeout(HELLO_S)
            with caller, contextlib.suppress(OSError), self._context.wrap_socket(caller, server_side=True) as line:
                line.recv(1)
