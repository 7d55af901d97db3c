"""Texts that are not translated yet: keys of the locale files, a region's own texts, and combinations of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

SOURCE_LANGUAGE = "zh-Hans"
"""The language that every text exists in."""

_TAG = re.compile("[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def is_language_tag(text: str) -> bool:
    """Whether `text` is a language tag, with or without script and region: ug, zh-Hans, zh-Hant-HK (RFC 5646, 2.1)."""
    return _TAG.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class LocalText:
    """One text in every language of the region file, as (language tag, text) pairs; zh-Hans is always there."""

    by_language: tuple[tuple[str, str], ...]

    def in_language(self, language: str) -> str:
        """The text in `language`, or in zh-Hans where the file has none."""
        texts = dict(self.by_language)
        return texts.get(language) or texts[SOURCE_LANGUAGE]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the locale files by its key. `args` fill its {placeholders}; dates are formatted for the language."""

    key: str
    args: tuple[tuple[str, str | int | date | LocalText], ...] = ()


NOTHING = Text("")
"""The empty text."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Several short texts in one paragraph."""

    parts: tuple[Text | LocalText, ...]


@dataclass(frozen=True, slots=True)
class NamedList:
    """A group and its members: "proof of residence: lease; title deed"."""

    name: LocalText
    members: tuple[LocalText, ...]


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """Sections of one document. `title` None: the document has been named already."""

    title: LocalText | None
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A rule for residents to read: the region's words, with the documents and sections behind them."""

    text: LocalText
    documents: tuple[CitedDocument, ...]


Words = Text | LocalText | Sentences | NamedList
