"""Checks of who is let in, and with which version of TLS."""

from __future__ import annotations

import socket
import ssl
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.central.check.findings import Check, Deviation, NotTried
from kiosk.central.check.judging import is_problem, need
from kiosk.central.check.run import Run
from kiosk.central.check.wire import ANSWER_S, Answer, Identity, NoAnswer, Wire
from kiosk.data_files.pem import certificates_in, load_authority, load_identity

_IDENTITY = "README: Connection"
_CONNECTIONS = "README: Connection"
_MODERN = ("TLSv1.2", "TLSv1.3")


def _certificate(run: Run) -> None:
    run.kiosk.greet()


def _version(run: Run) -> None:
    if not run.kiosk.tls[0]:
        raise NotTried("TLS was not agreed on")
    version, cipher = run.kiosk.tls
    need(version in _MODERN, f"agreed on {version}")
    is_forward = version == "TLSv1.3" or cipher.startswith("ECDHE-")
    need(is_forward and any(mode in cipher for mode in ("GCM", "CCM", "POLY1305")), f"agreed on {cipher}")


def _old_versions(run: Run) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_authority(context, run.target.ca)
    load_identity(context, run.target.kiosk.certificate, run.target.kiosk.key)
    try:
        # OpenSSL offers what is older than TLS 1.2 only below its security level 1.
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            # Python warns of these versions. This check tries that central refuses them.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    except (ssl.SSLError, ValueError):
        raise NotTried("this machine's OpenSSL offers no TLS below 1.2") from None
    address = run.target.address
    try:
        with (
            socket.create_connection((address.host, address.port), ANSWER_S) as link,
            context.wrap_socket(link, server_hostname=address.host) as line,
        ):
            version = line.version()
    except ssl.SSLError as error:
        if error.reason in ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "INTERNAL_ERROR"):
            raise NotTried("this machine's OpenSSL offers no TLS below 1.2") from None
        return
    except OSError:
        return  # the connection was closed, which is a refusal too
    raise Deviation(f"agreed on {version}")


def _without_certificate(run: Run) -> None:
    _turned_away(run.stranger(None), "a caller without a certificate")


def _self_made_certificate(run: Run) -> None:
    with tempfile.TemporaryDirectory() as directory:
        identity = _self_signed(Path(directory), run.target.kiosk)
        _turned_away(run.stranger(identity), "a certificate of the kiosk's name that nobody but its holder signed")


def _revoked(run: Run) -> None:
    if run.target.revoked is None:
        raise NotTried("no revoked certificate was given (--revoked-certificate, --revoked-key)")
    answer = _asked(run.stranger(run.target.revoked))
    if answer is not None:
        is_problem(answer, "certificate_revoked", "unknown_kiosk")


def _turned_away(wire: Wire, whom: str) -> None:
    """Demand that TLS fails, or that central or a proxy before it refuses with 400, 401 or 403."""
    answer = _asked(wire)
    need(answer is None or answer.status in (400, 401, 403), f"{whom} is answered {answer and answer.status}")


def _asked(wire: Wire) -> Answer | None:
    try:
        return wire.try_ask("GET", f"/v1/endorsements/{uuid4()}", None, {})
    except NoAnswer:
        return None
    finally:
        wire.close()


def _self_signed(directory: Path, kiosk: Identity) -> Identity:
    subject = certificates_in(kiosk.certificate)[0].subject
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    identity = Identity(directory / "made.pem", directory / "made.key")
    identity.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    identity.key.touch(mode=0o600)
    identity.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return identity


CHECKS: tuple[Check[Run], ...] = (
    Check(
        "tls.certificate",
        "central's certificate is of the given authority and names its address",
        _IDENTITY,
        _certificate,
    ),
    Check("tls.version", "TLS 1.3, or 1.2 with ECDHE and AEAD", _CONNECTIONS, _version),
    Check("tls.old_versions", "nothing below TLS 1.2", _CONNECTIONS, _old_versions),
    Check("tls.without_certificate", "nobody is let in without a certificate", _IDENTITY, _without_certificate),
    Check(
        "tls.self_made_certificate",
        "a certificate counts by who signed it, not by its name",
        _IDENTITY,
        _self_made_certificate,
    ),
    Check("tls.revoked", "a revoked certificate is answered 403", "README: Whose is it?", _revoked),
)
