"""What the certificate of a service card says: made here for an operator, and judged here at the kiosk.

It is an X.509 certificate (RFC 5280) of a key on P-256, signed by the service authority of the operator. Its subject
has the technician's number as user id (UID, RFC 4519, 2.39). It is made for the authentication of cards alone
(id-PIV-cardAuth, FIPS 201-3, 4.2.1), so that no other certificate of that authority opens a kiosk.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from kiosk.config.service_mode import NUMBER
from kiosk.workflow.technician.tasks import SignInProblem

CARD_AUTHENTICATION = x509.ObjectIdentifier("2.16.840.1.101.3.6.8")
LEEWAY = timedelta(hours=1)
"""A certificate counts from so long before it was made, for kiosks whose clock is behind."""

_KNOWN = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)
"""The extensions that are heeded here; any other that is critical makes a certificate unusable (RFC 5280, 4.2)."""


@dataclass(frozen=True, slots=True)
class ServiceCardCertificate:
    """What a good certificate says. `number`: the technician's; `serial`: its own, as an operator revokes it."""

    number: str
    serial: str
    public_key: ec.EllipticCurvePublicKey


class ServiceCardRefusedError(Exception):
    """A card that lets nobody in. `problem`: as the page tells it; `cause`: for the log, without anything secret."""

    def __init__(self, problem: SignInProblem, cause: str) -> None:
        super().__init__(cause)
        self.problem = problem
        self.cause = cause


def judged(
    der: bytes, authorities: Sequence[x509.Certificate], revoked: Collection[str], now: datetime
) -> ServiceCardCertificate:
    """What a card's certificate says, if it counts `now` (with its time zone). Raises `ServiceCardRefusedError`.
    Whether the card has the key is not known by that.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        extensions = certificate.extensions
        ids = certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension):
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_FOREIGN, "certificate cannot be decoded") from None
    issuers = [authority for authority in authorities if _is_signed_by(certificate, authority)]
    if not issuers:
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_OF_OTHERS, "another authority")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_FOREIGN, "no key on P-256")
    if (flaw := _flaw_of(extensions)) is not None:
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_FOREIGN, flaw)
    number = str(ids[0].value) if len(ids) == 1 else ""
    if NUMBER.fullmatch(number) is None:
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_FOREIGN, "no technician's number")
    if not any(_counts(issuer, now) for issuer in issuers):
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_EXPIRED, "authority does not count now")
    if not _counts(certificate, now):
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_EXPIRED, "certificate does not count now")
    serial = serial_of(certificate)
    if serial in revoked:
        raise ServiceCardRefusedError(SignInProblem.SERVICE_CARD_REVOKED, "revoked")
    return ServiceCardCertificate(number, serial, key)


def serial_of(certificate: x509.Certificate) -> str:
    """A certificate's serial number as operators write it: hexadecimal digits, as openssl x509 -serial has them."""
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)


def _counts(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _flaw_of(extensions: x509.Extensions) -> str | None:
    if any(extension.critical and not isinstance(extension.value, _KNOWN) for extension in extensions):
        return "an extension that is critical and not known"
    try:
        if CARD_AUTHENTICATION not in extensions.get_extension_for_class(x509.ExtendedKeyUsage).value:
            return "not made for service cards"
        if not extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
            return "not made for signatures"
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return "not made for service cards"
    return "an authority's certificate" if constraints.ca else None


def new_authority(name: str, days: int, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A service authority of an operator's own: its certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _certificate(subject, subject, key.public_key(), days, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, SHA256()), key


def issue(
    number: str,
    public_key: ec.EllipticCurvePublicKey,
    authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    days: int,
    now: datetime,
) -> x509.Certificate:
    """The certificate of a technician's card. Raises ValueError if the key is not the authority's, or no key of a
    card.
    """
    certificate, key = authority
    if certificate.public_key() != key.public_key():
        raise ValueError("the key is not that of the authority's certificate")
    if not isinstance(public_key.curve, ec.SECP256R1):
        raise ValueError("a service card has a key on the curve P-256")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"service card of technician {number}"),
            x509.NameAttribute(NameOID.USER_ID, number),
        ]
    )
    return (
        _certificate(subject, certificate.subject, public_key, days, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CARD_AUTHENTICATION]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LEEWAY)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
