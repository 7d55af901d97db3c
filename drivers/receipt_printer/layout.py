"""Sets a receipt document in lines for a given number of columns. Pure: no bytes, no printer.

Letters that join do not fit into columns, so the caller measures text with them. A document that is read from right to
left begins at the right, including labels in its own script.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from drivers.line_breaking import clusters
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
from drivers.right_to_left import (
    FSI,
    PDI,
    RLM,
    runs_right_to_left,
    wrapped,
)

INDENT = "  "
DASH = "- "
GAP = 2
WIDEST_LABELS = 0.4  # of the columns; beside longer labels each value gets its own line


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line that fits on the paper; it may be empty. It may show personal data. `value`: the value beside it, from
    the column `value_from` on, counted from the line's beginning; only on lines that begin at the right.
    """

    text: str
    align: Align = "left"
    size: Size = "normal"
    bold: bool = False
    value: str = ""
    value_from: int = 0

    def __repr__(self) -> str:
        return f"SetLine({len(self.text)} characters)"


SetElement = SetLine | QrCode


def columns_of(text: str) -> int:
    """The width of `text` in columns: 1 for ASCII, 2 for any other character, as on printers with a Chinese font; 0 for
    marks that belong to the character before.
    """
    return sum(1 if " " <= cluster[0] <= "~" else 2 for cluster in clusters(text))


def set_in_lines(
    document: ReceiptDocument, columns: int, measure: Callable[[str], int] = columns_of
) -> tuple[SetElement, ...]:
    """The document's elements in order, as lines of at most `columns` columns (half as many where `large`). `measure`:
    the columns of a text.
    """
    from_right = document.right_to_left
    lines: list[SetElement] = []
    for is_labelled, group in groupby(document.elements, lambda element: isinstance(element, LabelledValue)):
        elements = tuple(group)
        if is_labelled:
            pairs = [e for e in elements if isinstance(e, LabelledValue)]
            begins_right = from_right and any(runs_right_to_left(pair.label) for pair in pairs)
            lines.extend(_labelled(pairs, columns, measure, begins_right))
        elif from_right:
            lines.extend(line for element in elements for line in _plain(_begun_right(element), columns, measure))
        else:
            lines.extend(line for element in elements for line in _plain(element, columns, measure))
    return tuple(lines)


def _plain(element: Element, columns: int, measure: Callable[[str], int]) -> list[SetElement]:
    match element:
        case TextLine(text, align, size, bold):
            room = columns // 2 if size == "large" else columns
            return [SetLine(line, align, size, bold) for line in wrapped(text, room, measure)]
        case Rule():
            return [SetLine("-" * columns)]
        case QrCode():
            return [element]
        case Feed(count):
            return [SetLine("")] * count
        case LabelledValue():
            return list(_labelled([element], columns, measure, from_right=False))


def _begun_right(element: Element) -> Element:
    """The element with its beginning at the right instead of the left, including the dash before an item."""
    if not isinstance(element, TextLine) or element.align != "left":
        return element
    text = element.text
    if text.startswith(DASH) and not runs_right_to_left(text):
        text = f"{RLM}{DASH}{FSI}{text.removeprefix(DASH)}{PDI}"
    return replace(element, text=text, align="right")


def _indented(line: str) -> str:
    """The line, indented from the right."""
    return INDENT + line if runs_right_to_left(line) else line + INDENT


def _labelled(
    pairs: list[LabelledValue], columns: int, measure: Callable[[str], int], from_right: bool
) -> list[SetLine]:
    """Labels and values in two columns that line up over consecutive pairs, where they fit."""
    widest = max(measure(pair.label) for pair in pairs) + GAP
    beside = widest if widest <= columns * WIDEST_LABELS else 0
    align: Align = "right" if from_right else "left"
    lines = []
    for pair in pairs:
        start = beside or measure(pair.label) + GAP
        if "\n" not in pair.value and start + measure(pair.value) <= columns:
            if from_right:
                lines.append(SetLine(pair.label, align, value=pair.value, value_from=start))
            else:
                lines.append(SetLine(pair.label + " " * (start - measure(pair.label)) + pair.value))
            continue
        lines.extend(SetLine(line, align) for line in wrapped(pair.label, columns, measure))
        values = wrapped(pair.value, columns - len(INDENT), measure)
        lines.extend(SetLine(_indented(line) if from_right else INDENT + line, align) for line in values)
    return lines
