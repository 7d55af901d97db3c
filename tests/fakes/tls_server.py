"""A TLS server that a test writes itself, with certificates of any kind."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
PROBLEM = b'{"title": "Not found", "status": 404, "code": "not_found"}'

Serve = Callable[[socket.socket], None]


@contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """The port of a server that does `serve` with every connection, each on a thread of its own."""
    listener, links, threads = socket.create_server(("127.0.0.1", 0)), [], []

    def one(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError):
            serve(link)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                links.append(listener.accept()[0])
                threads.append(threading.Thread(target=one, args=(links[-1],)))
                threads[-1].start()

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        threads[0].join()
        for thread in threads[1:]:
            thread.join()
        listener.close()


def server_context(directory: Path, stem: str = "central") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / f"{stem}.pem", directory / f"{stem}.key")
    context.load_verify_locations(directory / "ca.pem")
    return context


def over_tls(directory: Path, talk: Serve, stem: str = "central") -> Serve:
    def serve(plain: socket.socket) -> None:
        with server_context(directory, stem).wrap_socket(plain, server_side=True) as link:
            talk(link)

    return serve


def heard_request(link: socket.socket) -> bytes:
    """The head of one request, and then the name by which it wants to be answered."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = link.recv(65536)
        if not more:
            raise ConnectionError
        data += more
    lines = data.decode("latin-1").split("\r\n")
    return next(line.partition(": ")[2] for line in lines if line.lower().startswith("x-kiosk-call: ")).encode()


def not_found(name: bytes, *headers: bytes) -> bytes:
    lines = [
        b"HTTP/1.1 404 Not Found",
        b"Content-Type: application/problem+json",
        b"X-Kiosk-Call: " + name,
        b"Content-Length: %d" % len(PROBLEM),
        *headers,
    ]
    return b"\r\n".join([*lines, b"", b""]) + PROBLEM


def answering(link: socket.socket) -> None:
    while True:
        link.sendall(not_found(heard_request(link)))


YEAR = timedelta(days=365)


def issue(
    directory: Path,
    stem: str,
    *names: x509.GeneralName,
    begins: timedelta = -YEAR,
    ends: timedelta = YEAR,
    by: str = "ca",
    is_authority: bool = False,
    common_name: str = "localhost",
) -> None:
    """A certificate by another one in `directory`; without `names` it has a common name alone."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    authority = x509.load_pem_x509_certificate((directory / f"{by}.pem").read_bytes())
    secret = serialization.load_pem_private_key((directory / f"{by}.key").read_bytes(), None)
    assert isinstance(secret, ec.EllipticCurvePrivateKey)
    builder = (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(authority.subject)
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(secret, hashes.SHA256())
    (directory / f"{stem}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / f"{stem}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def make_open_authority(directory: Path, stem: str) -> None:
    """An authority that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    (directory / f"{stem}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{stem} of somebody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .subject_name(name)
        .issuer_name(name)
        .not_valid_before(now - YEAR)
        .not_valid_after(now + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([HERE]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / f"{stem}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
