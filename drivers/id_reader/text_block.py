"""The identity card's text block: 256 bytes UTF-16LE padded with spaces, in four variants told apart by the character
at byte 248. Layouts as offset and length in bytes. Everything in it is personal and not shown by repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from drivers.errors import ProtocolError
from drivers.id_reader.codes import ethnicity_word, sex_word
from drivers.id_reader.frames import DEVICE, NEWEST_ADDRESS_BYTES

TEXT_BYTES = 256
VARIANT_AT = 248
LONG_TERM = "长期"
_PADDING = " \0"  # U+0020 by the standard; some issuers' blocks hold U+0000 [?]

# Field → its place: offset and length in bytes, in one or more pieces.
Layout = dict[str, tuple[tuple[int, int], ...]]

_LIKE_CITIZEN: Layout = {
    "name": ((0, 30),),
    "sex_code": ((30, 2),),
    "birth": ((36, 16),),
    "address": ((52, 70),),
    "id_number": ((122, 36),),
    "authority": ((158, 30),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
}
LAYOUTS: dict[str, Layout] = {
    "citizen": _LIKE_CITIZEN | {"ethnicity_code": ((32, 4),)},
    "hmt": _LIKE_CITIZEN | {"travel_permit_number": ((220, 18),), "issue_count": ((238, 4),)},
    "foreign_2017": {
        "english_name": ((0, 120),),
        "sex_code": ((120, 2),),
        "id_number": ((122, 30),),
        "nationality": ((152, 6),),
        "name": ((158, 30),),
        "valid_from": ((188, 16),),
        "valid_to": ((204, 16),),
        "birth": ((220, 16),),
        "card_version": ((236, 4),),
        "authority": ((240, 8),),
    },
    "foreign_2023": {
        "name": ((0, 30),),
        "sex_code": ((30, 2),),
        "renewals": ((32, 4),),
        "birth": ((36, 16),),
        "english_name": ((52, 70), (220, 22)),
        "id_number": ((122, 36),),
        "valid_from": ((188, 16),),
        "valid_to": ((204, 16),),
        "nationality": ((242, 6),),
        "old_number_link": ((250, 6),),
    },
}
_VARIANT_OF_LETTER = {"J": "hmt", "I": "foreign_2017", "Y": "foreign_2023"}


class TextBlockInvalid(ProtocolError):
    """A block that is too short, or a date that is none. The message names the field, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """The fields of all variants. `sex_code`: GB/T 2261.1; `id_number`: as printed; `valid_to` None means 长期."""

    name: str = field(repr=False)
    sex_code: str = field(repr=False)
    birth: date = field(repr=False)
    id_number: str = field(repr=False)
    valid_from: date = field(repr=False)
    valid_to: date | None = field(repr=False)

    @property
    def sex(self) -> str:
        """男, 女, …; the code itself if it is not in the table."""
        return sex_word(self.sex_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenText(_Holder):
    """A resident identity card. `ethnicity_code` GB/T 3304."""

    variant: ClassVar[str] = "citizen"
    ethnicity_code: str = field(repr=False)
    address: str = field(repr=False)
    authority: str = field(repr=False)

    @property
    def ethnicity(self) -> str:
        """汉, …; the code itself if it is not in the table."""
        return ethnicity_word(self.ethnicity_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class HmtText(_Holder):
    """J: residence permit for residents of Hong Kong, Macao and Taiwan."""

    variant: ClassVar[str] = "hmt"
    address: str = field(repr=False)
    authority: str = field(repr=False)
    travel_permit_number: str = field(repr=False)
    issue_count: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign2017Text(_Holder):
    """I: permanent residence, 2017. `name` is the Chinese one, `nationality` three letters, `id_number` 15 characters,
    `authority` a code of four digits."""

    variant: ClassVar[str] = "foreign_2017"
    english_name: str = field(repr=False)
    nationality: str = field(repr=False)
    card_version: str = field(repr=False)
    authority: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign2023Text(_Holder):
    """Y: permanent residence, 2023. `name` is the Chinese one; `renewals` a count; `old_number_link` ties it to the
    2017 number."""

    variant: ClassVar[str] = "foreign_2023"
    english_name: str = field(repr=False)
    nationality: str = field(repr=False)
    renewals: str = field(repr=False)
    old_number_link: str = field(repr=False)


HolderText = CitizenText | HmtText | Foreign2017Text | Foreign2023Text
_CLASSES: dict[str, type[HolderText]] = {
    cls.variant: cls for cls in (CitizenText, HmtText, Foreign2017Text, Foreign2023Text)
}


def text_fields(block: bytes) -> tuple[str, dict[str, str]]:
    """The variant, and its fields as they are written. Raises `TextBlockInvalid` for a block that is too short."""
    if len(block) < TEXT_BYTES:
        raise TextBlockInvalid(f"a text block of {len(block)} bytes", device=DEVICE)
    variant = _VARIANT_OF_LETTER.get(_text(block[VARIANT_AT : VARIANT_AT + 2]), "citizen")
    # A name in two pieces may have a space or half a character at the seam, so the pieces are joined before decoding.
    return variant, {
        name: _text(b"".join(block[at : at + size] for at, size in pieces)).rstrip(_PADDING)
        for name, pieces in LAYOUTS[variant].items()
    }


def _text(data: bytes) -> str:
    return data.decode("utf-16-le", errors="replace")


def parse_date(text: str) -> date | None:
    """YYYYMMDD; None if it is no date."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def parse_text_block(block: bytes) -> HolderText:
    """The holder. Raises `TextBlockInvalid`."""
    variant, fields = text_fields(block)
    values: dict[str, Any] = dict(fields)
    for name in ("birth", "valid_from", "valid_to"):
        values[name] = parse_date(fields[name])
        if values[name] is None and (name != "valid_to" or fields[name] != LONG_TERM):
            raise TextBlockInvalid(f"{name} is no date", device=DEVICE)
    return _CLASSES[variant](**values)


def encode_text_block(holder: HolderText) -> bytes:
    """256 bytes. Raises ValueError for a field that is too long."""
    block = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for name, pieces in LAYOUTS[holder.variant].items():
        value = getattr(holder, name)
        left = (LONG_TERM if value is None else _compact(value)).encode("utf-16-le")
        for at, size in pieces:
            now, left = left[:size], left[size:]
            block[at : at + len(now)] = now
        if left:
            raise ValueError(f"{name} is {len(left)} bytes too long")
    letter = next((letter for letter, variant in _VARIANT_OF_LETTER.items() if variant == holder.variant), " ")
    block[VARIANT_AT : VARIANT_AT + 2] = letter.encode("utf-16-le")
    return bytes(block)


def _compact(value: str | date) -> str:
    return value.isoformat().replace("-", "") if isinstance(value, date) else value


def parse_newest_address(data: bytes) -> str:
    """The address that was written after the card was made (`30 03`). Raises `TextBlockInvalid`."""
    if len(data) != NEWEST_ADDRESS_BYTES:
        raise TextBlockInvalid(f"a newest address of {len(data)} bytes", device=DEVICE)
    return _text(data).rstrip(_PADDING)


def encode_newest_address(address: str) -> bytes:
    """70 bytes. Raises ValueError for an address that is too long."""
    encoded = address.encode("utf-16-le")
    if len(encoded) > NEWEST_ADDRESS_BYTES:
        raise ValueError(f"the address is {len(encoded) - NEWEST_ADDRESS_BYTES} bytes too long")
    return encoded + " ".encode("utf-16-le") * ((NEWEST_ADDRESS_BYTES - len(encoded)) // 2)
