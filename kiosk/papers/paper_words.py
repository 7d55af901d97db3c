"""The texts of a paper in one language, by the paper's keys in the locale file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from drivers.receipt_printer.document import Element, LabelledValue, TextLine
from kiosk.texts.words import Text, Words

Translate = Callable[[str, Words], str]
"""(language, words) → the text in that language."""


class PaperWords:
    """The texts of one paper. `kind`: "receipt" or "slip", the prefix of its keys; `is_large`: in large print."""

    def __init__(self, kind: str, translate: Translate, language: str, is_large: bool = False) -> None:
        self._kind = kind
        self._translate = translate
        self._language = language
        self.is_large = is_large

    def __call__(self, name: str, **args: date) -> str:
        return self.of(self.text(name, **args))

    def text(self, name: str, **args: date) -> Text:
        """The paper's text of this name, not yet translated."""
        return Text(f"{self._kind}.{name}", tuple(args.items()))

    def of(self, words: Words) -> str:
        return self._translate(self._language, words)

    def labelled(self, name: str, value: str) -> LabelledValue:
        return LabelledValue(self(name), value)

    def important(self, name: str, *values: str) -> list[Element]:
        """A label and its values; in large print each value is on its own line in twice the size."""
        if not self.is_large:
            return [self.labelled(name, value) for value in values]
        return [TextLine(self(name)), *(TextLine(value, size="large", bold=True) for value in values)]

    def line(self, words: Words, bold: bool = False, before: str = "") -> Element:
        """A sentence; in large print it is in twice the size."""
        return TextLine(before + self.of(words), size="large" if self.is_large else "normal", bold=bold)
