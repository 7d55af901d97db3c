"""Encodes and decodes one field of a permit's chip. Pure; failures are ValueErrors that do not repeat the value."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from drivers import gb18030

TEXT_ENCODINGS = ("ascii", "gb18030")
ENCODINGS = ("ascii", "bcd", "gb18030", "date", "uint", "hex", "code")
FieldValue = str | int | date | bytes | None

BLANK, NUL, ERASED = 0x20, 0x00, 0xFF
PADDINGS = (BLANK, NUL, ERASED)  # none of these bytes is part of a character in GB 18030, except the blank itself
NO_DATE = b"\xff\xff\xff\xff"
DATE_BYTES = 4  # YYYYMMDD in BCD


@dataclass(frozen=True, slots=True)
class TextEnd:
    """How a text ends in its field. `padding`: the bytes, of `PADDINGS`, that may fill the rest when it is read; the
    first is used for writing. `at_nul`: the first 00 ends the text, and the bytes after it are ignored. Trailing blanks
    never belong to a text.
    """

    padding: tuple[int, ...] = (BLANK,)
    at_nul: bool = False

    def cut(self, raw: bytes) -> bytes:
        """The bytes of the text alone."""
        if self.at_nul:
            raw = raw.split(b"\x00", 1)[0]
        return raw.rstrip(bytes({*self.padding, BLANK}))

    def filled(self, raw: bytes, length: int) -> bytes:
        """A text's bytes, padded to a field of `length` bytes. Raises ValueError for a text that is too long."""
        if len(raw) > length:
            raise ValueError(f"needs {len(raw)} bytes, but the chip has {length}")
        if self.at_nul and len(raw) < length:
            raw += b"\x00"
        return raw.ljust(length, bytes(self.padding[:1]))


PADDED_WITH_BLANKS = TextEnd()


def encode(
    encoding: str, length: int, value: FieldValue, codes: Mapping[str, int], end: TextEnd = PADDED_WITH_BLANKS
) -> bytes:
    """`value` in exactly `length` bytes. Raises ValueError if its type does not fit the encoding or it is too long."""
    if encoding in TEXT_ENCODINGS:
        return end.filled(_TEXT_ENCODERS[encoding](_text(value).rstrip(" ")), length)
    return _ENCODERS[encoding](value, length, codes)


def decode(encoding: str, raw: bytes, codes: Mapping[str, int], end: TextEnd = PADDED_WITH_BLANKS) -> FieldValue:
    """The value in `raw`. Raises ValueError where the bytes do not fit the encoding."""
    if encoding in TEXT_ENCODINGS:
        return _TEXT_DECODERS[encoding](end.cut(raw))
    return _DECODERS[encoding](raw, codes)


def _text(value: FieldValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {type(value).__name__}")
    return value


def _has_controls(text: str) -> bool:
    # Line and paragraph separators (U+2028, U+2029) break lines as controls do. Private-use characters pass: older
    # permits hold rare names in them.
    return any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text)


def _encode_ascii(text: str) -> bytes:
    if not text.isascii() or not text.isprintable():
        raise ValueError("must consist of printable ASCII characters")
    return text.encode("ascii")


def _encode_gb18030(text: str) -> bytes:
    if _has_controls(text):
        raise ValueError("holds control characters")
    try:
        return gb18030.encode(text)
    except UnicodeEncodeError as error:
        # Only lone surrogates have no place in GB18030.
        raise ValueError(f"character {error.start + 1} is not in GB18030") from None


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


def _decode_ascii(raw: bytes) -> str:
    text = raw.decode("ascii", errors="replace")
    if not text.isascii() or not text.isprintable():
        raise ValueError("is not printable ASCII")
    return text


def _decode_gb18030(raw: bytes) -> str:
    try:
        text = gb18030.decode(raw)
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


_TEXT_ENCODERS: dict[str, Callable[[str], bytes]] = {"ascii": _encode_ascii, "gb18030": _encode_gb18030}
_TEXT_DECODERS: dict[str, Callable[[bytes], str]] = {"ascii": _decode_ascii, "gb18030": _decode_gb18030}
_ENCODERS: dict[str, Callable[[FieldValue, int, Mapping[str, int]], bytes]] = {
    "bcd": _encode_bcd,
    "date": _encode_date,
    "uint": _encode_uint,
    "hex": _encode_hex,
    "code": _encode_code,
}
_DECODERS: dict[str, Callable[[bytes, Mapping[str, int]], FieldValue]] = {
    "bcd": _decode_bcd,
    "date": _decode_date,
    "uint": _decode_uint,
    "hex": _decode_hex,
    "code": _decode_code,
}
