"""Breaks mixed Chinese and Western text into lines of a given width. Pure; the caller measures.

Kivy's own layout breaks only at spaces, or else anywhere: before a 。 and inside a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from drivers.line_breaking import HELD_TOGETHER

# Not separated are: an opening mark from what follows; a closing mark, a combining selector or a unit from what
# precedes; a Western word; a date; a number from the ideograph after it, which says what is counted: 6号, 3 分钟
# (GB/T 15834-2011, 5.1.10 and 5.1.11 for the marks).
# Isolating marks (Unicode UAX 9, 2.4) stay with what they enclose. Letters that join make words, as Western ones do.
_OPENING = "（《〈【〔「『“‘([\u2066\u2067\u2068"
_CLOSING = "。，、；：？！）》〉】〕」』”’…％℃·～)］]\u2069"
_JOINING = "\u0590-\u08ff\u200c-\u200f\ufb1d-\ufdff\ufe70-\ufefc"
_UNIT = re.compile(
    rf"[{re.escape(_OPENING)}]*"
    rf"(?:\d+年\d+月\d+日|\d+ ?(?:分钟|小时|[\u4e00-\u9fff])|[\u0021-\u024f\u2010-\u2015{_JOINING}]+|[^\n])"
    r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
    rf"[{re.escape(_CLOSING)}]*[ \u3000]*"
)
_WITHIN = re.compile(
    rf"\d+[年月日][{re.escape(_CLOSING)}]*[ \u3000]*|[0-9A-Za-z]+-(?=[0-9A-Za-z])|{HELD_TOGETHER.pattern}"
)
"""The parts of a unit that is wider than a line: a date is broken after its year or month, a long number after its
hyphens.
"""

LEFT_OVER = 0.2  # a last line shorter than this share of the width gets further words
NARROWER = (0.95, 0.9, 0.85, 0.8, 0.75)


def wrap(text: str, width_px: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of `text`, each at most `width_px` wide by `measure`; line feeds are kept. A unit that is wider than a
    line is cut. Every unit is measured separately and once.
    """
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, width_px, cache(measure))]


def _wrap_paragraph(paragraph: str, width_px: float, measure: Callable[[str], float]) -> list[str]:
    lines = _filled(paragraph, width_px, measure)
    if len(lines) == 1 or not _is_left_over(lines[-1], width_px, measure):
        return lines
    for narrower in NARROWER:
        fuller = _filled(paragraph, width_px * narrower, measure)
        if len(fuller) != len(lines):
            break
        if not _is_left_over(fuller[-1], width_px, measure):
            return fuller
    return lines


def _is_left_over(line: str, width_px: float, measure: Callable[[str], float]) -> bool:
    """Whether a last line is so short that it looks lost."""
    return sum(measure(unit.rstrip()) for unit in _UNIT.findall(line)) < width_px * LEFT_OVER


def _filled(paragraph: str, width_px: float, measure: Callable[[str], float]) -> list[str]:
    lines, line, used = [], "", 0.0
    for unit in _units(paragraph, width_px, measure):
        if line and used + measure(unit.rstrip()) > width_px:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += unit
        used += measure(unit)
    return [*lines, line.rstrip()]


def units(text: str) -> list[str]:
    """The units of `text` that are not broken if there is room: words, or single ideographs with their marks."""
    return [unit.rstrip() for unit in _UNIT.findall(text)]


def _units(paragraph: str, width_px: float, measure: Callable[[str], float]) -> Iterator[str]:
    for unit in _UNIT.findall(paragraph):
        if measure(unit.rstrip()) <= width_px:
            yield unit
            continue
        for part in _WITHIN.findall(unit):
            if measure(part.rstrip()) <= width_px:
                yield part
            else:
                yield from part
