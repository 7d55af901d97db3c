"""The permit's face as a layout of text lines, from the permit file's `[face]` table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaceLine:
    """One paragraph on the rewritable area, in dots.

    `template` names the fields it shows, as in "住址 {address}"; it is wrapped to `width` and cut after `max_lines`
    lines of `size` dots height, one below the other by `line_pitch(size)`. `y` is rounded to a multiple of 8, because
    text that crosses fewer rows of 8 dots is sent to the unit in less time.
    """

    template: str
    x: int
    y: int
    size: int
    width: int
    max_lines: int


@dataclass(frozen=True, slots=True)
class FaceLayout:
    """The rewritable area of one kind of permit; from the permit file's `[face]` table."""

    width_dots: int
    height_dots: int
    lines: tuple[FaceLine, ...]
