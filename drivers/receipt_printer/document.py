"""A receipt as a value: its elements in order. No device, no paper width, no encoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.right_to_left import runs_right_to_left

Align = Literal["left", "centre", "right"]
Size = Literal["normal", "large"]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One paragraph; wrapped to the paper's columns (a Chinese character takes two)."""

    text: str
    align: Align = "left"
    size: Size = "normal"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """A label and a value: side by side where the paper is wide enough, else the value on the next line, indented."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A two-dimensional code; `data` must hold nothing personal (receipt number and a link)."""

    data: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank lines."""

    lines: int = 1


Element = TextLine | LabelledValue | Rule | QrCode | Feed


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """One receipt. The paper is cut after the last element."""

    elements: tuple[Element, ...]

    @property
    def right_to_left(self) -> bool:
        """Whether it is read from right to left, by its first line, the title."""
        first = next((element.text for element in self.elements if isinstance(element, TextLine)), "")
        return runs_right_to_left(first)

    def __repr__(self) -> str:
        return f"ReceiptDocument({len(self.elements)} elements)"
