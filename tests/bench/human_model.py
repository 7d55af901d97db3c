"""A resident who needs time: to read a page or to hear it, to touch a button, to handle a card. Only numbers here.

What is published of both is named in README.md beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category, east_asian_width

CHARACTERS_PER_MIN = 250.0
WORDS_PER_MIN = 238.0
TOUCH_S, HANDLING_S = 2.0, 8.0
OLDER_READS = 3158 / 5047  # of what an adult reads in the same time
OLDER_MOVES = 1.5  # times as long as an adult

_WORD = re.compile(r"\w[\w.:/'-]*")


@dataclass(frozen=True, slots=True)
class Person:
    """How quick somebody is."""

    characters_per_min: float
    words_per_min: float
    touch_s: float
    handling_s: float

    def reads_s(self, texts: Sequence[str]) -> float:
        """How long all of `texts` takes to read, once each. Punctuation takes no time; a number is a word."""
        characters = sum(map(characters_of, texts))
        words = sum(map(words_of, texts))
        return 60 * (characters / self.characters_per_min + words / self.words_per_min)


ADULT = Person(CHARACTERS_PER_MIN, WORDS_PER_MIN, TOUCH_S, HANDLING_S)
OLDER = Person(
    CHARACTERS_PER_MIN * OLDER_READS, WORDS_PER_MIN * OLDER_READS, TOUCH_S * OLDER_MOVES, HANDLING_S * OLDER_MOVES
)


def characters_of(text: str) -> int:
    """How many Chinese characters there are."""
    return sum(_is_character(each) for each in text)


def words_of(text: str) -> int:
    """How many words and numbers there are beside the Chinese characters."""
    return len(_WORD.findall("".join(" " if _is_character(each) else each for each in text)))


def _is_character(each: str) -> bool:
    return east_asian_width(each) == "W" and category(each) == "Lo"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that waited for somebody. `number`: from 1, of those that a screen needs; `everything`: all words on it;
    `main`: of title, what stands out and its own buttons those that the page before had not; then so many touches and
    handlings of a card.
    """

    number: int
    everything: tuple[str, ...]
    main: tuple[str, ...]
    touches: int = 0
    handlings: int = 0

    def reading_s(self, person: Person, *, reads_all: bool) -> float:
        return person.reads_s(self.everything if reads_all else self.main)

    def acting_s(self, person: Person) -> float:
        return self.touches * person.touch_s + self.handlings * person.handling_s


@dataclass(frozen=True, slots=True)
class Screen:
    """All pages of one screen; `heard_s`: how long the voice speaks, which says it whole, whatever pages there are."""

    name: str
    pages: tuple[Page, ...]
    heard_s: float

    def seconds(self, person: Person, *, reads_all: bool) -> float:
        """Until it was answered: read while the voice speaks, which is heard to its end."""
        reading_s = sum(page.reading_s(person, reads_all=reads_all) for page in self.pages)
        return max(reading_s, self.heard_s) + sum(page.acting_s(person) for page in self.pages)

    def as_json(self, person: Person) -> dict[str, Any]:
        read = [words for page in self.pages for words in page.everything]
        return {
            "screen": self.name,
            "pages": len(self.pages),
            "characters": sum(map(characters_of, read)),
            "words": sum(map(words_of, read)),
            "heard_s": self.heard_s,
            "acting_s": round(sum(page.acting_s(person) for page in self.pages), 1),
            "all_s": round(self.seconds(person, reads_all=True), 1),
            "main_s": round(self.seconds(person, reads_all=False), 1),
        }


@dataclass(frozen=True, slots=True)
class LivedVisit:
    """What a visit asked of a person, and `machine_s`: from each act to the screen that answered it, all together."""

    screens: tuple[Screen, ...]
    machine_s: float

    def seconds(self, person: Person, *, reads_all: bool) -> float:
        """All of it. What the machine does while somebody reads costs nothing, so the two are added."""
        return self.machine_s + sum(screen.seconds(person, reads_all=reads_all) for screen in self.screens)

    def dearest(self, person: Person, *, reads_all: bool) -> Screen:
        return max(self.screens, key=lambda screen: screen.seconds(person, reads_all=reads_all))

    def as_json(self, person: Person) -> dict[str, Any]:
        return {
            "machine_s": round(self.machine_s, 1),
            "screens": [screen.as_json(person) for screen in self.screens],
        }
