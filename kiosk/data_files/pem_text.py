"""PEM files as text, before anything is decoded: their encoding and their blocks.

Separate from `pem.py`, because the configuration is read before the first page, and importing the decoder takes time.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from kiosk.data_files.reader import DataFileError, flaw_of_wide_characters

LARGEST_BYTES = 1024 * 1024  # a bundle of all public authorities has a quarter of this


class CertificateFileError(DataFileError):
    """A PEM file that cannot be used. `mistakes`: one line each."""


class Held(Enum):
    """The kinds of PEM blocks, by their labels in RFC 7468; OpenSSL may write further words before the label."""

    CERTIFICATE = "CERTIFICATE"
    PRIVATE_KEY = "PRIVATE KEY"

    @property
    def words(self) -> str:
        return self.value.lower()

    def blocks_in(self, raw: bytes) -> list[bytes]:
        """The blocks of this kind in `raw`, without the comments before, between and after them."""
        label = b"(?:[A-Z0-9]+ )*" + self.value.encode()
        return re.findall(b"-----BEGIN " + label + b"-----.*?-----END " + label + b"-----", raw, re.DOTALL)


def flaw_of_encoding(path: Path) -> str | None:
    """What is wrong with the encoding of a file; None if nothing is, or if it cannot be read, which is reported where
    the file is used.
    """
    try:
        with path.open("rb") as file:
            return _flaw_of_encoding(file.read(LARGEST_BYTES))
    except OSError:
        return None


def blocks_of(path: Path, held: Held) -> list[bytes]:
    """The blocks of this kind in a file, at least one. Raises `CertificateFileError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise CertificateFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except ValueError as error:  # a NUL in the name
        raise CertificateFileError([f"{path}: cannot be read: no file can have this name here"]) from error
    flaw = _flaw_of(raw, held)
    if flaw is not None:
        raise CertificateFileError([f"{path}: {flaw}"])
    return held.blocks_in(raw)


def _flaw_of(raw: bytes, held: Held) -> str | None:
    if len(raw) > LARGEST_BYTES:
        return f"is larger than {LARGEST_BYTES // 1024 // 1024} MB"
    if (flaw := _flaw_of_encoding(raw)) is not None:
        return flaw
    if held.blocks_in(raw):
        return None
    other = next((each for each in Held if each is not held and each.blocks_in(raw)), None)
    if other is not None:
        return f"holds a {other.words}, and no {held.words}"
    return f"holds no {held.words} in PEM (-----BEGIN {held.value}-----)"


def _flaw_of_encoding(raw: bytes) -> str | None:
    if b"-----BEGIN " in raw and b"\r" in raw and b"\n" not in raw:
        return "has lines that end with CR alone, which OpenSSL does not read: save it with LF or CR LF"
    return flaw_of_wide_characters(raw)
