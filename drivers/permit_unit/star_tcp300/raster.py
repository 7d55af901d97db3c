"""A face as 4Dh image blocks: as few characters as possible over a slow line. Pure.

Source: TCP300II manual (2005), section 4-2 (6): X coordinate, Y in units of 8 dots, length L, image data; data beyond L
bytes goes on in the next column, from the same Y. So one block is a rectangle of L bytes by any number of columns. Two
characters (hexadecimal, high half first) are one byte of 8 dots, lowest bit uppermost (section 4-2 (5): "A3").

[?] Whether L counts bytes or characters is told by one example only (10 bytes of length, 20 bytes or 40 characters of
data, two columns): bytes. [?] The limit of 1,024 "bytes of image data" stands beside a block limit of 1,024 data bytes;
1,000 characters a block are right under both. `image_block_data` and `parse_image_block` are the only places that know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from drivers.permit_unit.base import FaceRaster

# What a block costs beside its image data, in characters on the line: STX 4Dh "479,39,3," ETX BCC there, ACK and a
# five-byte answer back, ACK again.
BLOCK_COST_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """A rectangle of the raster: `columns` bytes column by column, `height_bytes` (8 dots each) a column."""

    x: int
    y_bytes: int
    height_bytes: int
    columns: bytes = field(repr=False)

    @property
    def characters(self) -> int:
        """Image characters on the line."""
        return 2 * len(self.columns)


def image_block_data(block: ImageBlock) -> bytes:
    """The data of a 4Dh command."""
    head = f"{block.x},{block.y_bytes},{block.height_bytes},"
    return head.encode("ascii") + block.columns.hex().upper().encode("ascii")


_IMAGE_BLOCK = re.compile(rb"(\d{1,3}),(\d{0,2}),(\d{1,3}),((?:[0-9A-Fa-f]{2})+)")


def parse_image_block(data: bytes) -> ImageBlock:
    """The data of a 4Dh command as a block. Raises ValueError where it is none."""
    match = _IMAGE_BLOCK.fullmatch(data)
    if match is None:
        raise ValueError("4Dh data are not X,Y,length,image")
    x, y_bytes, height_bytes = int(match[1]), int(match[2] or b"0"), int(match[3])
    columns = bytes.fromhex(match[4].decode("ascii"))
    if height_bytes == 0 or len(columns) % height_bytes:
        raise ValueError(f"{len(columns)} image bytes are no columns of {height_bytes}")
    return ImageBlock(x, y_bytes, height_bytes, columns)


def image_blocks(raster: FaceRaster, max_characters: int) -> list[ImageBlock]:
    """Blocks that together paint every dark dot of `raster` on a cleared buffer, each at most `max_characters` long.

    Byte rows without a dark dot cut the face into bands (its lines of text). Each band is sent whole or row by row,
    whichever is shorter, and cut into runs of columns of which the blank ones are left out where that saves a block.
    """
    grid = _Grid(raster)
    blocks: list[ImageBlock] = []
    for top, bottom in grid.bands():
        as_rows = [block for row in range(top, bottom) for block in grid.runs(row, row + 1, max_characters)]
        as_band = grid.runs(top, bottom, max_characters)
        blocks.extend(as_band if _cost(as_band) <= _cost(as_rows) else as_rows)
    return blocks


def _cost(blocks: list[ImageBlock]) -> int:
    return sum(block.characters + BLOCK_COST_CHARACTERS for block in blocks)


class _Grid:
    """A raster as byte rows and columns."""

    def __init__(self, raster: FaceRaster) -> None:
        self._rows = raster.height_dots // 8
        self._width = raster.width_dots
        self._columns = raster.columns

    def _piece(self, x: int, top: int, bottom: int) -> bytes:
        start = x * self._rows
        return self._columns[start + top : start + bottom]

    def bands(self) -> list[tuple[int, int]]:
        """Runs of byte rows that hold a dark dot: [top, bottom)."""
        dark = [any(self._columns[row :: self._rows]) for row in range(self._rows)]
        bands: list[tuple[int, int]] = []
        for row, is_dark in enumerate(dark):
            if is_dark and bands and bands[-1][1] == row:
                bands[-1] = (bands[-1][0], row + 1)
            elif is_dark:
                bands.append((row, row + 1))
        return bands

    def runs(self, top: int, bottom: int, max_characters: int) -> list[ImageBlock]:
        """The cheapest cut of the rows [top, bottom) into blocks. Each block is as high as its own dark bytes."""
        extents = [self._extent(x, top, bottom) for x in range(self._width)]
        # cheapest[x]: cost of everything left of column x, and where the block that ends at x begins (x: none does).
        cheapest: list[tuple[int, int]] = [(0, 0)]
        for end in range(1, self._width + 1):
            if extents[end - 1] is None:
                cheapest.append((cheapest[end - 1][0], end))
            else:
                cheapest.append(self._best_block_ending_at(end, extents, cheapest, max_characters))
        blocks: list[ImageBlock] = []
        end = self._width
        while end > 0:
            begin = cheapest[end][1]
            if begin == end:
                end -= 1
                continue
            blocks.append(self._block(begin, end, extents))
            end = begin
        return blocks[::-1]

    def _extent(self, x: int, top: int, bottom: int) -> tuple[int, int] | None:
        piece = self._piece(x, top, bottom)
        if not any(piece):
            return None
        return top + len(piece) - len(piece.lstrip(b"\0")), top + len(piece.rstrip(b"\0"))

    def _best_block_ending_at(
        self,
        end: int,
        extents: list[tuple[int, int] | None],
        cheapest: list[tuple[int, int]],
        max_characters: int,
    ) -> tuple[int, int]:
        best: tuple[int, int] | None = None
        first, last = self._rows, 0
        for begin in range(end - 1, -1, -1):
            extent = extents[begin]
            if extent is None:
                continue
            first, last = min(first, extent[0]), max(last, extent[1])
            characters = 2 * (end - begin) * (last - first)
            if best is not None and (characters > max_characters or characters + BLOCK_COST_CHARACTERS > best[0]):
                break
            cost = cheapest[begin][0] + characters + BLOCK_COST_CHARACTERS
            if best is None or cost < best[0]:
                best = (cost, begin)
        assert best is not None
        return best

    def _block(self, begin: int, end: int, extents: list[tuple[int, int] | None]) -> ImageBlock:
        dark = [extent for extent in extents[begin:end] if extent is not None]
        first, last = min(extent[0] for extent in dark), max(extent[1] for extent in dark)
        columns = b"".join(self._piece(x, first, last) for x in range(begin, end))
        return ImageBlock(begin, first, last - first, columns)
