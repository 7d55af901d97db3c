"""The characters of a font file, as ranges. Reading them takes a few kilobytes and milliseconds, where a whole font
library takes megabytes.

Source: OpenType 1.9, "Organization of an OpenType font" and "cmap", formats 4 and 12.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

# Encodings of the whole of Unicode come before those of its first plane: (platform, encoding).
UNICODE_MAPS = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))

Range = tuple[int, int]
"""First and last code point."""


class CharacterMap:
    """A set of code points: `0x4E00 in character_map`."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._firsts, self._lasts = array("L"), array("L")
        for first, last in sorted(ranges):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    @classmethod
    def of_font(cls, path: Path) -> CharacterMap:
        """The characters of a TrueType or OpenType file. Raises ValueError for a file without a Unicode map."""
        try:
            return cls(_ranges(_cmap_table(path)))
        except (struct.error, IndexError) as error:
            raise ValueError(f"{path.name} is no font file") from error

    def __contains__(self, code_point: int) -> bool:
        place = bisect_right(self._firsts, code_point) - 1
        return place >= 0 and code_point <= self._lasts[place]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in zip(self._firsts, self._lasts, strict=True))


@lru_cache(maxsize=16)
def characters_of(path: Path, _written_ns: int) -> CharacterMap:
    """The code points that a font file has, cached while the file is unchanged."""
    return CharacterMap.of_font(path)


def _cmap_table(path: Path) -> bytes:
    with path.open("rb") as file:
        _, count = struct.unpack(">IH6x", file.read(12))
        for tag, _, offset, length in struct.iter_unpack(">4sIII", file.read(16 * count)):
            if tag == b"cmap":
                file.seek(offset)
                return file.read(length)
    raise ValueError(f"{path.name} has no character map")


def _ranges(cmap: bytes) -> Iterator[Range]:
    _, count = struct.unpack_from(">HH", cmap)
    maps = {
        (platform, encoding): offset
        for platform, encoding, offset in struct.iter_unpack(">HHI", cmap[4 : 4 + 8 * count])
    }
    for wanted in UNICODE_MAPS:
        if wanted in maps:
            subtable = cmap[maps[wanted] :]
            form = int.from_bytes(subtable[:2], "big")
            if form == 12:
                return _format_12(subtable)
            if form == 4:
                return _format_4(subtable)
    raise ValueError("a font without a Unicode map of format 4 or 12")


def _format_12(subtable: bytes) -> Iterator[Range]:
    (groups,) = struct.unpack_from(">12xI", subtable)
    for first, last, glyph in struct.iter_unpack(">III", subtable[16 : 16 + 12 * groups]):
        yield first + (glyph == 0), last  # glyph 0 is that of missing characters


def _format_4(subtable: bytes) -> Iterator[Range]:
    (doubled,) = struct.unpack_from(">6xH", subtable)
    segments = doubled // 2
    columns = struct.unpack_from(f">{segments}H2x{segments}H{segments}H{segments}H", subtable, 14)
    lasts, firsts, deltas, offsets = (columns[n * segments : (n + 1) * segments] for n in range(4))
    for segment, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        at = 16 + 6 * segments + 2 * segment + offsets[segment]  # offsets count from their own place
        for code_point in range(first, last + 1):
            glyph = code_point
            if offsets[segment]:
                (glyph,) = struct.unpack_from(">H", subtable, at + 2 * (code_point - first))
                glyph = glyph and glyph + deltas[segment]
            else:
                glyph += deltas[segment]
            if glyph & 0xFFFF and code_point != 0xFFFF:  # the last segment ends the table and is no character
                yield code_point, code_point
