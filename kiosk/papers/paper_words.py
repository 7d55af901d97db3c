"""The texts of a paper in one language, each under the paper's own keys of the locale file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from drivers.receipt_printer.document import LabelledValue
from kiosk.texts.words import Text, Words

Translate = Callable[[str, Words], str]
"""(language, words) → the words in that language."""


class PaperWords:
    """`kind`: "receipt" or "slip", under which the paper's texts stand."""

    def __init__(self, kind: str, translate: Translate, language: str) -> None:
        self._kind = kind
        self._translate = translate
        self._language = language

    def __call__(self, name: str, **args: date) -> str:
        return self.of(Text(f"{self._kind}.{name}", tuple(args.items())))

    def of(self, words: Words) -> str:
        return self._translate(self._language, words)

    def labelled(self, name: str, value: str) -> LabelledValue:
        return LabelledValue(self(name), value)
