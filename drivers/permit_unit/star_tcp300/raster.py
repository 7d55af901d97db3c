"""Encodes a face as 4Dh image blocks with as few characters as possible, for a slow line. Pure.

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

# The overhead of a block beside its image data, in characters on the line: STX 4Dh "479,39,3," ETX BCC there and a
# five-byte answer back. (With the two ACKs it is 20; between 16 and 20 the time on the line is the same and 18 sends
# less.)
BLOCK_COST_CHARACTERS = 18
# A block of more byte rows saves nothing: it is full after a few columns.
MOST_ROWS = 8


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

    The byte rows are grouped, and each group is cut into blocks of neighbouring columns, so that image data and blocks
    together cost least; blank columns and rows between blocks are not sent.
    """
    grid = _Grid(raster, max_characters)
    # cheapest[row]: cost of all rows above `row`, and the rows [top, row) that were grouped last.
    cheapest: list[tuple[int, int]] = [(0, 0)]
    for bottom in range(1, grid.rows + 1):
        if not grid.dark[bottom - 1]:
            cheapest.append((cheapest[-1][0], bottom - 1))  # a blank row is sent with no group
            continue
        tops = range(bottom - 1, max(-1, bottom - 1 - MOST_ROWS), -1)
        cheapest.append(min((cheapest[top][0] + grid.cost(top, bottom), top) for top in tops if grid.dark[top]))
    groups: list[tuple[int, int]] = []
    row = grid.rows
    while row > 0:
        top = cheapest[row][1]
        groups.append((top, row))
        row = top
    return [block for top, bottom in reversed(groups) for block in grid.blocks(top, bottom)]


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring columns with dark dots: [begin, end), and the byte rows [first, last) that hold them."""

    begin: int
    end: int
    first: int
    last: int


class _Grid:
    """A raster as byte rows and columns. `dark[row]`: the columns that are not blank in this row, a bit for each."""

    def __init__(self, raster: FaceRaster, max_characters: int) -> None:
        self.rows = raster.height_dots // 8
        self._columns = raster.columns
        self._max_characters = max_characters
        self.dark = [_as_bits(raster.columns[row :: self.rows]) for row in range(self.rows)]

    def cost(self, top: int, bottom: int) -> int:
        """Characters on the line for the rows [top, bottom)."""
        return self._cheapest(self._runs(top, bottom))[-1][0]

    def blocks(self, top: int, bottom: int) -> list[ImageBlock]:
        """The cheapest cut of the rows [top, bottom) into blocks, each as high as its own dark bytes."""
        runs = self._runs(top, bottom)
        cheapest = self._cheapest(runs)
        blocks: list[ImageBlock] = []
        count = len(runs)
        while count > 0:
            before = cheapest[count][1]
            blocks.append(self._block(runs[before:count]))
            count = before
        return blocks[::-1]

    def _cheapest(self, runs: list[_Run]) -> list[tuple[int, int]]:
        """For each number of runs: what they cost at least, and with which run the last block begins."""
        cheapest = [(0, 0)]
        for count, run in enumerate(runs, 1):
            first, last = run.first, run.last
            best = (cheapest[-1][0] + 2 * (run.end - run.begin) * (last - first) + BLOCK_COST_CHARACTERS, count - 1)
            for before in range(count - 2, -1, -1):
                joined = runs[before]
                first, last = min(first, joined.first), max(last, joined.last)
                # Where a gap costs more than a block does, no block reaches over it.
                if 2 * (runs[before + 1].begin - joined.end) * (last - first) > BLOCK_COST_CHARACTERS:
                    break
                characters = 2 * (run.end - joined.begin) * (last - first)
                if characters > self._max_characters:
                    break
                best = min(best, (cheapest[before][0] + characters + BLOCK_COST_CHARACTERS, before))
            cheapest.append(best)
        return cheapest

    def _runs(self, top: int, bottom: int) -> list[_Run]:
        """Runs of dark columns, left to right; what is too long for a block is cut."""
        rows = self.dark[top:bottom]
        longest = self._max_characters // (2 * (bottom - top))
        left = 0
        for row in rows:
            left |= row
        runs: list[_Run] = []
        while left:
            begin = (left & -left).bit_length() - 1
            above = left >> begin
            length = min((above ^ above + 1).bit_length() - 1, longest)  # ones from the lowest bit on
            columns = (1 << length) - 1 << begin
            held = [number for number, row in enumerate(rows, top) if row & columns]
            runs.append(_Run(begin, begin + length, held[0], held[-1] + 1))
            left &= ~columns
        return runs

    def _block(self, runs: list[_Run]) -> ImageBlock:
        begin, end = runs[0].begin, runs[-1].end
        first, last = min(run.first for run in runs), max(run.last for run in runs)
        columns = b"".join(self._columns[x * self.rows + first : x * self.rows + last] for x in range(begin, end))
        return ImageBlock(begin, first, last - first, columns)


def _as_bits(bytes_of_row: bytes) -> int:
    """A bit for every byte that is not 0, the first one lowest."""
    return int("".join("1" if byte else "0" for byte in reversed(bytes_of_row)) or "0", 2)
