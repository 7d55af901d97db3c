"""The places of the machine's parts around its display, for the pictures that show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import hypot

ID_READER, PERMIT_SLOT = "id_reader", "permit_slot"
RECEIPT_PRINTER, CODE_SCANNER = "receipt_printer", "code_scanner"

PART_MM = {ID_READER: (100, 70), PERMIT_SLOT: (100, 26), RECEIPT_PRINTER: (92, 26), CODE_SCANNER: (70, 50)}
"""Visible width and height of each part; all cards have the size of ISO/IEC 7810, ID-1 (85.6 × 54 mm)."""

BORDER_MM = 30.0  # width of the machine's front around display and parts
APART_MM = 20.0  # the least distance between two parts


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres from the display's lower left corner, to the right and up."""

    left: float
    bottom: float
    right: float
    top: float

    def wider_by(self, mm: float) -> Box:
        """The rectangle, larger by `mm` on every side."""
        return Box(self.left - mm, self.bottom - mm, self.right + mm, self.top + mm)


@dataclass(frozen=True, slots=True)
class Part:
    """One part, by the centre of its visible area."""

    name: str
    x_mm: int
    y_mm: int

    @property
    def box(self) -> Box:
        width, height = PART_MM[self.name]
        return Box(self.x_mm - width / 2, self.y_mm - height / 2, self.x_mm + width / 2, self.y_mm + height / 2)


@dataclass(frozen=True, slots=True)
class Machine:
    """The front of a machine: its display and its parts."""

    width_mm: float
    height_mm: float
    parts: tuple[Part, ...] = ()

    @property
    def display(self) -> Box:
        return Box(0, 0, self.width_mm, self.height_mm)

    @property
    def front(self) -> Box:
        """The rectangle of the machine's front."""
        boxes = [self.display, *(part.box for part in self.parts)]
        around = Box(
            min(box.left for box in boxes),
            min(box.bottom for box in boxes),
            max(box.right for box in boxes),
            max(box.top for box in boxes),
        )
        return around.wider_by(BORDER_MM)

    def part(self, name: str) -> Part | None:
        """The part of this name; None if its place is not known."""
        return next((part for part in self.parts if part.name == name), None)

    def level_of(self, part: Part) -> str:
        """Whether the part is above, beside or below the display."""
        return "above" if part.y_mm >= self.height_mm else "below" if part.y_mm <= 0 else "beside"

    def mistakes(self) -> Iterator[str]:
        """A line for each impossible place."""
        for part in self.parts:
            if 0 < part.x_mm < self.width_mm and 0 < part.y_mm < self.height_mm:
                yield f"machine.{part.name} lies on the display"
        for one, other in combinations(self.parts, 2):
            if hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm) < APART_MM:
                yield f"machine.{one.name} and machine.{other.name} are at one place"
