"""The reader of every text that people edit: data files in TOML or JSON, and traces.

A file is UTF-8, with or without a byte order mark; its lines end with LF, CR LF or CR. Anything else is refused with
one line that names the probable encoding and the remedy. Nothing here depends on a device: `kiosk` reads its own files
with it too, through `kiosk.data_files`.
"""

from __future__ import annotations

import codecs
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

LONGEST_LINE = 400  # a longer value is in the file and need not be repeated
LARGEST_FILE_BYTES = 16 * 1024 * 1024  # the largest shipped file has 100 KB

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAVE_AS_UTF8 = "save it as UTF-8"
# GB 2312's Chinese characters of both levels, which are common in a text in GBK and rare in one in Latin-1.
_COMMON = range(0xB0A1, 0xF7FF)


class DataFileError(ValueError):
    """A file that cannot be used. `mistakes`: one short line each, which names the file."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = [readable_line(mistake) for mistake in mistakes]
        super().__init__("; ".join(self.mistakes))


def readable_line(mistake: str) -> str:
    """`mistake` in at most `LONGEST_LINE` characters, all of them printable."""
    whole = "".join(character if character.isprintable() else "?" for character in mistake)
    return whole if len(whole) <= LONGEST_LINE else f"{whole[: LONGEST_LINE - 1]}…"


def read_text(path: Path, error_kind: type[DataFileError] = DataFileError) -> str:
    """The file's text, its lines ended by LF. Raises `error_kind`."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise error_kind([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except ValueError as error:  # a NUL in the name, or a character that the shell's encoding does not have
        raise error_kind([f"{path.name}: cannot be read: no file can have this name here"]) from error
    if len(raw) > LARGEST_FILE_BYTES:
        raise error_kind([f"{path.name}: is larger than {LARGEST_FILE_BYTES // 1024 // 1024} MB"])
    return text_of(raw, path.name, error_kind)


def text_of(raw: bytes, file_name: str, error_kind: type[DataFileError] = DataFileError) -> str:
    """The text of a file's bytes, its lines ended by LF. Raises `error_kind`, whose mistake names `file_name`."""
    if (flaw := flaw_of_wide_characters(raw)) is not None:
        raise error_kind([f"{file_name}: {flaw}"])
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw:
        at = raw.index(0)
        raise error_kind(
            [
                f"{file_name}: byte {at} (line {_line_of(raw, at)}) is NUL, which no text holds: the file is "
                "damaged, or is no text; write it anew"
            ]
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise error_kind([_not_utf_8(raw, error.start, file_name)]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def flaw_of_wide_characters(raw: bytes) -> str | None:
    """What is wrong if a text is in UTF-16 or UTF-32, with the remedy; otherwise None. For files that others read."""
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None and b"\0" in raw:
        # UTF-16 without a mark has a NUL beside every ASCII character, always on the same side.
        sides = [raw[side::2].count(0) for side in (0, 1)]
        if max(sides) >= max(3, len(raw) // 8) and min(sides) * 8 < max(sides):
            encoding = "UTF-16"
    return None if encoding is None else f"is saved as {encoding}, not as UTF-8: {_SAVE_AS_UTF8}"


def _not_utf_8(raw: bytes, at: int, file_name: str) -> str:
    where = f"byte {at}, line {_line_of(raw, at)}"
    if _is_chinese(raw):
        return f"{file_name}: is saved as GBK or GB 18030 (ANSI in Windows), not as UTF-8 ({where}): {_SAVE_AS_UTF8}"
    return f"{file_name}: is not UTF-8 at {where}: {_SAVE_AS_UTF8}"


def _is_chinese(raw: bytes) -> bool:
    """Whether the bytes are GB 18030 and most of their characters beyond ASCII are common Chinese ones."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    others = [character for character in text if character > "\x7f"]
    common = sum(int.from_bytes(character.encode("gb18030"), "big") in _COMMON for character in others)
    return common * 2 > len(others)


def _line_of(raw: bytes, at: int) -> int:
    before = raw[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def read_toml(path: Path, error_kind: type[DataFileError] = DataFileError) -> dict[str, Any]:
    """The file as nested tables. Raises `error_kind`."""
    text = read_text(path, error_kind)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also for a number or a nesting that is too long
        raise error_kind([f"{path.name}: is not TOML: {error}"]) from error
    demand_toml_numbers(tables, path.name, error_kind)
    return tables


def demand_toml_numbers(
    tables: Mapping[str, Any], file_name: str, error_kind: type[DataFileError] = DataFileError
) -> None:
    """Raise `error_kind` for whole numbers that do not fit 64 bits (TOML 1.0.0, "Integer"). Python reads them, but
    cannot write the largest of them into a message.
    """
    too_large = [f"{file_name}: {key}: a whole number has at most 64 bits" for key in _too_large(tables, "")]
    if too_large:
        raise error_kind(too_large)


def read_json(path: Path, error_kind: type[DataFileError] = DataFileError) -> Any:
    """The file's value. NaN and Infinity, which are not JSON, are refused. Raises `error_kind`."""
    text = read_text(path, error_kind)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise error_kind([f"{path.name}: is not JSON: {error}"]) from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _too_large(value: object, key: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _too_large(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _too_large(inner, f"{key}[{number}]")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        yield key
