"""A throw-away certificate authority, and keys for grants: for demonstrations and tests, never for a site."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiosk.central import signatures
from kiosk.data_files.pem import certificates_in, private_key_in
from kiosk.data_files.pem_text import CertificateFileError

CA_FILE = "ca.pem"
CENTRAL_CERTIFICATE = "central.pem"
CENTRAL_KEY = "central.key"
GRANT_KEYS = "grant_private_keys.toml"  # for `SoftwareHsm.from_files`
GRANT_PUBLIC_KEYS = "grant_public_keys.toml"  # for `grants.load_grant_keys`
DEMO_KIOSK = "kiosk-1"

_CA_KEY = "ca.key"
_VALID_DAYS = 365


def make_authority(directory: Path, kiosk_id: str = DEMO_KIOSK, in_use: str = "ed25519") -> None:
    """Fill `directory`: ca.pem, central.pem and .key (localhost, 127.0.0.1), kiosk.pem and .key (CN `kiosk_id`), and
    fresh grant keys of every algorithm, of which `in_use` ("ed25519" or "sm2-sm3") signs.
    """
    directory.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("qianzhu-kiosk throw-away CA")
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(directory / _CA_KEY, _pem_of_key(key), secret=True)
    _write(directory / CA_FILE, certificate.public_bytes(serialization.Encoding.PEM))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    _issue(directory, "central", "localhost", ExtendedKeyUsageOID.SERVER_AUTH, names)
    issue_client(directory, kiosk_id, "kiosk")
    _write_grant_keys(directory, in_use)


def issue_client(directory: Path, kiosk_id: str, file_stem: str | None = None) -> tuple[Path, Path]:
    """A client certificate with CN `kiosk_id`, and its key: paths in `directory`. Raises `CertificateFileError`."""
    return _issue(directory, file_stem or kiosk_id, kiosk_id, ExtendedKeyUsageOID.CLIENT_AUTH, None)


def _issue(
    directory: Path,
    file_stem: str,
    common_name: str,
    usage: x509.ObjectIdentifier,
    names: x509.SubjectAlternativeName | None,
) -> tuple[Path, Path]:
    ca, ca_key = certificates_in(directory / CA_FILE)[0], private_key_in(directory / _CA_KEY)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey) or ca_key.public_key() != ca.public_key():
        raise CertificateFileError([f"{directory / _CA_KEY}: not the key of {CA_FILE}"])
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(_name(common_name), ca.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if names is not None:
        builder = builder.add_extension(names, critical=False)
    certificate = builder.sign(ca_key, hashes.SHA256())
    paths = directory / f"{file_stem}.pem", directory / f"{file_stem}.key"
    _write(paths[0], certificate.public_bytes(serialization.Encoding.PEM))
    _write(paths[1], _pem_of_key(key), secret=True)
    return paths


def _write_grant_keys(directory: Path, in_use: str) -> None:
    private = ["# TEST KEYS of make-authority. Never use them at a site.", "[grants]", f'in_use = "test-{in_use}"']
    public = ["# Central's public keys for grants; the private ones are TEST KEYS."]
    for algorithm in signatures.ALGORITHMS:
        key = signatures.new_private_key(algorithm)
        private += [f'[grants.keys."test-{algorithm}"]', f'algorithm = "{algorithm}"', f'private = "{key.hex()}"']
        half = signatures.public_key_of(algorithm, key)
        public += [f'[keys."test-{algorithm}"]', f'algorithm = "{algorithm}"', f'public = "{half.hex()}"']
    _write(directory / GRANT_KEYS, "\n".join([*private, ""]).encode(), secret=True)
    _write(directory / GRANT_PUBLIC_KEYS, "\n".join([*public, ""]).encode())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
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


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    path.touch(mode=0o600 if secret else 0o644)
    path.write_bytes(content)
