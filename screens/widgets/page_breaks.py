"""Where a column of texts is broken into pages. Pure; the caller measures."""

from __future__ import annotations

from collections.abc import Sequence

Piece = tuple[float, float]
"""A begin and an end, in pixels from the top of the column."""

TOLERANCE = 1.0  # pixels; heights are sums of rounded numbers


def page_starts(pieces: Sequence[Piece], wholes: Sequence[Piece], needed: float, height: float) -> list[float]:
    """The begin of each page of a column `needed` pixels high, on pages `height` high.

    No piece is cut if it fits on a page. Of all breaks that need the fewest pages these cut the fewest of `wholes`,
    which are longer than a piece (a sentence of several lines); of those they leave the least room on all pages but
    the last.
    """
    breaks = _breaks(pieces, needed, height)
    cuts = [sum(begin + TOLERANCE < at < end - TOLERANCE for begin, end in wholes) for at in breaks]
    ends = [_content_end(pieces, at) for at in breaks]
    # From the last page to the first: the costs of all pages from a break on, and where the next of them begins.
    costs: list[tuple[int, int, float]] = [(0, 0, 0.0)] * len(breaks)
    following = [len(breaks)] * len(breaks)
    for this in reversed(range(len(breaks) - 1)):
        options = []
        for then in range(this + 1, len(breaks)):
            free = breaks[this] + height + TOLERANCE - ends[then]
            if free < 0:
                break
            pages, cut, room = costs[then]
            left = 0.0 if then == len(breaks) - 1 else free**2
            options.append(((pages + 1, cut + cuts[then], room + left), then))
        costs[this], following[this] = min(options)
    starts, at = [], 0
    while at < len(breaks) - 1:
        starts.append(breaks[at])
        at = following[at]
    return starts


def _breaks(pieces: Sequence[Piece], needed: float, height: float) -> list[float]:
    """Every place where a page may begin, and the end of the column: the begins of pieces that are within no other.
    Where a piece is higher than a page, it is cut at the height of one.
    """
    places = [0.0]
    reached = 0.0
    for begin, end in sorted(pieces):
        if begin >= reached - TOLERANCE / 2 and begin > places[-1] + TOLERANCE:
            places.append(begin)
        reached = max(reached, end)
    places.append(needed)
    broken = [places[0]]
    for after in places[1:]:
        end = _content_end(pieces, after)
        while end - broken[-1] > height + TOLERANCE:
            broken.append(broken[-1] + height)
        broken.append(after)
    return broken


def _content_end(pieces: Sequence[Piece], until: float) -> float:
    """The end of what begins before `until`, without the space that follows it."""
    return min(until, max((end for begin, end in pieces if begin < until - TOLERANCE / 2), default=until))
