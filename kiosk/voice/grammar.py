"""How a language speaks dates, numbers and spelled texts, read from `assets/voice/<language>.toml`.

The file is the grammar; a further language is one more file. Numbers are spoken by the first rule that fits, similar to
ICU's rule-based number format. A rule consists of words and, in braces, numbers that are spoken by the same rules:
`{times}`, how often `by` goes into the number, and `{rest}`, the remainder. In the name of a word `{n}` is the number,
and `{whole}` the number without its remainder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.voice.clips import PAUSE, Clip, is_file_name

MOST = 9999
"""The largest number that is spoken; a larger one is only on the screen."""

QUOTED, TELEPHONE = "quoted", "telephone"
"""Ways of spelling: a number to quote, a telephone number."""

SEE_SCREEN, MORE_PAGES = "see_screen", "more_pages"
"""Phrases that every language must have: "read the rest on the screen", and "the text goes on; use the button"."""

PACE = (80, 450)
"""The least and the most words a minute of espeak-ng."""

_COUNT = "count"
_ORDINAL = "ordinal"
_RULE_KEYS = {"to", "said", "by", "rest", "short_rest", "no_rest", "starts", "alone"}
_DATE_PART = re.compile(r"\{(?:year|month|day):(\w+)\}")
_DIGITS = "digits"  # instead of a style: the digits one by one


class GrammarError(DataFileError):
    """A grammar file that cannot be used."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A rule for numbers up to `to`. `said` speaks the multiple of `by`; then follows `rest` for the remainder,
    `short_rest` if it is less than a tenth of `by`, or `no_rest` if it is 0. `alone`: only for a whole number, not for
    a part of a larger one.
    """

    to: int
    said: tuple[str, ...]
    by: int = 0
    rest: tuple[str, ...] = ("{rest}",)
    short_rest: tuple[str, ...] = ()
    no_rest: tuple[str, ...] = ()
    starts: int = 0
    alone: bool = False

    def fits(self, number: int, *, within: bool) -> bool:
        return max(self.starts, self.by) <= number <= self.to and not (self.alone and within)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Settings for placeholder clips: espeak-ng's voice, the voice for Latin letters, and the speed in words a minute.
    `said_as`: the pinyin of words whose characters have another reading elsewhere.
    """

    voice: str
    letters: str
    words_per_minute: int
    by_pinyin: bool
    said_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grammar:
    """The grammar of one language. `words`: texts by name; `phrases`: the voice's own sentences."""

    language: str
    words: Mapping[str, str]
    phrases: Mapping[str, str]
    numbers: Mapping[str, tuple[NumberRule, ...]]
    dates: tuple[str, ...]
    spelling: Mapping[str, Mapping[str, str]]
    synthesis: Synthesis

    @classmethod
    def load(cls, path: Path) -> Grammar:
        """The grammar in the file at `path`. Raises `GrammarError` with every mistake."""
        return _kept(path, path.stat().st_mtime_ns if path.is_file() else 0)

    def word(self, name: str) -> Clip:
        """The word of this name. Raises KeyError if the file has none."""
        return Clip(f"word.{name}", self.words[name])

    def phrase(self, name: str) -> Clip:
        """The voice's own sentence of this name."""
        return Clip(f"phrase.{name}", self.phrases[name])

    def clips(self) -> Iterator[Clip]:
        """Every sound that the file names."""
        yield from map(self.word, self.words)
        yield from map(self.phrase, self.phrases)

    def number(self, number: int, style: str = _COUNT) -> tuple[Clip, ...] | None:
        """A whole number; None for one that no rule says."""
        names = self._names(number, style, within=False) if 0 <= number <= MOST else None
        return None if names is None else tuple(map(self.word, names))

    def ordinal(self, number: int) -> tuple[Clip, ...] | None:
        """An ordinal number, such as that of a step; a plain number where the language does not distinguish them."""
        return self.number(number, _ORDINAL if _ORDINAL in self.numbers else _COUNT)

    def date(self, day: date) -> tuple[Clip, ...] | None:
        """A date; None where a part of it cannot be spoken."""
        clips: list[Clip] = []
        for part in self.dates:
            name, colon, style = part.strip("{}").partition(":")
            if not colon:
                clips.append(self.word(part))
                continue
            value = int(getattr(day, name))
            said = self.spelled(str(value), QUOTED) if style == _DIGITS else self.number(value, style)
            if said is None:
                return None
            clips += said
        return tuple(clips)

    def spelled(self, text: str, way: str) -> tuple[Clip, ...] | None:
        """`text` letter by letter and digit by digit, a pause for other characters; None where a letter has no word."""
        special = self.spelling.get(way, {})
        clips: list[Clip] = []
        for character in text.upper():
            name = special.get(character, character)
            if name in self.words and character.isascii():
                clips.append(self.word(name))
            elif character.isalnum():
                return None
            elif clips and clips[-1] is not PAUSE:
                clips.append(PAUSE)
        while clips and clips[-1] is PAUSE:
            clips.pop()
        return tuple(clips) or None

    def _names(self, number: int, style: str, *, within: bool) -> list[str] | None:
        rule = next((each for each in self.numbers[style] if each.fits(number, within=within)), None)
        if rule is None:
            return None
        times, rest = divmod(number, rule.by) if rule.by else (0, 0)
        if rest == 0:
            said = (*rule.said, *rule.no_rest)
        else:
            said = (*rule.said, *(rule.short_rest if rule.short_rest and rest * 10 < rule.by else rule.rest))
        names: list[str] = []
        for part in said:
            if part in ("{times}", "{rest}"):
                inner = self._names(times if part == "{times}" else rest, style, within=True)
                if inner is None:
                    return None
                names += inner
            else:
                names.append(part.format(n=number, whole=number - rest))
        return names


@lru_cache(maxsize=8)
def _kept(path: Path, _written_ns: int) -> Grammar:
    return _read(path)


def _read(path: Path) -> Grammar:
    table = read_toml(path, GrammarError)
    mistakes: list[str] = []
    try:
        asked = table["synthesis"]
        grammar = Grammar(
            language=path.stem,
            words={str(name): str(text) for name, text in table["words"].items()},
            phrases={str(name): str(text) for name, text in table["phrases"].items()},
            numbers={
                style: tuple(_rule(rule, f"numbers.{style}", mistakes) for rule in rules)
                for style, rules in table["numbers"].items()
            },
            dates=tuple(table["dates"]["said"].split()),
            spelling={
                way: {str(letter): str(name) for letter, name in names.items()}
                for way, names in table.get("spelling", {}).items()
            },
            synthesis=Synthesis(
                voice=str(asked["voice"]),
                letters=str(asked["letters"]),
                words_per_minute=_whole(asked, "words_per_minute", *PACE, "synthesis", mistakes),
                by_pinyin=bool(asked.get("by_pinyin", False)),
                said_as={str(word): str(pinyin) for word, pinyin in asked.get("said_as", {}).items()},
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GrammarError([f"{path.name}: is missing or of another kind than it must be: {error}"]) from error
    mistakes += _flaws(grammar)
    if mistakes:
        raise GrammarError([f"{path.name}: {mistake}" for mistake in mistakes])
    return grammar


def _rule(values: Mapping[str, Any], where: str, mistakes: list[str]) -> NumberRule:
    mistakes += [f"{where}: no rule has {key!r}" for key in values if key not in _RULE_KEYS]
    return NumberRule(
        to=_whole(values, "to", 1, MOST, where, mistakes),
        said=tuple(values["said"].split()),
        by=_whole(values, "by", 2, MOST, where, mistakes) if "by" in values else 0,
        rest=tuple(values.get("rest", "{rest}").split()),
        short_rest=tuple(values.get("short_rest", "").split()),
        no_rest=tuple(values.get("no_rest", "").split()),
        starts=_whole(values, "starts", 1, MOST, where, mistakes) if "starts" in values else 0,
        alone=bool(values.get("alone", False)),
    )


def _whole(values: Mapping[str, Any], key: str, low: int, high: int, where: str, mistakes: list[str]) -> int:
    """A whole number from `low` to `high`, both included."""
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        mistakes.append(f"{where}.{key}: is {value!r}; a whole number from {low} to {high} is wanted")
        return low
    return value


def _flaws(grammar: Grammar) -> Iterator[str]:
    """Mistakes of a grammar: names without a word, names that no sound file can have, and rules without end."""
    for table, names in (("words", grammar.words), ("phrases", grammar.phrases)):
        yield from (f"{table}.{name}: no file can have this name" for name in names if not is_file_name(name))
    missing_phrases = (name for name in (SEE_SCREEN, MORE_PAGES) if name not in grammar.phrases)
    yield from (f"phrases.{name}: is missing" for name in missing_phrases)
    if _COUNT not in grammar.numbers:
        yield f"numbers.{_COUNT}: is missing"
    for part in grammar.dates:
        found = _DATE_PART.fullmatch(part)
        if found is not None and found[1] not in (_DIGITS, *grammar.numbers):
            yield f"numbers.{found[1]}: is missing; dates ask for it"
        elif found is None and part not in grammar.words:
            yield f"words.{part}: is missing; dates ask for it"
    for style, rules in grammar.numbers.items():
        for rule in rules:
            yield from (f"numbers.{style}: {flaw}" for flaw in _flaws_of(rule, grammar.words))
    for way, special in grammar.spelling.items():
        missing = [name for name in special.values() if name not in grammar.words]
        yield from (f"words.{name}: is missing; spelling.{way} says it" for name in missing)


def _flaws_of(rule: NumberRule, words: Mapping[str, str]) -> Iterator[str]:
    for part in (*rule.said, *rule.rest, *rule.short_rest, *rule.no_rest):
        if part in ("{times}", "{rest}"):
            if not rule.by and part in rule.said:
                yield f"{part} is said without by"
            continue
        numbers = range(rule.starts, rule.to + 1)
        wholes = numbers if not rule.by else range(rule.starts // rule.by * rule.by, rule.to + 1, rule.by)
        try:
            names = {part.format(n=number, whole=number) for number in (wholes if "{whole}" in part else numbers)}
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{part} is neither a word nor {{n}}, {{whole}}, {{times}} or {{rest}}"
            continue
        if missing := sorted(names - set(words)):
            yield f"words.{missing[0]}: is missing"
