"""Certificates and keys as editors save them: taken, or the file named in one line, by everything that reads them."""

from __future__ import annotations

import codecs
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.__main__ import main
from kiosk.data_files.pem import certificates_in, load_authority, load_identity, private_key_in
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.reference_central.authority import GRANT_KEYS, issue_client, make_authority


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("authority")
    make_authority(directory)
    return directory


@pytest.fixture
def directory(made: Path, tmp_path: Path) -> Path:
    """An authority whose files a test may spoil."""
    for path in made.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def as_authority(path: Path) -> None:
    load_authority(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path)


def as_certificate(path: Path) -> None:
    load_identity(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path, path.with_name("kiosk.key"))


def as_key(path: Path) -> None:
    load_identity(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path.with_name("kiosk.pem"), path)


READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "certificate": (certificates_in, "kiosk.pem"),
    "private key": (private_key_in, "kiosk.key"),
    "authority of OpenSSL": (as_authority, "ca.pem"),
    "certificate of OpenSSL": (as_certificate, "kiosk.pem"),
    "private key of OpenSSL": (as_key, "kiosk.key"),
}
TAKEN: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "with a byte order mark": lambda raw: codecs.BOM_UTF8 + raw,
    "lines of Windows": lambda raw: raw.replace(b"\n", b"\r\n"),
    "a mark and lines of Windows": lambda raw: codecs.BOM_UTF8 + raw.replace(b"\n", b"\r\n"),
    "words before it in GBK": lambda raw: "证书\n".encode("gb18030") + raw,
}
UTF_16 = "is saved as UTF-16, not as UTF-8: save it as UTF-8"
REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "UTF-16 LE": (lambda raw: codecs.BOM_UTF16_LE + raw.decode().encode("utf-16-le"), UTF_16),
    "UTF-16 BE": (lambda raw: codecs.BOM_UTF16_BE + raw.decode().encode("utf-16-be"), UTF_16),
    "UTF-16 LE without a mark": (lambda raw: raw.decode().encode("utf-16-le"), UTF_16),
    "UTF-32": (lambda raw: raw.decode().encode("utf-32"), "is saved as UTF-32, not as UTF-8: save it as UTF-8"),
    "lines of an old Macintosh": (lambda raw: raw.replace(b"\n", b"\r"), "has lines that end with CR alone"),
    "nothing": (lambda raw: b"", "holds no "),
    "only its beginning": (lambda raw: raw[:80], "holds no "),
    "spoilt within": (lambda raw: raw[:200] + b"*" + raw[240:], ""),
    "without end": (lambda raw: raw + bytes(2**20), "is larger than 1 MB"),
}


@pytest.mark.parametrize("form", TAKEN)
@pytest.mark.parametrize("reader", READERS)
def test_what_openssl_takes_is_taken(reader: str, form: str, directory: Path) -> None:
    read, name = READERS[reader]
    path = directory / name
    path.write_bytes(TAKEN[form](path.read_bytes()))
    read(path)


@pytest.mark.parametrize("form", REFUSED)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_refused_is_one_line_with_the_file(reader: str, form: str, directory: Path) -> None:
    read, name = READERS[reader]
    path = directory / name
    spoil, told = REFUSED[form]
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CertificateFileError) as refused:
        read(path)
    (line,) = refused.value.mistakes
    assert str(path) in line
    assert told in line
    assert line.isprintable()


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_is_not_there_and_one_of_the_other_kind_are_told(reader: str, directory: Path) -> None:
    read, name = READERS[reader]
    path = directory / name
    other = path.with_suffix(".key" if path.suffix == ".pem" else ".pem")
    path.write_bytes(other.read_bytes())
    with pytest.raises(CertificateFileError, match=r"holds a (private key, and no certificate|certificate, and no pr)"):
        read(path)
    path.unlink()
    with pytest.raises(CertificateFileError, match="cannot be read: No such file or directory"):
        read(path)


def test_a_chain_is_read_in_its_order(directory: Path) -> None:
    chain = directory / "chain.pem"
    chain.write_bytes((directory / "kiosk.pem").read_bytes() + (directory / "ca.pem").read_bytes())
    own, authority = certificates_in(chain)
    assert own.issuer == authority.subject


def test_a_certificate_with_the_key_of_another_is_told(directory: Path) -> None:
    issue_client(directory, "kiosk-2")
    with pytest.raises(CertificateFileError, match="not a certificate with its key"):
        load_identity(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), directory / "kiosk.pem", directory / "kiosk-2.key")


SPOILT: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
    "revoke": ("kiosk.pem", lambda at: ["revoke", str(at / "kiosk.pem"), "--database", f"sqlite:///{at / 'c.db'}"]),
    "issue-client": ("ca.pem", lambda at: ["issue-client", str(at), "kiosk-9"]),
    "issue-client, its key": ("ca.key", lambda at: ["issue-client", str(at), "kiosk-9"]),
    "serve": (
        "central.pem",
        lambda at: [
            "serve",
            "--tls-dir",
            str(at),
            "--keys",
            str(at / GRANT_KEYS),
            str(TEST_KEYS),
            "--database",
            f"sqlite:///{at / 'c.db'}",
            "--port",
            "0",
        ],
    ),
    "check": (
        "ca.pem",
        lambda at: [
            "check",
            "https://127.0.0.1:1",
            "--ca",
            str(at / "ca.pem"),
            "--certificate",
            str(at / "kiosk.pem"),
            "--key",
            str(at / "kiosk.key"),
        ],
    ),
}


@pytest.mark.parametrize("command", SPOILT)
def test_every_command_of_central_names_the_file_in_one_line(
    command: str, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, words = SPOILT[command]
    path = directory / name
    path.write_bytes(path.read_bytes().decode().encode("utf-16"))
    assert main(["central", *words(directory)]) == 2
    assert capsys.readouterr().err == f"{path}: {UTF_16}\n"
    path.unlink()
    assert main(["central", *words(directory)]) == 2
    assert capsys.readouterr().err == f"{path}: cannot be read: No such file or directory\n"


def test_a_certificate_with_a_mark_is_revoked_and_a_key_is_none(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ["--database", f"sqlite:///{directory / 'c.db'}"]
    assert main(["central", "register-kiosk", "kiosk-1", *database]) == 0
    path = directory / "kiosk.pem"
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert main(["central", "revoke", str(path), *database]) == 0
    assert main(["central", "revoke", str(directory / "kiosk.key"), *database]) == 2
    assert capsys.readouterr().err == f"{directory / 'kiosk.key'}: holds a private key, and no certificate\n"
