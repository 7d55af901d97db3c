"""How one field of a permit's chip is written in bytes, both ways. Pure; failures are ValueErrors without the
value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from drivers.permit_chip.records import FieldValue

ENCODINGS = ("ascii", "bcd", "gb18030", "date", "uint", "hex", "code")
PAD = 0x20           # texts are padded with spaces
NO_DATE = b"\xff\xff\xff\xff"
DATE_BYTES = 4       # YYYYMMDD in BCD


def encode(encoding: str, length: int, value: FieldValue, codes: Mapping[str, int]) -> bytes:
    """`value` in exactly `length` bytes. Raises ValueError if its type does not fit the encoding or it is too long."""
    return _ENCODERS[encoding](value, length, codes)


def decode(encoding: str, raw: bytes, codes: Mapping[str, int]) -> FieldValue:
    """The value in `raw`. Raises ValueError where the bytes are none of this encoding."""
    return _DECODERS[encoding](raw, codes)


def _text(value: FieldValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {type(value).__name__}")
    return value


def _has_controls(text: str) -> bool:
    # Private-use characters pass: older permits hold rare names in them.
    return any(unicodedata.category(character) == "Cc" for character in text)


def _padded(raw: bytes, length: int) -> bytes:
    if len(raw) > length:
        raise ValueError(f"needs {len(raw)} bytes, but the chip has {length}")
    return raw.ljust(length, bytes([PAD]))


def _encode_ascii(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    text = _text(value)
    if not text.isascii() or not text.isprintable():
        raise ValueError("must consist of printable ASCII characters")
    return _padded(text.encode("ascii"), length)


def _encode_gb18030(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    if _has_controls(_text(value)):
        raise ValueError("holds control characters")
    try:
        raw = _text(value).encode("gb18030")
    except UnicodeEncodeError as error:
        # Only lone surrogates have no place in GB18030.
        raise ValueError(f"character {error.start + 1} is not in GB18030") from None
    return _padded(raw, length)


def _encode_bcd(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    digits = _text(value)
    if not (digits.isascii() and digits.isdigit()) or len(digits) != 2 * length:
        raise ValueError(f"must be {2 * length} decimal digits")
    return bytes.fromhex(digits)


def _encode_hex(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    digits = _text(value)
    if len(digits) != 2 * length or any(c not in "0123456789ABCDEF" for c in digits):
        raise ValueError(f"must be {2 * length} upper-case hex digits")
    return bytes.fromhex(digits)


def _encode_date(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    if value is None:
        return NO_DATE
    if not isinstance(value, date):
        raise ValueError(f"must be a date or None, not {type(value).__name__}")
    return bytes.fromhex(f"{value.year:04d}{value.month:02d}{value.day:02d}")


def _encode_uint(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {type(value).__name__}")
    if not 0 <= value < 1 << 8 * length:
        raise ValueError(f"must be from 0 to {(1 << 8 * length) - 1}")
    return value.to_bytes(length, "big")


def _encode_code(value: FieldValue, length: int, codes: Mapping[str, int]) -> bytes:
    word = _text(value)
    if word not in codes:
        raise ValueError(f"must be one of {', '.join(codes)}")
    return codes[word].to_bytes(length, "big")


def _decode_ascii(raw: bytes, codes: Mapping[str, int]) -> str:
    text = raw.decode("ascii", errors="replace").rstrip(" ")
    if not text.isascii() or not text.isprintable():
        raise ValueError("is not printable ASCII")
    return text


def _decode_gb18030(raw: bytes, codes: Mapping[str, int]) -> str:
    try:
        text = raw.decode("gb18030").rstrip(" ")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not GB18030 at byte {error.start}") from None
    if _has_controls(text):
        raise ValueError("holds control characters")
    return text


def _decode_bcd(raw: bytes, codes: Mapping[str, int]) -> str:
    digits = raw.hex()
    if not digits.isdigit():
        raise ValueError("is not BCD")
    return digits


def _decode_hex(raw: bytes, codes: Mapping[str, int]) -> str:
    return raw.hex().upper()


def _decode_date(raw: bytes, codes: Mapping[str, int]) -> date | None:
    if raw == NO_DATE:
        return None
    digits = _decode_bcd(raw, codes)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ValueError("is no date") from None


def _decode_uint(raw: bytes, codes: Mapping[str, int]) -> int:
    return int.from_bytes(raw, "big")


def _decode_code(raw: bytes, codes: Mapping[str, int]) -> str:
    number = int.from_bytes(raw, "big")
    for word, code in codes.items():
        if code == number:
            return word
    raise ValueError("is a code that the permit file does not list")


_ENCODERS: dict[str, Callable[[FieldValue, int, Mapping[str, int]], bytes]] = {
    "ascii": _encode_ascii, "bcd": _encode_bcd, "gb18030": _encode_gb18030, "date": _encode_date,
    "uint": _encode_uint, "hex": _encode_hex, "code": _encode_code,
}
_DECODERS: dict[str, Callable[[bytes, Mapping[str, int]], FieldValue]] = {
    "ascii": _decode_ascii, "bcd": _decode_bcd, "gb18030": _decode_gb18030, "date": _decode_date,
    "uint": _decode_uint, "hex": _decode_hex, "code": _decode_code,
}
