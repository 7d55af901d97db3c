"""Whether two pictures of a screen look different to a person, and where.

A dot of one picture is *found* in the other if each of its three colours lies between the least and the greatest of the
three by three dots around its place there. It may lie `LEVELS` beyond, and where these nine differ, further: a thin
stroke that is smoothed in another way is paler. Two pictures look alike if all dots of each are found in the other, but
for `FEW`, and if the mean colours of no block of `BLOCK` by `BLOCK` dots are more than `MEAN_LEVELS` apart.

So a line, an edge or a letter may lie up to a dot beside its place and may be smoothed otherwise, as another renderer
does it. What lies two dots beside its place is not found, nor is what has come or gone; and what is of one colour
throughout is found only in that colour. Letters in another colour, whose strokes could be taken for paler ones, change
the means. Means alone would not do: a thin line that moves within its block leaves the block as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from PIL import Image, ImageChops

LEVELS = 5
"""Of 255, in sRGB, whose levels are about equally far apart to the eye. The palettes' nearest colours are 6 apart (soft
accent and surface, dark); blending rounds by one or two."""

PALER = 3
"""A dot may lie beyond the nine by a third of what lies between them: a line of one dot, a quarter of a dot beside its
place, loses a quarter of its strength."""

FEW = 4
"""Dots. The full stop of the smallest text has nine."""

BLOCK, MEAN_LEVELS = 32, 3
"""The strongest edge, a quarter of a dot beside its place along a whole block, changes its mean by 2."""

Picture = Image.Image


def difference(before: Picture, after: Picture) -> Picture | None:
    """White where a dot of either is not found in the other; None if the two look alike. Pictures of different sizes
    differ throughout.
    """
    if before.size != after.size:
        return Image.new("L", after.size, 255)
    before, after = before.convert("RGB"), after.convert("RGB")
    box = _beyond(ImageChops.difference(before, after), LEVELS).getbbox()
    if box is None:
        return None
    # Around these dots alone it matters what lies nearby.
    left, top, right, bottom = box
    box = max(0, left - 1), max(0, top - 1), min(before.width, right + 1), min(before.height, bottom + 1)
    one, other = before.crop(box), after.crop(box)
    lost = ImageChops.lighter(_not_found(one, other), _not_found(other, one))
    means = ImageChops.difference(before.reduce(BLOCK), after.reduce(BLOCK))
    blocks = _beyond(means, MEAN_LEVELS)
    if lost.histogram()[255] <= FEW and blocks.getbbox() is None:
        return None
    where = _enlarged(blocks, before.size)
    where.paste(255, box, lost)
    return where


def _not_found(these: Picture, among: Picture) -> Picture:
    """White where a dot of `these` is not found in `among`."""
    least, greatest = _of_nine(among, ImageChops.darker), _of_nine(among, ImageChops.lighter)
    beyond = ImageChops.lighter(ImageChops.subtract(these, greatest), ImageChops.subtract(least, these))
    paler = ImageChops.subtract(greatest, least).point(lambda between: between // PALER)
    return _beyond(ImageChops.subtract(beyond, paler), LEVELS)


def _beyond(far: Picture, levels: int) -> Picture:
    """White where any of the three colours is more than `levels`."""
    return reduce(ImageChops.lighter, far.split()).point([0] * (levels + 1) + [255] * (255 - levels))


def _enlarged(blocks: Picture, size: tuple[int, int]) -> Picture:
    """Each dot of `blocks` as a block of a picture of this size."""
    whole = blocks.resize((blocks.width * BLOCK, blocks.height * BLOCK), Image.Resampling.NEAREST)
    return whole.crop((0, 0, *size))


def _of_nine(picture: Picture, take: Callable[[Picture, Picture], Picture]) -> Picture:
    """At each dot what `take` takes of the three by three around it, each colour by itself."""
    row = take(take(picture, _moved(picture, 1, 0)), _moved(picture, -1, 0))
    return take(take(row, _moved(row, 0, 1)), _moved(row, 0, -1))


def _moved(picture: Picture, right: int, down: int) -> Picture:
    """The picture moved; what comes in at an edge is what stood there."""
    moved = picture.copy()
    moved.paste(picture, (right, down))
    return moved
