"""A receipt document set in lines for a given number of columns. Pure: no bytes, no printer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from drivers.line_breaking import clusters, wrap
from drivers.receipt_printer.document import (
    Align,
    Element,
    Feed,
    LabelledValue,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    TextLine,
)

INDENT = "  "
GAP = 2
WIDEST_LABELS = 0.4  # of the columns; with longer labels each value gets a line of its own


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line that fits on the paper; it may be empty. It may show personal data."""

    text: str
    align: Align = "left"
    size: Size = "normal"
    bold: bool = False

    def __repr__(self) -> str:
        return f"SetLine({len(self.text)} characters)"


SetElement = SetLine | QrCode


def columns_of(text: str) -> int:
    """Columns that `text` takes: 1 for ASCII, 2 for any other character, as printers with a Chinese font set them; none
    for what belongs to the character before it.
    """
    return sum(1 if " " <= cluster[0] <= "~" else 2 for cluster in clusters(text))


def set_in_lines(document: ReceiptDocument, columns: int) -> tuple[SetElement, ...]:
    """The document's elements in order, as lines of at most `columns` columns (half as many where `large`)."""
    lines: list[SetElement] = []
    for is_labelled, group in groupby(document.elements, lambda element: isinstance(element, LabelledValue)):
        elements = tuple(group)
        if is_labelled:
            lines.extend(_labelled([e for e in elements if isinstance(e, LabelledValue)], columns))
        else:
            lines.extend(line for element in elements for line in _plain(element, columns))
    return tuple(lines)


def _plain(element: Element, columns: int) -> list[SetElement]:
    match element:
        case TextLine(text, align, size, bold):
            room = columns // 2 if size == "large" else columns
            return [SetLine(line, align, size, bold) for line in wrap(text, room, columns_of)]
        case Rule():
            return [SetLine("-" * columns)]
        case QrCode():
            return [element]
        case Feed(count):
            return [SetLine("")] * count
        case LabelledValue():
            return list(_labelled([element], columns))


def _labelled(pairs: list[LabelledValue], columns: int) -> list[SetLine]:
    """Labels and values in two columns that line up over consecutive pairs, where they fit."""
    widest = max(columns_of(pair.label) for pair in pairs) + GAP
    beside = widest if widest <= columns * WIDEST_LABELS else 0
    lines = []
    for pair in pairs:
        start = beside or columns_of(pair.label) + GAP
        if "\n" not in pair.value and start + columns_of(pair.value) <= columns:
            lines.append(SetLine(pair.label + " " * (start - columns_of(pair.label)) + pair.value))
            continue
        lines.extend(SetLine(line) for line in wrap(pair.label, columns, columns_of))
        lines.extend(SetLine(INDENT + line) for line in wrap(pair.value, columns - len(INDENT), columns_of))
    return lines
