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

# What a block costs beside its image data, in characters on the line: STX 4Dh "479,39,3," ETX BCC there and a five-byte
# answer back. (With the two ACKs it is 20; between 16 and 20 the time on the line is the same and 18 sends less.)
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
    # cheapest[row]: cost of all rows above `row`, and the blocks of the last group.
    cheapest: list[tuple[int, int, list[ImageBlock]]] = [(0, 0, [])]
    for bottom in range(1, grid.rows + 1):
        options: list[tuple[int, int, list[ImageBlock]]] = []
        for top in range(bottom - 1, max(-1, bottom - 1 - MOST_ROWS), -1):
            blocks = grid.blocks(top, bottom)
            options.append((cheapest[top][0] + _cost(blocks), top, blocks))
        cheapest.append(min(options, key=lambda option: option[0]))
    groups: list[list[ImageBlock]] = []
    row = grid.rows
    while row > 0:
        _, above, blocks = cheapest[row]
        groups.append(blocks)
        row = above
    return [block for blocks in reversed(groups) for block in blocks]


def _cost(blocks: list[ImageBlock]) -> int:
    return sum(block.characters + BLOCK_COST_CHARACTERS for block in blocks)


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring columns with dark dots: [begin, end), and the byte rows [first, last) that hold them."""

    begin: int
    end: int
    first: int
    last: int

    def joined(self, right: _Run) -> _Run:
        return _Run(self.begin, right.end, min(self.first, right.first), max(self.last, right.last))

    @property
    def characters(self) -> int:
        return 2 * (self.end - self.begin) * (self.last - self.first)


class _Grid:
    """A raster as byte rows and columns."""

    def __init__(self, raster: FaceRaster, max_characters: int) -> None:
        self.rows = raster.height_dots // 8
        self._width = raster.width_dots
        self._columns = raster.columns
        self._max_characters = max_characters

    def blocks(self, top: int, bottom: int) -> list[ImageBlock]:
        """The cheapest cut of the rows [top, bottom) into blocks, each as high as its own dark bytes."""
        runs = self._runs(top, bottom)
        # cheapest[n]: cost of the first n runs, and the block that ends with the last of them.
        cheapest: list[tuple[int, int, _Run | None]] = [(0, 0, None)]
        for count in range(1, len(runs) + 1):
            whole = runs[count - 1]
            best = (cheapest[count - 1][0] + whole.characters + BLOCK_COST_CHARACTERS, count - 1, whole)
            for before in range(count - 2, -1, -1):
                whole = runs[before].joined(whole)
                if whole.characters > self._max_characters:
                    break
                cost = cheapest[before][0] + whole.characters + BLOCK_COST_CHARACTERS
                if cost < best[0]:
                    best = (cost, before, whole)
            cheapest.append(best)
        blocks: list[ImageBlock] = []
        count = len(runs)
        while count > 0:
            _, before, chosen = cheapest[count]
            assert chosen is not None
            blocks.append(self._block(chosen))
            count = before
        return blocks[::-1]

    def _runs(self, top: int, bottom: int) -> list[_Run]:
        """Runs of dark columns, left to right; what is too long for a block is cut."""
        longest = self._max_characters // (2 * (bottom - top))
        runs: list[_Run] = []
        for x in range(self._width):
            piece = self._piece(x, top, bottom)
            if not any(piece):
                continue
            first = top + len(piece) - len(piece.lstrip(b"\0"))
            column = _Run(x, x + 1, first, top + len(piece.rstrip(b"\0")))
            if runs and runs[-1].end == x and x - runs[-1].begin < longest:
                runs[-1] = runs[-1].joined(column)
            else:
                runs.append(column)
        return runs

    def _piece(self, x: int, top: int, bottom: int) -> bytes:
        start = x * self.rows
        return self._columns[start + top : start + bottom]

    def _block(self, run: _Run) -> ImageBlock:
        columns = b"".join(self._piece(x, run.first, run.last) for x in range(run.begin, run.end))
        return ImageBlock(run.begin, run.first, run.last - run.first, columns)
