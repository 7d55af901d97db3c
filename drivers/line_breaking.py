"""Breaks lines of mixed Chinese and Western text. Pure; the caller measures widths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

# Punctuation that must not begin a line, and punctuation that must not end one (GB/T 15834-2011, 5.1.10 and 5.1.11; the
# Western marks alike).
# Isolating marks (Unicode UAX 9, 2.4) stay with what they enclose.
NEVER_FIRST = frozenset("。，、；：？！）》〉】〕」』”’…％‰℃·～,.;:?!)]}%»،؛؟\u2069")
HELD_TOGETHER = re.compile("[^\u00a0]*\u00a0|[^\u00a0]+")
"""Text between no-break spaces (U+00A0): kept on one line where there is room, otherwise broken at these spaces."""

NEVER_LAST = frozenset("（《〈【〔「『“‘([{￥$«\u2066\u2067\u2068")


def wrap(text: str, limit: int, width_of: Callable[[str], int]) -> list[str]:
    """Lines of `text`, each at most `limit` wide by `width_of` (dots or columns).

    Western words stay whole where they fit on a line; a line starts with no 。 or ， and ends with no （. Line feeds in
    `text` are kept as breaks. A single character wider than `limit` gets a line of its own.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, limit, width_of))
    return lines


def _wrap_paragraph(paragraph: str, limit: int, width_of: Callable[[str], int]) -> list[str]:
    if width_of(whole := paragraph.rstrip(" ")) <= limit:
        return [whole]
    lines: list[str] = []
    line = ""
    for unit in _units(paragraph):
        if width_of((line + unit).rstrip(" ")) <= limit:
            line += unit
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
        unit = unit.lstrip(" ") if lines else unit
        *full, line = _cut(unit, limit, width_of)
        lines.extend(full)
    lines.append(line.rstrip(" "))
    return lines


def _cut(unit: str, limit: int, width_of: Callable[[str], int]) -> list[str]:
    """`unit` in pieces that fit, broken at a no-break space rather than within a word. More text may follow the last
    piece on its line.
    """
    pieces = [""]
    for held in HELD_TOGETHER.findall(unit):
        if pieces[-1] and width_of((pieces[-1] + held).rstrip("\u00a0")) > limit:
            pieces[-1] = pieces[-1].rstrip("\u00a0")
            pieces.append("")
        for character in held:
            if pieces[-1] and character != "\u00a0" and width_of(pieces[-1] + character) > limit:
                pieces.append("")
            pieces[-1] += character
    return pieces


def _units(paragraph: str) -> Iterator[str]:
    """The pieces between which a break is allowed; a space belongs to no word."""
    unit = ""
    for character in paragraph:
        if unit and _may_break(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _may_break(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST or belongs_to_previous(after):
        return False
    if before == " " or after == " ":
        return before != after
    return _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def belongs_to_previous(character: str) -> bool:
    """Whether `character` has no width of its own: combining marks, and variation selectors (Unicode, 23.4)."""
    return (
        bool(unicodedata.combining(character))
        or 0xFE00 <= ord(character) <= 0xFE0F
        or 0xE0100 <= ord(character) <= 0xE01EF
    )


def clusters(text: str) -> Iterator[str]:
    """The characters of `text`, each with the following ones that belong to it."""
    cluster = ""
    for character in text:
        if cluster and not belongs_to_previous(character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster
