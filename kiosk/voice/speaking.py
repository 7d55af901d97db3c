"""`spoken(model, translation, grammar)`: the utterances for a screen, and similar functions. Pure; it plays no sound.

Everybody in a hall hears a loudspeaker, so it says nothing about the person. Headphones may say the dates of the
permit, the days that follow from them, and numbers to quote. Names, addresses, identity numbers and permit numbers are
never spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText, NamedList, Sentences, Text, Words
from kiosk.voice.clips import Clip, Gap, Utterance, parts_of
from kiosk.voice.easy_lines import EASY_LINES
from kiosk.voice.grammar import MORE_PAGES, QUOTED, SEE_SCREEN, TELEPHONE, Grammar
from kiosk.voice.lines import LINES, Dated, Line, Private, Quoted, step_of, still_there

PUBLIC_NUMBERS = ("choice.", "countdown.", "fact.", "out_of_hours.", "step.", "take_permit.", "welcome.", "writing.")
"""Prefixes of texts whose numbers are the machine's or the office's. Other numbers derive from the permit's dates."""

PRIVATE_NAMES = frozenset({"region"})
"""Names of places that belong to the person, not to the office: where a permit is from."""

_TELEPHONE = "phone"
_STEP = "step"

_Value = str | int | date | LocalText


def spoken(
    model: ScreenModel, translation: Translation, grammar: Grammar, *, is_easy: bool = False
) -> tuple[Utterance, ...]:
    """The utterances for `model`, in order, without the step of the visit. Texts that cannot be spoken, such as the
    address of a website, are left out. `is_easy`: what the page of easy mode shows, in few words.
    """
    lines = EASY_LINES.get(type(model), LINES[type(model)]) if is_easy else LINES[type(model)]
    return _said_of(lines(model), translation, grammar)


def spoken_step(model: ScreenModel, translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    """The step of the visit. It is spoken before the screen if it has changed."""
    return _said_of(step_of(model.frame), translation, grammar)


def spoken_warning(seconds: int, translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    """The question whether somebody is still there, `seconds` before the screen ends by itself."""
    return _said_of(still_there(seconds), translation, grammar)


def _said_of(lines: Iterable[Line], translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    speaker = _Speaker(translation, grammar)
    return tuple(each for line in lines for each in speaker.line(line))


def audible(
    utterances: tuple[Utterance, ...], grammar: Grammar, has_sound: Callable[[Clip], bool], *, in_private: bool
) -> tuple[Utterance, ...]:
    """The utterances that can and may be heard: those with sounds, and without `in_private` only those that are not
    private. If any are left out, a phrase says that the rest is on the screen.
    """
    allowed = [each for each in utterances if in_private or not each.is_private]
    heard = [each for each in allowed if all(map(has_sound, (clip for clip in each.clips if clip.is_needed)))]
    rest = Utterance((grammar.phrase(SEE_SCREEN),))
    return tuple(heard) if len(heard) == len(utterances) or rest in heard else (*heard, rest)


def more_pages(grammar: Grammar) -> Utterance:
    """The phrase that the text goes on behind a button, which must be used before an answer can be touched."""
    return Utterance((grammar.phrase(MORE_PAGES),))


class _Speaker:
    def __init__(self, translation: Translation, grammar: Grammar) -> None:
        self._translation = translation
        self._grammar = grammar

    def line(self, line: Line) -> Iterator[Utterance]:
        match line:
            case Private(words):
                yield from (Utterance(each.clips, is_private=True) for each in self._words(words))
            case Quoted(label, number):
                yield from self._labelled(label, self._grammar.spelled(number, QUOTED))
            case Dated(label, day):
                yield from self._labelled(label, None if day is None else self._grammar.date(day))
            case _:
                yield from self._words(line)

    def _labelled(self, label: Text, value: tuple[Clip, ...] | None) -> Iterator[Utterance]:
        if value is not None:
            yield from (Utterance((*each.clips, *value), is_private=True) for each in self._words(label))

    def _words(self, words: Words) -> Iterator[Utterance]:
        match words:
            case LocalText():
                yield from _said((Clip("", words.in_language(self._translation.language)),))
            case Sentences(parts):
                for part in parts:
                    yield from self._words(part)
            case NamedList(name, members):
                yield from self._words(name)
                for member in members:
                    yield from self._words(member)
            case Text(key, args):
                yield from self._text(key, dict(args))

    def _text(self, key: str, args: dict[str, _Value]) -> Iterator[Utterance]:
        clips: list[Clip] = []
        is_private = False
        for part in parts_of(key, self._translation.texts[key]) if key else ():
            if isinstance(part, Clip):
                clips.append(part)
                continue
            value = args[part.name]
            said = self._value(part, value)
            if said is None:
                return
            clips += said
            is_private = is_private or _is_private(key, part, value)
        yield from _said(tuple(clips), is_private=is_private)

    def _value(self, gap: Gap, value: _Value) -> tuple[Clip, ...] | None:
        match value:
            case date():
                return self._grammar.date(value)
            case int():
                return self._grammar.ordinal(value) if gap.name == _STEP else self._grammar.number(value)
            case LocalText():
                # A name at the end may be left out: "Go to the counter" is useful without it.
                return (Clip("", value.in_language(self._translation.language), is_needed=not gap.is_last),)
            case str() if gap.name == _TELEPHONE:
                return self._grammar.spelled(value, TELEPHONE)
            case _:
                return None


def _is_private(key: str, gap: Gap, value: _Value) -> bool:
    match value:
        case date():
            return True
        case int():
            return not key.startswith(PUBLIC_NUMBERS)
        case _:
            return gap.name in PRIVATE_NAMES


def _said(clips: tuple[Clip, ...], *, is_private: bool = False) -> Iterator[Utterance]:
    if clips:
        yield Utterance(clips, is_private)
