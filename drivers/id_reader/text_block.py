"""The identity card's text block: 256 bytes UTF-16LE padded with spaces, in four variants told apart by the character
at byte 248. Layouts as offset and length in bytes. Everything in it is personal and not shown by repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, TypeVar

from drivers.errors import ProtocolError
from drivers.id_reader.codes import ethnicity_word, sex_word
from drivers.id_reader.frames import DEVICE, NEWEST_ADDRESS_BYTES

TEXT_BYTES = 256
VARIANT_AT = 248
LONG_TERM = "长期"
_PADDING = " \0"         # U+0020 by the standard; some issuers' blocks hold U+0000 [?]


class TextBlockInvalid(ProtocolError):
    """A block that is too short, or a date that is none. The message names the field, never its content."""


def _date(text: str, what: str) -> date:
    try:
        if len(text) != 8 or not (text.isascii() and text.isdigit()):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise TextBlockInvalid(f"{what} is no date", device=DEVICE) from None


def _compact(day: date) -> str:
    return day.isoformat().replace("-", "")


class _Layout:
    """Reads and writes the fields of one variant."""

    def __init__(self, block: bytes) -> None:
        self._block = bytearray(block)

    def text(self, at: int, size: int) -> str:
        return self.raw(at, size).rstrip(_PADDING)

    def raw(self, at: int, size: int) -> str:
        return self._block[at:at + size].decode("utf-16-le", errors="replace")

    def day(self, at: int, what: str) -> date:
        return _date(self.text(at, 16), what)

    def end(self, at: int) -> date | None:
        text = self.text(at, 16)
        return None if text == LONG_TERM else _date(text, "valid_to")

    def put(self, at: int, size: int, text: str, what: str) -> None:
        encoded = text.encode("utf-16-le")
        if len(encoded) > size:
            raise ValueError(f"{what} takes {len(encoded)} bytes, and there are {size}")
        self._block[at:at + len(encoded)] = encoded

    def put_end(self, at: int, day: date | None) -> None:
        self.put(at, 16, LONG_TERM if day is None else _compact(day), "valid_to")

    def bytes(self) -> bytes:
        return bytes(self._block)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """What all variants tell. `sex_code` GB/T 2261.1; `id_number` as printed; `valid_to` None means 长期."""

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
_H = TypeVar("_H")


def parse_text_block(block: bytes) -> HolderText:
    """The holder. Raises `TextBlockInvalid`."""
    if len(block) < TEXT_BYTES:
        raise TextBlockInvalid(f"a text block of {len(block)} bytes", device=DEVICE)
    layout = _Layout(block[:TEXT_BYTES])
    match layout.raw(VARIANT_AT, 2):
        case "J":
            return _parse_hmt(layout)
        case "I":
            return _parse_foreign_2017(layout)
        case "Y":
            return _parse_foreign_2023(layout)
        case _:
            return _parse_citizen(layout)


def encode_text_block(holder: HolderText) -> bytes:
    """256 bytes. Raises ValueError for a field that is too long."""
    layout = _Layout(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    match holder:
        case CitizenText():
            _put_citizen(layout, holder)
        case HmtText():
            _put_hmt(layout, holder)
        case Foreign2017Text():
            _put_foreign_2017(layout, holder)
        case Foreign2023Text():
            _put_foreign_2023(layout, holder)
    return layout.bytes()


def _parse_citizen(layout: _Layout) -> CitizenText:
    return CitizenText(
        name=layout.text(0, 30), sex_code=layout.text(30, 2), ethnicity_code=layout.text(32, 4),
        birth=layout.day(36, "birth"), address=layout.text(52, 70), id_number=layout.text(122, 36),
        authority=layout.text(158, 30), valid_from=layout.day(188, "valid_from"), valid_to=layout.end(204),
    )


def _put_like_citizen(layout: _Layout, holder: CitizenText | HmtText) -> None:
    layout.put(0, 30, holder.name, "name")
    layout.put(30, 2, holder.sex_code, "sex_code")
    layout.put(36, 16, _compact(holder.birth), "birth")
    layout.put(52, 70, holder.address, "address")
    layout.put(122, 36, holder.id_number, "id_number")
    layout.put(158, 30, holder.authority, "authority")
    layout.put(188, 16, _compact(holder.valid_from), "valid_from")
    layout.put_end(204, holder.valid_to)


def _put_citizen(layout: _Layout, holder: CitizenText) -> None:
    _put_like_citizen(layout, holder)
    layout.put(32, 4, holder.ethnicity_code, "ethnicity_code")


def _parse_hmt(layout: _Layout) -> HmtText:
    return HmtText(
        name=layout.text(0, 30), sex_code=layout.text(30, 2), birth=layout.day(36, "birth"),
        address=layout.text(52, 70), id_number=layout.text(122, 36), authority=layout.text(158, 30),
        valid_from=layout.day(188, "valid_from"), valid_to=layout.end(204),
        travel_permit_number=layout.text(220, 18), issue_count=layout.text(238, 4),
    )


def _put_hmt(layout: _Layout, holder: HmtText) -> None:
    _put_like_citizen(layout, holder)
    layout.put(220, 18, holder.travel_permit_number, "travel_permit_number")
    layout.put(238, 4, holder.issue_count, "issue_count")
    layout.put(VARIANT_AT, 2, "J", "variant")


def _parse_foreign_2017(layout: _Layout) -> Foreign2017Text:
    return Foreign2017Text(
        english_name=layout.text(0, 120), sex_code=layout.text(120, 2), id_number=layout.text(122, 30),
        nationality=layout.text(152, 6), name=layout.text(158, 30), valid_from=layout.day(188, "valid_from"),
        valid_to=layout.end(204), birth=layout.day(220, "birth"), card_version=layout.text(236, 4),
        authority=layout.text(240, 8),
    )


def _put_foreign_2017(layout: _Layout, holder: Foreign2017Text) -> None:
    layout.put(0, 120, holder.english_name, "english_name")
    layout.put(120, 2, holder.sex_code, "sex_code")
    layout.put(122, 30, holder.id_number, "id_number")
    layout.put(152, 6, holder.nationality, "nationality")
    layout.put(158, 30, holder.name, "name")
    layout.put(188, 16, _compact(holder.valid_from), "valid_from")
    layout.put_end(204, holder.valid_to)
    layout.put(220, 16, _compact(holder.birth), "birth")
    layout.put(236, 4, holder.card_version, "card_version")
    layout.put(240, 8, holder.authority, "authority")
    layout.put(VARIANT_AT, 2, "I", "variant")


def _parse_foreign_2023(layout: _Layout) -> Foreign2023Text:
    return Foreign2023Text(
        name=layout.text(0, 30), sex_code=layout.text(30, 2), renewals=layout.text(32, 4),
        birth=layout.day(36, "birth"), id_number=layout.text(122, 36), valid_from=layout.day(188, "valid_from"),
        valid_to=layout.end(204),
        # 35 characters, then 11 more elsewhere: a space at the seam belongs to the name.
        english_name=(layout.raw(52, 70) + layout.raw(220, 22)).rstrip(_PADDING),
        nationality=layout.text(242, 6), old_number_link=layout.text(250, 6),
    )


def _put_foreign_2023(layout: _Layout, holder: Foreign2023Text) -> None:
    layout.put(0, 30, holder.name, "name")
    layout.put(30, 2, holder.sex_code, "sex_code")
    layout.put(32, 4, holder.renewals, "renewals")
    layout.put(36, 16, _compact(holder.birth), "birth")
    layout.put(52, 70, holder.english_name[:35], "english_name")
    layout.put(122, 36, holder.id_number, "id_number")
    layout.put(188, 16, _compact(holder.valid_from), "valid_from")
    layout.put_end(204, holder.valid_to)
    layout.put(220, 22, holder.english_name[35:], "english_name")
    layout.put(242, 6, holder.nationality, "nationality")
    layout.put(VARIANT_AT, 2, "Y", "variant")
    layout.put(250, 6, holder.old_number_link, "old_number_link")


def parse_newest_address(data: bytes) -> str:
    """The address that was written after the card was made (`30 03`). Raises `TextBlockInvalid`."""
    if len(data) != NEWEST_ADDRESS_BYTES:
        raise TextBlockInvalid(f"a newest address of {len(data)} bytes", device=DEVICE)
    return data.decode("utf-16-le", errors="replace").rstrip(_PADDING)


def encode_newest_address(address: str) -> bytes:
    """70 bytes. Raises ValueError for an address that is too long."""
    layout = _Layout(" ".encode("utf-16-le") * (NEWEST_ADDRESS_BYTES // 2))
    layout.put(0, NEWEST_ADDRESS_BYTES, address, "address")
    return layout.bytes()
