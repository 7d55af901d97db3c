"""The order of right-to-left text and of left-to-right parts in it. Pure: no font, no drawing.

A shaper (HarfBuzz with FriBiDi, in Pillow) shapes and orders the text of one font. A line that needs several fonts is
split here into pieces side by side, so that each can be given to the shaper with one font.

A value in a sentence is enclosed in an isolate (Unicode UAX 9, 2.4): FSI … PDI around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from drivers.line_breaking import wrap

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
LRM, RLM = "\u200e", "\u200f"
EVERYDAY = 1  # the font that draws Western letters between Chinese ones
INITIATORS = frozenset((LRI, RLI, FSI))
ISOLATES = INITIATORS | {PDI}
DIRECTION_MARKS = ISOLATES | {LRM, RLM}
# Blocks whose letters run from right to left (Unicode, DerivedBidiClass.txt), the mark that acts like one, and the
# isolate that asks for it.
_NEEDS_SHAPING = re.compile("[\u0590-\u08ff\u200f\u2067\ufb1d-\ufdff\ufe70-\ufefc]")
_MARKS = re.compile("[\u2066-\u2069\u200e\u200f]")
_RIGHT, _LEFT = ("R", "AL"), ("L",)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line that one font draws. `font`: an index; `right_to_left`: its direction."""

    text: str
    font: int
    right_to_left: bool


def needs_shaping(text: str) -> bool:
    """Whether `text` needs a shaper, because its letters join or its visual order differs from the stored one."""
    return _NEEDS_SHAPING.search(text) is not None


def is_invisible(character: str) -> bool:
    """Whether it is a variation selector, joiner or direction mark, which belongs to the character before it."""
    code = ord(character)
    return unicodedata.category(character) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def without_marks(text: str) -> str:
    """`text` without isolates and direction marks. Fonts would draw boxes for them in text that needs no shaper."""
    return _MARKS.sub("", text)


def runs_right_to_left(text: str) -> bool:
    """Whether a paragraph runs from right to left, by its first letter outside of isolates (UAX 9, P2 and P3), or by
    the first one inside if there is none outside.
    """
    depth = 0
    inside = None
    for character in text:
        if character in INITIATORS:
            depth += 1
        elif character == PDI:
            depth = max(0, depth - 1)
        else:
            strong = unicodedata.bidirectional(character)
            if strong in _RIGHT or strong in _LEFT:
                if not depth:
                    return strong in _RIGHT
                inside = strong in _RIGHT if inside is None else inside
    return bool(inside)


def resolved(text: str) -> str:
    """`text` with LRI or RLI for every FSI: the direction stays the same where a line feed cuts an isolate in two."""
    return "".join(_resolved(text, at) if character == FSI else character for at, character in enumerate(text))


def _resolved(text: str, at: int) -> str:
    return RLI if runs_right_to_left(text[at + 1 : _end_of(text, at)]) else LRI


def _end_of(text: str, at: int) -> int:
    """The end of the isolate that begins at `at`: its PDI, or the end of the text (UAX 9, BD9)."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] in INITIATORS) - (text[place] == PDI)
        if not depth:
            return place
    return len(text)


def wrapped(text: str, room: int, width_of: Callable[[str], int]) -> list[str]:
    """Lines of `text`, each at most `room` wide by `width_of`. Each paragraph has the direction of its own words."""
    if not needs_shaping(text):
        return wrap(without_marks(text), room, width_of)
    return [
        line
        for paragraph in text.split("\n")
        for line in closed_in_lines(wrap(resolved(paragraph), room, width_of), runs_right_to_left(paragraph))
    ]


def closed_in_lines(lines: list[str], right_to_left: bool) -> list[str]:
    """The lines of one `resolved` paragraph, each with the paragraph's direction and with complete isolates. Isolates
    that a line break cuts are closed at the line's end and opened again on the next line.
    """
    if len(lines) == 1:
        return lines
    mark = RLM if right_to_left else LRM
    whole, open_ones = [], ""
    for line in lines:
        line = open_ones + line
        for character in line[len(open_ones) :]:
            if character in INITIATORS:
                open_ones += character
            elif character == PDI:
                open_ones = open_ones[:-1]
        whole.append(mark + line + PDI * len(open_ones))
    return whole


def pieces(text: str, font_of: Callable[[str], int]) -> list[Piece]:
    """The pieces from left to right of one line with complete isolates. `font_of`: the index of a character's font.
    Font 0 has the letters that join, and adjacent characters of it make one piece for the shaper; font 1 draws Western
    letters and figures between Chinese ones.
    """
    return list(_pieces(resolved(text), runs_right_to_left(text), font_of))


def _pieces(text: str, right_to_left: bool, font_of: Callable[[str], int]) -> Iterator[Piece]:
    parts = list(_parts(text, font_of))
    for part in reversed(parts) if right_to_left else parts:
        if part[:1] in INITIATORS and _end_of(part, 0) >= len(part) - 1 and _has_others(part, font_of):
            within = part[1:].removesuffix(PDI)
            if part[0] == LRI and not needs_shaping(within) and ISOLATES.isdisjoint(within):
                yield from _one_after_another(within, font_of)  # figures at its end too
            else:
                yield from _pieces(within, part[0] == RLI, font_of)
        elif not without_marks(part):
            continue  # the shaper fails on marks alone
        elif font_of(part[0]):
            yield from _one_after_another(part, font_of)
        else:
            yield Piece(part, 0, right_to_left)


def _parts(text: str, font_of: Callable[[str], int]) -> Iterator[str]:
    """The parts of `text`: those that the first font draws, those it does not, and isolates with such characters."""
    begin = at = 0
    while at < len(text):
        end = at + 1
        if text[at] in INITIATORS:
            end = _end_of(text, at) + 1
            is_apart = _has_others(text[at:end], font_of)
        else:
            is_apart = bool(font_of(text[at]))
            if is_apart:
                end = _end_of_others(text, at, font_of)
        if is_apart:
            if begin < at:
                yield text[begin:at]
            yield text[at:end]
            begin = end
        at = end
    if begin < len(text):
        yield text[begin:]


def _end_of_others(text: str, at: int, font_of: Callable[[str], int]) -> int:
    """The end of a run of other characters, including figures, blanks and Western letters between two Chinese ones."""
    end = place = at
    while place < len(text) and text[place] not in ISOLATES:
        if unicodedata.bidirectional(text[place]) in _RIGHT:
            break
        place += 1
        if font_of(text[place - 1]) or (end == place - 1 and is_invisible(text[place - 1])):
            end = place
    return end


def _has_others(text: str, font_of: Callable[[str], int]) -> bool:
    return any(font_of(character) for character in text if character not in ISOLATES)


def _one_after_another(text: str, font_of: Callable[[str], int]) -> Iterator[Piece]:
    font, run = font_of(text[0]) or EVERYDAY, ""
    for character in text:
        chosen = font if is_invisible(character) else font_of(character) or EVERYDAY
        if chosen != font:
            yield Piece(run, font, right_to_left=False)
            font, run = chosen, ""
        run += character
    yield Piece(run, font, right_to_left=False)
