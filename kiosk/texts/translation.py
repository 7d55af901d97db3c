"""Translates keys and values into texts of one language."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date as Date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.domain.text_kinds import TEXT_OF_A_FILE
from kiosk.texts.emergency import EMERGENCY_LANGUAGE, EMERGENCY_TEXTS
from kiosk.texts.plurals import FORMS, OTHER, PLURAL_RULES, form_of, is_plural
from kiosk.texts.words import (
    SOURCE_LANGUAGE,
    Citation,
    CitedDocument,
    LocalText,
    NamedList,
    Sentences,
    Text,
    Words,
    is_language_tag,
)

_DAY = {"year": 2026, "month": 11, "day": 22, "month_name": ""}
_FORMATS: Mapping[str, Mapping[str, object]] = {
    "format.date": _DAY,
    "format.figures": _DAY,
    "format.no_date": {},
    "format.named_list": {"name": "", "members": ""},
    "format.citation": {"rule": "", "documents": ""},
    "format.document": {"title": "", "sections": ""},
    "format.between_sentences": {},
    "format.between_members": {},
    "format.between_documents": {},
    "format.between_sections": {},
}
"""The texts for a language's punctuation, and the placeholders that each may have."""

TECHNICIAN = "technician"
"""The folder of what technicians read, below that of the residents' texts."""

DIRECTIONS = ("ltr", "rtl")
_ISOLATE, _END = "\u2068", "\u2069"
"""Direction marks (Unicode UAX 9, 2.4). Text between the first two is ordered separately."""


class LocaleFileError(DataFileError):
    """A file of texts that cannot be used."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A date in a text: `{day}` is written in the language's words, `{day:figures}` in figures."""

    day: Date
    translation: Translation

    def __format__(self, spec: str) -> str:
        written = self.translation.figures(self.day) if spec == "figures" else self.translation.date(self.day)
        return self.translation.apart(written)


class _Emergency(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Translation:
    """One language's texts. `texts`: by key; `month_names`: empty where months are numbers; `forms`: other plural
    forms, by key and form; `plural`: the rule that selects one; `to_review`: keys of texts that no native speaker has
    reviewed yet.
    """

    language: str
    texts: dict[str, str]
    month_names: tuple[str, ...] = ()
    right_to_left: bool = False
    plural: str = "none"
    forms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    to_review: tuple[str, ...] = ()

    @classmethod
    def load(cls, locale_dir: Path, language: str) -> Translation:
        """The texts of `language`; those of zh-Hans where `locale_dir` has no such file. Raises LocaleFileError with
        every mistake.
        """
        path = locale_dir / f"{language}.toml"
        if not path.is_file():
            language, path = SOURCE_LANGUAGE, locale_dir / f"{SOURCE_LANGUAGE}.toml"
        try:
            written = path.stat()
        except OSError:  # missing or unreadable: reading it raises the right error
            return _read(path, language)
        return _kept(path, language, written.st_mtime_ns, written.st_size)

    @classmethod
    def emergency(cls) -> Translation:
        """English texts for the pages that say that texts or fonts are missing, and that give a permit back meanwhile;
        empty for any other key.
        """
        return cls(EMERGENCY_LANGUAGE, _Emergency(EMERGENCY_TEXTS))

    @classmethod
    def whatever_there_is(cls, locale_dir: Path, language: str) -> Translation:
        """The texts of `language`, or those of `emergency` where they cannot be used, so that a page can be shown."""
        try:
            return cls.load(locale_dir, language)
        except LocaleFileError:
            return cls.emergency()

    def with_technicians_texts(self, locale_dir: Path) -> Translation:
        """With what technicians read beside it. Raises LocaleFileError with every mistake; a language that they have no
        texts in has those of zh-Hans.
        """
        path = locale_dir / TECHNICIAN / f"{self.language}.toml"
        if not path.is_file():
            path = locale_dir / TECHNICIAN / f"{SOURCE_LANGUAGE}.toml"
        return replace(self, texts={**self.texts, **technicians_texts(path)})

    @classmethod
    def whatever_technicians_read(cls, locale_dir: Path, language: str) -> Translation:
        """As `whatever_there_is`, with what technicians read; what cannot be used of that stays blank."""
        residents = cls.whatever_there_is(locale_dir, language)
        try:
            return residents.with_technicians_texts(locale_dir)
        except LocaleFileError:
            return replace(residents, texts=_Emergency(residents.texts))

    @property
    def is_latin(self) -> bool:
        """Whether all texts use only Latin letters, which every font has."""
        letters = filter(str.isalpha, "".join(self.texts.values()))
        return all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)

    def text(self, key: str, **args: str | int | Date | LocalText) -> str:
        """The text of `key`, its placeholders filled. A KeyError names a key or placeholder that is missing."""
        if not key:
            return ""
        text = self.texts[key]
        if self.forms:
            text = self.forms.get((key, form_of(self.plural, text, args)), text)
        return text.format(**{name: self._value(value) for name, value in args.items()})

    def words(self, words: Words) -> str:
        """The translation of a text by its key, or of a region's own text."""
        if isinstance(words, LocalText):
            return words.in_language(self.language)
        if isinstance(words, Sentences):
            return self._joined("format.between_sentences", map(self._part, words.parts))
        if isinstance(words, NamedList):
            members = self._joined("format.between_members", map(self._part, words.members))
            return self._formatted("format.named_list", name=self._part(words.name), members=members)
        return self.text(words.key, **dict(words.args))

    def cited(self, rule: Citation) -> str:
        """A rule with its sources, in one paragraph."""
        documents = self._joined("format.between_documents", map(self._document, rule.documents))
        return self._formatted("format.citation", rule=self._part(rule.text), documents=documents)

    def _document(self, document: CitedDocument) -> str:
        sections = self._joined("format.between_sections", map(self.apart, document.sections))
        if document.title is None:
            return sections
        return self._formatted("format.document", title=self._part(document.title), sections=sections)

    def apart(self, value: str) -> str:
        """`value` for use in a text of this language. In a right-to-left language a left-to-right value is put between
        isolating marks, so that the text around it does not change its order. The marks separate letters that would
        join, so they are used only where needed.
        """
        if not self.right_to_left or not value:
            return value
        directions = set(map(unicodedata.bidirectional, value))
        runs_alike = not directions.isdisjoint(("R", "AL")) and "L" not in directions
        return value if runs_alike else f"{_ISOLATE}{value}{_END}"

    def _part(self, words: Words) -> str:
        """`words` for use in another text; a region's own words may be in another script."""
        said = self.words(words)
        return said if isinstance(words, Text) else self.apart(said)

    def _joined(self, key: str, parts: Iterable[str]) -> str:
        return self.texts[key].join(parts)

    def _formatted(self, key: str, **parts: str) -> str:
        return self.texts[key].format(**parts)

    def date(self, day: Date | None) -> str:
        """A date in words: 2027年3月9日, 9 March 2027."""
        return self._day("format.date", day)

    def figures(self, day: Date | None) -> str:
        """A date in figures: 2027-03-09."""
        return self._day("format.figures", day)

    def _day(self, key: str, day: Date | None) -> str:
        if day is None:
            return self.texts["format.no_date"]
        month_name = self.month_names[day.month - 1] if self.month_names else ""
        return self.texts[key].format(year=day.year, month=day.month, day=day.day, month_name=month_name)

    def _value(self, value: str | int | Date | LocalText) -> Any:
        if isinstance(value, Date):
            return _Day(value, self)
        if isinstance(value, LocalText):
            value = value.in_language(self.language)
        return self.apart(value) if isinstance(value, str) else value


def _mistakes(texts: Mapping[str, object], month_names: object) -> Iterator[str]:
    if (
        not isinstance(month_names, list)
        or len(month_names) not in (0, 12)
        or not all(isinstance(name, str) for name in month_names)
    ):
        yield "format.month_names: must be twelve texts"
    yield from _mistakes_of_texts(texts)
    for key, parts in _FORMATS.items():
        try:
            str(texts[key]).format(**parts)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            yield f"{key}: is missing, or asks for something else than {', '.join(parts) or 'nothing'}"


def _mistakes_of_texts(texts: Mapping[str, object]) -> Iterator[str]:
    for key, text in texts.items():
        if not isinstance(text, str):
            yield f"{key!a}: must be a text"
        elif (flaw := TEXT_OF_A_FILE.flaw_of(text)) is not None:
            yield f"{key!a}: {flaw}"
        elif not _is_template(text):
            yield f"{key!a}: has unbalanced braces"


def _is_template(text: str) -> bool:
    try:
        list(string.Formatter().parse(text))
    except ValueError:
        return False
    return True


def _mistakes_of_the_language(
    direction: object,
    plural: object,
    review: object,
    texts: Mapping[str, object],
    forms: Mapping[tuple[str, str], object],
) -> Iterator[str]:
    if direction not in DIRECTIONS:
        yield f"direction: must be one of {', '.join(DIRECTIONS)}"
    if plural not in tuple(PLURAL_RULES):
        yield f"plural: must be one of {', '.join(PLURAL_RULES)}"
    else:
        for key in dict.fromkeys(key for key, _ in forms):
            if {OTHER, *(form for of, form in forms if of == key)} != FORMS[str(plural)]:
                yield f"{key}: must have the forms {', '.join(sorted(FORMS[str(plural)]))}"
    if not isinstance(review, list) or not all(isinstance(key, str) for key in review):
        yield "review: must be a list of keys"
    else:
        yield from (f"review: there is no text {key!a}" for key in review if key not in texts)


def _read(path: Path, language: str) -> Translation:
    table = read_toml(path, LocaleFileError)
    dates = table.get("format")
    month_names = dates.pop("month_names", []) if isinstance(dates, dict) else []
    direction, plural = table.pop("direction", "ltr"), table.pop("plural", "none")
    review = table.pop("review", [])
    forms = dict(_forms(table))
    texts = dict(_flat(table))
    said = {**texts, **{f"{key}.{form}": text for (key, form), text in forms.items()}}
    found = [*_mistakes(said, month_names), *_mistakes_of_the_language(direction, plural, review, texts, forms)]
    mistakes = [f"{path.name}: {mistake}" for mistake in found]
    if mistakes:
        raise LocaleFileError(mistakes)
    return Translation(language, texts, tuple(month_names), direction == "rtl", plural, forms, tuple(review))


@lru_cache(maxsize=16)
def _kept(path: Path, language: str, _written_ns: int, _size: int) -> Translation:
    """The texts of a file, cached while it is unchanged, because opening, screens and slips all read it."""
    return _read(path, language)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every text by its key; for a text with plural forms the form for most numbers."""
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"{prefix}{key}", value
        elif is_plural(value):
            yield f"{prefix}{key}", value[OTHER]
        else:
            yield from _flat(value, f"{prefix}{key}.")


def _forms(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[tuple[str, str], Any]]:
    """The other plural forms, by key and form."""
    for key, value in table.items():
        if isinstance(value, dict) and is_plural(value):
            yield from (((f"{prefix}{key}", form), text) for form, text in value.items() if form != OTHER)
        elif isinstance(value, dict):
            yield from _forms(value, f"{prefix}{key}.")


def texts_of(path: Path) -> Mapping[str, str]:
    """The texts of one language's file, by key. Raises LocaleFileError with every mistake."""
    return _read(path, path.stem).texts


def technicians_texts(path: Path) -> Mapping[str, str]:
    """What technicians read in one language, by key. Raises LocaleFileError with every mistake."""
    texts = dict(_flat(read_toml(path, LocaleFileError)))
    if mistakes := [f"{path.name}: {mistake}" for mistake in _mistakes_of_texts(texts)]:
        raise LocaleFileError(mistakes)
    return texts


def languages_in(locale_dir: Path) -> tuple[str, ...]:
    """The tags of the languages with texts, zh-Hans first. Copies that an editor left do not count."""
    tags = (path.stem for path in locale_dir.glob("*.toml") if is_language_tag(path.stem))
    return tuple(sorted(tags, key=lambda tag: (tag != SOURCE_LANGUAGE, tag)))
