"""Keyed hashes of a chip's content, for the journal. A restart recognises the content; a reader learns nothing.

A plain hash of an address or an 18-digit number could be found by search. This one needs the kiosk's private key, which
is on the machine anyway, so no further secret is kept.
"""

from __future__ import annotations

import codecs
import hashlib
import hmac
import json
from pathlib import Path

from kiosk.config.settings import ConfigError
from kiosk.domain.documents import PermitContent
from kiosk.journal.audit import ContentHash

HASH_BYTES = 16
_LABEL = b"qianzhu-kiosk journal seal 1"


def content_hash_by_key_file(path: Path) -> ContentHash:
    """The content hash of the kiosk whose TLS private key is in `path`. Raises `ConfigError` if it cannot be read."""
    try:
        return content_hash_by(path.read_bytes())
    except OSError as error:
        raise ConfigError(
            [f"{path}: cannot be read: {error.strerror}; the kiosk's private key is wanted there (central.key)"]
        ) from error


def content_hash_by(private_key: bytes) -> ContentHash:
    """The content hash of a kiosk with this TLS private key file (bytes): HMAC-SHA-256, cut to 16 bytes, in hex.

    Its key is derived with HKDF-SHA-256 (RFC 5869, no salt) and serves nothing else. Other line ends in the file, or
    blank lines around the key, do not change it.
    """
    extracted = hmac.digest(bytes(hashlib.sha256().digest_size), _as_written(private_key), "sha256")
    key = hmac.digest(extracted, _LABEL + b"\x01", "sha256")

    def content_hash(chip_serial: str, content: PermitContent) -> str:
        return hmac.digest(key, _written_out(chip_serial, content), "sha256")[:HASH_BYTES].hex()

    return content_hash


def _as_written(private_key: bytes) -> bytes:
    """The PEM text as OpenSSL writes it: lines end with LF, without blanks before it, and none is blank."""
    lines = (line.strip() for line in private_key.removeprefix(codecs.BOM_UTF8).splitlines())
    return b"".join(line + b"\n" for line in lines if line)


def _written_out(chip_serial: str, content: PermitContent) -> bytes:
    """One unambiguous spelling of each content; JSON separates the fields."""
    return json.dumps(
        [
            chip_serial,
            content.address.reveal(),
            content.issuing_authority,
            content.category,
            str(content.valid_from),
            str(content.valid_to),
            content.endorsement_count,
        ]
    ).encode()
