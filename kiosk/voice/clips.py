"""Clips, the smallest units of speech: a text, or a part of one between two values. Each has one sound file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from string import Formatter

_PLAIN_KEY = re.compile(r"[a-z0-9_]+(?:[.\-\[\]][a-z0-9_\[\]]+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound. `key`: its name; "" for a text of a region, which is found by its text. `is_needed`: if its sound is
    missing, the whole utterance is left out; otherwise only this clip is.
    """

    key: str
    text: str
    is_needed: bool = True


PAUSE = Clip("pause", "")
"""A short pause between the groups of a number."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sequence of clips that is spoken completely or not at all. `is_private`: it is about the person's permit or
    application, so it is for headphones only (kiosk/voice/README.md).
    """

    clips: tuple[Clip, ...]
    is_private: bool = False

    def written(self, between: str = " ") -> str:
        """The spoken words as text."""
        return between.join(clip.text for clip in self.clips if clip.text)


@dataclass(frozen=True, slots=True)
class Gap:
    """The place of a value in a text. `is_last`: no word follows."""

    name: str
    is_last: bool


def mark_of(text: str) -> str:
    """A hash that identifies `text`. A sound file is played only if it was made for a text with the same mark."""
    return sha256(text.encode("utf-8")).hexdigest()[:16]


def is_sayable(text: str) -> bool:
    """Whether `text` has anything to speak; punctuation alone is silent."""
    return any(character.isalnum() for character in text)


def is_file_name(key: str) -> bool:
    """Whether a sound file can have this name."""
    return _PLAIN_KEY.fullmatch(key) is not None


def parts_of(key: str, template: str) -> tuple[Clip | Gap, ...]:
    """A text of the locale files as clips and gaps for values. A text without values is one clip with the text's key;
    the parts of a text with values are numbered: `assessment.line.days_left-1`.
    """
    found = [(before.strip(), name) for before, name, _, _ in Formatter().parse(template)]
    if all(name is None for _, name in found):
        whole = "".join(before for before, _, _, _ in Formatter().parse(template)).strip()
        return (Clip(key, whole),) if is_sayable(whole) else ()
    parts: list[Clip | Gap] = []
    for number, (before, name) in enumerate(found, start=1):
        if is_sayable(before):
            parts.append(Clip(f"{key}-{number}", before))
        if name is not None:
            is_last = not any(is_sayable(later) or after is not None for later, after in found[number:])
            parts.append(Gap(name, is_last))
    return tuple(parts)
